//! The spans of token requests, as a subscriber with a registry receives them.

mod subscribers;
mod tree;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures::future::poll_immediate;
use token_telemetry::SpanOptions;
use tracing::Metadata;
use tracing::subscriber::with_default;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;

use crate::support::prelude::*;
use tree::{Seen, Tree};

const TARGET: &str = "token_telemetry::regressions::attempts";
const SHARED_URL: &str = "https://westus2.login.microsoft.com/tenant-of-a-customer/token";

fn options() -> SpanOptions {
    SpanOptions::new().with_target(TARGET)
}

/// Returns the spans that the subscriber enables while the code runs.
fn spans_if(
    enabled: fn(&Metadata<'_>) -> bool,
    options: SpanOptions,
    code: impl FnOnce(&Telemetry),
) -> Vec<Seen> {
    let tree = Tree {
        spans: Arc::default(),
        enabled,
    };
    let (telemetry, _recorder) = recorded(|builder| builder.span(options));
    with_default(Registry::default().with(tree.clone()), || code(&telemetry));
    let spans = tree.spans.lock().unwrap();
    spans.clone()
}

fn spans_of(code: impl FnOnce(&Telemetry)) -> Vec<Seen> {
    spans_if(|_| true, options(), code)
}

/// Returns the spans of the token requests in an acquisition with this body.
fn attempts_in(body: impl FnOnce()) -> Vec<Seen> {
    let mut spans = spans_of(|telemetry| acquire(telemetry, body)).into_iter();
    assert_eq!(spans.next().unwrap().name, "acquire_token");
    let attempts: Vec<Seen> = spans.collect();
    for attempt in &attempts {
        assert_eq!((attempt.name, attempt.parent), ("token_request", Some(0)));
        assert!(attempt.is_closed, "{attempt:?}");
    }
    attempts
}

fn request(url: &str) -> TokenRequest {
    Acquisition::current().token_request(url)
}

#[track_caller]
fn assert_fields(attempt: &Seen, expected: &[(&str, &str)]) {
    let fields = attempt.fields.iter();
    let fields: Vec<(&str, &str)> = fields.map(|(name, text)| (*name, &**text)).collect();
    assert_eq!(fields, expected);
}

#[test]
fn retried_request_is_three_children() {
    let attempts = attempts_in(|| {
        for status in [503, 429, 200] {
            exchange(SHARED_URL, status);
        }
    });
    let first = [
        ("otel.kind", "client"),
        ("server.address", "westus2.login.microsoft.com"),
        ("otel.name", "HTTP token"),
        ("token_telemetry.request.purpose", "token"),
    ];
    let rest: [&[(&str, &str)]; 3] = [
        &[
            ("http.response.status_code", "503"),
            ("error.type", "503"),
            ("otel.status_code", "ERROR"),
        ],
        &[
            ("http.request.resend_count", "1"),
            ("http.response.status_code", "429"),
            ("error.type", "429"),
            ("otel.status_code", "ERROR"),
        ],
        &[
            ("http.request.resend_count", "2"),
            ("http.response.status_code", "200"),
        ],
    ];
    assert_eq!(attempts.len(), 3);
    for (attempt, rest) in attempts.iter().zip(rest) {
        assert_fields(attempt, &[&first, rest].concat());
    }
}

#[test]
fn purposes_count_their_resends_apart() {
    let attempts = attempts_in(|| {
        let discovery = request(SHARED_URL).purpose(Purpose::Discovery);
        discovery.responded(200);
        let probe = request("http://169.254.169.254/metadata").purpose(Purpose::InstanceMetadata);
        probe.failed(TransportError::Timeout);
        exchange(SHARED_URL, 200);
    });
    let [discovery, probe, token] = &attempts[..] else {
        panic!("{attempts:?}");
    };
    assert_fields(
        discovery,
        &[
            ("otel.kind", "client"),
            ("server.address", "westus2.login.microsoft.com"),
            ("otel.name", "HTTP discovery"),
            ("token_telemetry.request.purpose", "discovery"),
            ("http.response.status_code", "200"),
        ],
    );
    assert_fields(
        probe,
        &[
            ("otel.kind", "client"),
            ("server.address", "169.254.169.254"),
            ("otel.name", "HTTP instance_metadata"),
            ("token_telemetry.request.purpose", "instance_metadata"),
            ("error.type", "request_timeout"),
            ("otel.status_code", "ERROR"),
        ],
    );
    assert!(format!("{token:?}").contains("HTTP token"));
    assert!(!format!("{token:?}").contains("resend_count"));
}

#[test]
fn late_purpose_is_shown_again() {
    let attempts = attempts_in(|| {
        let mut sent = request(SHARED_URL);
        let _headers = sent.take_headers();
        let _again = sent.take_headers();
        sent.purpose(Purpose::Discovery).responded(200);
    });
    let names = attempts[0].fields.iter();
    let names: Vec<_> = names.filter(|(name, _)| *name == "otel.name").collect();
    let names: Vec<&str> = names.into_iter().map(|(_, name)| &**name).collect();
    assert_eq!(names, ["HTTP token", "HTTP discovery"]);
}

#[test]
fn host_of_a_tenant_is_not_shown() {
    for url in [
        TOKEN_URL,
        "https://marked.ciamlogin.com/marked/token",
        "marked",
    ] {
        let attempts = attempts_in(|| drop(exchange(url, 200)));
        assert_eq!(attempts.len(), 1);
        let text = format!("{attempts:?}");
        for hidden in ["login.example", "marked", "tenant", "server.address"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}

#[test]
fn dropped_request_has_no_end() {
    let attempts = attempts_in(|| {
        drop(token_request());
        exchange(TOKEN_URL, 200);
    });
    assert_fields(
        &attempts[0],
        &[
            ("otel.kind", "client"),
            ("otel.name", "HTTP token"),
            ("token_telemetry.request.purpose", "token"),
        ],
    );
    let resent = ("http.request.resend_count", "1".to_owned());
    assert!(attempts[1].fields.contains(&resent));
}

#[test]
fn not_yet_of_polling_is_no_error() {
    let attempts = attempts_in(|| token_request().pending(400));
    let text = format!("{attempts:?}");
    assert!(text.contains(r#"("http.response.status_code", "400")"#));
    assert!(!text.contains("error") && !text.contains("ERROR"), "{text}");
}

#[test]
fn handle_on_another_thread_keeps_the_parent() {
    let attempts = attempts_in(|| {
        let handle = Acquisition::current().handle();
        let worker = std::thread::spawn(move || {
            // This thread has no subscriber.
            handle.token_request(TOKEN_URL).responded(200);
            let _entered = handle.enter();
            token_request().responded(200);
        });
        worker.join().unwrap();
    });
    assert_eq!(attempts.len(), 2);
}

#[test]
fn request_may_outlive_its_acquisition() {
    let spans = spans_of(|telemetry| {
        let (first, handle) = acquire(telemetry, || {
            (token_request(), Acquisition::current().handle())
        });
        let _late = handle.token_request(TOKEN_URL).take_headers();
        first.responded(200);
    });
    let names: Vec<_> = spans.iter().map(|it| (it.name, it.is_closed)).collect();
    assert_eq!(names, [("acquire_token", true), ("token_request", true)]);
    let status = ("http.response.status_code", "200".to_owned());
    assert_eq!(spans[1].fields.last(), Some(&status));
}

#[test]
fn send_enters_the_span_while_it_is_polled() {
    let spans = spans_of(|telemetry| {
        let sending = for_client(telemetry, async {
            let sent = token_request().send(|_| async {
                futures::pending!();
                Ok::<_, std::io::Error>(Status::new(200, ()))
            });
            sent.await.map_err(|_| LabError::new("io"))
        });
        let mut sending = Box::pin(sending);
        assert!(now(poll_immediate(&mut sending)).is_none());
        now(sending).unwrap();
        let stopped = stop_at(telemetry, Place::DuringHttp, Event::Stop);
        assert_eq!(now(poll_immediate(stopped)), None);
        let panicking =
            AssertUnwindSafe(|| now(stop_at(telemetry, Place::DuringHttp, Event::Panic)));
        assert!(catch_unwind(panicking).is_err());
    });
    let attempts = spans.iter().filter(|span| span.name == "token_request");
    let entered: Vec<_> = attempts.map(|it| (it.entered, it.is_closed)).collect();
    assert_eq!(entered, [([2, 2], true), ([1, 1], true), ([1, 1], true)]);
}

#[test]
fn requests_without_spans() {
    let request = |telemetry: &Telemetry| {
        let headers = acquire(telemetry, || exchange(TOKEN_URL, 200));
        assert!(headers.contains_key("client-request-id"));
    };
    let names = |spans: &[Seen]| spans.iter().map(|it| it.name).collect::<Vec<_>>();
    let off = spans_if(|_| true, options().without_attempts(), request);
    assert_eq!(names(&off), ["acquire_token"]);
    let disabled = |metadata: &Metadata<'_>| metadata.name() != "token_request";
    let disabled = spans_if(disabled, options(), request);
    assert_eq!(names(&disabled), ["acquire_token"]);
    // Children of nothing would have no acquisition to belong to.
    let alone = |metadata: &Metadata<'_>| metadata.name() != "acquire_token";
    assert_eq!(spans_if(alone, options(), request), []);
}

#[test]
fn request_of_another_host_has_no_span() {
    let seen = |telemetry: &Telemetry| {
        acquire(telemetry, || {
            drop(Acquisition::current().middleware_request("https://other.example/"));
        });
    };
    let tree = Tree {
        spans: Arc::default(),
        enabled: |_| true,
    };
    let telemetry = Telemetry::builder()
        .span(options())
        .authorities(["login.example"])
        .build()
        .unwrap();
    with_default(Registry::default().with(tree.clone()), || seen(&telemetry));
    assert_eq!(tree.spans.lock().unwrap().len(), 1);
}

#[test]
fn blocking_client_runs_inside_span() {
    let attempts = attempts_in(|| {
        let send = || Ok::<_, std::io::Error>(Status::new(200, ()));
        request(SHARED_URL).watch_blocking(send).unwrap();
    });
    assert_eq!(attempts[0].entered, [1, 1]);
}
