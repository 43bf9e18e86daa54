//! The headers of token requests, and the requests that are none.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use azure_core::http::request::options::ClientRequestId;
use azure_core::http::{ClientMethodOptions, ClientOptions, Context, Method, Request};
use token_telemetry::acquisition::Attempt;
use token_telemetry::api::MsalNet;
use token_telemetry::{AcquisitionRecord, Telemetry, TransportError, acquire_token};
use token_telemetry_azure::{TelemetryCredential, TelemetryPolicy, describe, with_telemetry};

use crate::support::{REFUSED, Reply, SCOPE, Script, Wrapped, busy, client_secret, only, recorded};

const ENTRA: &str = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token";

fn last_telemetry(headers: &BTreeMap<String, String>) -> &str {
    headers
        .get("x-client-last-telemetry")
        .map_or("", String::as_str)
}

#[tokio::test]
async fn each_attempt_has_headers() {
    let wrapped = Wrapped::new([busy(), Reply::Token(3599)]);
    wrapped.record().await;
    for headers in wrapped.script.sent() {
        let current = &headers["x-client-current-telemetry"];
        assert!(current.starts_with("5|1004,2,"), "{current}");
        assert_eq!(headers["x-client-sku"], "Contoso.Auth");
    }
}

#[tokio::test]
async fn per_call_policy_sees_no_retries() {
    let wrapped = Wrapped::with([busy(), busy(), Reply::Token(3599)], |mut options| {
        let policies = &mut options.per_call_policies;
        policies.push(Arc::new(TelemetryPolicy::new()));
        client_secret(options)
    });
    let record = wrapped.record().await;
    assert_eq!((record.attempt_count(), record.status()), (1, Some(200)));
    assert_eq!(wrapped.script.sent().len(), 3);
}

#[tokio::test]
async fn failure_is_reported_once() {
    let timeout = Reply::Status(408, ("server", "entra"), "");
    let wrapped = Wrapped::new([REFUSED, timeout, Reply::Token(3599)]);
    wrapped.record().await;
    let record = wrapped.record().await;
    assert_eq!(record.attempt_count(), 2);
    let sent = wrapped.script.sent();
    assert!(last_telemetry(&sent[1]).contains("invalid_client"));
    assert!(!last_telemetry(&sent[2]).contains("invalid_client"));
}

#[tokio::test]
async fn one_id_per_request() {
    let wrapped = Wrapped::new([busy(), Reply::Token(3599)]);
    let record = wrapped.record().await;
    let id = record.correlation_id().unwrap().to_string();
    for headers in wrapped.script.sent() {
        assert_eq!(headers["client-request-id"], id);
        assert_eq!(headers["x-ms-client-request-id"], id);
    }
}

/// Acquires two tokens in one acquisition; returns its id, and the headers of the requests.
async fn two_pipelines(
    second: Option<TokenRequestOptions<'_>>,
) -> (String, Vec<BTreeMap<String, String>>) {
    let script = Script::new([Reply::Token(3599), Reply::Token(3599)]);
    let (telemetry, recorder) = recorded(|builder| builder);
    let wrap = || {
        let inner = client_secret(with_telemetry(script.options()));
        TelemetryCredential::builder(inner)
            .telemetry(telemetry.clone())
            .build()
    };
    two_tokens(&telemetry, [wrap(), wrap()], second)
        .await
        .unwrap();
    let id = only(&recorder).correlation_id().unwrap();
    (id.to_string(), script.sent())
}

#[tokio::test]
async fn one_id_for_two_pipelines() {
    let (id, sent) = two_pipelines(None).await;
    assert_eq!(sent.len(), 2);
    for headers in sent {
        assert_eq!(headers["client-request-id"], id);
        assert_eq!(headers["x-ms-client-request-id"], id);
    }
}

#[tokio::test]
async fn late_id_of_the_application_stays() {
    let own = "b2f0c1de-0c0f-4d0b-9a63-1a2b3c4d5e6f";
    let (id, sent) = two_pipelines(Some(with_id(own))).await;
    assert_eq!(sent[1]["x-ms-client-request-id"], own);
    assert_eq!(sent[1]["client-request-id"], id);
}

#[acquire_token(api = MsalNet::AcquireTokenSilent, telemetry = telemetry, error_info = describe)]
async fn two_tokens(
    telemetry: &Telemetry,
    credentials: [Arc<TelemetryCredential>; 2],
    second: Option<TokenRequestOptions<'_>>,
) -> azure_core::Result<()> {
    credentials[0].get_token(SCOPE, None).await?;
    credentials[1].get_token(SCOPE, second).await?;
    Ok(())
}

fn with_id(id: &str) -> TokenRequestOptions<'_> {
    let mut context = Context::new();
    context.insert(ClientRequestId::from(id.to_owned()));
    let method_options = ClientMethodOptions { context };
    TokenRequestOptions { method_options }
}

