//! What the tests share: a tiny SDK, and what watches it from outside.
//!
//! The SDK is an owner, its ids, an error, and functions whose body is a closure or stops on request.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::map_err_ignore,
    clippy::missing_panics_doc,
    reason = "a test says by panicking what is wrong"
)]
#![expect(
    clippy::must_use_candidate,
    clippy::missing_errors_doc,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "never published"
)]

pub mod collect;
mod log;
pub mod prelude;
mod process;
pub mod subscriber;
pub mod warnings;

use std::future::pending;
use std::num::ParseIntError;

use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, AcquisitionRecord, ApiId, CacheLevel, CacheRefreshReason, DescribeError,
    ErrorInfo, Status, Telemetry, TelemetryBuilder, TokenRequest, acquire_token,
};

pub use log::Log;
pub use process::{alone, in_time, serve};

/// URL of the token endpoint in these tests.
pub const TOKEN_URL: &str = "https://login.example/tenant-of-a-customer/oauth2/v2.0/token";

/// The owner of the ids.
#[derive(Debug)]
pub struct Lab;

/// The public functions of the SDK.
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Lab)]
pub enum LabApi {
    /// Acquires a token for the application itself.
    ForClient = 1004,
    /// Acquires a token for a user who signed in before.
    Silent = 1007,
}

/// An error of the SDK, with its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabError(pub String);

impl LabError {
    /// Creates an error with this code.
    pub fn new(code: &str) -> Self {
        Self(code.to_owned())
    }
}

impl From<ParseIntError> for LabError {
    fn from(_: ParseIntError) -> Self {
        Self::new("no_number")
    }
}

impl From<&str> for LabError {
    fn from(code: &str) -> Self {
        Self::new(code)
    }
}

impl DescribeError<LabError> for Lab {
    fn describe(error: &LabError) -> ErrorInfo {
        ErrorInfo::new(error.0.clone())
    }
}

/// Returns an instance that reports to a recorder.
pub fn telemetry() -> (Telemetry, Recorder) {
    recorded(|builder| builder.sdk("Lab.Auth", "1.2.3"))
}

/// Returns an instance with these options that reports to a recorder.
pub fn recorded(
    options: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Telemetry, Recorder) {
    let recorder = Recorder::new();
    let builder = Telemetry::builder().observer(recorder.clone());
    (options(builder).build().unwrap(), recorder)
}

/// Returns the only record so far.
pub fn only(recorder: &Recorder) -> AcquisitionRecord {
    let records = recorder.take();
    assert_eq!(records.len(), 1, "{records:?}");
    records.into_iter().next().unwrap()
}

/// A public function of the SDK whose body is the given future.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
pub async fn for_client<T>(
    telemetry: &Telemetry,
    body: impl Future<Output = Result<T, LabError>>,
) -> Result<T, LabError> {
    body.await
}

/// The same, with the other id.
#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
pub async fn silent<T>(
    telemetry: &Telemetry,
    body: impl Future<Output = Result<T, LabError>>,
) -> Result<T, LabError> {
    body.await
}

/// Returns the output of a future that is ready at once, wherever it is called.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

/// Acquires a token with [`for_client`], whose body is this closure.
pub fn acquire<T>(telemetry: &Telemetry, body: impl FnOnce() -> T) -> T {
    now(for_client(telemetry, async { Ok(body()) })).unwrap()
}

/// Acquires a token from the cache.
#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
pub async fn hit(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

/// Returns the record of a call of [`for_client`] with this body.
pub fn record_of<T>(body: impl FnOnce() -> T) -> AcquisitionRecord {
    let (telemetry, recorder) = telemetry();
    acquire(&telemetry, body);
    only(&recorder)
}

/// Fails with this code in [`for_client`], after this closure.
pub fn fail(telemetry: &Telemetry, code: &str, body: impl FnOnce()) {
    let failing = async {
        body();
        Err::<(), _>(LabError::new(code))
    };
    now(for_client(telemetry, failing)).unwrap_err();
}

/// Starts a token request of the current acquisition.
pub fn token_request() -> TokenRequest {
    Acquisition::current().token_request(TOKEN_URL)
}

/// Sends a token request of the current acquisition, and returns its headers.
pub fn exchange(url: &str, status: u16) -> HeaderMap {
    let mut request = Acquisition::current().token_request(url);
    let headers = request.take_headers();
    request.responded(status);
    headers
}

/// Returns a header map that takes no further name.
pub fn full_map() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for number in 0.. {
        let name = HeaderName::try_from(format!("x-{number}")).unwrap();
        let value = HeaderValue::from_static("1");
        if headers.try_insert(name, value).is_err() {
            break;
        }
    }
    headers
}

/// Returns a header as text; empty if it is absent.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// A point in [`stop_at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the token request.
    BeforeHttp,
    /// While the response is awaited.
    DuringHttp,
    /// After the response.
    AfterHttp,
    /// Never.
    Nowhere,
}

/// What happens at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The future stays pending.
    Stop,
    /// The body panics.
    Panic,
    /// The body yields once and panics.
    PanicAfterAwait,
}

impl Event {
    async fn happen(self, at: Place, here: Place) {
        if at != here {
            return;
        }
        match self {
            Self::Stop => pending().await,
            Self::Panic => panic!("the body panics"),
            Self::PanicAfterAwait => {
                tokio::task::yield_now().await;
                panic!("the body panics after an await");
            }
        }
    }
}

/// An acquisition in which an event happens at one point, or which returns a token.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
pub async fn stop_at(telemetry: &Telemetry, place: Place, event: Event) -> Result<u8, LabError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
    event.happen(place, Place::BeforeHttp).await;
    let sent = Acquisition::current()
        .token_request(TOKEN_URL)
        .send(|_| async {
            event.happen(place, Place::DuringHttp).await;
            Ok::<_, std::io::Error>(Status::new(200, 7))
        })
        .await;
    event.happen(place, Place::AfterHttp).await;
    sent.map(|response| response.response)
        .map_err(|_| LabError::new("io"))
}

/// Runs each scenario on both kinds of runtime.
#[macro_export]
macro_rules! on_both_runtimes {
    ($( async fn $name:ident() $body:block )+) => {
        $(
            mod $name {
                use super::*;

                async fn scenario() $body

                #[test]
                fn current_thread() {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    runtime.unwrap().block_on(scenario());
                }

                #[test]
                fn multi_thread() {
                    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
                    runtime.unwrap().block_on(async { tokio::spawn(scenario()).await.unwrap() });
                }
            }
        )+
    };
}
