//! When what a request carried counts as known to the server.

use crate::acquisition::backend::Answer;

/// Rule for what happens to reported failures when the request that carried them ends.
///
/// They are settled by an answer, unless its status or the error code of the acquisition is one
/// that the rule names; then, and without an answer, they are reported again.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::DeliveryPolicy;
///
/// assert!(DeliveryPolicy::ON_RESPONSE.settles(400, None));
/// assert!(!DeliveryPolicy::ON_RESPONSE.settles(503, None));
/// assert!(!DeliveryPolicy::RETRYABLE.settles(400, Some("temporarily_unavailable")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryPolicy {
    kept_statuses: &'static [(u16, u16)],
    kept_codes: &'static [&'static str],
}

impl DeliveryPolicy {
    /// Any answer settles except 429 and those from 500 on.
    pub const ON_RESPONSE: Self = Self::new(&[(429, 429), (500, u16::MAX)], &[]);

    /// Only success settles.
    pub const ON_SUCCESS: Self = Self::new(&[(0, 199), (300, u16::MAX)], &[]);

    /// MSAL.NET until 4.46: the rule it calls "AAD unavailable".
    pub const AAD_UNAVAILABLE: Self =
        Self::new(&[(429, 429), (500, u16::MAX)], &["request_timeout"]);

    /// MSAL.NET from 4.47 on: the rule it calls "retryable".
    pub const RETRYABLE: Self = Self::new(
        &[(408, 408), (429, 429), (500, 599)],
        &["request_timeout", "temporarily_unavailable"],
    );

    /// A rule that reports again after these statuses, first to last, and these error codes.
    #[must_use]
    pub const fn new(
        kept_statuses: &'static [(u16, u16)],
        kept_codes: &'static [&'static str],
    ) -> Self {
        Self {
            kept_statuses,
            kept_codes,
        }
    }

    /// Whether an answer with this status settles, given the error code of the acquisition.
    #[must_use]
    pub fn settles(&self, status: u16, code: Option<&str>) -> bool {
        let kept_status = self
            .kept_statuses
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&status));
        let kept_code = code.is_some_and(|code| self.kept_codes.contains(&code));
        !kept_status && !kept_code
    }

    /// The delivery on an answer, open if it depends on the error code of the acquisition.
    pub(super) fn delivery(&self, answer: Answer) -> Delivery {
        match answer {
            Answer::None => Delivery::Retry,
            Answer::Status(status) if !self.settles(status, None) => Delivery::Retry,
            Answer::Status(200..=299) => Delivery::Acknowledged,
            Answer::Status(_) if self.kept_codes.is_empty() => Delivery::Acknowledged,
            Answer::Status(status) => Delivery::Pending(status),
        }
    }
}

/// What becomes of the failures that a request carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Acknowledged,
    Retry,
    /// The answer had this status, and the error code is to be awaited.
    Pending(u16),
}
