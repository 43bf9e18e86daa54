//! Writes and removes both headers of a request to Graph.

use http::{HeaderMap, HeaderValue, Request, Uri};

use super::applied::Applied;
use super::context::RequestContext;
use super::host::{GraphHost, Hosts};
use super::level::Level;
use super::read::{self, ReadError};
use super::sdk_version::{SDK_VERSION, SdkVersion};
use crate::wire::ClientRequestId;

/// What happens to the application's `client-request-id` if it is not a GUID.
///
/// Graph silently replaces such ids, and one workload rejects them.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Headers, OddRequestId, Product, SdkVersion};
///
/// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
/// # let sdk_version = SdkVersion::builder().core(core).build()?;
/// let headers = Headers::new(sdk_version).with_odd_request_id(OddRequestId::Replace);
/// # drop(headers);
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OddRequestId {
    /// Keeps the id.
    #[default]
    Keep,
    /// Replaces it with the request's own id and sets [`Applied::replaced_request_id`].
    Replace,
}

/// Writes `SdkVersion` and `client-request-id` on requests to Graph, and removes them elsewhere.
///
/// Applying the headers is idempotent, so it can run on every attempt and anywhere among the layers
/// of a client. Products that the application put into `SdkVersion` stay in front.
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
    /// Creates headers for Graph's own hosts.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// assert!(headers.hosts().allow_url("https://graph.microsoft.com/v1.0/me"));
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub const fn new(sdk_version: SdkVersion) -> Self {
        Self {
            sdk_version,
            hosts: Hosts::graph(),
            odd_request_id: OddRequestId::Keep,
            keeps_request_id_elsewhere: false,
        }
    }

    /// Sets the hosts that receive the headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Hosts, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let sdk_version = SdkVersion::builder().core(core).build()?;
    /// let hosts = Hosts::graph().with("graph.contoso.example")?;
    /// let headers = Headers::new(sdk_version).with_hosts(hosts);
    /// assert!(headers.hosts().allow_url("https://graph.contoso.example/v1.0/me"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_hosts(mut self, hosts: Hosts) -> Self {
        self.hosts = hosts;
        self
    }

    /// Sets what happens to the application's request id if it is not a GUID.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// use token_telemetry::graph::{Headers, OddRequestId, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let sdk_version = SdkVersion::builder().core(core).build()?;
    /// let headers = Headers::new(sdk_version).with_odd_request_id(OddRequestId::Replace);
    /// let mut map = HeaderMap::new();
    /// map.insert("client-request-id", HeaderValue::from_static("request-1"));
    /// let applied = headers.apply(&"https://graph.microsoft.com/v1.0/me".parse()?, &mut map);
    /// assert!(applied.replaced_request_id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_odd_request_id(mut self, policy: OddRequestId) -> Self {
        self.odd_request_id = policy;
        self
    }

    /// Keeps `client-request-id` on requests to other hosts.
    ///
    /// By default both headers are removed there, as Graph specifies. Call this for a client that also
    /// sends token requests, because token endpoints use the same header. The id that a request had
    /// at Graph is still removed when the request is redirected elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let sdk_version = SdkVersion::builder().core(core).build()?;
    /// let headers = Headers::new(sdk_version).keep_request_id_elsewhere();
    /// let id = HeaderValue::from_static("b48eb1a9-4b0f-4b18-875a-cbdd171d3711");
    /// let mut map = HeaderMap::new();
    /// map.insert("client-request-id", id.clone());
    /// headers.apply(&"https://login.microsoftonline.com/common".parse()?, &mut map);
    /// assert_eq!(map["client-request-id"], id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keep_request_id_elsewhere(mut self) -> Self {
        self.keeps_request_id_elsewhere = true;
        self
    }

    /// Returns the `SdkVersion` that is written.
    #[must_use]
    pub fn sdk_version(&self) -> &SdkVersion {
        &self.sdk_version
    }

    /// Returns the hosts that receive the headers.
    #[must_use]
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Writes or removes the headers for the current [`RequestContext`].
    ///
    /// Outside a scope, each call counts as a new request, with a new id unless the headers already
    /// have one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let mut map = http::HeaderMap::new();
    /// let applied = headers.apply(&"https://graph.microsoft.com/v1.0/me".parse()?, &mut map);
    /// assert!(applied.is_written);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(&self, uri: &Uri, headers: &mut HeaderMap) -> Applied {
        let context = RequestContext::of_headers(headers);
        self.apply_for(&context, uri, headers)
    }

    /// Writes or removes the headers for one attempt of the request with this context.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::HeaderMap;
    /// use token_telemetry::graph::{Headers, Product, RequestContext, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let context = RequestContext::new();
    /// let uri = "https://graph.microsoft.com/v1.0/me".parse()?;
    /// let first = headers.apply_for(&context, &uri, &mut HeaderMap::new());
    /// let retry = headers.apply_for(&context, &uri, &mut HeaderMap::new());
    /// assert_eq!(first.client_request_id, retry.client_request_id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_for(
        &self,
        context: &RequestContext,
        uri: &Uri,
        headers: &mut HeaderMap,
    ) -> Applied {
        self.apply_where(self.hosts.find(uri), context, headers)
    }

    /// Like [`apply_for`](Self::apply_for), for a `url::Url` or a URL as text.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, RequestContext, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let mut map = http::HeaderMap::new();
    /// headers.apply_for_url(&RequestContext::new(), "https://graph.microsoft.com/v1.0/me", &mut map);
    /// assert_eq!(map.len(), 2);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    pub fn apply_for_url(
        &self,
        context: &RequestContext,
        url: impl AsRef<str>,
        headers: &mut HeaderMap,
    ) -> Applied {
        self.apply_where(self.hosts.find_url(url.as_ref()), context, headers)
    }

    /// Prepares a request as a layer does before passing it on.
    ///
    /// Also inserts the returned context into the request's extensions. Run the rest of the request in
    /// its [`scope`](RequestContext::scope).
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
    /// let retry = headers.apply_to(&mut request);
    /// assert_eq!(retry.client_request_id(), context.client_request_id());
    /// assert!(request.headers()["sdkversion"].to_str()?.contains("featureUsage=02"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to<B>(&self, request: &mut Request<B>) -> RequestContext {
        let context = RequestContext::of_attempt(request.extensions(), request.headers());
        let host = self.hosts.find(request.uri());
        self.apply_where(host, &context, request.headers_mut());
        request.extensions_mut().insert(context.clone());
        context
    }

    /// Writes the headers if the host receives them; otherwise removes them.
    fn apply_where(
        &self,
        host: Option<GraphHost>,
        context: &RequestContext,
        headers: &mut HeaderMap,
    ) -> Applied {
        let is_allowed = host.is_some();
        if let Some(host) = host {
            context.set_host(host);
        }
        if self.sdk_version.level() == Level::Off {
            return Applied::default();
        }
        // Keep reporting what an earlier attempt replaced: later attempts no longer see the original.
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

    /// Appends our products to the application's, in one line.
    fn write_sdk_version(&self, ours: HeaderValue, headers: &mut HeaderMap) -> Option<ReadError> {
        let mut lines = headers.get_all(SDK_VERSION).iter();
        if lines.next() == Some(&ours) && lines.next().is_none() {
            return None;
        }
        let merged = self.merged(&ours, headers);
        let fault = merged.as_ref().err().copied();
        // Fails only if the map is full.
        drop(headers.try_insert(SDK_VERSION, merged.ok().flatten().unwrap_or(ours)));
        fault
    }

    /// Returns the products that others put into the header, and then ours.
    fn merged(
        &self,
        ours: &HeaderValue,
        headers: &HeaderMap,
    ) -> Result<Option<HeaderValue>, ReadError> {
        let Some(present) = read::joined(headers) else {
            return Ok(None);
        };
        let elements = match read::recipient(&present) {
            Ok(elements) => elements,
            Err(fault) if fault.reason() == read::Reason::NoElement => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let products = self.sdk_version.products();
        let is_ours = |name| products.iter().any(|product| product.name() == name);
        let theirs = elements.iter().filter(|element| !is_ours(element.name()));
        let mut value = read::in_sender_form(theirs);
        if value.is_empty() {
            return Ok(None);
        }
        value.extend_from_slice(b", ");
        value.extend_from_slice(ours.as_bytes());
        read::check_len(&value)?;
        Ok(HeaderValue::try_from(value).ok())
    }

    /// Leaves exactly one id: that of the header, that of the context, or a new one.
    fn write_request_id(
        &self,
        context: &RequestContext,
        headers: &mut HeaderMap,
        applied: &mut Applied,
    ) {
        let present = headers.get(ClientRequestId::HEADER);
        let present = present.filter(|value| !value.is_empty());
        let id = present.and_then(ClientRequestId::from_header);
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
            drop(headers.try_insert(ClientRequestId::HEADER, value));
        }
    }

    /// Removes the headers at another host; `at_graph` is the id the request had at Graph.
    fn remove(&self, at_graph: Option<ClientRequestId>, headers: &mut HeaderMap) {
        headers.remove(SDK_VERSION);
        let is_from_graph = at_graph.is_some() && ClientRequestId::in_headers(headers) == at_graph;
        if is_from_graph || !self.keeps_request_id_elsewhere {
            headers.remove(ClientRequestId::HEADER);
        }
    }
}

/// Drops all but the first line of the id.
fn keep_one_line(headers: &mut HeaderMap) {
    let mut lines = headers.get_all(ClientRequestId::HEADER).iter();
    let (first, second) = (lines.next(), lines.next());
    if let (Some(first), Some(_)) = (first, second) {
        headers.insert(ClientRequestId::HEADER, first.clone());
    }
}
