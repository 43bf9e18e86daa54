//! Futures of the wrapper are `Send` if those of the client are. Compiling is the test.

use std::future::ready;
use std::io;
use std::rc::Rc;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use token_telemetry_oauth2::TelemetryHttpClient;
use token_telemetry_test_support::{only, telemetry};

use crate::server::{Server, TOKEN};
use crate::{acquire, client};

/// Requires the same of any client, without naming its future.
fn call<'c, C>(
    http: &'c TelemetryHttpClient<C>,
) -> impl Future<Output = Result<HttpResponse, C::Error>> + Send + 'c
where
    C: AsyncHttpClient<'c, Future: Send>,
{
    http.call(HttpRequest::default())
}

#[tokio::test]
async fn future_of_any_client_is_spawned() {
    let server = Server::new().responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    tokio::spawn(async move { call(&http).await })
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn annotated_function_is_spawned() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new().responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    let acquisition = tokio::spawn(async move {
        let client = client();
        let request = client.exchange_client_credentials().request_async(&http);
        acquire(&telemetry, request).await
    });
    acquisition.await.unwrap().unwrap();
    assert!(only(&recorder).is_ok());
}

#[tokio::test]
async fn clients_of_one_thread_are_accepted() {
    let body = Rc::new(TOKEN);
    let http = TelemetryHttpClient::new(|_: HttpRequest| {
        let body = Rc::clone(&body);
        async move {
            ready(()).await;
            Ok::<_, io::Error>(HttpResponse::new(body.as_bytes().to_vec()))
        }
    });
    assert_eq!(
        http.call(HttpRequest::default()).await.unwrap().body(),
        TOKEN.as_bytes()
    );
}
