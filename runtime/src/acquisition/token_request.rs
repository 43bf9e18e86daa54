//! One HTTP attempt of a token request: its headers, its clock, and how it ended.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use super::active::Shared;
use super::attempt::{Attempt, AttemptEnd};
use super::attempt_span::AttemptSpan;
use super::clock::Moment;
use super::context;
use super::delivery::{HeaderSink, InFlightReport, MapSink, Purpose};
use super::http_state::{Begun, LastEnd, Turn};
use super::response::{HttpOutcome, MAX_RETRY_AFTER, retry_after};
use super::server_request_id::{request_id, safe_id};
use super::started_attempt::StartedAttempt;
use crate::diagnostics::Diagnostic;
use crate::error::TransportError;
use crate::wire::Authority;

/// Initial capacity of the header map, so that it need not grow.
const HEADERS: usize = 16;

/// One HTTP attempt of a token request.
///
/// Returned by [`token_request`](crate::Acquisition::token_request). It may leave the task and
/// outlive the acquisition. A request that is dropped without a response counts as not delivered:
/// the next request reports again what its headers reported.
///
/// # Examples
///
/// Step by step, as middleware uses it:
///
/// ```
/// use http::HeaderMap;
/// use token_telemetry::Acquisition;
///
/// let mut headers = HeaderMap::new();
/// let mut request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
/// request.apply_to(&mut headers);
/// // … send the request and receive the response …
/// request.responded(200);
/// ```
#[must_use = "a token request that is dropped counts as not delivered"]
pub struct TokenRequest {
    acquisition: Option<Arc<Shared>>,
    authority: Authority,
    purpose: Purpose,
    /// Its position among the token requests of its acquisition, if it is one.
    turn: Option<Turn>,
    /// Whether the request is part of the acquisition, and not only seen while that one runs.
    counts: bool,
    started: Option<Moment>,
    /// The start of the acquisition.
    origin: Option<Moment>,
    /// The number of the attempt; none if the acquisition had ended before.
    number: Option<u32>,
    /// The attempt that ended last before this one began.
    previous: Option<LastEnd>,
    /// None until its headers are written, if they report anything.
    report: Option<InFlightReport>,
    retry_after: Option<Duration>,
    request_id: Option<Arc<str>>,
    pub(super) span: AttemptSpan,
}

impl TokenRequest {
    /// The longest `Retry-After` that is recorded: one day.
    ///
    /// A server that asks for more is broken or hostile, and adding its number to the current time
    /// might overflow.
    pub const MAX_RETRY_AFTER: Duration = MAX_RETRY_AFTER;

    /// Begins a request of an acquisition, or of none.
    pub(crate) fn new(acquisition: Option<Arc<Shared>>, url: &str) -> Self {
        Self::begin(acquisition, Authority::of_url(url), true)
    }

    /// Begins a request that middleware sees, which may not go to the authority.
    pub(crate) fn seen(acquisition: Option<Arc<Shared>>, url: &str) -> Self {
        let authority = Authority::of_url(url);
        let own = |acquisition: &Arc<Shared>| acquisition.backend.is_authority(&authority);
        let counts = acquisition.as_ref().is_some_and(own);
        Self::begin(acquisition, authority, counts)
    }

    fn begin(acquisition: Option<Arc<Shared>>, authority: Authority, counts: bool) -> Self {
        let (mut started, mut origin, mut begun) = (None, None, None);
        let mut span = AttemptSpan::default();
        if let Some(acquisition) = acquisition.as_ref().filter(|_| counts) {
            let is_active = acquisition.update(|state| {
                origin = state.started;
                begun = Some(state.cold_mut().http.begin(&authority));
            });
            if is_active {
                span = AttemptSpan::open(acquisition, &authority);
                if acquisition.list_in_flight() {
                    context::with_suspended(|| acquisition.backend.entered_flight());
                }
            } else {
                context::emit(Diagnostic::RequestAfterAcquisition);
            }
            // After the span, so that its creation is not measured.
            started = context::now(acquisition.backend.clock());
            acquisition.backend.begin_request(&authority, started);
        }
        let (turn, number, previous) = match begun {
            Some(Begun {
                turn,
                number,
                previous,
            }) => (Some(turn), Some(number), previous),
            None => (None, None, None),
        };
        Self {
            acquisition,
            authority,
            purpose: Purpose::Token,
            turn,
            counts,
            started,
            origin,
            number,
            previous,
            report: None,
            retry_after: None,
            request_id: None,
            span,
        }
    }

