//! The credential: a probe, then token requests with a retry.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use token_telemetry::api::MsalNet;
use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
use token_telemetry::error::ErrorKind;
use token_telemetry::middleware::SendTokenRequest as _;
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, ErrorInfo, Purpose, Telemetry, acquire_token,
};

/// A retry waits this long, times the number of the attempt; in production it would be a second.
const PAUSE: Duration = Duration::from_millis(5);

const ATTEMPTS: u32 = 5;

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum ImdsError {
    /// This machine has no such service.
    Unavailable,
    /// The service rejected the request.
    Rejected(u16),
}

impl fmt::Display for ImdsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("the instance metadata service is unavailable"),
            Self::Rejected(status) => write!(f, "the service rejected the request: {status}"),
        }
    }
}

impl std::error::Error for ImdsError {}

/// Describes the error for the attribute, because the ids belong to another crate.
fn describe(error: &ImdsError) -> ErrorInfo {
    match error {
        ImdsError::Unavailable => {
            // Used only if the token request recorded no transport error.
            let unavailable = ErrorInfo::fallback("managed_identity_unreachable_network");
            unavailable.with_kind(ErrorKind::CredentialUnavailable)
        }
        ImdsError::Rejected(status) => {
            ErrorInfo::new("managed_identity_request_failed").with_status(*status)
        }
    }
}

pub(crate) struct ManagedIdentity {
    telemetry: Telemetry,
    http: reqwest::Client,
    url: String,
    cached: Mutex<Option<String>>,
}

impl ManagedIdentity {
    pub(crate) fn new(telemetry: Telemetry, url: String) -> Self {
        Self {
            telemetry,
            http: reqwest::Client::new(),
            url,
            cached: Mutex::default(),
        }
    }

    #[acquire_token(
        api = MsalNet::AcquireTokenForSystemAssignedManagedIdentity,
        telemetry = self.telemetry,
        error_info = describe,
    )]
    pub(crate) async fn token(&self) -> Result<String, ImdsError> {
        let current = Acquisition::current();
        if let Some(token) = self.cached() {
            current.record_cache_hit(CacheLevel::L1Cache);
            return Ok(token);
        }
        current.record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let imds = CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds);
        current.record_credential(imds);
        self.probe().await?;
        let token = self.request_token().await?;
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    fn cached(&self) -> Option<String> {
        let cached = self.cached.lock();
        cached.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks without `metadata: true`, which the service rejects at once; any response will do.
    async fn probe(&self) -> Result<(), ImdsError> {
        send(self.http.get(&self.url)).await.map(drop)
    }

    async fn request_token(&self) -> Result<String, ImdsError> {
        let mut attempt = 1;
        let response = loop {
            let response = send(self.http.get(&self.url).header("metadata", "true")).await?;
            if !is_transient(response.status().as_u16()) || attempt == ATTEMPTS {
                break response;
            }
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        };
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap_or_default();
        let token = body.get("access_token").and_then(Value::as_str);
        token.map(str::to_owned).ok_or(ImdsError::Rejected(status))
    }
}

/// Sends one attempt; its headers and its end are recorded on the current acquisition.
async fn send(request: RequestBuilder) -> Result<Response, ImdsError> {
    let sent = request.send_with_purpose(Purpose::InstanceMetadata).await;
    sent.map_err(|_recorded_by_the_attempt| ImdsError::Unavailable)
}

/// The service answers 404 and 410 while it updates itself.
const fn is_transient(status: u16) -> bool {
    matches!(status, 404 | 410 | 429 | 500..=599)
}
