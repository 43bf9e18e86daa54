//! A tiny SDK for the tests: an owner, its ids, an error, and futures that stop on request.

use std::future::{pending, ready};

use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, AcquisitionRecord, ApiId, CacheRefreshReason, DescribeError, ErrorInfo, Status,
    Telemetry, acquire_token,
};

/// URL of the token endpoint in these tests.
pub(crate) const TOKEN_URL: &str = "https://login.example/tenant-of-a-customer/oauth2/v2.0/token";

pub(crate) struct Lab;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Lab)]
pub(crate) enum LabApi {
    /// Acquires a token for the application itself.
    ForClient = 1004,
    /// Acquires a token for a user who signed in before.
    Silent = 1007,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabError(pub(crate) String);

impl LabError {
    pub(crate) fn new(code: &str) -> Self {
        Self(code.to_owned())
    }
}

impl DescribeError<LabError> for Lab {
    fn describe(error: &LabError) -> ErrorInfo {
        ErrorInfo::new(error.0.clone())
    }
}

/// Returns an instance that reports to a recorder.
pub(crate) fn telemetry() -> (Telemetry, Recorder) {
    let recorder = Recorder::new();
    let builder = Telemetry::builder()
        .sdk("Lab.Auth", "1.2.3")
        .observer(recorder.clone());
    (builder.build().unwrap(), recorder)
}

/// Returns the only record so far.
pub(crate) fn only(recorder: &Recorder) -> AcquisitionRecord {
    let records = recorder.take();
    assert_eq!(records.len(), 1, "{records:?}");
    records.into_iter().next().unwrap()
}

/// A point in [`stop_at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    BeforeHttp,
    DuringHttp,
    AfterHttp,
    Nowhere,
}

/// What happens at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Stop,
    Panic,
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
pub(crate) async fn stop_at(
    telemetry: &Telemetry,
    place: Place,
    event: Event,
) -> Result<u8, LabError> {
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

/// An acquisition whose only token request gets this status.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
pub(crate) async fn acquire_with_status(
    telemetry: &Telemetry,
    status: u16,
    code: &str,
) -> Result<http::HeaderMap, LabError> {
    let sent = Acquisition::current()
        .token_request(TOKEN_URL)
        .send(|headers| ready(Ok::<_, std::io::Error>(Status::new(status, headers))))
        .await;
    match sent {
        Ok(Status {
            status: 200,
            response,
            ..
        }) => Ok(response),
        _ => Err(LabError::new(code)),
    }
}

/// Runs each scenario on both kinds of runtime.
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

pub(crate) use on_both_runtimes;
