//! Descriptions of `azure_core` errors, read from what the SDK kept.

use std::io;
use std::time::Duration;

use azure_core::Error;
use azure_core::credentials::{AccessToken, Secret};
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::{RawResponse, StatusCode};
use azure_core::time::OffsetDateTime;
use token_telemetry::{ErrorInfo, TokenType, TransportError};
use token_telemetry_azure::{describe, token_info};

fn response(error_code: Option<&str>, body: Option<&str>) -> Error {
    let status = StatusCode::BadRequest;
    let raw = |body: &str| RawResponse::from_bytes(status, Headers::new(), body.to_owned());
    let kind = ErrorKind::HttpResponse {
        status,
        error_code: error_code.map(str::to_owned),
        raw_response: body.map(raw).map(Box::new),
    };
    let inner = Error::with_message(kind, "text of the server");
    Error::with_error(ErrorKind::Credential, inner, "authentication failed")
}

fn facts(info: &ErrorInfo) -> (Option<&str>, &[u32], Option<u16>) {
    (info.code(), info.sts_codes(), info.status())
}

#[test]
fn body_of_entra() {
    let body =
        r#"{"error":"invalid_grant","error_codes":[50076],"error_description":"AADSTS50076: …"}"#;
    let info = describe(&response(Some("50076"), Some(body)));
    assert_eq!(
        facts(&info),
        (Some("invalid_grant"), &[50_076][..], Some(400))
    );
}

#[test]
fn numbers_in_description() {
    let body = r#"{"error":"invalid_scope","error_description":"AADSTS70011: invalid"}"#;
    let info = describe(&response(None, Some(body)));
    assert_eq!(
        facts(&info),
        (Some("invalid_scope"), &[70_011][..], Some(400))
    );
}

#[test]
fn numbers_without_body() {
    let info = describe(&response(Some("50012,7000215"), None));
    assert_eq!(
        facts(&info),
        (Some("HttpResponse"), &[50_012, 7_000_215][..], Some(400))
    );
}

#[test]
fn code_of_another_service() {
    let object = r#"{"error":{"code":"Forbidden","message":"no access"}}"#;
    let info = describe(&response(None, Some(object)));
    assert_eq!(facts(&info), (Some("Forbidden"), &[][..], Some(400)));
    let info = describe(&response(Some("VaultNotFound"), Some("<html>")));
    assert_eq!(facts(&info), (Some("VaultNotFound"), &[][..], Some(400)));
}

#[test]
fn huge_body_is_ignored() {
    let body = format!(
        r#"{{"error":"invalid_grant","padding":"{}"}}"#,
        "x".repeat(100_000)
    );
    let info = describe(&response(None, Some(&body)));
    assert_eq!(info.code(), Some("HttpResponse"));
}

#[test]
fn connection_failure() {
    let cause = io::Error::from(io::ErrorKind::ConnectionRefused);
    let inner = Error::new(ErrorKind::Io, cause).with_context("retries expired");
    let error = Error::with_error(ErrorKind::Credential, inner, "authentication failed");
    assert_eq!(
        describe(&error).transport_error(),
        Some(TransportError::Connect)
    );
}

#[test]
fn missing_file_is_no_transport_failure() {
    let inner = Error::from(io::Error::from(io::ErrorKind::NotFound));
    let error = Error::with_error(ErrorKind::Credential, inner, "no token file");
    let info = describe(&error);
    assert_eq!((info.code(), info.transport_error()), (Some("Io"), None));
}

#[test]
fn token_that_has_expired() {
    let token = |expires_on| AccessToken::new(Secret::new("the-token"), expires_on);
    let past = token_info(&token(OffsetDateTime::UNIX_EPOCH));
    assert_eq!(past.expires_in(), Some(Duration::ZERO));
    assert_eq!(past.token_type(), Some(TokenType::Bearer));
}
