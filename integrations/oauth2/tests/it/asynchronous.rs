//! Requests of asynchronous clients.

use std::future::{pending, ready};
use std::io;
use std::time::Duration;

use futures::FutureExt as _;
use oauth2::http::HeaderMap;
use oauth2::{AsyncHttpClient as _, HttpRequest, HttpResponse, RefreshToken};
use token_telemetry::acquisition::Attempt;
use token_telemetry::entra::{Carrier, Dialect};
use token_telemetry::error::ErrorKind;
use token_telemetry::{Outcome, Purpose, TokenSource, TokenType, TransportError};
use token_telemetry_oauth2::TelemetryHttpClient;
use token_telemetry_test_support::{now, only, recorded, telemetry};
use tokio::net::TcpListener;

use crate::server::{Server, TOKEN};
use crate::{acquire, client};

#[test]
fn token_is_recorded() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new().responds_with(200, &[("x-ms-request-id", "ticket")], TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    let request = client();
    let request = request.exchange_client_credentials().request_async(&http);
    now(acquire(&telemetry, request)).unwrap();

    let record = only(&recorder);
    assert_eq!((record.status(), record.attempt_count()), (Some(200), 1));
    assert_eq!(record.endpoint_host(), Some("login.example"));
    assert_eq!(record.server_request_id(), Some("ticket"));
    assert_eq!(record.token_source(), Some(TokenSource::IdentityProvider));
    assert_eq!(record.token_type(), Some(TokenType::Bearer));
    assert_eq!(record.remaining_lifetime(), Some(Duration::from_secs(3599)));
    assert_eq!(record.refresh_token_present(), Some(true));
    let purposes: Vec<Purpose> = record.attempts().map(Attempt::purpose).collect();
    assert_eq!(purposes, [Purpose::Token]);
}

#[test]
fn headers_report_failure_once() {
    let (telemetry, _recorder) = telemetry();
    let denied = r#"{"error":"invalid_grant","error_description":"AADSTS50076: user@contoso.com"}"#;
    let server = Server::new()
        .responds(400, denied)
        .responds(200, TOKEN)
        .responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let refresh_token = RefreshToken::new("r".to_owned());
    for succeeds in [false, true, true] {
        let request = client
            .exchange_refresh_token(&refresh_token)
            .request_async(&http);
        assert_eq!(now(acquire(&telemetry, request)).is_ok(), succeeds);
    }
    let current = server.header("x-client-current-telemetry");
    assert!(
        current
            .iter()
            .all(|it| it.as_ref().unwrap().starts_with("5|1004,")),
        "{current:?}"
    );
    let last: Vec<bool> = server
        .header("x-client-last-telemetry")
        .iter()
        .map(|it| it.as_ref().is_some_and(|it| it.contains("|invalid_grant|")))
        .collect();
    assert_eq!(last, [false, true, false]);
}

#[test]
fn rejected_secret_is_described() {
    let (telemetry, recorder) = telemetry();
    let body =
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: of user@contoso.com"}"#;
    let server = Server::new().responds(401, body);
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    now(acquire(&telemetry, request)).unwrap_err();

    let record = only(&recorder);
    assert_eq!(
        (record.error_code(), record.status()),
        (Some("invalid_client"), Some(401))
    );
    assert_eq!(record.error().unwrap().sts_codes(), [7_000_215]);
    assert_eq!(record.error_kind(), Some(ErrorKind::InvalidConfiguration));
    assert!(!format!("{record:?}").contains("contoso.com"));
}

#[test]
fn retry_after_is_recorded() {
    let (telemetry, recorder) = telemetry();
    let body = r#"{"error":"temporarily_unavailable"}"#;
    let server = Server::new().responds_with(429, &[("retry-after", "7")], body);
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    now(acquire(&telemetry, request)).unwrap_err();
    assert_eq!(only(&recorder).retry_after(), Some(Duration::from_secs(7)));
}

#[test]
fn html_of_a_proxy() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new().responds(503, "<html><body>Service Unavailable</body></html>");
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    now(acquire(&telemetry, request)).unwrap_err();

    let record = only(&recorder);
    assert_eq!(
        (record.error_code(), record.status()),
        (Some("invalid_response"), Some(503))
    );
    assert_eq!(record.error_kind(), Some(ErrorKind::ServiceUnavailable));
}

#[tokio::test]
async fn refused_connection() {
    let (telemetry, recorder) = telemetry();
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = unused.local_addr().unwrap();
    drop(unused);
    let send = async |_: HttpRequest| -> reqwest::Result<HttpResponse> {
        let response = reqwest::Client::new()
            .post(format!("http://{address}/"))
            .send();
        Ok(HttpResponse::new(response.await?.bytes().await?.to_vec()))
    };
    let http = TelemetryHttpClient::new(send);
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    acquire(&telemetry, request).await.unwrap_err();

    let record = only(&recorder);
    assert_eq!(
        (record.error_code(), record.status()),
        (Some("connect_error"), None)
    );
    assert_eq!(record.transport_error(), Some(TransportError::Connect));
    assert_eq!(
        record.error().unwrap().transport_error(),
        record.transport_error()
    );
}

#[test]
fn cancelled_request_has_no_status() {
    let (telemetry, recorder) = telemetry();
    let http = TelemetryHttpClient::new(|_: HttpRequest| pending::<io::Result<HttpResponse>>());
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    assert!(acquire(&telemetry, request).now_or_never().is_none());

    let record = only(&recorder);
    assert_eq!(record.outcome(), Outcome::Cancelled);
    assert_eq!((record.attempt_count(), record.status()), (1, None));
}

#[test]
fn request_outside_acquisition_is_unchanged() {
    let http = TelemetryHttpClient::new(|request: HttpRequest| {
        assert_eq!(*request.headers(), HeaderMap::new());
        assert_eq!(request.body(), b"grant_type=password");
        ready(Ok::<_, io::Error>(HttpResponse::new(b"body".to_vec())))
    });
    let mut request = HttpRequest::new(b"grant_type=password".to_vec());
    *request.method_mut() = oauth2::http::Method::POST;
    assert_eq!(now(http.call(request)).unwrap().body(), b"body");
}

#[test]
fn foreign_host_gets_no_headers() {
    let (telemetry, recorder) = recorded(|builder| builder.authorities(["login.contoso.example"]));
    let server = Server::new().responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    now(acquire(&telemetry, request)).unwrap();
    assert_eq!(server.header("x-client-current-telemetry"), [None]);
    assert_eq!(only(&recorder).attempt_count(), 0);
}

#[test]
fn dialect_of_browsers_uses_the_form() {
    let (telemetry, _recorder) = recorded(|builder| builder.dialect(Dialect::msal_browser()));
    assert_eq!(Dialect::msal_browser().carrier(), Carrier::Form);
    let server = Server::new().responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let request = client.exchange_client_credentials().request_async(&http);
    now(acquire(&telemetry, request)).unwrap();
    let bodies = server.bodies();
    assert!(
        bodies[0].starts_with("grant_type=client_credentials&"),
        "{bodies:?}"
    );
    assert!(
        bodies[0].contains("&x-client-current-telemetry=5%7C1004%2C"),
        "{bodies:?}"
    );
}
