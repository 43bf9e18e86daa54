//! Transport errors of the common HTTP clients.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use token_telemetry::middleware::SendTokenRequest as _;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::support::prelude::*;
use crate::support::serve;

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn posts(
    telemetry: &Telemetry,
    client: reqwest::Client,
    url: String,
) -> Result<u16, LabError> {
    let sent = client
        .post(url)
        .body("grant_type=x")
        .send_token_request()
        .await;
    sent.map(|response| response.status().as_u16())
        .map_err(|_| LabError::new(""))
}

/// Returns the transport error in the record of a request to this URL.
async fn class_at(client: reqwest::Client, url: String) -> Option<TransportError> {
    let (telemetry, recorder) = telemetry();
    posts(&telemetry, client, url).await.unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.attempt_count(), 1);
    record.transport_error()
}

/// A server that reads each request and closes the connection without a response.
async fn closing() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            drop(connection.read(&mut [0; 1024]).await);
        }
    });
    address
}

/// A server that accepts connections and never responds.
async fn silent() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap(), listener)
}

#[tokio::test]
async fn reqwest_errors_are_classified() {
    let client = reqwest::Client::new;
    let closed = class_at(client(), format!("http://{}/token", closing().await)).await;
    assert_eq!(closed, Some(TransportError::Closed));

    let refused = {
        let (address, listener) = silent().await;
        drop(listener);
        class_at(client(), format!("http://{address}/token")).await
    };
    assert_eq!(refused, Some(TransportError::Connect));

    let (address, _listener) = silent().await;
    let hurried = reqwest::Client::builder().timeout(Duration::from_millis(20));
    let late = class_at(hurried.build().unwrap(), format!("http://{address}/token")).await;
    assert_eq!(late, Some(TransportError::Timeout));

    let nowhere = class_at(client(), "http://no-such-host.invalid/token".to_owned()).await;
    assert_eq!(nowhere, Some(TransportError::Dns));
}

#[tokio::test]
async fn hyper_and_std_errors_are_classified() {
    let connector = hyper_util::client::legacy::connect::HttpConnector::new();
    let executor = hyper_util::rt::TokioExecutor::new();
    let client = hyper_util::client::legacy::Client::builder(executor).build(connector);
    let class = async |url: String| {
        let request = http::Request::post(url).body(String::new()).unwrap();
        TransportError::of(&client.request(request).await.unwrap_err())
    };
    let closing = format!("http://{}/", closing().await);
    assert_eq!(class(closing).await, TransportError::Closed);
    let nowhere = "http://no-such-host.invalid/".to_owned();
    assert_eq!(class(nowhere).await, TransportError::Dns);

    let lookup = std::net::TcpStream::connect("no-such-host.invalid:443");
    assert_eq!(
        TransportError::of(&lookup.unwrap_err()),
        TransportError::Dns
    );
}

/// An error with this message and a cause.
#[derive(Debug)]
struct Says(&'static str, Option<Box<dyn Error + Send + Sync>>);

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert_ne!(self.0, "panic", "a message that cannot be made");
        f.write_str(self.0)
    }
}

impl Error for Says {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause = self.1.as_deref()?;
        Some(cause)
    }
}

fn wrapped(outer: &'static str, inner: impl Error + Send + Sync + 'static) -> Says {
    Says(outer, Some(Box::new(inner)))
}

#[test]
fn error_messages_are_classified() {
    use TransportError::{Closed, Connect, Dns, Other, Timeout, Tls};
    let untrusted = || io::Error::other("invalid peer certificate: UnknownIssuer");
    let cases: [(Says, TransportError); 9] = [
        (
            wrapped("client error (Connect)", Says("dns error", None)),
            Dns,
        ),
        (wrapped("error trying to connect", untrusted()), Tls),
        (
            wrapped(
                "client error (Connect)",
                io::Error::other("received corrupt message of type InvalidContentType"),
            ),
            Tls,
        ),
        (
            wrapped(
                "error sending request for url (https://login.example/)",
                Says("connection closed before message completed", None),
            ),
            Closed,
        ),
        (
            wrapped("client error (Connect)", Says("tcp connect error", None)),
            Connect,
        ),
        (
            wrapped("error sending request", Says("operation timed out", None)),
            Timeout,
        ),
        (
            wrapped(
                "tls handshake eof",
                io::Error::from(io::ErrorKind::UnexpectedEof),
            ),
            Tls,
        ),
        (Says("something else", None), Other),
        (
            wrapped("panic", io::Error::from(io::ErrorKind::TimedOut)),
            Other,
        ),
    ];
    for (error, class) in cases {
        assert_eq!(TransportError::of(&error), class, "{error:?}");
    }
}

#[test]
fn network_down_is_a_connect_error() {
    let down = io::Error::from(io::ErrorKind::NetworkDown);
    assert_eq!(TransportError::of(&down), TransportError::Connect);
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn discovers(telemetry: &Telemetry, url: String) -> Result<(), LabError> {
    let sent = reqwest::Client::new()
        .get(url)
        .send_with_purpose(Purpose::Discovery)
        .await;
    assert_eq!(sent.unwrap().headers()["x-telemetry"], "none");
    Ok(())
}

#[tokio::test]
async fn marker_makes_request_a_token_request() {
    let echo = |headers: http::HeaderMap| async move {
        let current = headers.get("x-client-current-telemetry").cloned();
        let value = current.unwrap_or_else(|| http::HeaderValue::from_static("none"));
        [("x-telemetry", value)]
    };
    let application = axum::Router::new().route("/token", axum::routing::any(echo));
    let url = format!("http://{}/token", serve(application).await);

    let (telemetry, recorder) = telemetry();
    assert_eq!(
        posts(&telemetry, reqwest::Client::new(), url.clone()).await,
        Ok(200)
    );
    assert_eq!(
        (
            only(&recorder).attempt_count(),
            telemetry.totals().identity_provider
        ),
        (1, 1)
    );
    discovers(&telemetry, url.clone()).await.unwrap();
    assert_eq!(only(&recorder).attempt_count(), 1);

    let outside = reqwest::Client::new().get(url).send_token_request();
    // Spawning proves that the future is `Send`.
    let outside = tokio::spawn(outside).await.unwrap().unwrap();
    assert_eq!(outside.headers()["x-telemetry"], "none");
}
