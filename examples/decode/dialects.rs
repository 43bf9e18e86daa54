//! Writes both telemetry headers in every dialect.

use std::future::ready;

use token_telemetry::api::{Msal, MsalNet};
use token_telemetry::entra::Dialect;
use token_telemetry::region::{RegionAutodetectionSource, RegionOutcome};
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, DescribeError, ErrorInfo, Region, Telemetry,
    acquire_token,
};

struct Rejected;

impl DescribeError<Rejected> for Msal {
    fn describe(_: &Rejected) -> ErrorInfo {
        ErrorInfo::new("invalid_grant").with_status(400)
    }
}

const TOKEN_URL: &str = "https://login.microsoftonline.com/common/oauth2/v2.0/token";

/// A fixed id for the failed call, so that all runs print the same.
const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";

/// Returns a comment line and the two headers for each dialect.
pub(crate) fn headers() -> Vec<String> {
    Dialect::presets().iter().flat_map(headers_in).collect()
}

fn headers_in(dialect: &Dialect) -> Vec<String> {
    let mut lines = vec![format!("# {}", dialect.name())];
    let builder = Telemetry::builder().dialect(*dialect);
    if let Ok(telemetry) = builder.build() {
        let _hit = run(silent(&telemetry));
        let _failed = run(rejected(&telemetry));
        lines.extend(run(for_client(&telemetry)).unwrap_or_default());
    }
    lines
}

/// Polls a future that completes immediately.
fn run<T>(future: impl Future<Output = Result<T, Rejected>>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(Ok(output)) => Some(output),
        std::task::Poll::Ready(Err(Rejected)) | std::task::Poll::Pending => None,
    }
}

#[acquire_token(api = MsalNet::AcquireTokenSilent, telemetry = telemetry)]
async fn silent(telemetry: &Telemetry) -> Result<(), Rejected> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    ready(Ok(())).await
}

#[acquire_token(api = MsalNet::AcquireTokenSilent, telemetry = telemetry)]
async fn rejected(telemetry: &Telemetry) -> Result<(), Rejected> {
    Acquisition::current().set_correlation_id(ID);
    ready(Err(Rejected)).await
}

#[acquire_token(api = MsalNet::AcquireTokenForClient, telemetry = telemetry)]
async fn for_client(telemetry: &Telemetry) -> Result<Vec<String>, Rejected> {
    let current = Acquisition::current();
    current.record_refresh_reason(CacheRefreshReason::Expired);
    current.record_wrapper("@azure/msal-react", "5.0.1");
    current.record_region(
        Region::used("centralus")
            .with_autodetection_source(RegionAutodetectionSource::EnvVariable)
            .with_outcome(RegionOutcome::AutodetectSuccess),
    );
    let mut request = current.token_request(TOKEN_URL);
    let form = request.form_fields().into_iter();
    let form = form.map(|(name, value)| format!("{name}: {value}"));
    let headers = request.take_headers();
    let headers = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    let telemetry = |line: &String| line.contains("-telemetry: ");
    let lines = form.chain(headers).filter(telemetry).collect();
    request.responded(200);
    ready(Ok(lines)).await
}

#[cfg(test)]
mod tests {
    use super::headers;
    use crate::input::explain;

    /// To update the transcript: `cargo run --example decode -- --every-dialect > examples/decode/transcript.txt`.
    #[test]
    fn transcript_is_up_to_date() {
        let mut printed = String::new();
        for line in headers() {
            let comment = line.starts_with('#').then(|| format!("{line}\n"));
            let text = comment.unwrap_or_else(|| explain(&line).unwrap());
            printed.push_str(&text);
            printed.push('\n');
        }
        assert_eq!(printed, include_str!("transcript.txt"));
    }

    #[test]
    fn readme_quotes_the_transcript() {
        let readme = include_str!("../../README.md");
        let quoted = readme
            .split_once("cargo run --example decode -- '")
            .unwrap()
            .1;
        let (value, rest) = quoted.split_once("'\n").unwrap();
        let (block, _) = rest.split_once("```").unwrap();
        assert_eq!(explain(value).unwrap(), block);
        assert!(include_str!("transcript.txt").contains(block));
    }
}
