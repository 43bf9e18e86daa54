//! What the sinks show of one request to Microsoft Graph.

use crate::acquisition::AttemptEnd;

/// A request to Microsoft Graph that has ended, across all its attempts.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(all(feature = "otel", feature = "tracing")),
    expect(dead_code, reason = "each sink shows other parts")
)]
pub(crate) struct GraphRecord {
    /// The method, or `_OTHER` for one that HTTP does not define.
    pub(crate) method: Option<&'static str>,
    /// The host, if it is one of Graph's own.
    pub(crate) host: Option<&'static str>,
    /// How the last attempt ended.
    pub(crate) end: AttemptEnd,
    /// Attempts after the first one, for any reason.
    pub(crate) resends: u32,
    pub(crate) redirects: u32,
    pub(crate) claims_challenges: u32,
    /// Whether each of [`HANDLERS`] is enabled.
    pub(crate) handlers: [bool; 4],
}

/// The attributes that show enabled handlers, as the Graph SDKs name them.
#[cfg(feature = "tracing")]
pub(crate) const HANDLERS: [&str; 4] = [
    "com.microsoft.kiota.handler.retry.enable",
    "com.microsoft.kiota.handler.redirect.enable",
    "com.microsoft.kiota.handler.authorization.enable",
    "com.microsoft.kiota.handler.compression.enable",
];
