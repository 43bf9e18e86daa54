//! A pipeline policy that writes the telemetry headers of token requests and records each attempt.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::Error;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{AUTHORIZATION, CLIENT_REQUEST_ID, HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::request::options::ClientRequestId as ApplicationId;
use azure_core::http::{ClientOptions, Context, Request};
use http::{HeaderMap, HeaderValue, header};
use token_telemetry::{Acquisition, ClientRequestId, Purpose, TokenRequest, TransportError};

/// The header by which managed identity endpoints recognize their clients.
const METADATA: HeaderName = HeaderName::from_static("metadata");

/// The headers of a response that telemetry reads.
const RESPONSE_HEADERS: [&str; 4] = [
    "retry-after",
    "retry-after-ms",
    "x-ms-retry-after-ms",
    "x-ms-request-id",
];

/// A per-attempt policy that writes the telemetry headers and records each attempt.
///
/// It acts on the token requests of the current acquisition, and on nothing else: the requests of
/// service clients pass unchanged, also if they share the [`ClientOptions`]. A token request is a request
/// to a managed identity endpoint, or one whose path ends with `/token` and that carries no bearer token.
///
/// The acquisition adopts the `x-ms-client-request-id` of the pipeline, so that a request has one id.
/// If the acquisition already has another one, the header changes instead, unless the application set it.
///
/// Put it into `per_try_policies`, as [`with_telemetry`] does. In `per_call_policies` it does not see
/// retries: a record then shows one attempt with the last status.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use azure_core::http::ClientOptions;
/// use token_telemetry_azure::TelemetryPolicy;
///
/// let mut options = ClientOptions::default();
/// options.per_try_policies.push(Arc::new(TelemetryPolicy::new()));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TelemetryPolicy(());

impl TelemetryPolicy {
    /// Creates a policy.
    ///
    /// # Examples
    ///
    /// ```
    /// let policy = token_telemetry_azure::TelemetryPolicy::new();
    /// # let _ = policy;
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

/// Adds a [`TelemetryPolicy`] to the `per_try_policies` of a credential's options.
///
/// # Examples
///
/// ```
/// use azure_core::http::ClientOptions;
/// use azure_identity::ClientSecretCredentialOptions;
/// use token_telemetry_azure::with_telemetry;
///
/// let options = ClientSecretCredentialOptions {
///     client_options: with_telemetry(ClientOptions::default()),
/// };
/// # drop(options);
/// ```
#[must_use]
pub fn with_telemetry(mut options: ClientOptions) -> ClientOptions {
    options
        .per_try_policies
        .push(Arc::new(TelemetryPolicy::new()));
    options
}

/// Marks an attempt that a telemetry policy has begun to record.
struct Recorded;

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait elides it, and async-trait gives a written one another meaning"
)]
#[async_trait]
impl Policy for TelemetryPolicy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Some((next, rest)) = next.split_first() else {
            let message = "expected a policy after the telemetry policy";
            return Err(Error::with_message(ErrorKind::Other, message));
        };
        let is_recorded = ctx.value::<Recorded>().is_some();
        let is_active = !is_recorded && Acquisition::current().is_active();
        let Some(purpose) = purpose(request).filter(|_| is_active) else {
            return next.send(ctx, request, rest).await;
        };
        let attempt = begin(ctx, request, purpose);
        // Options that were extended twice have two of these policies.
        let ctx = ctx.to_borrowed().with_value(Recorded);
        let result = next.send(&ctx, request, rest).await;
        match &result {
            Ok(response) => attempt.responded_with(
                response.status().into(),
                &readable_headers(response.headers()),
            ),
            Err(error) => attempt.failed(TransportError::of(error)),
        }
        result
    }
}

/// Returns what a request asks for, if it asks for a token.
fn purpose(request: &Request) -> Option<Purpose> {
    let headers = request.headers();
    let authorization = headers.get_optional_str(&AUTHORIZATION).unwrap_or_default();
    let scheme = authorization.split(' ').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    if headers.get_optional_str(&METADATA) == Some("true") {
        return Some(Purpose::InstanceMetadata);
    }
    let last = request.url().path().rsplit('/').next();
    last.is_some_and(|last| last.eq_ignore_ascii_case("token"))
        .then_some(Purpose::Token)
}

/// Begins an attempt and writes its headers, so that the request carries one id.
fn begin(ctx: &Context<'_>, request: &mut Request, purpose: Purpose) -> TokenRequest {
    let acquisition = Acquisition::current();
    let pipeline_id = request.headers().get_optional_str(&CLIENT_REQUEST_ID);
    let pipeline_id = pipeline_id.and_then(|id| id.parse::<ClientRequestId>().ok());
    if let Some(id) = pipeline_id {
        acquisition.set_correlation_id(id);
    }
    let url = request.url().as_str();
    let mut attempt = acquisition.middleware_request(url).purpose(purpose);
    let mut written_id = None;
    attempt.apply_with(|name, value| {
        let key = HeaderName::from(name.to_owned());
        match value {
            Some(value) => request.insert_header(key, value.to_owned()),
            None => drop(request.headers_mut().remove(key)),
        }
        if ClientRequestId::HEADER == name {
            written_id = value.map(str::to_owned);
        }
    });
    let is_from_application = ctx.value::<ApplicationId>().is_some();
    if let Some(id) = written_id.filter(|_| pipeline_id.is_some() && !is_from_application) {
        request.insert_header(CLIENT_REQUEST_ID, id);
    }
    attempt
}

/// Copies the headers of a response that telemetry reads.
fn readable_headers(headers: &Headers) -> HeaderMap {
    let read = |name| {
        let value = headers.get_optional_str(&HeaderName::from_static(name))?;
        let value = HeaderValue::from_str(value).ok()?;
        Some((header::HeaderName::from_static(name), value))
    };
    RESPONSE_HEADERS.into_iter().filter_map(read).collect()
}