    /// Sets what the request asks for; without this, a token from the token endpoint.
    ///
    /// The last call counts. Failures belong to the request that became a token request last.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, Purpose};
    ///
    /// let url = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    /// let request = Acquisition::current().token_request(url).purpose(Purpose::Discovery);
    /// request.responded(200);
    /// ```
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        let before = mem::replace(&mut self.purpose, purpose);
        if let Some(acquisition) = &self.acquisition
            && self.counts
            && before != purpose
        {
            let (authority, turn) = (&self.authority, &mut self.turn);
            acquisition.update(|state| {
                let http = &mut state.cold_mut().http;
                http.repurpose(before, purpose, authority, turn);
            });
        }
        self
    }

    /// Returns the telemetry headers, as of now.
    ///
    /// Add them to a request that carries none yet. If you reuse a request object, use
    /// [`apply_to`](Self::apply_to) or [`apply_with`](Self::apply_with), which also remove the
    /// headers of an earlier attempt.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let mut request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    /// for (name, value) in &request.take_headers() {
    ///     println!("{name}: {value:?}");
    /// }
    /// ```
    #[must_use]
    pub fn take_headers(&mut self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(HEADERS);
        self.apply_to(&mut headers);
        headers
    }

    /// Writes the telemetry headers, as of now, replacing others of the same names.
    ///
    /// If the host is not one of the [`authorities`](crate::TelemetryBuilder::authorities), removes
    /// what an earlier request of the acquisition left in the map: both telemetry headers, and the
    /// others if their value is the one that telemetry writes. An id or a SKU that the application
    /// set itself stays.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use token_telemetry::Acquisition;
    ///
    /// let mut request = Request::post("https://login.microsoftonline.com/t/token").body(())?;
    /// let url = request.uri().to_string();
    /// Acquisition::current().token_request(url).apply_to(request.headers_mut());
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn apply_to(&mut self, headers: &mut HeaderMap) {
        let (mut replaced, mut written) = (Vec::new(), Vec::new());
        let is_observed = self.observer().is_some();
        let sink = MapSink::new(headers, &mut replaced, is_observed.then_some(&mut written));
        self.write(&mut HeaderSink::Headers(sink));
        let written = written.iter().map(|(name, value)| (name.as_str(), value));
        self.notify_started(written.filter_map(|(name, value)| Some((name, value.to_str().ok()?))));
    }

    /// Writes the telemetry headers, as of now, into a header map of any type.
    ///
    /// Calls `set` with each name, in lower case, and its value, or with `None` to remove a header of
    /// an earlier attempt. A client that sends the same request object again needs both: a header
    /// that stays on it would report its failures a second time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use token_telemetry::Acquisition;
    ///
    /// let mut headers: HashMap<String, String> = HashMap::new();
    /// let mut request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    /// request.apply_with(|name, value| {
    ///     match value {
    ///         Some(value) => headers.insert(name.to_owned(), value.to_owned()),
    ///         None => headers.remove(name),
    ///     };
    /// });
    /// request.responded(200);
    /// ```
    pub fn apply_with(&mut self, mut set: impl FnMut(&str, Option<&str>)) {
        let Some(acquisition) = &self.acquisition else {
            return;
        };
        let of_one_attempt = acquisition.backend.attempt_headers();
        let headers = self.take_headers();
        for name in of_one_attempt {
            if !headers.contains_key(name) {
                set(name, None);
            }
        }
        for (name, value) in &headers {
            if let Ok(value) = value.to_str() {
                set(name.as_str(), Some(value));
            }
        }
    }

    /// Returns the telemetry for the form fields of the body, as of now.
    ///
    /// Empty unless the [`Dialect`](crate::entra::Dialect) sends telemetry in the body; then
    /// [`take_headers`](Self::take_headers) is empty. It is safe to send both with any dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let mut request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    /// let mut form = vec![("grant_type", "client_credentials".to_owned())];
    /// form.extend(request.form_fields());
    /// ```
    #[must_use]
    pub fn form_fields(&mut self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        self.write(&mut HeaderSink::Form(&mut fields));
        self.notify_started(fields.iter().map(|(name, value)| (*name, value.as_str())));
        fields
    }

    /// Returns the acquisition, if an observer wants to know of this attempt.
    fn observer(&self) -> Option<&Shared> {
        let acquisition = self.acquisition.as_deref()?;
        let is_observed =
            self.number.is_some() && !acquisition.is_quiet && acquisition.backend.wants_attempts();
        is_observed.then_some(acquisition)
    }

    /// Notifies observers of the headers that were written.
    fn notify_started<'a>(&self, headers: impl Iterator<Item = (&'a str, &'a str)>) {
        let Some((acquisition, number)) = self.observer().zip(self.number) else {
            return;
        };
        let headers: Vec<_> = headers.collect();
        if headers.is_empty() {
            return;
        }
        let attempt = StartedAttempt {
            acquisition: acquisition.identity(),
            api: acquisition.read(|state| state.api),
            number,
            purpose: self.purpose,
            host: self.authority.host().map(|host| &**host),
            headers: &headers,
        };
        context::with_suspended(|| acquisition.backend.notify_attempt(&attempt));
    }

    fn write(&mut self, out: &mut HeaderSink<'_>) {
        let Some(acquisition) = &self.acquisition else {
            return;
        };
        let backend = &acquisition.backend;
        if backend.is_authority(&self.authority) {
            let (authority, report) = (&self.authority, &mut self.report);
            acquisition
                .read(|state| backend.write_headers(state, self.purpose, authority, report, out));
        } else if let HeaderSink::Headers(headers) = out {
            // The values belong to the caller; nothing may be locked while they are dropped.
            let id = acquisition.read(|state| state.correlation_id);
            backend.strip_headers(id, headers.map_mut());
        }
        if self.counts {
            self.span.describe(acquisition, self.purpose);
            self.started = context::now(backend.clock());
        }
    }

    /// Records the pause that the server asked for in its `Retry-After` header.
    ///
    /// Capped at [`TokenRequest::MAX_RETRY_AFTER`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::Acquisition;
    ///
    /// let mut request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    /// request.set_retry_after(Duration::from_secs(30));
    /// request.responded(429);
    /// ```
    pub fn set_retry_after(&mut self, pause: Duration) {
        self.retry_after = self.retry_after.max(Some(pause.min(MAX_RETRY_AFTER)));
    }

    /// Records that a response with this status arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    /// request.responded(200);
    /// ```
    pub fn responded(mut self, status: u16) {
        self.end_span(AttemptEnd::Responded(status));
        self.complete(AttemptEnd::Responded(status));
    }

    /// Records that a response with this status and these headers arrived.
    ///
    /// Of the headers it reads the pause that the server asked for, as
    /// [`Status::with_headers`](crate::Status::with_headers) does, and `x-ms-request-id`.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Response;
    /// use token_telemetry::Acquisition;
    ///
    /// fn record<B>(response: &Response<B>) {
    ///     let request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    ///     request.responded_with(response.status().as_u16(), response.headers());
    /// }
    /// # record(&Response::new(()));
    /// ```
    pub fn responded_with(mut self, status: u16, headers: &HeaderMap) {
        if let Some(pause) = retry_after(headers) {
            self.set_retry_after(pause);
        }
        self.set_request_id(request_id(headers));
        self.responded(status);
    }

    /// Keeps the id of the response in the server's logs, unless it is unsafe to show.
    fn set_request_id(&mut self, id: Option<&str>) {
        self.request_id = id.and_then(safe_id).map(Arc::from);
    }

    /// Records the "not yet" of a polling flow, which is not a failure.
    ///
    /// Whether it acknowledges the failures that the request reported depends on the dialect's
    /// [`DeliveryPolicy`](crate::entra::DeliveryPolicy), as for any other response with this status,
    /// usually 400:
    ///
    /// | dialect | what a 400 does |
    /// |---|---|
    /// | default, `msal_node`, `msal_browser`, `msal4j`, `msal_android` | acknowledges them |
    /// | `msal_python`, `msal_apple` | does not: each poll reports the same failures, until one succeeds |
    /// | `msal_net` until 4.46 | acknowledges them, unless the flow ends with `request_timeout` |
    /// | `msal_net` 4.47 and 4.48 | acknowledges them, unless the flow ends with `request_timeout` or `temporarily_unavailable` |
    ///
    /// Where the end of the flow decides, they are in flight until then and in no other request.
    /// Dialects without the last-telemetry header report nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// fn record(status: u16, body: &str) {
    ///     let request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    ///     if body.contains("authorization_pending") {
    ///         request.pending(status);
    ///     } else {
    ///         request.responded(status);
    ///     }
    /// }
    /// # record(400, "authorization_pending");
    /// ```
    pub fn pending(mut self, status: u16) {
        self.end_span(AttemptEnd::Pending(status));
        self.complete(AttemptEnd::Pending(status));
    }

    /// Records that no response arrived.
    ///
    /// [`TransportError::of`] reads the class from the error of an HTTP client.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::{Acquisition, TransportError};
    ///
    /// let error = io::Error::from(io::ErrorKind::TimedOut);
    /// let request = Acquisition::current().token_request("https://login.microsoftonline.com/t/token");
    /// request.failed(TransportError::of(&error));
    /// ```
    pub fn failed(mut self, class: TransportError) {
        self.end_span(AttemptEnd::Failed(class));
        self.complete(AttemptEnd::Failed(class));
    }

    pub(super) fn ended(mut self, output: &impl HttpOutcome) {
        if let Some(pause) = output.retry_after() {
            self.set_retry_after(pause);
        }
        self.set_request_id(output.request_id());
        match output.status() {
            Ok(status) if output.is_pending() => self.pending(status),
            Ok(status) => self.responded(status),
            Err(class) => self.failed(class),
        }
    }

    /// Closes the span, after it shows what the request was for and how it ended.
    fn end_span(&mut self, end: AttemptEnd) {
        if let Some(acquisition) = &self.acquisition {
            self.span.end(acquisition, self.purpose, end);
        }
    }

    /// Records the attempt, and what happens to its report.
    fn complete(&mut self, end: AttemptEnd) {
        let Some(acquisition) = self.acquisition.take().filter(|_| self.counts) else {
            return;
        };
        self.record(&acquisition, end);
        self.deliver(&acquisition, end.status());
    }

    /// Records the attempt on its acquisition, and in the metrics even if that one has ended.
    fn record(&mut self, acquisition: &Shared, end: AttemptEnd) {
        let Some(number) = self.number else { return };
        let backend = &acquisition.backend;
        let ended = self.started.and_then(|_| context::now(backend.clock()));
        let (mut attempt, is_throttled) = self.attempt(number, end, ended);
        let throttled = attempt.waited_before().filter(|_| is_throttled);
        let api = acquisition.read(|state| {
            let http = state.cold.as_deref().map(|cold| &cold.http);
            attempt.resends = http.map_or(0, |http| http.ended(attempt.purpose));
            state.api
        });
        backend.pause_requests(
            &self.authority,
            self.started,
            attempt.duration(),
            self.retry_after,
        );
        let holds_token =
            self.purpose != Purpose::Discovery && matches!(end, AttemptEnd::Responded(200..300));
        acquisition.update(|state| {
            if holds_token {
                state.token_received();
            }
            state.cold_mut().http.end(&attempt, ended, throttled);
        });
        if !acquisition.is_quiet {
            context::with_suspended(|| backend.record_attempt(api, &attempt));
        }
    }

    /// Returns the attempt, and whether it waited before because a server asked for that.
    fn attempt(&mut self, number: u32, end: AttemptEnd, ended: Option<Moment>) -> (Attempt, bool) {
        let started = self.started;
        let since = |earlier: Option<Moment>, later: Option<Moment>| {
            earlier.and_then(|earlier| later.map(|later| later.since(earlier)))
        };
        let wait = self.previous.and_then(|previous| previous.wait(started?));
        let (waited_before, is_throttled) = wait.unzip();
        let attempt = Attempt {
            host: self.authority.host().cloned(),
            request_id: self.request_id.take(),
            start: since(self.origin, started).into(),
            duration: since(started, ended).into(),
            retry_after: self.retry_after.into(),
            waited_before: waited_before.into(),
            number,
            end,
            purpose: self.purpose,
            resends: 0,
        };
        (attempt, is_throttled.unwrap_or_default())
    }

    /// Decides what happens to the report; `status` is that of the response, if any.
    fn deliver(&mut self, acquisition: &Shared, status: Option<u16>) {
        let backend = &acquisition.backend;
        let report = self.report.take();
        let mut undecided = report.and_then(|report| backend.complete_delivery(report, status));
        if undecided.is_some() {
            acquisition.update(|state| state.cold_mut().http.undecided.extend(undecided.take()));
        }
        if let Some(undecided) = undecided {
            // The acquisition has ended already, so that no error code will follow.
            backend.decide_deliveries(&[undecided], None);
        }
    }
}

impl Drop for TokenRequest {
    fn drop(&mut self) {
        self.end_span(AttemptEnd::Dropped);
        self.complete(AttemptEnd::Dropped);
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
