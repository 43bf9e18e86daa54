//! A synchronous SDK: a cache behind a mutex, and two functions that acquire a token.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;
use token_telemetry::api::MsalNet;
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, ErrorInfo, Status, Telemetry, acquire_token,
};

use super::http::{self, Response};

#[derive(Debug)]
pub(crate) enum AuthError {
    Rejected { status: u16, code: String },
    Unreachable(io::Error),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected { code, .. } => write!(f, "the token endpoint said {code}"),
            Self::Unreachable(error) => write!(f, "the token endpoint is unreachable: {error}"),
        }
    }
}

impl std::error::Error for AuthError {}

fn describe(error: &AuthError) -> ErrorInfo {
    match error {
        AuthError::Rejected { status, code } => ErrorInfo::new(code).with_status(*status),
        // The token request has recorded the class of the failure.
        AuthError::Unreachable(_) => ErrorInfo::unknown(),
    }
}

pub(crate) struct Client {
    telemetry: Telemetry,
    url: String,
    form: &'static str,
    cached: Mutex<Option<String>>,
}

impl Client {
    pub(crate) fn new(telemetry: Telemetry, url: String, form: &'static str) -> Self {
        Self {
            telemetry,
            url,
            form,
            cached: Mutex::default(),
        }
    }

    /// Returns the cached token or a new one; other threads wait for it.
    #[acquire_token(api = MsalNet::AcquireTokenForClient, telemetry = self.telemetry, error_info = describe)]
    pub(crate) fn token(&self) -> Result<String, AuthError> {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = &*cached {
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            return Ok(token.clone());
        }
        Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let token = read_token(&self.post()?)?;
        *cached = Some(token.clone());
        Ok(token)
    }

    /// Sends the request on another thread, to which a handle takes the acquisition.
    #[acquire_token(api = MsalNet::AcquireTokenForClient, telemetry = self.telemetry, error_info = describe)]
    pub(crate) fn token_on_worker(&self) -> Result<String, AuthError> {
        let handle = Acquisition::current().handle();
        let sent = thread::scope(|threads| {
            let worker = threads.spawn(|| {
                let _entered = handle.enter();
                self.post()
            });
            worker.join()
        });
        let died = |_| AuthError::Unreachable(io::Error::other("the worker panicked"));
        read_token(&sent.map_err(died)??)
    }

    /// Sends one attempt, and records how it ended.
    fn post(&self) -> Result<Response, AuthError> {
        let mut attempt = Acquisition::current().token_request(&self.url);
        let headers = attempt.take_headers();
        let sent = attempt.watch_blocking(|| {
            let response = http::post(&self.url, &headers, self.form)?;
            Ok::<_, io::Error>(Status::new(response.status, response))
        });
        sent.map(|sent| sent.response)
            .map_err(AuthError::Unreachable)
    }
}

fn read_token(response: &Response) -> Result<String, AuthError> {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    let text = |key| body.get(key).and_then(Value::as_str).map(str::to_owned);
    text("access_token").ok_or_else(|| AuthError::Rejected {
        status: response.status,
        code: text("error").unwrap_or_else(|| "no_token".to_owned()),
    })
}
