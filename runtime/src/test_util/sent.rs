//! The telemetry of a captured token request, parsed.

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

/// The telemetry of a token request that a test captured.
///
/// Capture the request in the SDK or at a mock of the identity provider.
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
    /// Reads the telemetry in the headers of a request.
    ///
    /// # Errors
    ///
    /// If a telemetry header cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("x-client-current-telemetry", HeaderValue::from_static("5|1004,3,,,|"));
    /// let sent = SentTelemetry::of_headers(&headers)?;
    /// assert!(sent.current().is_some());
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    pub fn of_headers(headers: &HeaderMap) -> Result<Self, UnreadableHeader> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let fields = headers
            .iter()
            .map(|(name, value)| (name.as_str(), text(value.as_bytes())));
        Self::of_fields(fields)
    }

    /// Reads the telemetry in the form fields of a request.
    ///
    /// JavaScript libraries send it there.
    ///
    /// # Errors
    ///
    /// If a telemetry field cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let form = [("grant_type", "refresh_token"), ("x-client-SKU", "msal.js.browser")];
    /// let sent = SentTelemetry::of_form(form)?;
    /// assert_eq!(sent.sdk(), (Some("msal.js.browser"), None));
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
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

    /// Returns the current-telemetry header, if the request has one.
    #[must_use]
    pub fn current(&self) -> Option<&CurrentTelemetry<'static>> {
        self.current.as_ref()
    }

    /// Returns the last-telemetry header, if the request has one.
    #[must_use]
    pub fn last(&self) -> Option<&LastTelemetry<'static>> {
        self.last.as_ref()
    }

    /// Returns the id of the acquisition, if it is a GUID.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let id = "ad8c894a-557f-48c0-b045-c129590c344e";
    /// let sent = SentTelemetry::of_form([("client-request-id", id)])?;
    /// assert_eq!(sent.request_id().map(|id| id.to_string()).as_deref(), Some(id));
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<ClientRequestId> {
        self.request_id
    }

    /// Returns name and version of the SDK, if the request has them.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let sent = SentTelemetry::of_form([("x-client-SKU", "Contoso.Auth"), ("x-client-Ver", "1.2.0")])?;
    /// assert_eq!(sent.sdk(), (Some("Contoso.Auth"), Some("1.2.0")));
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[must_use]
    pub fn sdk(&self) -> (Option<&str>, Option<&str>) {
        (self.sdk.0.as_deref(), self.sdk.1.as_deref())
    }

    /// Returns the codes of the reported failures, in their order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let sent = SentTelemetry::of_form([("x-client-last-telemetry", "5|2|1004,ad8c894a-557f-48c0-b045-c129590c344e|timeout|")])?;
    /// assert_eq!(sent.failure_codes(), ["timeout"]);
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[must_use]
    pub fn failure_codes(&self) -> Vec<&str> {
        let failures = self.last.as_ref().map_or(&[][..], LastTelemetry::failures);
        failures.iter().map(ReportedFailure::code).collect()
    }

    /// Returns the number of reported cache hits.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let sent = SentTelemetry::of_form([("x-client-last-telemetry", "5|2|1004,ad8c894a-557f-48c0-b045-c129590c344e|timeout|")])?;
    /// assert_eq!(sent.hits(), 2);
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.last.as_ref().map_or(0, LastTelemetry::hits)
    }

    /// Asserts which function of the SDK the request is for.
    ///
    /// # Panics
    ///
    /// If it is for another function, or does not name one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::MsalNet;
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let sent = SentTelemetry::of_form([("x-client-current-telemetry", "5|1004,3,,,|")])?;
    /// sent.assert_api(MsalNet::AcquireTokenForClient);
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[track_caller]
    pub fn assert_api(&self, api: impl Into<Api>) -> &Self {
        let api = api.into();
        let found = self.current.as_ref().and_then(CurrentTelemetry::api_number);
        assert_eq!(
            found,
            Some(api.number().into()),
            "expected the API id {api:?} in the request"
        );
        self
    }

    /// Asserts why the cache did not suffice.
    ///
    /// # Panics
    ///
    /// If the request has another reason, or none.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{CacheRefreshReason, test_util::SentTelemetry};
    ///
    /// let sent = SentTelemetry::of_form([("x-client-current-telemetry", "5|1004,3,,,|")])?;
    /// sent.assert_refresh(CacheRefreshReason::Expired);
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[track_caller]
    pub fn assert_refresh(&self, reason: CacheRefreshReason) -> &Self {
        let found = self.current.as_ref().and_then(CurrentTelemetry::cache_info);
        assert_eq!(found, Some(reason), "refresh reason in the request");
        self
    }

    /// Asserts how many cache hits are reported.
    ///
    /// # Panics
    ///
    /// If the number differs.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let sent = SentTelemetry::of_form([("x-client-last-telemetry", "5|2|1004,ad8c894a-557f-48c0-b045-c129590c344e|timeout|")])?;
    /// sent.assert_hits(2);
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "called for its panic")]
    pub fn assert_hits(&self, hits: u64) -> &Self {
        assert_eq!(self.hits(), hits, "cache hits in the request");
        self
    }

    /// Asserts the codes of the reported failures, in their order.
    ///
    /// # Panics
    ///
    /// If the codes differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::SentTelemetry;
    ///
    /// let sent = SentTelemetry::of_form([("x-client-last-telemetry", "5|2|1004,ad8c894a-557f-48c0-b045-c129590c344e|timeout|")])?;
    /// sent.assert_failures(&["timeout"]);
    /// # Ok::<(), token_telemetry::test_util::UnreadableHeader>(())
    /// ```
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "called for its panic")]
    pub fn assert_failures(&self, codes: &[&str]) -> &Self {
        assert_eq!(self.failure_codes(), codes, "failure codes in the request");
        self
    }
}

fn unreadable(header: &'static str, error: ReadError) -> UnreadableHeader {
    UnreadableHeader { header, error }
}

/// The error returned for a telemetry header that cannot be read.
///
/// # Examples
///
/// ```
/// use token_telemetry::test_util::SentTelemetry;
///
/// let error = SentTelemetry::of_form([("x-client-last-telemetry", "5|no number|||")]).unwrap_err();
/// assert_eq!(error.header(), "x-client-last-telemetry");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableHeader {
    header: &'static str,
    error: ReadError,
}

impl UnreadableHeader {
    /// Returns the name of the header.
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
