//! Connects the attempts of a Graph request with its span and its counter.

#[cfg(feature = "reqwest-middleware")]
use std::pin::Pin;
#[cfg(feature = "reqwest-middleware")]
use std::task::{Context, Poll};

use ::http::Method;
#[cfg(feature = "reqwest-middleware")]
use pin_project_lite::pin_project;

use crate::acquisition::AttemptEnd;
use crate::contained::contained;
use crate::graph::{Asked, FeatureUsage, GraphHost, Headers, RequestContext, SdkVersion};
use crate::graph_record::GraphRecord;
#[cfg(feature = "tracing")]
use crate::span::{GraphSpan, GraphSpans};
use crate::telemetry::Telemetry;

/// Handlers whose bits a span shows, in the order of [`GraphRecord::handlers`].
const HANDLERS: [FeatureUsage; 4] = [
    FeatureUsage::RETRY_HANDLER,
    FeatureUsage::REDIRECT_HANDLER,
    FeatureUsage::AUTH_HANDLER,
    FeatureUsage::COMPRESSION_HANDLER,
];

/// The methods that HTTP defines; others come from outside, so they are `_OTHER`.
const METHODS: [&str; 9] = [
    "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// Observes the requests of one client.
#[derive(Clone, Debug)]
pub(super) struct GraphObserver {
    telemetry: Telemetry,
    #[cfg(feature = "tracing")]
    spans: GraphSpans,
}

impl GraphObserver {
    pub(super) fn new(telemetry: Telemetry) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            spans: telemetry.graph_spans(),
            telemetry,
        }
    }

    /// Begins the observation of a request to Graph, unless a layer further out observes it.
    pub(super) fn begin(
        &self,
        headers: &Headers,
        context: &RequestContext,
        method: Option<&Method>,
    ) -> Option<OpenRequest> {
        let host = match context.host()? {
            GraphHost::Public(host) => Some(host),
            GraphHost::Custom => None,
        };
        if !context.attempts().observe() {
            return None;
        }
        let method = method.map(|method| {
            let mut known = METHODS.into_iter();
            let name = known.find(|known| *known == method.as_str());
            name.unwrap_or("_OTHER")
        });
        Some(OpenRequest {
            #[cfg(feature = "tracing")]
            span: self.spans.open(method, host),
            telemetry: self.telemetry.clone(),
            sdk_version: headers.sdk_version().clone(),
            context: context.clone(),
            method,
            host,
            end: AttemptEnd::Dropped,
        })
    }
}

/// A request to Graph that has not ended; dropping it ends the request.
pub(super) struct OpenRequest {
    telemetry: Telemetry,
    sdk_version: SdkVersion,
    context: RequestContext,
    method: Option<&'static str>,
    host: Option<&'static str>,
    end: AttemptEnd,
    #[cfg(feature = "tracing")]
    span: Option<GraphSpan>,
}

impl OpenRequest {
    pub(super) fn end(mut self, end: AttemptEnd) {
        self.end = end;
    }

    fn record(&self) -> GraphRecord {
        let counts = self.context.attempts().finish();
        let features = self.sdk_version.sent_features(self.context.features());
        GraphRecord {
            method: self.method,
            host: self.host,
            end: self.end,
            resends: counts.resends(),
            redirects: counts.redirects,
            claims_challenges: counts.claims_challenges,
            handlers: HANDLERS.map(|handler| features.contains(handler)),
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let record = self.record();
        #[cfg(feature = "tracing")]
        if let Some(span) = &self.span {
            span.export(&record);
        }
        #[cfg(feature = "otel")]
        contained(|| self.telemetry.record_graph_request(&record));
        #[cfg(not(feature = "otel"))]
        let _ = (record, &self.telemetry);
    }
}

/// Runs code inside the span of a request, if it has one.
pub(super) fn in_span<T>(request: Option<&OpenRequest>, act: impl FnOnce() -> T) -> T {
    #[cfg(feature = "tracing")]
    let _entered = request
        .and_then(|request| request.span.as_ref())
        .map(EnteredSpan::new);
    #[cfg(not(feature = "tracing"))]
    let _ = request;
    act()
}

/// Exits the span when it is dropped, also by a panic.
#[cfg(feature = "tracing")]
struct EnteredSpan<'a>(&'a GraphSpan);

#[cfg(feature = "tracing")]
impl<'a> EnteredSpan<'a> {
    fn new(span: &'a GraphSpan) -> Self {
        span.enter();
        Self(span)
    }
}

#[cfg(feature = "tracing")]
impl Drop for EnteredSpan<'_> {
    fn drop(&mut self) {
        self.0.exit();
    }
}

/// One attempt as one layer sees it; dropping it counts it, unless an inner layer has.
pub(super) struct GraphAttempt {
    context: RequestContext,
    before: u32,
    asked: Asked,
}

impl GraphAttempt {
    pub(super) fn begin(context: &RequestContext) -> Self {
        Self {
            context: context.clone(),
            before: context.attempts().so_far(),
            asked: Asked::default(),
        }
    }

    /// Ends the attempt, and returns how; both closures read what a client returned.
    pub(super) fn end(
        mut self,
        end: impl FnOnce() -> AttemptEnd,
        has_claims_challenge: impl FnOnce() -> bool,
    ) -> AttemptEnd {
        // The response exists already; a panic while reading it must not lose it.
        let read = contained(|| (end(), has_claims_challenge()));
        let (end, claims) = read.unwrap_or((AttemptEnd::Dropped, false));
        let redirect = matches!(end.status(), Some(301 | 302 | 303 | 307 | 308));
        self.asked = Asked { redirect, claims };
        end
    }
}

impl Drop for GraphAttempt {
    fn drop(&mut self) {
        self.context.attempts().count(self.before, self.asked);
    }
}

#[cfg(feature = "reqwest-middleware")]
pin_project! {
    /// A future that runs inside the span of a request.
    pub(super) struct InSpan<'a, F> {
        pub(super) request: Option<&'a OpenRequest>,
        #[pin]
        pub(super) inner: F,
    }
}

#[cfg(feature = "reqwest-middleware")]
impl<F: Future> Future for InSpan<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        in_span(*this.request, || this.inner.poll(cx))
    }
}
