//! The wrapper changes nothing for its caller and records each call.

use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential};
use futures::FutureExt as _;
use token_telemetry::acquisition::Attempt;
use token_telemetry::api::MsalNet;
use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
use token_telemetry::error::ErrorKind;
use token_telemetry::{Outcome, TokenSource, TokenType, acquire_token};
use token_telemetry_azure::{TelemetryCredential, describe};

use crate::support::{
    PRIVATE, REFUSED, Reply, SCOPE, Script, Wrapped, busy, client_secret, only, recorded,
};

#[tokio::test]
async fn cold_call() {
    let wrapped = Wrapped::new([Reply::Token(3599)]);
    let token = wrapped.token().await.unwrap();
    assert_eq!(token.token.secret(), "the-token");
    let record = only(&wrapped.recorder);
    assert_eq!(record.api(), MsalNet::AcquireTokenForClient.into());
    assert_eq!(record.token_source(), Some(TokenSource::IdentityProvider));
    assert_eq!(record.attempt_count(), 1);
    assert_eq!(record.status(), Some(200));
    assert_eq!(record.endpoint_host(), Some("login.microsoftonline.com"));
    assert_eq!(record.token_type(), Some(TokenType::Bearer));
    assert!(record.remaining_lifetime() > Some(Duration::from_secs(3000)));
    let kind = record.credential().map(|credential| credential.kind());
    assert_eq!(kind, Some(CredentialKind::ClientSecret));
}

#[tokio::test]
async fn warm_call_sends_nothing() {
    let wrapped = Wrapped::new([Reply::Token(3599)]);
    wrapped.record().await;
    let record = wrapped.record().await;
    assert_eq!(record.token_source(), Some(TokenSource::Cache));
    assert_eq!(record.attempt_count(), 0);
    assert_eq!(record.credential(), None);
    assert_eq!(wrapped.script.sent().len(), 1);
}

#[tokio::test]
async fn retries_are_attempts() {
    let wrapped = Wrapped::new([busy(), busy(), Reply::Token(3599)]);
    let record = wrapped.record().await;
    let statuses: Vec<_> = record.attempts().map(Attempt::status).collect();
    assert_eq!(statuses, [Some(503), Some(503), Some(200)]);
    assert_eq!(record.retry_after(), Some(Duration::from_millis(2)));
    assert_eq!(record.status(), Some(200));
}

#[tokio::test]
async fn wrong_secret_is_described() {
    let wrapped = Wrapped::new([REFUSED]);
    let record = wrapped.record().await;
    let error = record.error().unwrap();
    assert_eq!(error.code(), Some("invalid_client"));
    assert_eq!(error.suberror(), Some("bad_token"));
    assert_eq!(error.sts_codes(), [7_000_215]);
    assert_eq!(record.status(), Some(401));
    assert_eq!(record.error_kind(), Some(ErrorKind::InvalidConfiguration));
    assert_eq!(record.token_source(), None);
    let request_id = Some("2a5b0c3e-7f0e-4c3c-9c2f-5e2c8d1b0a00");
    assert_eq!(record.server_request_id(), request_id);
}

#[tokio::test]
async fn empty_scopes_send_nothing() {
    let wrapped = Wrapped::new([]);
    let result = wrapped.credential.get_token(&[], None).await;
    assert_eq!(result.unwrap_err().to_string(), "no scopes specified");
    let record = only(&wrapped.recorder);
    assert_eq!(record.error_code(), Some("Credential"));
    assert_eq!(record.attempt_count(), 0);
    assert_eq!(record.refresh_reason(), None);
}

#[tokio::test]
async fn cancelled_call() {
    let wrapped = Wrapped::new([Reply::Never]);
    assert!(wrapped.token().now_or_never().is_none());
    let record = only(&wrapped.recorder);
    assert_eq!(record.outcome(), Outcome::Cancelled);
    assert_eq!(record.attempt_count(), 1);
    assert_eq!(wrapped.telemetry.totals().cancelled, 1);
}

#[tokio::test]
async fn error_is_returned_unchanged() {
    let plain = Script::new([REFUSED]);
    let plain = client_secret(plain.options());
    let expected = plain.get_token(SCOPE, None).await.unwrap_err();
    let wrapped = Wrapped::new([REFUSED]);
    let error = wrapped.token().await.unwrap_err();
    assert_eq!(error.to_string(), expected.to_string());
    assert_eq!(error.kind(), expected.kind());
}

#[test]
fn api_follows_kind_of_credential() {
    let record = |kind: Option<CredentialKind>| {
        let (telemetry, recorder) = recorded(|builder| builder);
        let inner = client_secret(Script::new([]).options());
        let mut builder = TelemetryCredential::builder(inner).telemetry(telemetry);
        if let Some(kind) = kind {
            builder = builder.credential(kind);
        }
        let _result = builder.build().get_token(&[], None).now_or_never().unwrap();
        only(&recorder).api()
    };
    let identity = CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds);
    assert_eq!(record(None), MsalNet::AcquireTokenForClient.into());
    assert_eq!(
        record(Some(identity)),
        MsalNet::AcquireTokenForSystemAssignedManagedIdentity.into()
    );
    assert_eq!(
        record(Some(CredentialKind::AzureCli)),
        MsalNet::AcquireTokenSilent.into()
    );
}

#[acquire_token(api = MsalNet::AcquireTokenOnBehalfOf, telemetry = wrapped.telemetry, error_info = describe)]
async fn on_behalf_of(wrapped: &Wrapped) -> azure_core::Result<AccessToken> {
    wrapped.token().await
}

#[tokio::test]
async fn outer_function_keeps_its_api() {
    let wrapped = Wrapped::new([Reply::Token(3599)]);
    on_behalf_of(&wrapped).await.unwrap();
    let record = only(&wrapped.recorder);
    assert_eq!(record.api(), MsalNet::AcquireTokenOnBehalfOf.into());
    assert_eq!(record.token_source(), Some(TokenSource::IdentityProvider));
    assert!(record.remaining_lifetime().is_some());
}

#[tokio::test]
async fn nothing_private_is_recorded() {
    let wrapped = Wrapped::new([REFUSED, Reply::Token(3599)]);
    let records = [wrapped.record().await, wrapped.record().await];
    let mut sent = wrapped.script.sent();
    for headers in &mut sent {
        headers.retain(|name, _| name.starts_with("x-client"));
        assert!(!headers.is_empty());
    }
    let seen = format!("{records:?} {sent:?} {:?}", wrapped.credential);
    for private in PRIVATE {
        assert!(!seen.contains(private), "{private} in {seen}");
    }
}
