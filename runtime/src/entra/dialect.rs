//! Which headers are sent and what they look like, as plain data.

use super::delivery_policy::DeliveryPolicy;
use super::field::CurrentField;
use super::platform_field::PlatformField;
use super::value::FieldValue;
use crate::wire::InvalidFieldText;

/// A slot for one field in the current-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldSpec};
///
/// const PLATFORM: &[FieldSpec] = &[
///     FieldSpec::new(CurrentField::TokenType).default_text("1"),
///     FieldSpec::new(CurrentField::BrokerError).optional(),
/// ];
/// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
/// assert_eq!(CurrentTelemetry::new().render(&dialect), "5|,0,,,|1");
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub(super) field: CurrentField,
    pub(super) default_text: &'static str,
    pub(super) optional: bool,
}

impl FieldSpec {
    /// Creates a slot that stays empty while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const REGION: FieldSpec = FieldSpec::new(CurrentField::RegionUsed);
    /// assert_eq!(REGION.field(), CurrentField::RegionUsed);
    /// ```
    #[must_use]
    pub const fn new(field: CurrentField) -> Self {
        Self {
            field,
            default_text: "",
            optional: false,
        }
    }

    /// Writes this text while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const CACHE_INFO: FieldSpec = FieldSpec::new(CurrentField::CacheInfo).default_text("0");
    /// # assert_eq!(CACHE_INFO.field(), CurrentField::CacheInfo);
    /// ```
    #[must_use]
    pub const fn default_text(mut self, text: &'static str) -> Self {
        self.default_text = text;
        self
    }

    /// Omits the slot and its delimiter while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const BROKER_ERROR: FieldSpec = FieldSpec::new(CurrentField::BrokerError).optional();
    /// assert!(BROKER_ERROR.is_optional());
    /// ```
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Returns the field in this slot.
    #[must_use]
    pub const fn field(&self) -> CurrentField {
        self.field
    }

    /// Returns whether the slot is omitted while the field is unknown.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Parses the text in this slot; returns `None` if the field is unknown.
    ///
    /// # Errors
    ///
    /// Returns an error if the text contains a delimiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec, FieldValue};
    ///
    /// let legacy_cache = FieldSpec::new(CurrentField::LegacyCache);
    /// assert_eq!(legacy_cache.parse("1")?, Some(FieldValue::Flag(true)));
    /// assert_eq!(legacy_cache.parse("")?, None);
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    pub fn parse<'a>(&self, text: &'a str) -> Result<Option<FieldValue<'a>>, InvalidFieldText> {
        let value = self.field.parse(text)?;
        let blank = || (!self.default_text.is_empty()).then_some(FieldValue::Blank);
        Ok(value.or_else(blank))
    }
}

/// What happens to failures that do not fit in one header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, OverBudget};
///
/// let dialect = Dialect::custom("contoso").last_budget(1000, OverBudget::Wait).build()?;
/// assert_eq!(dialect.last_budget(), 1000);
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverBudget {
    /// Keeps them for the next request.
    Wait,
    /// Drops all failures and sends an empty header.
    ForgetAll,
}

/// Which failures are sent first.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, SendOrder};
///
/// let dialect = Dialect::custom("contoso").order(SendOrder::NewestFirst).build()?;
/// # drop(dialect);
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendOrder {
    /// Sends the oldest failures first.
    OldestFirst,
    /// Sends the newest failures first.
    NewestFirst,
}

/// How many failures may wait, and which are dropped when there are more.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Capacity, Dialect};
///
/// let dialect = Dialect::custom("contoso").capacity(Capacity::DropOldest(20)).build()?;
/// # drop(dialect);
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capacity {
    /// Keeps at most this many failures per authority, dropping the oldest.
    ///
    /// Failures in flight stay until their request ends, and so does the newest waiting failure, so
    /// there may temporarily be more.
    DropOldest(usize),
    /// Keeps as many failures as fit in one header, dropping new ones.
    OneHeader,
}

/// Where the telemetry is written.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Carrier, Dialect};
///
/// assert_eq!(Dialect::default().carrier(), Carrier::Headers);
/// assert_eq!(Dialect::msal_node().carrier(), Carrier::Form);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// The headers of the request.
    Headers,
    /// The form fields of the body, as browsers require.
    Form,
}

