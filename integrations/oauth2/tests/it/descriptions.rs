//! Errors of all kinds, and tokens of all types.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
};
use oauth2::basic::{BasicTokenResponse, BasicTokenType};
use oauth2::{AccessToken, Client, ClientId, EmptyExtraTokenFields, ErrorResponse, TokenUrl};
use oauth2::{RequestTokenError, StandardRevocableToken, SyncHttpClient};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use token_telemetry::error::ErrorKind;
use token_telemetry::{ErrorInfo, TokenType};
use token_telemetry_oauth2::{describe, token_info};

use crate::server::Server;

/// Describes the error that `oauth2` makes of a response.
fn described<T: ErrorResponse + 'static>(status: u16, body: &str) -> ErrorInfo {
    let http = Server::new().responds(status, body).blocking();
    describe::<io::Error, T>(&error_of(&http))
}

fn error_of<T, C>(http: &C) -> RequestTokenError<C::Error, T>
where
    T: ErrorResponse + 'static,
    C: SyncHttpClient,
{
    Client::<
        T,
        BasicTokenResponse,
        BasicTokenIntrospectionResponse,
        StandardRevocableToken,
        BasicRevocationErrorResponse,
    >::new(ClientId::new("contoso".to_owned()))
    .set_token_uri(TokenUrl::new("https://login.example/token".to_owned()).unwrap())
    .exchange_client_credentials()
    .request(http)
    .unwrap_err()
}

/// An error response that keeps all fields, as an SDK for Entra would define it.
#[derive(Debug, Deserialize, Serialize)]
struct Fields(BTreeMap<String, Value>);

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no token")
    }
}

impl ErrorResponse for Fields {}

#[test]
fn suberror_of_own_error_type() {
    let body = r#"{"error":"invalid_grant","suberror":"consent_required","error_codes":[65001,-1,"x"],
        "error_description":"AADSTS70000: another number"}"#;
    let info = described::<Fields>(400, body);
    assert_eq!(
        (info.code(), info.suberror()),
        (Some("invalid_grant"), Some("consent_required"))
    );
    assert_eq!(info.sts_codes(), [65_001]);
    assert_eq!(info.kind(), ErrorKind::ConsentRequired);
}

#[test]
fn unreadable_responses() {
    let invalid = Some("invalid_response");
    for (status, body, code) in [
        (502, "<html></html>", invalid),
        (400, "", invalid),
        (200, "", invalid),
        (200, "{}", invalid),
        (
            400,
            r#"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#,
            invalid,
        ),
        (400, r#""invalid_grant""#, invalid),
        // Providers that report errors with status 200.
        (
            200,
            r#"{"error":"bad_verification_code"}"#,
            Some("bad_verification_code"),
        ),
        // A field of another type than expected.
        (
            400,
            r#"{"error":"invalid_client","error_uri":[]}"#,
            Some("invalid_client"),
        ),
    ] {
        assert_eq!(
            described::<BasicErrorResponse>(status, body).code(),
            code,
            "{body}"
        );
    }
}

#[test]
fn unreadable_tokens_are_not_kept() {
    let info = described::<BasicErrorResponse>(200, r#"{"access_token":"secret","expires_in":-1}"#);
    assert!(!format!("{info:?}").contains("secret"), "{info:?}");
}

#[test]
fn huge_unreadable_body_is_not_searched() {
    let body = format!(
        r#"{{"error":"invalid_client","error_uri":["{}"]}}"#,
        "x".repeat(70_000)
    );
    let info = described::<BasicErrorResponse>(400, &body);
    assert_eq!(info.code(), Some("invalid_response"));
}

#[test]
fn token_types() {
    let of = |token_type| {
        let token = AccessToken::new("secret".to_owned());
        token_info(&BasicTokenResponse::new(
            token,
            token_type,
            EmptyExtraTokenFields {},
        ))
    };
    let extension = |name: &str| BasicTokenType::Extension(name.to_owned());
    for (token_type, expected) in [
        (BasicTokenType::Bearer, TokenType::Bearer),
        (extension("PoP"), TokenType::Pop),
        (extension("DPoP"), TokenType::Extension),
        (BasicTokenType::Mac, TokenType::Extension),
    ] {
        let info = of(token_type);
        assert_eq!(info.token_type(), Some(expected));
        assert_eq!(
            (info.refresh_token(), info.expires_in()),
            (Some(false), None)
        );
    }
}
