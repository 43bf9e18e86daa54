//! Every shape of function that may be annotated: each compiles, runs and records rightly.

use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Api, ApiEntry, ApiId, DescribeError, ErrorInfo, InvalidClientInfo, Telemetry, acquire_token,
};

struct Contoso;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContosoApi {
    ForClient = 1004,
}

impl ApiId for ContosoApi {
    type Owner = Contoso;
    const CATALOGUE: &'static [ApiEntry] = &[];
    fn api(self) -> Api {
        Api::new(self as u32, "ForClient")
    }
}

#[derive(Debug)]
struct AuthError(&'static str);

impl DescribeError<AuthError> for Contoso {
    fn describe(error: &AuthError) -> ErrorInfo {
        ErrorInfo::new(error.0)
    }
}

struct Client {
    telemetry: Telemetry,
}

impl Client {
    #[acquire_token(api = ContosoApi::ForClient, telemetry = self.telemetry)]
    async fn acquire(&self, fail: bool) -> Result<u8, AuthError> {
        if fail {
            Err(AuthError("nope"))?;
        }
        Ok(7)
    }
}

#[tokio::test]
async fn a_method_is_recorded() -> Result<(), InvalidClientInfo> {
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder().observer(recorder.clone()).build()?;
    let client = Client { telemetry };
    assert_eq!(client.acquire(false).await.ok(), Some(7));
    assert!(client.acquire(true).await.is_err());
    let records = recorder.take();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].api().number(), 1004);
    assert_eq!(records[1].error_code(), Some("nope"));
    Ok(())
}