/// A header of a token request that can be switched off.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, Header};
///
/// let dialect = Dialect::default().without(Header::DeviceModel);
/// assert!(!dialect.sends(Header::DeviceModel));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Header {
    /// `x-client-current-telemetry`.
    CurrentTelemetry,
    /// `x-client-last-telemetry`.
    LastTelemetry,
    /// `x-client-SKU`: the name of the SDK.
    Sku,
    /// `x-client-Ver`: the version of the SDK.
    Version,
    /// `x-client-OS`: the operating system.
    Os,
    /// `x-client-CPU`: the processor architecture.
    Cpu,
    /// `x-client-DM`: the device model.
    DeviceModel,
    /// `client-request-id`: the correlation id of the acquisition.
    RequestId,
    /// `return-client-request-id`: asks the server to return the id.
    ReturnRequestId,
    /// `x-ms-lib-capability`: the SDK honors `Retry-After` and 429.
    LibCapability,
    /// `x-app-name`: the name of the application.
    AppName,
    /// `x-app-ver`: the version of the application.
    AppVersion,
    /// `x-client-xtra-sku`: the libraries above and below the SDK.
    ExtraSku,
}

/// A set of headers.
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

/// What the budget of the last-telemetry header limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measured {
    /// The whole header.
    Header,
    /// The failures in it: their text, and three delimiters each.
    Failures,
}

/// The layout of `x-client-current-telemetry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CurrentForm {
    pub(super) request: &'static [FieldSpec],
    pub(super) platform: &'static [FieldSpec],
    /// Whether the SDK's other recorded values follow the platform fields.
    pub(super) open: bool,
    /// Whether the platform segment is empty while none of its fields is known.
    pub(super) collapses: bool,
    /// Length of the longest value that is sent.
    pub(super) budget: usize,
}

/// The layout of `x-client-last-telemetry`, and the rules for what it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LastForm {
    pub(super) platform_fields: &'static [PlatformField],
    /// Fields that the last segment repeats for each failure.
    pub(super) per_failure: &'static [CurrentField],
    /// Whether more fields may follow in the last segment.
    pub(super) open: bool,
    pub(super) sent_when_empty: bool,
    pub(super) budget: usize,
    pub(super) measured: Measured,
    pub(super) over_budget: OverBudget,
    pub(super) code_len: usize,
    pub(super) capacity: Capacity,
    pub(super) order: SendOrder,
    pub(super) delivery_policy: DeliveryPolicy,
    /// Whether errors of foreign types are reported.
    pub(super) foreign: bool,
    /// The error code for canceled calls, if they are reported.
    pub(super) cancelled: Option<&'static str>,
}

/// The layout of the identity headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IdentityForm {
    /// The headers in order, each with its spelling.
    pub(super) headers: &'static [(Header, &'static str)],
    /// Replacements for our names of operating systems and processors.
    pub(super) spellings: &'static [(&'static str, &'static str)],
}

