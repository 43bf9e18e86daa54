//! Both headers of a request to Graph, written and removed by the rules of the contract.

use http::{HeaderMap, HeaderValue, Request, Uri};

use super::context::RequestContext;
use super::host::Hosts;
use super::level::Level;
use super::read::{self, ReadError};
use super::sdk_version::{SDK_VERSION, SdkVersion};
use crate::wire::ClientRequestId;

/// What happens to a `client-request-id` of the application that is no GUID.
///
/// The service replaces such ids silently, and one workload refuses them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OddRequestId {
    /// It stays.
    #[default]
    Keep,
    /// The request's own id replaces it, and [`Applied::replaced_request_id`] says so.
    Replace,
}

/// Writes `SdkVersion` and `client-request-id` into requests to Graph, and only into those.
///
/// Applying twice is applying once, so it may run on every attempt, wherever it stands among
/// the layers of a client. What the application put into `SdkVersion` stays in front.
///
/// # Examples
///
/// ```
/// use http::HeaderMap;
/// use token_telemetry::graph::{Comment, Headers, Product, SdkVersion};
///
/// let sdk_version = SdkVersion::builder()
///     .core(const { Product::from_static("graph-rust-core", "0.1.0") })
///     .comment(Comment::empty().host_os("linux"))
///     .build()?;
/// let headers = Headers::new(sdk_version);
///
/// let mut request = HeaderMap::new();
/// headers.apply(&"https://graph.microsoft.com/v1.0/me".parse()?, &mut request);
/// assert_eq!(request["sdkversion"], "graph-rust-core/0.1.0 (featureUsage=00; hostOS=linux)");
/// assert_eq!(request["client-request-id"].len(), 36);
///
/// // The request is redirected to another host.
/// headers.apply(&"https://files.example/x".parse()?, &mut request);
/// assert!(request.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Headers {
    sdk_version: SdkVersion,
    hosts: Hosts,
    odd_request_id: OddRequestId,
    keeps_request_id_elsewhere: bool,
}

impl Headers {
    /// Headers with this `SdkVersion`, for Graph's own hosts.
    #[must_use]
    pub const fn new(sdk_version: SdkVersion) -> Self {
        Self {
            sdk_version,
            hosts: Hosts::graph(),
            odd_request_id: OddRequestId::Keep,
            keeps_request_id_elsewhere: false,
        }
    }

    /// Sets the hosts that may see the headers.
    #[must_use]
    pub fn with_hosts(mut self, hosts: Hosts) -> Self {
        self.hosts = hosts;
        self
    }

    /// Sets what happens to an id of the application that is no GUID.
    #[must_use]
    pub fn with_odd_request_id(mut self, policy: OddRequestId) -> Self {
        self.odd_request_id = policy;
        self
    }

    /// Leaves `client-request-id` at other hosts, unless it is the one this request had at Graph.
    ///
    /// Graph's contract removes both headers there. A client that also sends token requests
    /// needs this, because token endpoints take the same header.
    #[must_use]
    pub fn keep_request_id_elsewhere(mut self) -> Self {
        self.keeps_request_id_elsewhere = true;
        self
    }

    /// The `SdkVersion` that is written.
    #[must_use]
    pub fn sdk_version(&self) -> &SdkVersion {
        &self.sdk_version
    }

    /// The hosts that may see the headers.
    #[must_use]
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Writes or removes the headers, on behalf of the current [`RequestContext`].
    ///
    /// Outside a scope every call is a request of its own, with an id of its own unless the
    /// headers have one.
    pub fn apply(&self, uri: &Uri, headers: &mut HeaderMap) -> Applied {
        let context = RequestContext::of_headers(headers);
        self.apply_for(&context, uri, headers)
    }

    /// Writes or removes the headers, on behalf of one request over all its attempts.
    pub fn apply_for(
        &self,
        context: &RequestContext,
        uri: &Uri,
        headers: &mut HeaderMap,
    ) -> Applied {
        self.apply_where(self.hosts.allow(uri), context, headers)
    }

    /// The same for a `url::Url` or a URL as text.
    pub fn apply_for_url(
        &self,
        context: &RequestContext,
        url: impl AsRef<str>,
        headers: &mut HeaderMap,
    ) -> Applied {
        self.apply_where(self.hosts.allow_url(url), context, headers)
    }

