//! The releases of MSAL.NET whose attribute values can be reproduced.

/// An MSAL.NET release that changed values of the MSAL set.
///
/// 4.88 is between the two: like 4.87, it omits `RawStsErrorCode` if the code is unknown.
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::{Metrics, MsalNetRelease};
///
/// let metrics = Metrics::default().msal_net_compat(MsalNetRelease::V4_89);
/// assert!(MsalNetRelease::V4_84 < MsalNetRelease::V4_89);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MsalNetRelease {
    /// Omits `RawStsErrorCode` if unknown; background refreshes have an HTTP duration of zero.
    V4_84,
    /// Always has `RawStsErrorCode`, empty if unknown; measures the requests of background refreshes.
    V4_89,
}
