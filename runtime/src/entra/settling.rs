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
/// use token_telemetry::entra::Settling;
///
/// assert!(Settling::ANSWERED.settles(400, None));
/// assert!(!Settling::ANSWERED.settles(503, None));
/// assert!(!Settling::RETRYABLE.settles(400, Some("temporarily_unavailable")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settling {
    kept_statuses: &'static [(u16, u16)],
    kept_codes: &'static [&'static str],
}

impl Settling {
    /// Any answer settles except 429 and those from 500 on.
    pub const ANSWERED: Self = Self::new(&[(429, 429), (500, u16::MAX)], &[]);

    /// Only success settles.
    pub const SUCCEEDED: Self = Self::new(&[(0, 199), (300, u16::MAX)], &[]);

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

    /// The verdict on an answer, open if it depends on the error code of the acquisition.
    pub(super) fn verdict(&self, answer: Answer) -> Verdict {
        match answer {
            Answer::None => Verdict::ReportAgain,
            Answer::Status(status) if !self.settles(status, None) => Verdict::ReportAgain,
            Answer::Status(200..=299) => Verdict::Settled,
            Answer::Status(_) if self.kept_codes.is_empty() => Verdict::Settled,
            Answer::Status(status) => Verdict::Open(status),
        }
    }
}

/// What becomes of the failures that a request carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Settled,
    ReportAgain,
    /// The answer had this status, and the error code is to be awaited.
    Open(u16),
}