    /// Does all that a layer does with a request before it passes it on.
    ///
    /// The returned context is in the request's extensions too; scope the rest of the request in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, Headers, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let mut request = http::Request::get("https://graph.microsoft.com/v1.0/me").body(())?;
    /// let context = headers.apply_to(&mut request);
    /// context.feature_used(FeatureUsage::RETRY_HANDLER);
    ///
    /// let again = headers.apply_to(&mut request);
    /// assert_eq!(again.client_request_id(), context.client_request_id());
    /// assert!(request.headers()["sdkversion"].to_str()?.contains("featureUsage=02"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to<B>(&self, request: &mut Request<B>) -> RequestContext {
        let context = RequestContext::of_attempt(request.extensions(), request.headers());
        let is_allowed = self.hosts.allow(request.uri());
        self.apply_where(is_allowed, &context, request.headers_mut());
        request.extensions_mut().insert(context.clone());
        context
    }

    /// Writes the headers where they are allowed, else removes them.
    fn apply_where(
        &self,
        is_allowed: bool,
        context: &RequestContext,
        headers: &mut HeaderMap,
    ) -> Applied {
        if self.sdk_version.level() == Level::Off {
            return Applied::default();
        }
        // What earlier attempts replaced stays reported: later ones find it replaced already.
        let before = context.applied().unwrap_or_default();
        let mut applied = Applied {
            is_written: is_allowed,
            ..before
        };
        if is_allowed {
            self.write(context, headers, &mut applied);
        } else {
            self.remove(before.client_request_id, headers);
        }
        context.set_applied(applied);
        applied
    }

    fn write(&self, context: &RequestContext, headers: &mut HeaderMap, applied: &mut Applied) {
        if let Some(ours) = self.sdk_version.header_value(context.features()) {
            let fault = self.write_sdk_version(ours, headers);
            applied.replaced_sdk_version = fault.or(applied.replaced_sdk_version);
        }
        self.write_request_id(context, headers, applied);
    }

    /// Puts our products behind the application's, in one line.
    fn write_sdk_version(&self, ours: HeaderValue, headers: &mut HeaderMap) -> Option<ReadError> {
        let mut lines = headers.get_all(SDK_VERSION).iter();
        if lines.next() == Some(&ours) && lines.next().is_none() {
            return None;
        }
        let (value, fault) = match self.in_front(headers) {
            Ok(in_front) if in_front.is_empty() => (ours, None),
            Ok(in_front) => {
                let value = [&*in_front, b", ", ours.as_bytes()].concat();
                let too_long = read::too_long(&value);
                let value = HeaderValue::try_from(value).ok();
                (
                    value.filter(|_| too_long.is_none()).unwrap_or(ours),
                    too_long,
                )
            }
            Err(fault) => (ours, Some(fault)),
        };
        let _full = headers.try_insert(SDK_VERSION, value);
        fault
    }

    /// The products that others put into the header.
    fn in_front(&self, headers: &HeaderMap) -> Result<Vec<u8>, ReadError> {
        let Some(present) = read::joined(headers) else {
            return Ok(Vec::new());
        };
        let elements = match read::recipient(&present) {
            Ok(elements) => elements,
            Err(fault) if fault.reason() == read::Reason::NoElement => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let ours = self.sdk_version.products();
        let is_ours = |name| ours.iter().any(|product| product.name() == name);
        Ok(read::in_sender_form(
            elements.iter().filter(|element| !is_ours(element.name())),
        ))
    }

    /// Leaves exactly one id: the header's, else the context's, else a new one.
    fn write_request_id(
        &self,
        context: &RequestContext,
        headers: &mut HeaderMap,
        applied: &mut Applied,
    ) {
        let present = headers.get(ClientRequestId::HEADER);
        let present = present.filter(|value| !value.is_empty());
        let id = present.and_then(|value| parse(value.as_bytes()));
        let is_odd = present.is_some() && id.is_none();
        if id.is_some() || (is_odd && self.odd_request_id == OddRequestId::Keep) {
            applied.client_request_id = id;
            keep_one_line(headers);
            return;
        }
        applied.replaced_request_id |= is_odd;
        let id = context.client_request_id_or_make();
        applied.client_request_id = Some(id);
        if let Ok(value) = HeaderValue::from_str(id.encode(&mut [0; ClientRequestId::LEN])) {
            let _full = headers.try_insert(ClientRequestId::HEADER, value);
        }
    }

    /// Removes the headers at another host, where the id of the request at Graph is known.
    fn remove(&self, at_graph: Option<ClientRequestId>, headers: &mut HeaderMap) {
        headers.remove(SDK_VERSION);
        let present = headers
            .get(ClientRequestId::HEADER)
            .map(HeaderValue::as_bytes);
        let is_from_graph =
            at_graph.is_some_and(|id| present.is_some_and(|value| parse(value) == Some(id)));
        if is_from_graph || !self.keeps_request_id_elsewhere {
            headers.remove(ClientRequestId::HEADER);
        }
    }
}

/// The id of a request with these headers, if it has one that is a GUID.
pub(super) fn id_in(headers: &HeaderMap) -> Option<ClientRequestId> {
    parse(headers.get(ClientRequestId::HEADER)?.as_bytes())
}

/// The id in a header, if it is a GUID.
fn parse(value: &[u8]) -> Option<ClientRequestId> {
    str::from_utf8(value).ok()?.parse().ok()
}

/// Drops all but the first line of the id.
fn keep_one_line(headers: &mut HeaderMap) {
    let mut lines = headers.get_all(ClientRequestId::HEADER).iter();
    let (first, second) = (lines.next(), lines.next());
    if let (Some(first), Some(_)) = (first, second) {
        headers.insert(ClientRequestId::HEADER, first.clone());
    }
}

/// What was done to the headers of a request, up to its last attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Whether the last attempt has the headers; else its host is not Graph's, or the level is off.
    pub is_written: bool,
    /// Id that the request has at Graph, to be logged; absent if the application's is no GUID.
    pub client_request_id: Option<ClientRequestId>,
    /// Whether an id of the application was replaced because it was no GUID.
    pub replaced_request_id: bool,
    /// Why the application's `SdkVersion` could not be kept, if it could not.
    pub replaced_sdk_version: Option<ReadError>,
}
