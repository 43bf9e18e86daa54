//! Observers that are attached to a running `Telemetry`, and observers of attempts.

use std::sync::{Arc, Mutex, OnceLock};

use http::{HeaderMap, HeaderValue};
use token_telemetry::Observer;
use token_telemetry::acquisition::StartedAttempt;
use token_telemetry::entra::Dialect;
use token_telemetry::observer::AttachedObserver;

use crate::support::full_map;
use crate::support::prelude::*;

type Headers = Vec<(String, String)>;

/// An attempt as the observer saw it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    acquisition: String,
    number: u32,
    purpose: Purpose,
    host: Option<String>,
    shown_host: Option<String>,
    debug: String,
    headers: Headers,
}

/// Keeps the attempts it receives.
#[derive(Default)]
struct Wire(Mutex<Vec<Seen>>);

impl Wire {
    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Wire {
    fn finished(&self, _: &AcquisitionRecord) {}

    fn wants_attempts(&self) -> bool {
        true
    }

    fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
        assert!(!Acquisition::current().is_active());
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        self.0.lock().unwrap().push(Seen {
            acquisition: attempt.acquisition().to_string(),
            number: attempt.number(),
            purpose: attempt.purpose(),
            host: attempt.host().map(str::to_owned),
            shown_host: attempt.shown_host().map(str::to_owned),
            debug: format!("{attempt:?}"),
            headers: attempt.headers().map(owned).collect(),
        });
    }
}

fn pairs(headers: &HeaderMap) -> Headers {
    let pairs = headers.iter();
    let mut pairs: Headers = pairs
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    pairs.sort_unstable();
    pairs
}

fn hits(telemetry: &Telemetry, count: usize) {
    for _ in 0..count {
        now(hit(telemetry)).unwrap();
    }
}

#[test]
fn receives_from_attach_to_drop() {
    let (telemetry, _) = telemetry();
    let recorder = Recorder::new();
    acquire(&telemetry, || {});
    let attached = telemetry.attach_observer(recorder.clone());
    acquire(&telemetry, || {});
    hits(&telemetry, 1);
    assert_eq!(recorder.take().len(), 2);
    drop(attached);
    acquire(&telemetry, || {});
    assert_eq!(recorder.take().len(), 0);
}

#[test]
fn record_of_an_attached_observer_is_complete() {
    let telemetry = Telemetry::builder().sdk("Lab", "1").build().unwrap();
    let recorder = Recorder::new();
    let _attached = telemetry.attach_observer(recorder.clone());
    hits(&telemetry, 1);
    let record = only(&recorder);
    assert!(record.id().is_some());
    assert!(record.correlation_id().is_some());
    assert!(record.ended_at().is_some());
}

#[test]
fn limit_samples_hits_and_nothing_else() {
    let telemetry = Telemetry::builder().build().unwrap();
    let recorder = Recorder::new();
    let attached = telemetry.attach_observer(recorder.clone());
    attached.limit_hits(2);
    hits(&telemetry, 5);
    assert_eq!(recorder.take().len(), 2);
    fail(&telemetry, "refused", || {});
    acquire(&telemetry, || exchange(TOKEN_URL, 200));
    assert_eq!(recorder.take().len(), 2);
    attached.limit_hits(1);
    hits(&telemetry, 3);
    assert_eq!(recorder.take().len(), 1);
    attached.limit_hits(0);
    hits(&telemetry, 3);
    assert_eq!(recorder.take().len(), 0);
    assert_eq!(telemetry.totals().cache, 11);
}

#[test]
fn limits_of_two_observers_are_separate() {
    let telemetry = Telemetry::builder().build().unwrap();
    let (one, two) = (Recorder::new(), Recorder::new());
    let limited = telemetry.attach_observer(one.clone());
    let _unlimited = telemetry.attach_observer(two.clone());
    limited.limit_hits(1);
    hits(&telemetry, 4);
    assert_eq!((one.take().len(), two.take().len()), (1, 4));
}

#[test]
fn handle_does_not_keep_the_telemetry() {
    let built = Arc::new(Wire::default());
    let builder = Telemetry::builder().observer(Arc::clone(&built));
    let telemetry = builder.build().unwrap();
    let attached = telemetry.attach_observer(Recorder::new());
    drop(telemetry);
    assert_eq!(Arc::strong_count(&built), 1);
    attached.limit_hits(3);
    drop(attached);
}

/// Detaches itself while it is notified.
struct Once(Arc<OnceLock<Mutex<Option<AttachedObserver>>>>);

impl Observer for Once {
    fn finished(&self, _: &AcquisitionRecord) {
        let attached = self.0.get().unwrap().lock().unwrap().take();
        drop(attached.unwrap());
    }
}

