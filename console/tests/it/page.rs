//! What a browser does, in the words of the tests.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response};
use serde_json::Value;
use token_telemetry_console::Console;
use token_telemetry_test_support::prelude::*;
use tower::ServiceExt as _;

/// Messages that a page reads before a test fails.
const PATIENCE: usize = 100;

/// An open page.
pub(crate) struct Page {
    router: Router,
    run: String,
    version: u64,
    /// All entries so far.
    pub(crate) entries: Vec<Value>,
    /// Acquisitions that were skipped so far.
    pub(crate) skipped: u64,
}

impl Page {
    pub(crate) fn open(console: Console) -> Self {
        Self::at(console.without_token().router())
    }

    pub(crate) fn at(router: Router) -> Self {
        Self {
            router,
            run: "none".to_owned(),
            version: 0,
            entries: Vec::new(),
            skipped: 0,
        }
    }

    /// Asks another console from now on, as after a restart of the program.
    pub(crate) fn move_to(&mut self, router: Router) {
        self.router = router;
    }

    /// Returns the next message.
    pub(crate) async fn read(&mut self) -> Value {
        let path = format!("/news/{}/{}", self.run, self.version);
        let message: Value = serde_json::from_str(&text_of(&self.router, &path).await).unwrap();
        message["run"].as_str().unwrap().clone_into(&mut self.run);
        self.version = message["version"].as_u64().unwrap();
        let entries = message["entries"].as_array().unwrap();
        self.entries.extend(entries.iter().cloned());
        self.skipped += message["skipped"].as_u64().unwrap();
        message
    }

    /// Returns the first message in which this number of the first SDK has this value.
    pub(crate) async fn read_until(&mut self, pointer: &str, value: u64) -> Value {
        let mut last = Value::Null;
        for _ in 0..PATIENCE {
            last = self.read().await;
            if last["sdks"][0].pointer(pointer).unwrap() == value {
                return last;
            }
        }
        panic!("{pointer} is not {value} in {last}");
    }

    /// Returns the first message after this many entries have arrived or were skipped.
    pub(crate) async fn read_entries(&mut self, count: usize) -> Value {
        for _ in 0..PATIENCE {
            let last = self.read().await;
            if self.entries.len() + usize::try_from(self.skipped).unwrap() >= count {
                return last;
            }
        }
        panic!("expected {count} entries, found {:?}", self.entries);
    }
}

/// Sends a request to the console, in the name of this host.
pub(crate) async fn send(
    router: &Router,
    method: Method,
    host: &str,
    path: &str,
) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .body(Body::empty())
        .unwrap();
    router.clone().oneshot(request).await.unwrap()
}

pub(crate) async fn get(router: &Router, path: &str) -> Response<Body> {
    send(router, Method::GET, "localhost:8088", path).await
}

pub(crate) async fn body(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) async fn text_of(router: &Router, path: &str) -> String {
    body(get(router, path).await).await
}

pub(crate) fn client(sku: &'static str) -> Telemetry {
    Telemetry::builder().sdk(sku, "1.2.3").build().unwrap()
}

pub(crate) fn hits(telemetry: &Telemetry, count: usize) {
    for _ in 0..count {
        now(hit(telemetry)).unwrap();
    }
}

pub(crate) fn failures(telemetry: &Telemetry, count: usize) {
    for _ in 0..count {
        fail(telemetry, "refused", || {});
    }
}
