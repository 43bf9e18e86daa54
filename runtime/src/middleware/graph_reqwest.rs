//! A `reqwest-middleware` handler that writes the Graph headers.

use ::http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION,
    PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use ::http::{Extensions, HeaderName, Method, StatusCode};
use async_trait::async_trait;
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next, Result};

use super::graph_observation::{GraphAttempt, GraphObserver, InSpan, OpenRequest};
use super::reqwest::status_of;
use crate::acquisition::{AttemptEnd, has_claims_challenge};
use crate::error::TransportError;
use crate::graph::{Headers, RequestContext};
use crate::telemetry::Telemetry;

/// Headers with credentials, which must not leave their origin.
const CREDENTIALS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, HOST];

/// Headers that describe a body.
const BODY_HEADERS: [HeaderName; 4] = [
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    TRANSFER_ENCODING,
];

/// A handler that writes `SdkVersion` and `client-request-id`, and removes them on other hosts.
///
/// Attach it before or after a retry handler: all attempts count as one request.
///
/// A client that follows redirects itself sends the headers to any host. Build it with
/// [`redirect::Policy::none`](reqwest::redirect::Policy::none), and let this handler
/// [follow](Self::following_redirects) redirects. In a browser, `fetch` always follows redirects
/// itself, so this handler never sees one.
///
/// # Examples
///
/// ```
/// use reqwest::redirect::Policy;
/// use reqwest_middleware::ClientBuilder;
/// use token_telemetry::middleware::GraphMiddleware;
/// use token_telemetry::graph::{Headers, Product, SdkVersion};
///
/// let core = const { Product::from_static("graph-rust-core", "0.1.0") };
/// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
/// let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
/// let client = ClientBuilder::new(client)
///     .with(GraphMiddleware::new(headers).following_redirects(10))
///     .build();
/// # drop(client);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GraphMiddleware {
    headers: Headers,
    max_redirects: usize,
    observer: Option<GraphObserver>,
}

impl GraphMiddleware {
    /// Creates a handler that writes these headers and follows no redirects.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    /// use token_telemetry::middleware::GraphMiddleware;
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
    ///     .with(GraphMiddleware::new(headers))
    ///     .build();
    /// # drop(client);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub const fn new(headers: Headers) -> Self {
        Self {
            headers,
            max_redirects: 0,
            observer: None,
        }
    }

    /// Follows up to `max` redirects, dropping the Graph headers on other hosts.
    ///
    /// Returns the response to the last request, even if it redirects again or if the body cannot be
    /// sent again. Credentials are not sent to another origin.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    /// use token_telemetry::middleware::GraphMiddleware;
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let middleware = GraphMiddleware::new(headers).following_redirects(10);
    /// # drop(middleware);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub const fn following_redirects(mut self, max: usize) -> Self {
        self.max_redirects = max;
        self
    }

    /// Also opens a span and counts, once for each request to Graph.
    ///
    /// This is off by default, and costs nothing then. Fields and attributes are those of the tower
    /// layer, and the docs of its `with_telemetry` list them. Attach the handler before a retry handler,
    /// and clones of it before and after to also count the attempts. A handler that is only after a retry
    /// handler observes each attempt as a request.
    ///
    /// # Examples
    ///
    /// ```
    /// use reqwest_middleware::ClientBuilder;
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    /// use token_telemetry::middleware::GraphMiddleware;
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let telemetry = Telemetry::builder().sdk("Contoso.Graph", "1.2.0").build()?;
    /// let graph = GraphMiddleware::new(headers).with_telemetry(telemetry);
    /// let client = ClientBuilder::new(reqwest::Client::new())
    ///     .with(graph.clone())
    ///     // … retry handler
    ///     .with(graph)
    ///     .build();
    /// # drop(client);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_telemetry(mut self, telemetry: Telemetry) -> Self {
        self.observer = Some(GraphObserver::new(telemetry));
        self
    }

    fn apply(&self, context: &RequestContext, request: &mut Request) {
        let url = request.url().clone();
        self.headers
            .apply_for_url(context, url, request.headers_mut());
    }

    /// Begins the observation of a request, unless it is off or has begun.
    fn observe(
        &self,
        open: &mut Option<OpenRequest>,
        context: &RequestContext,
        request: &Request,
    ) -> Option<GraphAttempt> {
        let observer = self.observer.as_ref()?;
        if open.is_none() {
            *open = observer.begin(&self.headers, context, Some(request.method()));
        }
        Some(GraphAttempt::begin(context))
    }
}