#[tokio::test]
async fn id_of_the_application_stays() {
    let id = "b2f0c1de-0c0f-4d0b-9a63-1a2b3c4d5e6f";
    for (own, adopted) in [(id, true), ("no guid", false)] {
        let wrapped = Wrapped::new([Reply::Token(3599)]);
        let options = Some(with_id(own));
        let result = wrapped.credential.get_token(SCOPE, options).await;
        result.unwrap();
        assert_eq!(wrapped.script.sent()[0]["x-ms-client-request-id"], own);
        let recorded = only(&wrapped.recorder).correlation_id().unwrap();
        assert_eq!(recorded.to_string() == own, adopted);
    }
}

#[tokio::test]
async fn transport_failure_is_classified() {
    let refused = Reply::Failure(io::ErrorKind::ConnectionRefused);
    let wrapped = Wrapped::new([refused, Reply::Token(3599)]);
    let record = wrapped.record().await;
    let failures: Vec<_> = record.attempts().map(Attempt::transport_error).collect();
    assert_eq!(failures, [Some(TransportError::Connect), None]);
}

#[tokio::test]
async fn two_policies_record_one_attempt() {
    let wrapped = Wrapped::with([Reply::Token(3599)], |options| {
        client_secret(with_telemetry(with_telemetry(options)))
    });
    assert_eq!(wrapped.record().await.attempt_count(), 1);
}

/// Sends one request inside an acquisition, through a pipeline with the policy.
#[acquire_token(api = MsalNet::AcquireTokenForClient, telemetry = telemetry, error_info = describe)]
async fn send(
    telemetry: &Telemetry,
    script: &Arc<Script>,
    mut request: Request,
) -> azure_core::Result<()> {
    script
        .pipeline()
        .send(&Context::new(), &mut request, None)
        .await?;
    Ok(())
}

async fn record_of(
    telemetry: (Telemetry, token_telemetry::test_util::Recorder),
    request: Request,
) -> (AcquisitionRecord, BTreeMap<String, String>) {
    let script = Script::new([Reply::Status(200, ("server", "any"), "{}")]);
    send(&telemetry.0, &script, request).await.unwrap();
    (only(&telemetry.1), script.sent().remove(0))
}

fn is_plain(headers: &BTreeMap<String, String>) -> bool {
    !headers
        .keys()
        .any(|name| name.starts_with("x-client") || name == "client-request-id")
}

#[tokio::test]
async fn service_requests_pass_unchanged() {
    let mut with_token = Request::new(ENTRA.parse().unwrap(), Method::Post);
    with_token.insert_header("authorization", "Bearer the-token");
    let vault = "https://contoso.vault.azure.net/secrets/certificate";
    let vault = Request::new(vault.parse().unwrap(), Method::Get);
    for request in [with_token, vault] {
        let (record, headers) = record_of(recorded(|builder| builder), request).await;
        assert_eq!(record.attempt_count(), 0);
        assert!(is_plain(&headers), "{headers:?}");
    }
}

#[tokio::test]
async fn foreign_token_endpoint_gets_no_headers() {
    let telemetry = recorded(|builder| builder.authorities(["login.microsoftonline.com"]));
    let url = "https://accounts.example/oauth2/token";
    let request = Request::new(url.parse().unwrap(), Method::Post);
    let (record, headers) = record_of(telemetry, request).await;
    assert_eq!(record.attempt_count(), 0);
    assert!(is_plain(&headers), "{headers:?}");
}

#[tokio::test]
async fn request_outside_an_acquisition() {
    let script = Script::new([Reply::Status(200, ("server", "any"), "{}")]);
    let mut request = Request::new(ENTRA.parse().unwrap(), Method::Post);
    script
        .pipeline()
        .send(&Context::new(), &mut request, None)
        .await
        .unwrap();
    assert!(is_plain(&script.sent()[0]));
}

#[tokio::test]
async fn managed_identity_gets_its_own_headers() {
    let url = "http://169.254.169.254/metadata/identity/oauth2/token";
    let mut request = Request::new(url.parse().unwrap(), Method::Get);
    request.insert_header("metadata", "true");
    let (record, headers) = record_of(recorded(|builder| builder), request).await;
    assert_eq!(
        record.attempts().next().unwrap().purpose().name(),
        "instance_metadata"
    );
    assert_eq!(headers["x-client-sku"], "Contoso.Auth");
    let id = record.correlation_id().unwrap().to_string();
    assert_eq!(headers["x-ms-client-request-id"], id);
    assert!(!headers.contains_key("x-client-current-telemetry"));
}

#[tokio::test]
async fn policy_without_a_next_policy() {
    use azure_core::http::policies::Policy as _;
    let mut request = Request::new(ENTRA.parse().unwrap(), Method::Post);
    let result = TelemetryPolicy::new()
        .send(&Context::new(), &mut request, &[])
        .await;
    assert!(result.is_err());
    drop(with_telemetry(ClientOptions::default()));
}
