//! An HTTP client that plays a script, and credentials on top of it.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{
    AsyncRawResponse, ClientOptions, Context, FixedRetryOptions, HttpClient, Method, Pipeline,
    Request, RetryOptions, StatusCode, Transport,
};
use azure_core::time::{Duration, OffsetDateTime};
use azure_core::{Error, Result, sleep};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use token_telemetry::credential::CredentialKind;
use token_telemetry::test_util::Recorder;
use token_telemetry::{AcquisitionRecord, Telemetry, TelemetryBuilder};
use token_telemetry_azure::{TelemetryCredential, with_telemetry};

pub(crate) const SCOPE: &[&str] = &["https://graph.microsoft.com/.default"];

/// Texts that no telemetry may contain.
pub(crate) const PRIVATE: [&str; 5] = [
    "tenant-of-a-customer",
    "client-of-a-customer",
    "the-secret",
    "the-token",
    "graph.microsoft.com",
];

/// What the client does with one request.
#[expect(variant_size_differences, reason = "there are only a few replies")]
pub(crate) enum Reply {
    /// Returns a token that expires after these seconds.
    Token(i64),
    /// Returns this status, with a header and a body.
    Status(u16, (&'static str, &'static str), &'static str),
    /// Returns a transport error.
    Failure(io::ErrorKind),
    /// Yields to other tasks before it replies.
    Later(Box<Self>),
    /// Never replies.
    Never,
}

pub(crate) const REFUSED: Reply = Reply::Status(
    401,
    ("x-ms-request-id", "2a5b0c3e-7f0e-4c3c-9c2f-5e2c8d1b0a00"),
    r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret of tenant-of-a-customer.","error_codes":[7000215],"suberror":"bad_token"}"#,
);

pub(crate) fn busy() -> Reply {
    Reply::Status(503, ("retry-after-ms", "2"), "")
}

/// Plays its replies in order, and keeps the headers of each request.
pub(crate) struct Script {
    replies: Mutex<VecDeque<Reply>>,
    sent: Mutex<Vec<BTreeMap<String, String>>>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}

impl Script {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self {
            replies: Mutex::new(replies.into_iter().collect()),
            sent: Mutex::default(),
        })
    }

    /// Returns the headers of all requests so far.
    pub(crate) fn sent(&self) -> Vec<BTreeMap<String, String>> {
        self.sent.lock().unwrap().clone()
    }

    /// Returns options whose requests go to this script, with fast retries.
    pub(crate) fn options(self: &Arc<Self>) -> ClientOptions {
        let client: Arc<dyn HttpClient> = Arc::<Self>::clone(self);
        ClientOptions {
            transport: Some(Transport::new(client)),
            retry: RetryOptions::fixed(FixedRetryOptions {
                delay: Duration::milliseconds(1),
                max_retries: 3,
                ..FixedRetryOptions::default()
            }),
            ..ClientOptions::default()
        }
    }

    /// Returns a pipeline with the policy, as service clients have one.
    pub(crate) fn pipeline(self: &Arc<Self>) -> Pipeline {
        let options = with_telemetry(self.options());
        Pipeline::new(None, None, options, Vec::new(), Vec::new(), None)
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn execute_request(&self, request: &Request) -> Result<AsyncRawResponse> {
        let pair = |(name, value): (&HeaderName, &azure_core::http::headers::HeaderValue)| {
            (name.as_str().to_owned(), value.as_str().to_owned())
        };
        let headers = request.headers().iter().map(pair).collect();
        self.sent.lock().unwrap().push(headers);
        let mut reply = self.replies.lock().unwrap().pop_front().unwrap();
        if let Reply::Later(later) = reply {
            tokio::task::yield_now().await;
            reply = *later;
        }
        match reply {
            Reply::Token(expires_in) => {
                let body = format!(
                    r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"the-token"}}"#
                );
                let headers = Headers::new();
                Ok(AsyncRawResponse::from_bytes(StatusCode::Ok, headers, body))
            }
            Reply::Status(status, (name, value), body) => {
                let mut headers = Headers::new();
                headers.insert(name, value);
                Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
            }
            Reply::Failure(kind) => Err(Error::new(ErrorKind::Io, io::Error::from(kind))),
            Reply::Never | Reply::Later(_) => pending().await,
        }
    }
}