// Must match the trait declaration: in a browser, futures are not `Send`.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for GraphMiddleware {
    async fn handle(
        &self,
        mut req: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let context = RequestContext::of_attempt(extensions, req.headers());
        extensions.insert(context.clone());
        let (mut open, mut redirects_left) = (None, self.max_redirects);
        loop {
            self.apply(&context, &mut req);
            let attempt = self.observe(&mut open, &context, &req);
            let again = (redirects_left > 0).then(|| Repeatable::of(&req));
            let result = InSpan {
                request: open.as_ref(),
                inner: context.scope(next.clone().run(req, extensions)),
            };
            let result = result.await;
            let end = attempt.map(|attempt| end_attempt(attempt, &result));
            let again = again.zip(result.as_ref().ok());
            let redirected = again.and_then(|(again, response)| again.redirected(response));
            let Some(redirected) = redirected else {
                if let Some((open, end)) = open.zip(end) {
                    open.end(end);
                }
                return result;
            };
            (req, redirects_left) = (redirected, redirects_left - 1);
        }
    }
}

/// Ends an attempt with what the rest of the client returned.
fn end_attempt(attempt: GraphAttempt, result: &Result<Response>) -> AttemptEnd {
    let status = || match result {
        Ok(response) => Ok(response.status().as_u16()),
        Err(Error::Reqwest(error)) => status_of(error),
        Err(Error::Middleware(_)) => Err(TransportError::Other),
    };
    let end = || status().map_or_else(AttemptEnd::Failed, AttemptEnd::Responded);
    let challenges = |it: &Response| has_claims_challenge(it.status(), it.headers());
    attempt.end(end, || result.as_ref().is_ok_and(challenges))
}

/// A copy of a request that can be sent again after a redirect.
struct Repeatable {
    request: Request,
    lost_body: bool,
}

impl Repeatable {
    fn of(request: &Request) -> Self {
        let whole = request.try_clone();
        Self {
            lost_body: whole.is_none(),
            request: whole.unwrap_or_else(|| without_body(request)),
        }
    }

    /// Returns the request that a response redirects to.
    ///
    /// Returns `None` without a redirect, or if it needs a body that cannot be sent again.
    fn redirected(self, response: &Response) -> Option<Request> {
        let (mut request, url) = (self.request, location(response)?);
        let method = match (response.status(), request.method()) {
            (StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT, method)
                if !self.lost_body =>
            {
                method.clone()
            }
            (
                StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER,
                &Method::HEAD,
            ) => Method::HEAD,
            (StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER, _) => {
                request = without_body(&request);
                remove(&mut request, &BODY_HEADERS);
                Method::GET
            }
            _ => return None,
        };
        if url.origin() != request.url().origin() {
            remove(&mut request, &CREDENTIALS);
        }
        *request.method_mut() = method;
        *request.url_mut() = url;
        Some(request)
    }
}

/// Returns the redirect target, resolved against the URL of the response.
fn location(response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let url = response.url().join(location).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn without_body(request: &Request) -> Request {
    let mut bare = Request::new(request.method().clone(), request.url().clone());
    bare.headers_mut().clone_from(request.headers());
    *bare.timeout_mut() = request.timeout().copied();
    // In a browser, a program cannot choose the HTTP version.
    #[cfg(not(all(target_arch = "wasm32", any(target_os = "unknown", target_os = "none"))))]
    {
        *bare.version_mut() = request.version();
    }
    bare
}

fn remove(request: &mut Request, names: &[HeaderName]) {
    for name in names {
        request.headers_mut().remove(name);
    }
}
