//! Span fields as a subscriber receives them: when, how often, typed, with status and error.

use std::collections::HashSet;
use std::fmt::Debug;
use std::mem::ManuallyDrop;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::poll_immediate;
use token_telemetry::SpanOptions;
use token_telemetry::api::{ApiParameters, Prompt};
use token_telemetry::cache::RefreshTrigger;
use token_telemetry::credential::{
    ClientAuthentication, Credential, CredentialKind, GrantType, ManagedIdentitySource,
};
use token_telemetry::region::RegionAutodetectionError;
use tracing::field::{Field, Visit};

use crate::support::prelude::*;
use crate::support::subscriber::{Called, Reacting};

const TARGET: &str = "token_telemetry::regressions::fields";

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    I64(i64),
    F64(f64),
    Bool(bool),
    /// A type that exporters treat as text.
    Untyped(String),
}

type Fields = Vec<(&'static str, Value)>;

struct Keeper<'a>(&'a mut Fields);

impl Visit for Keeper<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), Value::I64(value)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.push((field.name(), Value::F64(value)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), Value::Bool(value)));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), Value::Text(value.to_owned())));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0
            .push((field.name(), Value::Untyped(value.to_string())));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Ids are recorded through `Display`, which exporters treat as text.
        self.0
            .push((field.name(), Value::Text(format!("{value:?}"))));
    }
}

/// Returns the fields of the only acquisition's span.
fn fields_of(act: impl FnOnce(&Telemetry)) -> Fields {
    let span = SpanOptions::new().with_target(TARGET);
    let telemetry = Telemetry::builder().span(span).build().unwrap();
    let kept: Arc<Mutex<Fields>> = Arc::default();
    let keeping = Arc::clone(&kept);
    let subscriber = Reacting::new(
        |metadata| metadata.target() == TARGET && metadata.name() == "acquire_token",
        move |called| {
            let keeper = &mut Keeper(&mut keeping.lock().unwrap());
            if let Called::Open(_, span) = called {
                span.record(keeper);
            } else if let Called::Record(values) = called {
                values.record(keeper);
            }
        },
    );
    tracing::subscriber::with_default(subscriber, || act(&telemetry));
    let fields = kept.lock().unwrap();
    fields.clone()
}

fn value(fields: &[(&str, Value)], name: &str) -> Option<Value> {
    let found = fields.iter().find(|(field, _)| *field == name);
    found.map(|(_, value)| value.clone())
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Returns status and error type as tracing-opentelemetry reads them.
fn status(fields: &Fields) -> (Option<Value>, Option<Value>) {
    (
        value(fields, "otel.status_code"),
        value(fields, "error.type"),
    )
}

fn rejected(telemetry: &Telemetry) {
    fail(telemetry, "shadowed", || {
        Acquisition::current().record_api(LabApi::Silent);
        token_request().responded(400);
        Acquisition::current().record_error(ErrorInfo::new("invalid_client"));
    });
}

#[test]
fn failed_acquisition_is_a_failed_span() {
    let fields = fields_of(rejected);
    assert_eq!(
        status(&fields),
        (Some(text("ERROR")), Some(text("invalid_client")))
    );
}

#[test]
fn panicked_acquisition_is_a_failed_span() {
    let fields = fields_of(|telemetry| {
        let call = AssertUnwindSafe(stop_at(telemetry, Place::BeforeHttp, Event::Panic));
        assert!(now(call.catch_unwind()).is_err());
    });
    assert_eq!(
        status(&fields),
        (Some(text("ERROR")), Some(text("panicked")))
    );
}

#[test]
fn success_and_cancellation_set_no_status() {
    let fields = fields_of(|telemetry| now(hit(telemetry)).unwrap());
    assert_eq!(value(&fields, "outcome"), Some(text("ok")));
    assert_eq!(status(&fields), (None, None));
    let fields = fields_of(|telemetry| {
        let call = stop_at(telemetry, Place::DuringHttp, Event::Stop);
        assert_eq!(now(poll_immediate(call)), None);
    });
    assert_eq!(value(&fields, "outcome"), Some(text("cancelled")));
    assert_eq!(
        value(&fields, "error_code"),
        Some(text("operation_canceled"))
    );
    assert_eq!(status(&fields), (None, None));
}

/// Asserts that no name occurs twice.
#[track_caller]
fn assert_each_once(fields: &[(&'static str, Value)]) {
    let names: HashSet<&str> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), fields.len(), "{fields:?}");
}

#[test]
fn span_fields_are_recorded_once() {
    let fields = fields_of(|telemetry| now(hit(telemetry)).unwrap());
    assert_eq!(fields.first(), Some(&("api", text("Silent"))));
    assert_each_once(&fields);
}

#[test]
fn changed_api_is_recorded_again() {
    let fields = fields_of(rejected);
    let (opened, ended) = fields.split_first().unwrap();
    assert_eq!(opened, &("api", text("ForClient")));
    assert_eq!(value(ended, "api"), Some(text("Silent")));
    assert_each_once(ended);
}

#[test]
fn api_is_recorded_when_the_span_opens() {
    let fields = fields_of(|telemetry| {
        let call = Box::pin(stop_at(telemetry, Place::DuringHttp, Event::Stop));
        let mut call = ManuallyDrop::new(call); // so that it does not end
        assert_eq!(now(poll_immediate(&mut *call)), None);
    });
    assert_eq!(fields, [("api", text("ForClient"))]);
}

#[test]
fn span_numbers_are_signed_integers() {
    let fields = fields_of(rejected);
    assert_eq!(value(&fields, "status"), Some(Value::I64(400)));
    assert_eq!(value(&fields, "attempt_count"), Some(Value::I64(1)));
    let untyped = |(_, value): &(_, Value)| matches!(value, Value::Untyped(_));
    assert!(!fields.iter().any(untyped), "{fields:?}");
}

#[test]
fn facts_for_operators() {
    let fields = fields_of(|telemetry| {
        fail(telemetry, "invalid_client", || {
            let current = Acquisition::current();
            let imds = CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds);
            let credential = Credential::new(imds)
                .with_grant_type(GrantType::TokenExchange)
                .with_client_authentication(ClientAuthentication::None);
            current.record_credential(credential);
            current.record_trigger(RefreshTrigger::TokenRejected { status: 401 });
        });
    });
    for (name, expected) in [
        ("credential", "managed_identity"),
        ("managed_identity_source", "Imds"),
        ("grant_type", GrantType::TokenExchange.name()),
        ("client_authentication", "none"),
        ("trigger", "token_rejected"),
        ("error.kind", "invalid_configuration"),
    ] {
        assert_eq!(value(&fields, name), Some(text(expected)), "{name}");
    }
}

