//! Where the codes of a failure come from, and which of them win.

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

/// An error that describes itself as it is told to.
struct AnyError(ErrorInfo);

impl DescribeError<AnyError> for Precedence {
    fn describe(error: &AnyError) -> ErrorInfo {
        error.0.clone()
    }
}

/// What the body notes before it fails.
#[derive(Clone, Copy, Default)]
struct Noted {
    code: Option<&'static str>,
    transport: Option<TransportError>,
}

impl Noted {
    async fn note(self) {
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
async fn by_trait(telemetry: &Telemetry, noted: Noted, info: ErrorInfo) -> Result<(), AnyError> {
    noted.note().await;
    Err(AnyError(info))
}

fn by_function(error: &AnyError) -> ErrorInfo {
    ErrorInfo::new("by_function").or(error.0.clone())
}

#[acquire_token(api = PrecedenceApi::ForClient, telemetry = telemetry, error_info = by_function)]
async fn by_path(telemetry: &Telemetry, noted: Noted, info: ErrorInfo) -> Result<(), AnyError> {
    noted.note().await;
    Err(AnyError(info))
}

const NOTED: Noted = Noted {
    code: Some("noted"),
    transport: Some(TransportError::Dns),
};

fn described() -> ErrorInfo {
    ErrorInfo::new("described").with_sts_codes([50_011])
}

/// Code, `AADSTS` numbers and class of the one failure.
async fn told(
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
    let told = told(async |telemetry| by_trait(telemetry, NOTED, described()).await).await;
    let expected = (
        Some("noted".to_owned()),
        vec![50_011],
        Some(TransportError::Dns),
    );
    assert_eq!(told, expected);
}

#[tokio::test]
async fn error_info_overrides_the_trait() {
    let told =
        told(async |telemetry| by_path(telemetry, Noted::default(), described()).await).await;
    assert_eq!(told, (Some("by_function".to_owned()), vec![50_011], None));
}

#[tokio::test]
async fn trait_overrides_requests() {
    let noted = Noted {
        code: None,
        ..NOTED
    };
    let told = told(async |telemetry| by_trait(telemetry, noted, described()).await).await;
    let expected = (
        Some("described".to_owned()),
        vec![50_011],
        Some(TransportError::Dns),
    );
    assert_eq!(told, expected);
}

#[tokio::test]
async fn requests_override_type_name() {
    let noted = Noted {
        code: None,
        ..NOTED
    };
    let unknown = ErrorInfo::unknown();
    let told = told(async |telemetry| by_trait(telemetry, noted, unknown).await).await;
    let code = Some(TransportError::Dns.code().to_owned());
    assert_eq!(told, (code, vec![], Some(TransportError::Dns)));
}

#[tokio::test]
async fn type_name_is_the_last_resort() {
    let unknown = ErrorInfo::unknown();
    let told = told(async |telemetry| by_trait(telemetry, Noted::default(), unknown).await).await;
    assert_eq!(told, (Some("AnyError".to_owned()), vec![], None));
}
