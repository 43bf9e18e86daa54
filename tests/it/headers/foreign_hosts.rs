//! Requests to foreign hosts keep the application's headers and lose telemetry.

use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderValue, Request, Response};
use token_telemetry::middleware::TokenRequestLayer;
use token_telemetry::{Acquisition, Purpose, Telemetry, acquire_token};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use super::{of, run};
use crate::support::{LabApi, LabError, TOKEN_URL};

const FOREIGN: &str = "https://evil.example/collect";

/// Creates an instance that writes every header.
fn telemetry() -> Telemetry {
    let builder = Telemetry::builder().authorities(["login.example"]);
    of(builder
        .device_model("Model 1")
        .app("App", "1.0")
        .honors_retry_after())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn failing(telemetry: &Telemetry) -> Result<(), LabError> {
    Err(LabError::new("secret_failure"))
}

/// Follows one redirect with all headers, as a careless client does.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn redirected(
    telemetry: &Telemetry,
    added_later: HeaderMap,
) -> Result<[HeaderMap; 2], LabError> {
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&arrived);
    let client = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .service(service_fn(move |request: Request<()>| {
            seen.lock().unwrap().push(request.headers().clone());
            ready(Ok::<_, io::Error>(Response::new(())))
        }));
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    for (url, more) in [(TOKEN_URL, HeaderMap::new()), (FOREIGN, added_later)] {
        let mut request = Request::post(url).body(()).unwrap();
        headers.extend(more);
        *request.headers_mut() = headers;
        client.clone().oneshot(request).await.unwrap();
        headers = arrived.lock().unwrap().last().unwrap().clone();
    }
    let arrived = arrived.lock().unwrap();
    Ok([arrived[0].clone(), arrived[1].clone()])
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn redirect_to_foreign_host_strips_telemetry() {
    let telemetry = telemetry();
    run(failing(&telemetry)).unwrap_err();
    let [first, second] = run(redirected(&telemetry, HeaderMap::new())).unwrap();
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
    let [_, second] = run(redirected(&telemetry(), own.clone())).unwrap();
    for (name, value) in &own {
        assert_eq!(second.get(name), Some(value), "{name}");
    }
    // It belongs to the application's id next to it.
    assert!(second.contains_key("return-client-request-id"));
    assert!(!second.contains_key("x-client-ver"));
}

/// Uses one map for a request to the authority and one elsewhere, without a layer.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn by_hand(telemetry: &Telemetry, purpose: Purpose) -> Result<[HeaderMap; 2], LabError> {
    let mut headers = HeaderMap::new();
    let mut request = Acquisition::current()
        .token_request(TOKEN_URL)
        .purpose(purpose);
    request.apply_to(&mut headers);
    let first = headers.clone();
    request.responded(307);
    let mut request = Acquisition::current().token_request(FOREIGN);
    request.apply_to(&mut headers);
    request.responded(200);
    Ok([first, headers])
}

#[test]
fn used_map_is_stripped_for_a_foreign_host() {
    for purpose in [
        Purpose::Token,
        Purpose::Discovery,
        Purpose::InstanceMetadata,
    ] {
        let [first, second] = run(by_hand(&telemetry(), purpose)).unwrap();
        assert!(first.len() >= 3, "{purpose:?} {first:?}");
        assert!(second.is_empty(), "{purpose:?} {second:?}");
    }
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn foreign_only(telemetry: &Telemetry) -> Result<Request<()>, LabError> {
    let request = Request::get(FOREIGN).header("client-request-id", "of the application");
    let sent = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&sent);
    let client = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .service(service_fn(move |request: Request<()>| {
            *seen.lock().unwrap() = Some(request);
            ready(Ok::<_, io::Error>(Response::new(())))
        }));
    client.oneshot(request.body(()).unwrap()).await.unwrap();
    let sent = sent.lock().unwrap().take();
    Ok(sent.unwrap())
}

#[test]
fn foreign_request_is_unchanged() {
    let request = run(foreign_only(&telemetry())).unwrap();
    assert_eq!(names(request.headers()), ["client-request-id"]);
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn failing_at(telemetry: &Telemetry, url: &str) -> Result<(), LabError> {
    Acquisition::current().token_request(url).responded(400);
    Err(LabError::new("refused"))
}

#[test]
fn failure_at_a_foreign_host_is_not_queued() {
    let telemetry = telemetry();
    for url in [FOREIGN, "https://login%2eexample/token"] {
        run(failing_at(&telemetry, url)).unwrap_err();
        assert_eq!(telemetry.pending_failures(), [], "{url}");
    }
    run(failing_at(&telemetry, TOKEN_URL)).unwrap_err();
    assert_eq!(telemetry.pending_failures().len(), 1);
    assert_eq!(telemetry.lost_failures(), 0);
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn asking_metadata(telemetry: &Telemetry) -> Result<HeaderMap, LabError> {
    let request = Request::get("http://169.254.169.254/metadata/identity/oauth2/token")
        .extension(Purpose::InstanceMetadata)
        .body(())
        .unwrap();
    let arrived = Arc::new(Mutex::new(HeaderMap::new()));
    let seen = Arc::clone(&arrived);
    let client = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .service(service_fn(move |request: Request<()>| {
            seen.lock().unwrap().clone_from(request.headers());
            ready(Ok::<_, io::Error>(Response::new(())))
        }));
    client.oneshot(request).await.unwrap();
    Ok(arrived.lock().unwrap().clone())
}

#[test]
fn layer_takes_the_purpose_from_the_extensions() {
    let headers = run(asking_metadata(&of(Telemetry::builder()))).unwrap();
    let expected = ["x-client-sku", "x-client-ver", "x-ms-client-request-id"];
    assert_eq!(names(&headers), expected);
}