#[test]
fn observer_may_detach_itself() {
    let telemetry = Telemetry::builder().build().unwrap();
    let own = Arc::new(OnceLock::new());
    let attached = telemetry.attach_observer(Once(Arc::clone(&own)));
    own.set(Mutex::new(Some(attached))).unwrap();
    in_time(move || {
        hits(&telemetry, 3);
        assert!(own.get().unwrap().lock().unwrap().is_none());
    });
}

struct Panics;

impl Observer for Panics {
    fn finished(&self, _: &AcquisitionRecord) {
        panic!("the observer panics");
    }

    fn wants_attempts(&self) -> bool {
        true
    }

    fn attempt_started(&self, _: &StartedAttempt<'_>) {
        panic!("the observer panics");
    }
}

#[test]
fn panic_reaches_nobody() {
    let telemetry = Telemetry::builder().sdk("Lab", "1").build().unwrap();
    let recorder = Recorder::new();
    let _panics = telemetry.attach_observer(Panics);
    let _attached = telemetry.attach_observer(recorder.clone());
    let headers = acquire(&telemetry, || exchange(TOKEN_URL, 200));
    assert_eq!(text(&headers, "x-client-sku"), "Lab");
    assert_eq!(only(&recorder).attempts().len(), 1);
}

#[test]
fn attempts_carry_the_headers_as_sent() {
    let wire = Arc::new(Wire::default());
    let (telemetry, recorder) = recorded(|builder| {
        let wire = Arc::clone(&wire);
        builder.sdk("Lab.Auth", "1.2.3").observer(wire)
    });
    let sent = acquire(&telemetry, || {
        [exchange(TOKEN_URL, 503), exchange(TOKEN_URL, 200)]
    });
    let seen = wire.take();
    let id = only(&recorder).id().unwrap().to_string();
    for (at, (seen, sent)) in seen.iter().zip(&sent).enumerate() {
        let mut headers = seen.headers.clone();
        headers.sort_unstable();
        assert_eq!(headers, pairs(sent));
        assert_eq!(seen.acquisition, id);
        assert_eq!(seen.number as usize, at + 1);
        assert_eq!(seen.host.as_deref(), Some("login.example"));
        assert_eq!(seen.purpose, Purpose::Token);
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn hosts_of_tenants_are_redacted() {
    let wire = Arc::new(Wire::default());
    let telemetry = Telemetry::builder().build().unwrap();
    let _attached = telemetry.attach_observer(Arc::clone(&wire));
    for (host, shown) in [
        ("login.microsoftonline.com", "login.microsoftonline.com"),
        ("contoso.ciamlogin.com", "redacted"),
    ] {
        acquire(&telemetry, || {
            exchange(&format!("https://{host}/token"), 200)
        });
        let seen = &wire.take()[0];
        assert_eq!(seen.host.as_deref(), Some(host));
        assert_eq!(seen.shown_host.as_deref(), Some(shown));
        assert!(seen.debug.contains(shown), "{}", seen.debug);
        assert!(!seen.debug.contains("contoso"), "{}", seen.debug);
    }
}

#[test]
fn headers_of_the_application_are_not_reported() {
    let wire = Arc::new(Wire::default());
    let telemetry = Telemetry::builder().build().unwrap();
    let _attached = telemetry.attach_observer(Arc::clone(&wire));
    acquire(&telemetry, || {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Basic secret"));
        token_request().apply_to(&mut headers);
        token_request().apply_to(&mut full_map());
    });
    let seen = wire.take();
    assert_eq!(seen.len(), 1, "nothing was written to the full map");
    assert!(!format!("{seen:?}").contains("secret"));
}

#[test]
fn form_fields_are_reported_as_headers() {
    let wire = Arc::new(Wire::default());
    let dialect = Dialect::msal_browser();
    let (telemetry, _) = recorded(|builder| {
        let wire = Arc::clone(&wire);
        builder.sdk("Lab", "1").dialect(dialect).observer(wire)
    });
    let fields = acquire(&telemetry, || {
        let mut request = token_request();
        let fields = request.form_fields();
        request.responded(200);
        fields
    });
    assert!(!fields.is_empty());
    let owned = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    assert_eq!(wire.take()[0].headers, owned.collect::<Headers>());
}

#[test]
fn attempts_after_the_end_are_not_reported() {
    let wire = Arc::new(Wire::default());
    let telemetry = Telemetry::builder().build().unwrap();
    let _attached = telemetry.attach_observer(Arc::clone(&wire));
    let handle = acquire(&telemetry, || Acquisition::current().handle());
    let _entered = handle.enter();
    exchange(TOKEN_URL, 200);
    assert_eq!(wire.take(), []);
}
