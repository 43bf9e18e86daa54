//! A handler of `reqwest-middleware` that puts Graph's headers on requests.

use ::http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION,
    PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use ::http::{Extensions, HeaderName, Method, StatusCode};
use async_trait::async_trait;
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Middleware, Next, Result};

use crate::graph::{Headers, RequestContext};

/// Headers that say who asks; they are for one origin only.
const CREDENTIALS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, HOST];

/// Headers that describe a body.
const ABOUT_A_BODY: [HeaderName; 4] = [
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    TRANSFER_ENCODING,
];

/// Handler that writes `SdkVersion` and `client-request-id`, and removes them elsewhere.
///
/// Attach it on either side of a retry handler: all attempts are one request.
///
/// A client that follows redirects by itself takes the headers along to any host. Build it with
/// [`redirect::Policy::none`](reqwest::redirect::Policy::none) and let this handler
/// [follow](Self::following_redirects) them. In a browser, `fetch` always follows redirects itself,
/// so this handler never sees one there.
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
    most_redirects: usize,
}

impl GraphMiddleware {
    /// The handler that writes these headers, and follows no redirects.
    #[must_use]
    pub const fn new(headers: Headers) -> Self {
        Self {
            headers,
            most_redirects: 0,
        }
    }

    /// Follows so many redirects, with the headers only where they belong.
    ///
    /// The answer to the last request is handed on, also if it redirects once more or if the
    /// body cannot be sent again. Credentials stay at their origin.
    #[must_use]
    pub const fn following_redirects(mut self, most: usize) -> Self {
        self.most_redirects = most;
        self
    }

    fn apply(&self, context: &RequestContext, request: &mut Request) {
        let url = request.url().clone();
        self.headers
            .apply_for_url(context, url, request.headers_mut());
    }
}

// As `reqwest-middleware` declares the trait: a browser's futures stay on their thread.
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
        for _ in 0..self.most_redirects {
            self.apply(&context, &mut req);
            let again = Repeatable::of(&req);
            let sending = next.clone().run(req, extensions);
            let response = context.scope(sending).await?;
            match again.redirected(&response) {
                Some(redirected) => req = redirected,
                None => return Ok(response),
            }
        }
        self.apply(&context, &mut req);
        context.scope(next.run(req, extensions)).await
    }
}

/// What is left of a request after it was sent.
struct Repeatable {
    request: Request,
    has_lost_its_body: bool,
}

impl Repeatable {
    fn of(request: &Request) -> Self {
        let whole = request.try_clone();
        Self {
            has_lost_its_body: whole.is_none(),
            request: whole.unwrap_or_else(|| without_body(request)),
        }
    }

    /// The request that an answer asks for; none if it asks for none, or for what is gone.
    fn redirected(self, response: &Response) -> Option<Request> {
        let (mut request, url) = (self.request, location(response)?);
        let method = match (response.status(), request.method()) {
            (StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT, method)
                if !self.has_lost_its_body =>
            {
                method.clone()
            }
            (
                StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER,
                &Method::HEAD,
            ) => Method::HEAD,
            (StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER, _) => {
                request = without_body(&request);
                remove(&mut request, &ABOUT_A_BODY);
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

/// Where an answer sends the request, relative to where it was answered.
fn location(response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let url = response.url().join(location).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn without_body(request: &Request) -> Request {
    let mut bare = Request::new(request.method().clone(), request.url().clone());
    bare.headers_mut().clone_from(request.headers());
    *bare.timeout_mut() = request.timeout().copied();
    // In a browser the version is not the program's choice.
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
