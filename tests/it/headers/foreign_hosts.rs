//! Requests to foreign hosts keep the application's headers and lose telemetry.

use std::future::ready;
use std::io;
use std::sync::mpsc;

use http::{HeaderMap, HeaderValue, Request, Response};
use token_telemetry::middleware::TokenRequestLayer;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use super::of;

use crate::support::prelude::*;

const FOREIGN: &str = "https://evil.example/collect";

/// Creates an instance that writes every header.
fn telemetry() -> Telemetry {
    let builder = Telemetry::builder().authorities(["login.example"]);
    of(builder
        .device_model("Model 1")
        .app("App", "1.0")
        .honors_retry_after())
}

/// Sends a request through the layer, and returns the headers that arrive.
async fn through_layer(request: Request<()>) -> HeaderMap {
    let (arrive, arrived) = mpsc::channel();
    let client = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .service(service_fn(move |request: Request<()>| {
            arrive.send(request.into_parts().0.headers).unwrap();
            ready(Ok::<_, io::Error>(Response::new(())))
        }));
    client.oneshot(request).await.unwrap();
    arrived.recv().unwrap()
}

/// Follows one redirect with all headers, as a careless client does.
fn redirected(telemetry: &Telemetry, added_later: HeaderMap) -> [HeaderMap; 2] {
    acquire(telemetry, || {
        let send = |url, headers| {
            let mut request = Request::post(url).body(()).unwrap();
            *request.headers_mut() = headers;
            now(through_layer(request))
        };
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let first = send(TOKEN_URL, headers);
        let mut headers = first.clone();
        headers.extend(added_later);
        [first, send(FOREIGN, headers)]
    })
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn redirect_to_foreign_host_strips_telemetry() {
    let telemetry = telemetry();
    fail(&telemetry, "secret_failure", || ());
    let [first, second] = redirected(&telemetry, HeaderMap::new());
    assert_eq!(
        names(&first),
        [
            "accept",
            "client-request-id",
            "return-client-request-id",
            "x-client-current-telemetry",
            "x-client-dm",
            "x-client-last-telemetry",
            "x-client-os",
            "x-client-sku",
            "x-client-ver",
            "x-ms-lib-capability",
        ]
    );
    assert_eq!(names(&second), ["accept"]);
}

#[test]
fn application_headers_stay() {
    let mut own = HeaderMap::new();
    own.insert(
        "client-request-id",
        HeaderValue::from_static("ad8c894a-557f-48c0-b045-c129590c344e"),
    );
    own.insert("x-client-sku", HeaderValue::from_static("App.Sku"));
    own.insert("x-client-info", HeaderValue::from_static("1"));
    let [_, second] = redirected(&telemetry(), own.clone());
    for (name, value) in &own {
        assert_eq!(second.get(name), Some(value), "{name}");
    }
    // It belongs to the application's id next to it.
    assert!(second.contains_key("return-client-request-id"));
    assert!(!second.contains_key("x-client-ver"));
}

#[test]
fn used_map_is_stripped_for_a_foreign_host() {
    for purpose in [
        Purpose::Token,
        Purpose::Discovery,
        Purpose::InstanceMetadata,
    ] {
        // One map for a request to the authority and one elsewhere, without a layer.
        let [first, second] = acquire(&telemetry(), || {
            let mut headers = HeaderMap::new();
            let mut request = token_request().purpose(purpose);
            request.apply_to(&mut headers);
            let first = headers.clone();
            request.responded(307);
            let mut request = Acquisition::current().token_request(FOREIGN);
            request.apply_to(&mut headers);
            request.responded(200);
            [first, headers]
        });
        assert!(first.len() >= 3, "{purpose:?} {first:?}");
        assert!(second.is_empty(), "{purpose:?} {second:?}");
    }
}

#[test]
fn foreign_request_is_unchanged() {
    let request = Request::get(FOREIGN).header("client-request-id", "of the application");
    let request = request.body(()).unwrap();
    let headers = acquire(&telemetry(), || now(through_layer(request)));
    assert_eq!(names(&headers), ["client-request-id"]);
}

#[test]
fn failure_at_a_foreign_host_is_not_queued() {
    let telemetry = telemetry();
    for url in [FOREIGN, "https://login%2eexample/token"] {
        fail(&telemetry, "refused", || drop(exchange(url, 400)));
        assert_eq!(telemetry.pending_failures(), [], "{url}");
    }
    fail(&telemetry, "refused", || drop(exchange(TOKEN_URL, 400)));
    assert_eq!(telemetry.pending_failures().len(), 1);
    assert_eq!(telemetry.lost_failures(), 0);
}

#[test]
fn layer_takes_the_purpose_from_the_extensions() {
    let request = Request::get("http://169.254.169.254/metadata/identity/oauth2/token")
        .extension(Purpose::InstanceMetadata)
        .body(())
        .unwrap();
    let headers = acquire(&of(Telemetry::builder()), || now(through_layer(request)));
    let expected = ["x-client-sku", "x-client-ver", "x-ms-client-request-id"];
    assert_eq!(names(&headers), expected);
}

#[test]
fn middleware_request_ignores_foreign_hosts() {
    let (telemetry, recorder) = recorded(|builder| builder.authorities(["login.example"]));
    let sent = acquire(&telemetry, || {
        [FOREIGN, TOKEN_URL].map(|url| {
            let mut request = Acquisition::current().middleware_request(url);
            let headers = request.take_headers();
            request.responded(200);
            headers.contains_key("x-client-current-telemetry")
        })
    });
    assert_eq!(sent, [false, true]);
    assert_eq!(only(&recorder).attempt_count(), 1);
}
