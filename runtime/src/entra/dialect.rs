//! Which headers go out and in which form: data, not code.

use super::delivery_policy::DeliveryPolicy;
use super::field::CurrentField;
use super::platform_field::PlatformField;
use super::value::FieldValue;
use crate::wire::InvalidFieldText;

/// One place in a section of the current-telemetry header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub(super) field: CurrentField,
    pub(super) blank: &'static str,
    pub(super) optional: bool,
}

impl FieldSpec {
    /// The field, and nothing between its delimiters while it is unknown.
    #[must_use]
    pub const fn new(field: CurrentField) -> Self {
        Self {
            field,
            blank: "",
            optional: false,
        }
    }

    /// Writes this text while the field is unknown.
    #[must_use]
    pub const fn default_text(mut self, blank: &'static str) -> Self {
        self.blank = blank;
        self
    }

    /// Leaves the place out, with its delimiter, while the field is unknown.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The field at this place.
    #[must_use]
    pub const fn field(&self) -> CurrentField {
        self.field
    }

    /// Whether the place is left out while the field is unknown.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Value that the text at this place stands for; absent if the field is not known.
    ///
    /// # Errors
    ///
    /// When the text holds a delimiter.
    pub fn parse<'a>(&self, text: &'a str) -> Result<Option<FieldValue<'a>>, InvalidFieldText> {
        let value = self.field.parse(text)?;
        let blank = || (!self.blank.is_empty()).then_some(FieldValue::Blank);
        Ok(value.or_else(blank))
    }
}

/// What happens to failures that do not fit in one header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverBudget {
    /// They wait for the next request.
    Wait,
    /// Everything is forgotten, and the header goes out empty.
    ForgetAll,
}

/// Which failures are sent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendOrder {
    /// The ones that happened first.
    OldestFirst,
    /// The ones that happened last.
    NewestFirst,
}

/// How many failures wait, and which one goes when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capacity {
    /// At most this many for each authority; the oldest goes.
    ///
    /// Those that a request carries stay until it ends, and so does the newest of the others: until
    /// then there may be more.
    DropOldest(usize),
    /// As many as fit in one header; a new one is not kept.
    OneHeader,
}

/// Where the telemetry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// Into the headers of the request.
    Headers,
    /// Into the form fields of its body, as browsers need it.
    Form,
}

/// Something that goes out with a token request and can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Header {
    /// `x-client-current-telemetry`.
    CurrentTelemetry,
    /// `x-client-last-telemetry`.
    LastTelemetry,
    /// `x-client-SKU`: name of the SDK.
    Sku,
    /// `x-client-Ver`: version of the SDK.
    Version,
    /// `x-client-OS`: operating system.
    Os,
    /// `x-client-CPU`: processor.
    Cpu,
    /// `x-client-DM`: device model.
    DeviceModel,
    /// `client-request-id`: id of the acquisition.
    RequestId,
    /// `return-client-request-id`: asks for the id in the answer.
    ReturnRequestId,
    /// `x-ms-lib-capability`: the SDK obeys `Retry-After` and 429.
    LibCapability,
    /// `x-app-name`: name of the application.
    AppName,
    /// `x-app-ver`: version of the application.
    AppVersion,
    /// `x-client-xtra-sku`: the libraries below and above the SDK.
    ExtraSku,
}

/// Switches for the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeaderSet(u16);

impl HeaderSet {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u16::MAX);

    pub(super) const fn with(self, header: Header) -> Self {
        Self(self.0 | 1 << header as u8)
    }

    pub(super) const fn except(self, header: Header) -> Self {
        Self(self.0 & !(1 << header as u8))
    }

    pub(super) const fn contains(self, header: Header) -> bool {
        self.0 & 1 << header as u8 != 0
    }
}

/// What the budget of the last-telemetry header is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measured {
    /// The whole header.
    Header,
    /// The failures in it: their texts, and three delimiters each.
    Failures,
}

/// Form of `x-client-current-telemetry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CurrentForm {
    pub(super) request: &'static [FieldSpec],
    pub(super) platform: &'static [FieldSpec],
    /// Whether the SDK's other notes follow behind the platform fields.
    pub(super) open: bool,
    /// Whether the platform section is empty when none of its fields is known.
    pub(super) collapses: bool,
    /// Longest value that is sent.
    pub(super) budget: usize,
}