/// A description of the telemetry headers as one library sends them.
///
/// The default is schema 5 as MSAL.NET writes it today, with its six platform fields, plus a
/// last-telemetry header that is omitted when there is nothing to report.
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
    /// Returns the name of the dialect: the library that uses it, and since which version.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, MsalNetVersion};
    ///
    /// assert_eq!(Dialect::msal_net(MsalNetVersion::V4_82).name(), "MSAL.NET 4.82");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the schema number that both headers start with.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// assert_eq!(Dialect::default().schema(), 5);
    /// assert_eq!(Dialect::msal_android().schema(), 2);
    /// ```
    #[must_use]
    pub const fn schema(&self) -> u8 {
        self.schema
    }

    /// Returns the slots in the second segment of the current-telemetry header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
    ///
    /// let fields: Vec<_> = Dialect::msal_python().request().iter().map(FieldSpec::field).collect();
    /// assert_eq!(fields, [CurrentField::Api, CurrentField::CacheInfo]);
    /// ```
    #[must_use]
    pub const fn request(&self) -> &'static [FieldSpec] {
        self.current.request
    }

    /// Returns the slots in the third segment of the current-telemetry header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// assert_eq!(Dialect::default().platform().len(), 6);
    /// assert!(Dialect::msal_python().platform().is_empty());
    /// ```
    #[must_use]
    pub const fn platform(&self) -> &'static [FieldSpec] {
        self.current.platform
    }

    /// Returns the fields in the last segment of the last-telemetry header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, PlatformField};
    ///
    /// let fields = [PlatformField::Waiting, PlatformField::Overflow];
    /// assert_eq!(Dialect::msal_node().tail(), fields);
    /// ```
    #[must_use]
    pub const fn tail(&self) -> &'static [PlatformField] {
        self.last.platform_fields
    }

    /// Returns the fields that the last-telemetry header repeats for each failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, Dialect, MsalNetVersion};
    ///
    /// let dialect = Dialect::msal_net(MsalNetVersion::V4_19);
    /// assert_eq!(dialect.per_failure(), [CurrentField::RegionDetected]);
    /// ```
    #[must_use]
    pub const fn per_failure(&self) -> &'static [CurrentField] {
        self.last.per_failure
    }

    /// Returns the maximum length of the current-telemetry header, in bytes.
    ///
    /// A longer header is not sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// assert_eq!(Dialect::default().current_budget(), 100);
    /// ```
    #[must_use]
    pub const fn current_budget(&self) -> usize {
        self.current.budget
    }

    /// Returns the maximum length of the last-telemetry header, in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// assert_eq!(Dialect::default().last_budget(), 350);
    /// ```
    #[must_use]
    pub const fn last_budget(&self) -> usize {
        self.last.budget
    }

    /// Returns whether [`last_budget`](Self::last_budget) limits the whole header.
    ///
    /// Otherwise it limits only the failures in the header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// assert!(Dialect::default().budget_counts_frame());
    /// assert!(!Dialect::msal_python().budget_counts_frame());
    /// ```
    #[must_use]
    pub const fn budget_counts_frame(&self) -> bool {
        matches!(self.last.measured, Measured::Header)
    }

    /// Returns whether text may follow the fields of the third segment.
    #[must_use]
    pub const fn has_open_platform(&self) -> bool {
        self.current.open
    }

    /// Returns where the telemetry is written.
    #[must_use]
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Returns whether a header is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header};
    ///
    /// assert!(Dialect::msal_go().sends(Header::Sku));
    /// assert!(!Dialect::msal_go().sends(Header::CurrentTelemetry));
    /// ```
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

    /// Omits one header.
    ///
    /// Without the last-telemetry header, no failures are queued.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, entra::{Dialect, Header}};
    ///
    /// let dialect = Dialect::default().without(Header::Os).without(Header::DeviceModel);
    /// let telemetry = Telemetry::builder().dialect(dialect).build()?;
    /// # drop(telemetry);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub const fn without(mut self, header: Header) -> Self {
        self.off = self.off.with(header);
        self
    }

    /// Sends a header of the dialect that was omitted before.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header, MsalNetVersion};
    ///
    /// let today = Dialect::msal_net(MsalNetVersion::V4_82);
    /// assert!(today.with(Header::LastTelemetry).sends(Header::LastTelemetry));
    /// ```
    #[must_use]
    pub const fn with(mut self, header: Header) -> Self {
        self.off = self.off.except(header);
        self
    }

    /// Omits `x-client-current-telemetry`.
    #[must_use]
    pub const fn without_current(self) -> Self {
        self.without(Header::CurrentTelemetry)
    }

    /// Omits `x-client-last-telemetry` and queues no failures for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, entra::Dialect};
    ///
    /// // The SDK gets all tokens from the instance metadata service, which reads no reports.
    /// let telemetry = Telemetry::builder().dialect(Dialect::default().without_last()).build()?;
    /// # drop(telemetry);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub const fn without_last(self) -> Self {
        self.without(Header::LastTelemetry)
    }

    /// Omits every header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header};
    ///
    /// let only_id = Dialect::default().without_headers().with(Header::RequestId);
    /// assert!(only_id.sends(Header::RequestId));
    /// assert!(!only_id.sends(Header::Sku));
    /// ```
    #[must_use]
    pub const fn without_headers(mut self) -> Self {
        self.off = HeaderSet::ALL;
        self
    }
}
