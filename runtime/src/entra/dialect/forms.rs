//! The headers of a token request, the layout of each, and the rules for what it reports.

use super::current_field::{CurrentField, FieldSpec};
use super::delivery_policy::DeliveryPolicy;
use super::platform_field::PlatformField;

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
    /// `x-client-brkrver`: the version of the broker that sends the request.
    BrokerVersion,
    /// `x-client-src-SKU`: the name of the SDK for which a broker sends the request.
    SourceSku,
}

impl Header {
    /// All headers, in the order of their declaration.
    pub(crate) const ALL: [Self; 15] = [
        Self::CurrentTelemetry,
        Self::LastTelemetry,
        Self::Sku,
        Self::Version,
        Self::Os,
        Self::Cpu,
        Self::DeviceModel,
        Self::RequestId,
        Self::ReturnRequestId,
        Self::LibCapability,
        Self::AppName,
        Self::AppVersion,
        Self::ExtraSku,
        Self::BrokerVersion,
        Self::SourceSku,
    ];

    /// Returns the name of the header in lower case; dialects differ in the case they write.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Header;
    ///
    /// assert_eq!(Header::Sku.name(), "x-client-sku");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CurrentTelemetry => "x-client-current-telemetry",
            Self::LastTelemetry => "x-client-last-telemetry",
            Self::Sku => "x-client-sku",
            Self::Version => "x-client-ver",
            Self::Os => "x-client-os",
            Self::Cpu => "x-client-cpu",
            Self::DeviceModel => "x-client-dm",
            Self::RequestId => "client-request-id",
            Self::ReturnRequestId => "return-client-request-id",
            Self::LibCapability => "x-ms-lib-capability",
            Self::AppName => "x-app-name",
            Self::AppVersion => "x-app-ver",
            Self::ExtraSku => "x-client-xtra-sku",
            Self::BrokerVersion => "x-client-brkrver",
            Self::SourceSku => "x-client-src-sku",
        }
    }
}

/// A set of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderSet(u16);

impl HeaderSet {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u16::MAX);

    pub(crate) const fn with(self, header: Header) -> Self {
        Self(self.0 | 1 << header as u8)
    }

    pub(crate) const fn except(self, header: Header) -> Self {
        Self(self.0 & !(1 << header as u8))
    }

    pub(crate) const fn contains(self, header: Header) -> bool {
        self.0 & 1 << header as u8 != 0
    }
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

/// The layout of `x-client-current-telemetry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CurrentForm {
    pub(crate) request: &'static [FieldSpec],
    pub(crate) platform: &'static [FieldSpec],
    /// Whether the SDK's other recorded values follow the platform fields.
    pub(crate) open: bool,
    /// Whether the platform segment is empty while none of its fields is known.
    pub(crate) collapses: bool,
    /// Length of the longest value that is sent.
    pub(crate) budget: usize,
}

/// The layout of the identity headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdentityForm {
    /// The headers in order, each with its spelling.
    pub(crate) headers: &'static [(Header, &'static str)],
    /// Replacements for our names of operating systems and processors.
    pub(crate) spellings: &'static [(&'static str, &'static str)],
    /// The SKUs under which the library itself sends requests.
    pub(crate) skus: &'static [&'static str],
}

impl IdentityForm {
    /// Returns how the dialect spells our name of an operating system or processor.
    pub(crate) fn respelled<'a>(&self, name: &'a str) -> &'a str {
        let replaced = self.spellings.iter().find(|(ours, _)| *ours == name);
        replaced.map_or(name, |(_, theirs)| theirs)
    }

    /// Returns whether the library itself sends requests under a SKU.
    pub(crate) fn has_sku(&self, sku: &str) -> bool {
        self.skus.iter().any(|own| own.eq_ignore_ascii_case(sku))
    }
}

/// The layout of `x-client-last-telemetry`, and the rules for what it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent choice of the builder"
)]
pub(crate) struct LastForm {
    pub(crate) platform_fields: &'static [PlatformField],
    /// Fields that the last segment repeats for each failure.
    pub(crate) per_failure: &'static [CurrentField],
    /// Whether more fields may follow in the last segment.
    pub(crate) open: bool,
    pub(crate) sent_when_empty: bool,
    pub(crate) budget: usize,
    pub(crate) measured: Measured,
    pub(crate) over_budget: OverBudget,
    pub(crate) code_len: usize,
    pub(crate) capacity: Capacity,
    pub(crate) order: SendOrder,
    pub(crate) delivery_policy: DeliveryPolicy,
    /// Whether errors of foreign types are reported.
    pub(crate) foreign: bool,
    /// Whether errors of chain members are reported if a later member returned a token.
    pub(crate) chain_errors: bool,
    /// The error code for canceled calls, if they are reported.
    pub(crate) cancelled: Option<&'static str>,
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

/// What the budget of the last-telemetry header limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    /// The whole header.
    Header,
    /// The failures in it: their text, and three delimiters each.
    Failures,
}
