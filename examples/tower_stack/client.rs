//! An SDK client whose HTTP client is a stack of tower layers.

use std::future::{Ready, ready};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{Request, Response};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use token_telemetry::middleware::TokenRequestLayer;
use token_telemetry::{Acquisition, ErrorInfo, Telemetry, acquire_token};
use token_telemetry_examples::contoso::ContosoApi;
use token_telemetry_examples::token_endpoint::FORM;
use tower::limit::ConcurrencyLimitLayer;
use tower::load_shed::error::Overloaded;
use tower::retry::{Policy, RetryLayer};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceBuilder, ServiceExt as _};

pub(crate) struct Client {
    telemetry: Telemetry,
    url: String,
    service: BoxCloneSyncService<Request<String>, u16, BoxError>,
}

impl Client {
    pub(crate) fn new(telemetry: Telemetry, url: String, timeout: Duration) -> Self {
        let service = ServiceBuilder::new()
            .map_response(|response: Response<_>| response.status().as_u16())
            .layer(RetryLayer::new(Once { is_left: true }))
            .buffer(4)
            .load_shed()
            .layer(ConcurrencyLimitLayer::new(1))
            // Below the retry, so that each retry is an attempt; below the load shedding, so that a
            // request that is never sent is none; above the timeout, so that it sees the timeout.
            .layer(TokenRequestLayer::new())
            .timeout(timeout)
            .service(HyperClient::builder(TokioExecutor::new()).build_http());
        Self {
            telemetry,
            url,
            service: BoxCloneSyncService::new(service),
        }
    }

    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, error_info = describe)]
    pub(crate) async fn token(&self) -> Result<u16, BoxError> {
        let mut request = self.request()?;
        // The worker of the buffer runs in another task, to which the handle takes the acquisition.
        request
            .extensions_mut()
            .insert(Acquisition::current().handle());
        self.service.clone().oneshot(request).await
    }

    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, error_info = describe)]
    pub(crate) async fn token_without_handle(&self) -> Result<u16, BoxError> {
        self.service.clone().oneshot(self.request()?).await
    }

    fn request(&self) -> Result<Request<String>, BoxError> {
        let request =
            Request::post(&self.url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Ok(request.body(FORM.to_owned())?)
    }
}

fn describe(error: &BoxError) -> ErrorInfo {
    if error.is::<Overloaded>() {
        return ErrorInfo::new("overloaded");
    }
    ErrorInfo::unknown()
}

/// Retries once if the endpoint is busy.
#[derive(Clone)]
struct Once {
    is_left: bool,
}

impl<B> Policy<Request<String>, Response<B>, BoxError> for Once {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _req: &mut Request<String>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Self::Future> {
        let status = result.as_ref().map(Response::status);
        let is_busy = status.is_ok_and(|status| status.is_server_error());
        let again = is_busy && self.is_left;
        self.is_left = false;
        again.then(|| ready(()))
    }

    /// Clones the handle, too.
    fn clone_request(&mut self, req: &Request<String>) -> Option<Request<String>> {
        Some(req.clone())
    }
}