/// A credential of `azure_identity` whose requests go to the script.
pub(crate) fn client_secret(options: ClientOptions) -> Arc<dyn TokenCredential> {
    let options = ClientSecretCredentialOptions {
        client_options: options,
    };
    ClientSecretCredential::new(
        PRIVATE[0],
        PRIVATE[1].to_owned(),
        Secret::new(PRIVATE[2]),
        Some(options),
    )
    .unwrap()
}

/// A credential without a cache that sends a request to a managed identity endpoint.
#[derive(Debug)]
pub(crate) struct ManagedIdentity {
    pipeline: Pipeline,
    expires_on: OffsetDateTime,
}

impl ManagedIdentity {
    pub(crate) fn new(options: ClientOptions, expires_on: OffsetDateTime) -> Self {
        let options = with_telemetry(options);
        Self {
            pipeline: Pipeline::new(None, None, options, Vec::new(), Vec::new(), None),
            expires_on,
        }
    }
}

#[async_trait]
impl TokenCredential for ManagedIdentity {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> Result<AccessToken> {
        let url = "http://169.254.169.254/metadata/identity/oauth2/token?resource=r";
        let mut request = Request::new(url.parse()?, Method::Get);
        request.insert_header("metadata", "true");
        self.pipeline
            .send(&Context::new(), &mut request, None)
            .await?;
        let token = Secret::new("the-token");
        Ok(AccessToken::new(token, self.expires_on))
    }
}

/// A credential that runs a process each time.
#[derive(Debug)]
pub(crate) struct Process;

#[async_trait]
impl TokenCredential for Process {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> Result<AccessToken> {
        sleep(Duration::milliseconds(1)).await;
        let expires_on = OffsetDateTime::now_utc() + Duration::seconds(3600);
        Ok(AccessToken::new(Secret::new("the-token"), expires_on))
    }
}

/// A wrapped credential, and what it reported.
pub(crate) struct Wrapped {
    pub(crate) script: Arc<Script>,
    pub(crate) telemetry: Telemetry,
    pub(crate) recorder: Recorder,
    pub(crate) credential: Arc<TelemetryCredential>,
}

impl Wrapped {
    /// A client secret credential with the policy.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::with(replies, |options| client_secret(with_telemetry(options)))
    }

    pub(crate) fn with(
        replies: impl IntoIterator<Item = Reply>,
        inner: impl FnOnce(ClientOptions) -> Arc<dyn TokenCredential>,
    ) -> Self {
        let script = Script::new(replies);
        let (telemetry, recorder) = recorded(|builder| builder);
        let inner = inner(script.options());
        let credential = TelemetryCredential::builder(inner)
            .telemetry(telemetry.clone())
            .credential(CredentialKind::ClientSecret)
            .build();
        Self {
            script,
            telemetry,
            recorder,
            credential,
        }
    }

    pub(crate) async fn token(&self) -> Result<AccessToken> {
        self.credential.get_token(SCOPE, None).await
    }

    /// Acquires a token, and returns its record.
    pub(crate) async fn record(&self) -> AcquisitionRecord {
        let _result = self.token().await;
        only(&self.recorder)
    }
}

/// Returns an instance with these options that reports to a recorder.
pub(crate) fn recorded(
    options: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Telemetry, Recorder) {
    let recorder = Recorder::new();
    let builder = Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .observer(recorder.clone());
    (options(builder).build().unwrap(), recorder)
}

/// Returns the only record since the last call.
pub(crate) fn only(recorder: &Recorder) -> AcquisitionRecord {
    let mut records = recorder.take();
    assert_eq!(records.len(), 1, "{records:?}");
    records.remove(0)
}
