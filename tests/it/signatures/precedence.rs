//! Precedence of the sources of an error.

use token_telemetry::{
    Acquisition, ApiId, DescribeError, ErrorInfo, Telemetry, TransportError, acquire_token,
};

use super::work;
use crate::support::{TOKEN_URL, only, telemetry};

struct Precedence;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Precedence)]
enum PrecedenceApi {
    ForClient = 1004,
}

/// An error that carries its description.
struct AnyError(ErrorInfo);

impl DescribeError<AnyError> for Precedence {
    fn describe(error: &AnyError) -> ErrorInfo {
        error.0.clone()
    }
}

/// What the body records before it fails.
#[derive(Clone, Copy, Default)]
struct Recorded {
    code: Option<&'static str>,
    transport: Option<TransportError>,
}

impl Recorded {
    async fn record(self) {
        work().await;
        if let Some(class) = self.transport {
            Acquisition::current()
                .token_request(TOKEN_URL)
                .failed(class);
        }
        if let Some(code) = self.code {
            Acquisition::current().record_error(ErrorInfo::new(code));
        }
    }
}

#[acquire_token(api = PrecedenceApi::ForClient, telemetry = telemetry)]
async fn by_trait(
    telemetry: &Telemetry,
    recorded: Recorded,
    info: ErrorInfo,
) -> Result<(), AnyError> {
    recorded.record().await;
    Err(AnyError(info))
}

fn by_function(error: &AnyError) -> ErrorInfo {
    ErrorInfo::new("by_function").or(error.0.clone())
}

#[acquire_token(api = PrecedenceApi::ForClient, telemetry = telemetry, error_info = by_function)]
async fn by_path(
    telemetry: &Telemetry,
    recorded: Recorded,
    info: ErrorInfo,
) -> Result<(), AnyError> {
    recorded.record().await;
    Err(AnyError(info))
}

const RECORDED: Recorded = Recorded {
    code: Some("recorded"),
    transport: Some(TransportError::Dns),
};

fn described() -> ErrorInfo {
    ErrorInfo::new("described").with_sts_codes([50_011])
}

/// Returns code, `AADSTS` codes and transport error of the only failure.
async fn failure(
    call: impl AsyncFnOnce(&Telemetry) -> Result<(), AnyError>,
) -> (Option<String>, Vec<u32>, Option<TransportError>) {
    let (telemetry, recorder) = telemetry();
    assert!(call(&telemetry).await.is_err());
    let record = only(&recorder);
    let error = record.error().unwrap();
    let code = error.code().map(str::to_owned);
    (code, error.sts_codes().to_vec(), error.transport_error())
}

#[tokio::test]
async fn recorded_error_wins_and_is_completed() {
    let failure = failure(async |telemetry| by_trait(telemetry, RECORDED, described()).await).await;
    let expected = (
        Some("recorded".to_owned()),
        vec![50_011],
        Some(TransportError::Dns),
    );
    assert_eq!(failure, expected);
}

#[tokio::test]
async fn error_info_overrides_the_trait() {
    let failure =
        failure(async |telemetry| by_path(telemetry, Recorded::default(), described()).await).await;
    assert_eq!(
        failure,
        (Some("by_function".to_owned()), vec![50_011], None)
    );
}

#[tokio::test]
async fn trait_overrides_requests() {
    let recorded = Recorded {
        code: None,
        ..RECORDED
    };
    let failure = failure(async |telemetry| by_trait(telemetry, recorded, described()).await).await;
    let expected = (
        Some("described".to_owned()),
        vec![50_011],
        Some(TransportError::Dns),
    );
    assert_eq!(failure, expected);
}

#[tokio::test]
async fn requests_override_type_name() {
    let recorded = Recorded {
        code: None,
        ..RECORDED
    };
    let unknown = ErrorInfo::unknown();
    let failure = failure(async |telemetry| by_trait(telemetry, recorded, unknown).await).await;
    let code = Some(TransportError::Dns.code().to_owned());
    assert_eq!(failure, (code, vec![], Some(TransportError::Dns)));
}

#[tokio::test]
async fn type_name_is_the_last_resort() {
    let unknown = ErrorInfo::unknown();
    let failure =
        failure(async |telemetry| by_trait(telemetry, Recorded::default(), unknown).await).await;
    assert_eq!(failure, (Some("AnyError".to_owned()), vec![], None));
}
