//! The layout of each header, and the rules for what it reports.

use super::current_field::CurrentField;
use super::delivery_policy::DeliveryPolicy;
use super::field_spec::FieldSpec;
use super::header::Header;
use super::platform_field::PlatformField;

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
}

/// The layout of `x-client-last-telemetry`, and the rules for what it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