/// Form of `x-client-last-telemetry`, and the rules for what it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LastForm {
    pub(super) tail: &'static [PlatformField],
    /// Fields that the last segment holds for each failure.
    pub(super) per_failure: &'static [CurrentField],
    /// Whether more may follow in the last segment.
    pub(super) open: bool,
    pub(super) sent_when_empty: bool,
    pub(super) budget: usize,
    pub(super) measured: Measured,
    pub(super) over_budget: OverBudget,
    pub(super) code_len: usize,
    pub(super) capacity: Capacity,
    pub(super) order: SendOrder,
    pub(super) settling: DeliveryPolicy,
    pub(super) foreign: bool,
    /// Code under which cancelled calls are reported, if they are.
    pub(super) cancelled: Option<&'static str>,
}

/// Form of the identity headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IdentityForm {
    /// The headers in their order, each with its spelling.
    pub(super) headers: &'static [(Header, &'static str)],
    /// Our names of operating systems and processors, each with the spelling that replaces it.
    pub(super) spellings: &'static [(&'static str, &'static str)],
}

/// Form of the telemetry headers: a plain description that every library's habits fit in.
///
/// The default is schema 5 as MSAL.NET writes it today, with its six platform fields, and a
/// last-telemetry header that is left out when there is nothing to report.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Telemetry, entra::{Dialect, Header}};
///
/// let dialect = Dialect::msal_python().without(Header::Os);
/// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2").dialect(dialect).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub(super) name: &'static str,
    pub(super) schema: u8,
    pub(super) current: CurrentForm,
    pub(super) last: LastForm,
    pub(super) identity: IdentityForm,
    pub(super) carrier: Carrier,
    pub(super) off: HeaderSet,
}

impl Dialect {
    /// Name of the dialect: the library that speaks it, and since when.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Schema number that both headers begin with.
    #[must_use]
    pub const fn schema(&self) -> u8 {
        self.schema
    }

    /// Places of the second segment of the current-telemetry header.
    #[must_use]
    pub const fn request(&self) -> &'static [FieldSpec] {
        self.current.request
    }

    /// Places of the third segment of the current-telemetry header.
    #[must_use]
    pub const fn platform(&self) -> &'static [FieldSpec] {
        self.current.platform
    }

    /// Places of the last segment of the last-telemetry header.
    #[must_use]
    pub const fn tail(&self) -> &'static [PlatformField] {
        self.last.tail
    }

    /// Fields that the last segment of the last-telemetry header holds for each failure.
    #[must_use]
    pub const fn per_failure(&self) -> &'static [CurrentField] {
        self.last.per_failure
    }

    /// Longest current-telemetry header that is sent, in bytes; a longer one is left out.
    #[must_use]
    pub const fn current_budget(&self) -> usize {
        self.current.budget
    }

    /// Longest last-telemetry header that is sent, in bytes.
    #[must_use]
    pub const fn last_budget(&self) -> usize {
        self.last.budget
    }

    /// Whether the budget is for the whole header, and not only for the failures in it.
    #[must_use]
    pub const fn budget_counts_frame(&self) -> bool {
        matches!(self.last.measured, Measured::Header)
    }

    /// Whether text follows behind the fields of the third segment.
    #[must_use]
    pub const fn has_open_platform(&self) -> bool {
        self.current.open
    }

    /// Where the telemetry goes.
    #[must_use]
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Whether a header goes out.
    #[must_use]
    pub fn sends(&self, header: Header) -> bool {
        let telemetry = matches!(header, Header::CurrentTelemetry | Header::LastTelemetry);
        let known = || {
            self.identity
                .headers
                .iter()
                .any(|(known, _)| *known == header)
        };
        !self.off.contains(header) && (telemetry || known())
    }

    /// Leaves out one header; without the last-telemetry header no failures are kept for it.
    #[must_use]
    pub const fn without(mut self, header: Header) -> Self {
        self.off = self.off.with(header);
        self
    }

    /// Sends a header of the dialect that was left out before.
    #[must_use]
    pub const fn with(mut self, header: Header) -> Self {
        self.off = self.off.except(header);
        self
    }

    /// Leaves out `x-client-current-telemetry`.
    #[must_use]
    pub const fn without_current(self) -> Self {
        self.without(Header::CurrentTelemetry)
    }

    /// Leaves out `x-client-last-telemetry`, and keeps no failures for it.
    #[must_use]
    pub const fn without_last(self) -> Self {
        self.without(Header::LastTelemetry)
    }

    /// Leaves out every header.
    #[must_use]
    pub const fn without_headers(mut self) -> Self {
        self.off = HeaderSet::ALL;
        self
    }
}