#[test]
fn linked_trigger_in_span() {
    let fields = fields_of(|telemetry| {
        telemetry.record_rejected_token(401);
        acquire(telemetry, || exchange(TOKEN_URL, 200));
    });
    assert_eq!(value(&fields, "trigger"), Some(text("token_rejected")));
    assert_eq!(value(&fields, "error.kind"), None);
}

#[test]
fn call_without_token_is_no_error() {
    let fields = fields_of(|telemetry| {
        acquire(telemetry, || {
            Acquisition::current().record_token(TokenInfo::none());
        });
    });
    assert_eq!(value(&fields, "outcome"), Some(text("no_token")));
    assert_eq!(status(&fields), (None, None));
}

#[test]
fn rare_facts_are_span_fields() {
    let fields = fields_of(|telemetry| {
        fail(telemetry, "shadowed", || {
            let current = Acquisition::current();
            current.record_stale_token();
            current.record_cached_token_count(8);
            current.record_waiting(std::time::Duration::from_millis(2_500));
            let region = Region::used("westus2");
            current
                .record_region(region.with_autodetection_error(RegionAutodetectionError::Timeout));
            let parameters = ApiParameters::new().with_prompt(Prompt::SelectAccount);
            let parameters = parameters.with_claims(false).with_scope_count(300);
            current.record_parameters(parameters.with_force_refresh(true));
            current.record_suppressed_error(ErrorInfo::new("slow"));
            current.record_suppressed_error(ErrorInfo::new("slow"));
            current.record_error(ErrorInfo::new("invalid_grant").with_suberror("basic_action"));
        });
    });
    for (name, expected) in [
        ("stale", Value::Bool(true)),
        ("cached_token_count", Value::I64(8)),
        ("duration_waiting", Value::F64(2.5)),
        ("region", text("westus2")),
        ("region_error", text("timeout")),
        ("prompt", text("select_account")),
        ("claims_present", Value::Bool(false)),
        ("scope_count", Value::I64(32)),
        ("force_refresh", Value::Bool(true)),
        ("suppressed_errors", Value::I64(2)),
        ("error_code", text("invalid_grant")),
        ("error.suberror", text("basic_action")),
    ] {
        assert_eq!(value(&fields, name), Some(expected), "{name}");
    }
    assert_each_once(&fields);
}

#[test]
fn plain_hit_has_no_rare_fields() {
    let fields = fields_of(|telemetry| now(hit(telemetry)).unwrap());
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let expected = [
        "api",
        "outcome",
        "token_source",
        "cache_level",
        "refresh_reason",
        "correlation_id",
    ];
    assert_eq!(names, expected);
}
