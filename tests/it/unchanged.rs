//! Facts for operators change neither Entra's headers nor MSAL's metrics.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::cache::RefreshTrigger;
use token_telemetry::credential::{ClientAuthentication, Credential, CredentialKind, GrantType};
use token_telemetry::entra::Dialect;
use token_telemetry::error::ErrorKind;
use token_telemetry::otel::{Metrics, MsalSet};

use crate::headers::Sent;
use crate::support::collect::{Point, Sink};
use crate::support::prelude::*;

const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = ErrorInfo::clone)]
async fn call(telemetry: &Telemetry, is_recording: bool, status: u16) -> Result<Sent, ErrorInfo> {
    let current = Acquisition::current();
    current.set_correlation_id(ID);
    current.record_refresh_reason(CacheRefreshReason::Expired);
    if is_recording {
        let credential = Credential::new(CredentialKind::custom("contoso"))
            .with_grant_type(GrantType::RefreshToken)
            .with_client_authentication(ClientAuthentication::PrivateKeyJwt);
        let unavailable = ErrorInfo::new("credential_unavailable");
        for info in [unavailable, ErrorInfo::new("invalid_client")] {
            current.record_suppressed_error(info.with_credential(CredentialKind::AzureCli));
        }
        current.record_credential(credential);
        current.record_trigger(RefreshTrigger::Startup);
    }
    let mut request = Acquisition::current().token_request(TOKEN_URL);
    let sent = Sent::of(&mut request);
    request.responded(status);
    match status {
        200 => Ok(sent),
        _ if is_recording => Err(ErrorInfo::new("invalid_grant")
            .with_kind(ErrorKind::Throttled)
            .with_credential(CredentialKind::Broker)),
        _ => Err(ErrorInfo::new("invalid_grant")),
    }
}

/// Returns the headers of each request, what waits to be reported, and the points of MSAL's set.
fn run(dialect: Dialect, is_recording: bool) -> (Vec<Sent>, String, Vec<Point>) {
    let sink = Sink::new(Temporality::Cumulative);
    let metrics = Metrics::with_provider(sink.provider.clone())
        .msal_set(MsalSet::Both)
        .semantic_conventions();
    let telemetry = Telemetry::builder()
        .sdk("Lab.Auth", "1.2.3")
        .platform("Linux", "x64")
        .dialect(dialect)
        .metrics(metrics)
        .clock(ManualClock::new())
        .build()
        .unwrap();
    let mut sent = Vec::new();
    for status in [200, 400, 400, 200, 200] {
        if is_recording {
            telemetry.record_rejected_token(401);
        }
        sent.extend(now(call(&telemetry, is_recording, status)));
        now(hit(&telemetry)).unwrap();
    }
    now(call(&telemetry, is_recording, 503)).err();
    let mut points = sink.collect();
    points.retain(|point| point.metric.starts_with("Msal"));
    let waiting = format!(
        "{:?} {}",
        telemetry.pending_failures(),
        telemetry.lost_failures()
    );
    (sent, waiting, points)
}

#[test]
fn headers_and_msal_set_are_unchanged() {
    for dialect in Dialect::presets() {
        let (sent, waiting, points) = run(*dialect, true);
        let (plain_sent, plain_waiting, plain_points) = run(*dialect, false);
        let name = dialect.name();
        for (sent, plain) in sent.iter().zip(&plain_sent) {
            assert_eq!(sent.headers, plain.headers, "{name}");
            assert_eq!(sent.form, plain.form, "{name}");
        }
        assert_eq!(sent.len(), 3);
        assert_eq!(waiting, plain_waiting, "{name}");
        assert_eq!(points, plain_points, "{name}");
        assert!(points.len() > 5, "{points:?}");
    }
}
