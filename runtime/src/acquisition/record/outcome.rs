//! How an acquisition ended.

/// How an acquisition ended.
///
/// # Examples
///
/// ```
/// use token_telemetry::{AcquisitionRecord, Outcome};
///
/// fn needs_alert(record: &AcquisitionRecord) -> bool {
///     matches!(record.outcome(), Outcome::Error | Outcome::Panicked)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The function returned a token.
    Ok,
    /// The function returned no token and no error; see [`TokenInfo::none`](crate::TokenInfo::none).
    NoToken,
    /// The function returned an error that means "not yet".
    ///
    /// The caller calls again, or the user has to act first.
    Pending,
    /// The function returned an error.
    Error,
    /// The future was dropped before it was ready.
    Cancelled,
    /// The function panicked.
    Panicked,
}

impl Outcome {
    /// The error code of cancelled acquisitions in metrics.
    pub const CANCELLED_CODE: &'static str = "operation_canceled";

    /// The error code of panicked acquisitions in metrics.
    pub const PANICKED_CODE: &'static str = "panicked";

    /// Returns the lower-case name, as spans show it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Outcome;
    ///
    /// assert_eq!(Outcome::Cancelled.name(), "cancelled");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NoToken => "no_token",
            Self::Pending => "pending",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        }
    }
}
