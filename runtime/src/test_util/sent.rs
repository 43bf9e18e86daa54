//! What a captured token request says, in typed terms.

use std::error::Error;
use std::fmt;

use http::HeaderMap;

use crate::api::Api;
use crate::cache::CacheRefreshReason;
use crate::entra::read::{self, ReadError};
use crate::entra::{CurrentTelemetry, LastTelemetry, ReportedFailure};
use crate::wire::ClientRequestId;

const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";

/// Telemetry of a token request that a test captured, at the SDK or at the identity provider.
///
/// # Examples
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use token_telemetry::api::Api;
/// use token_telemetry::{CacheRefreshReason, test_util::SentTelemetry};
///
/// let mut headers = HeaderMap::new();
/// let value = HeaderValue::from_static("5|1004,3,,,|0,1,1,,,");
/// headers.insert("x-client-current-telemetry", value);
///
/// SentTelemetry::of_headers(&headers)?
///     .assert_api(Api::new(1004, "AcquireTokenForClient"))
///     .assert_refresh(CacheRefreshReason::Expired)
///     .assert_failures(&[]);
/// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentTelemetry {
    current: Option<CurrentTelemetry<'static>>,
    last: Option<LastTelemetry<'static>>,
    request_id: Option<ClientRequestId>,
    sdk: (Option<String>, Option<String>),
}

impl SentTelemetry {
    /// Telemetry in the headers of a request.
    ///
    /// # Errors
    ///
    /// When a telemetry header cannot be read.
    pub fn of_headers(headers: &HeaderMap) -> Result<Self, UnreadableHeader> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let fields = headers
            .iter()
            .map(|(name, value)| (name.as_str(), text(value.as_bytes())));
        Self::of_fields(fields)
    }

    /// Telemetry in the form fields of a request, as JavaScript libraries send it.
    ///
    /// # Errors
    ///
    /// When a telemetry field cannot be read.
    pub fn of_form<N, V>(fields: impl IntoIterator<Item = (N, V)>) -> Result<Self, UnreadableHeader>
    where
        N: AsRef<str>,
        V: Into<String>,
    {
        Self::of_fields(fields.into_iter().map(|(name, value)| (name, value.into())))
    }

    fn of_fields<N: AsRef<str>>(
        fields: impl Iterator<Item = (N, String)>,
    ) -> Result<Self, UnreadableHeader> {
        let mut sent = Self::default();
        for (name, value) in fields {
            match &*name.as_ref().to_ascii_lowercase() {
                CURRENT => {
                    let read = read::current(&value).map_err(|error| unreadable(CURRENT, error))?;
                    sent.current = read.map(|read| read.telemetry().clone().into_owned());
                }
                LAST => {
                    let read = read::last(&value).map_err(|error| unreadable(LAST, error))?;
                    sent.last = read.map(|read| read.telemetry().clone().into_owned());
                }
                "client-request-id" | "x-ms-client-request-id" => {
                    sent.request_id = value.parse().ok();
                }
                "x-client-sku" => sent.sdk.0 = Some(value),
                "x-client-ver" => sent.sdk.1 = Some(value),
                _ => {}
            }
        }
        Ok(sent)
    }

    /// What the request is for, absent if it does not say.
    #[must_use]
    pub fn current(&self) -> Option<&CurrentTelemetry<'static>> {
        self.current.as_ref()
    }

    /// What the request reports about earlier calls, absent if it reports nothing.
    #[must_use]
    pub fn last(&self) -> Option<&LastTelemetry<'static>> {
        self.last.as_ref()
    }

    /// Id of the acquisition, absent if there is none or it is no GUID.
    #[must_use]
    pub fn request_id(&self) -> Option<ClientRequestId> {
        self.request_id
    }

    /// Name and version of the SDK, as far as the request tells them.
    #[must_use]
    pub fn sdk(&self) -> (Option<&str>, Option<&str>) {
        (self.sdk.0.as_deref(), self.sdk.1.as_deref())
    }

    /// Codes of the failures that the request reports, in its order.
    #[must_use]
    pub fn failure_codes(&self) -> Vec<&str> {
        let failures = self.last.as_ref().map_or(&[][..], LastTelemetry::failures);
        failures.iter().map(ReportedFailure::code).collect()
    }

    /// Cache hits that the request reports.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.last.as_ref().map_or(0, LastTelemetry::hits)
    }

    /// Checks which function of the SDK the request is for.
    ///
    /// # Panics
    ///
    /// When it is for another, or does not say.
    #[track_caller]
    pub fn assert_api(&self, api: impl Into<Api>) -> &Self {
        let api = api.into();
        let found = self.current.as_ref().and_then(CurrentTelemetry::api_number);
        assert_eq!(
            found,
            Some(api.number().into()),
            "API id of the request, expected {api:?}"
        );
        self
    }

    /// Checks why the cache did not suffice.
    ///
    /// # Panics
    ///
    /// When the request gives another reason, or none.
    #[track_caller]
    pub fn assert_refresh(&self, reason: CacheRefreshReason) -> &Self {
        let found = self.current.as_ref().and_then(CurrentTelemetry::cache_info);
        assert_eq!(found, Some(reason), "reason of the request");
        self
    }

    /// Checks how many cache hits are reported.
    ///
    /// # Panics
    ///
    /// When it is another number.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "it is called for its panic")]
    pub fn assert_hits(&self, hits: u64) -> &Self {
        assert_eq!(self.hits(), hits, "cache hits that the request reports");
        self
    }

    /// Checks the codes of the reported failures, in their order.
    ///
    /// # Panics
    ///
    /// When there are others.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "it is called for its panic")]
    pub fn assert_failures(&self, codes: &[&str]) -> &Self {
        assert_eq!(
            self.failure_codes(),
            codes,
            "failures that the request reports"
        );
        self
    }
}

fn unreadable(header: &'static str, error: ReadError) -> UnreadableHeader {
    UnreadableHeader { header, error }
}

/// Telemetry header of a captured request that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableHeader {
    header: &'static str,
    error: ReadError,
}

impl UnreadableHeader {
    /// Name of the header.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        self.header
    }
}

impl fmt::Display for UnreadableHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.header, self.error)
    }
}

impl Error for UnreadableHeader {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}
