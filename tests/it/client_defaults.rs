//! Facts that the builder sets once per client.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::TelemetryBuilder;
use token_telemetry::credential::CredentialKind;
use token_telemetry::entra::Dialect;
use token_telemetry::otel::{Metrics, MsalNetRelease, MsalSet};

use crate::otel::collect::{Point, Sink};
use crate::support::prelude::*;

fn with_defaults(builder: TelemetryBuilder) -> TelemetryBuilder {
    builder
        .caller_sdk("fabrikam", "3.1")
        .wrapper("@azure/msal-react", "2.0.0")
        .cache_serialized(true)
        .legacy_cache(false)
}

fn record_defaults() {
    let current = Acquisition::current();
    current.record_caller_sdk("fabrikam", "3.1");
    current.record_wrapper("@azure/msal-react", "2.0.0");
    current.record_cache_serialized(true);
    current.record_legacy_cache(false);
}

fn record_others() {
    let current = Acquisition::current();
    current.record_caller_sdk("contoso", "1");
    current.record_wrapper("other", "1");
    current.record_cache_serialized(false);
    current.record_legacy_cache(true);
}

type Facts = (
    Option<(String, String)>,
    Option<(String, String)>,
    Option<bool>,
    Option<bool>,
);

fn facts(record: &AcquisitionRecord) -> Facts {
    let owned = |(name, version): (&str, &str)| (name.to_owned(), version.to_owned());
    (
        record.caller_sdk().map(owned),
        record.wrapper().map(owned),
        record.cache_serialized(),
        record.legacy_cache(),
    )
}

/// The facts in the record of an acquisition with this body.
fn facts_of(
    options: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
    body: impl FnOnce(),
) -> Facts {
    let (telemetry, recorder) = recorded(options);
    acquire(&telemetry, body);
    facts(&only(&recorder))
}

fn cached() {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
}

fn expected() -> Facts {
    facts_of(|builder| builder, record_defaults)
}

#[test]
fn records_show_defaults_as_if_recorded() {
    assert_eq!(facts_of(with_defaults, cached), expected());
    assert_eq!(
        facts_of(with_defaults, || token_request().responded(200)),
        expected()
    );
}

#[test]
fn recorded_facts_override_defaults() {
    let recorded = facts_of(|builder| builder, record_others);
    assert_eq!(facts_of(with_defaults, record_others), recorded);
    let after_headers = || {
        exchange(TOKEN_URL, 200);
        record_others();
    };
    assert_eq!(facts_of(with_defaults, after_headers), recorded);
}

#[test]
fn failures_show_defaults() {
    let (telemetry, recorder) = recorded(with_defaults);
    fail(&telemetry, "invalid_grant", || ());
    assert_eq!(facts(&only(&recorder)), expected());
}

#[test]
fn captured_and_recent_records_show_defaults() {
    let builder = Telemetry::builder().recent_capacity(1);
    let telemetry = with_defaults(builder).build().unwrap();
    acquire(&telemetry, cached);
    assert_eq!(facts(&telemetry.recent_records()[0]), expected());

    let telemetry = with_defaults(Telemetry::builder()).build().unwrap();
    let call = hit(&telemetry);
    let captured = now(capture(call));
    assert_eq!(facts(captured.last().unwrap()), expected());
}

#[test]
fn headers_show_defaults_as_if_recorded() {
    for dialect in Dialect::presets() {
        let headers = |options: fn(TelemetryBuilder) -> TelemetryBuilder, body: fn()| {
            let builder = Telemetry::builder().dialect(*dialect);
            let telemetry = options(builder).build().unwrap();
            acquire(&telemetry, || {
                Acquisition::current().set_correlation_id("ad8c894a-557f-48c0-b045-c129590c344e");
                body();
                exchange(TOKEN_URL, 200)
            })
        };
        let recorded = headers(|builder| builder, record_defaults);
        assert_eq!(headers(with_defaults, || ()), recorded, "{dialect:?}");
        let recorded = headers(|builder| builder, record_others);
        assert_eq!(
            headers(with_defaults, record_others),
            recorded,
            "{dialect:?}"
        );
    }
}

/// What is exported of one call with this body.
fn exported(
    choose: fn(Metrics) -> Metrics,
    options: fn(TelemetryBuilder) -> TelemetryBuilder,
    body: fn(),
) -> Vec<(String, String, u64)> {
    let sink = Sink::new(Temporality::Delta);
    let metrics = choose(Metrics::with_provider(sink.provider.clone()));
    let builder = Telemetry::builder()
        .sdk("Lab.Auth", "1.2.3")
        .metrics(metrics);
    let telemetry = options(builder).build().unwrap();
    acquire(&telemetry, body);
    let points = sink.collect().into_iter();
    let shown = |point: Point| (point.metric, format!("{:?}", point.attributes), point.count);
    points.map(shown).collect()
}

#[test]
fn metrics_show_defaults_as_if_recorded() {
    let sets: [fn(Metrics) -> Metrics; 2] = [
        |metrics| metrics.msal_set(MsalSet::Both),
        |metrics| {
            metrics
                .msal_set(MsalSet::Both)
                .msal_net_compat(MsalNetRelease::V4_89)
        },
    ];
    for set in sets {
        let recorded = exported(
            set,
            |builder| builder,
            || {
                cached();
                record_defaults();
            },
        );
        assert!(
            recorded
                .iter()
                .any(|(_, shown, _)| shown.contains("fabrikam"))
        );
        assert_eq!(exported(set, with_defaults, cached), recorded);
        let recorded = exported(set, |builder| builder, record_others);
        assert_eq!(exported(set, with_defaults, record_others), recorded);
    }
}

#[test]
fn enricher_sees_defaults() {
    let shown = exported(
        |metrics| {
            metrics.enricher(|record, extra| {
                let id = record.caller_sdk().map_or("none", |(id, _)| id);
                extra.add("caller", id.to_owned());
            })
        },
        with_defaults,
        cached,
    );
    let is_seen = |(_, attributes, _): &(String, String, u64)| {
        attributes.contains("\"caller\": String(") && attributes.contains("fabrikam")
    };
    assert!(!shown.is_empty() && shown.iter().all(is_seen), "{shown:?}");
}

#[test]
fn texts_are_bounded() {
    let long = "x,|\n".repeat(25_000);
    let options = |builder: TelemetryBuilder| {
        builder
            .caller_sdk(long.clone(), long.clone())
            .wrapper(long.clone(), long.clone())
    };
    let (caller, wrapper, ..) = facts_of(options, cached);
    let caller = caller.unwrap();
    assert_eq!((caller.0.len(), caller.1.len()), (10, 20));
    assert_eq!(wrapper.unwrap().0.len(), 64);
}

#[test]
fn no_defaults_change_nothing() {
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder().observer(recorder.clone()).build();
    acquire(&telemetry.unwrap(), cached);
    assert_eq!(facts(&only(&recorder)), (None, None, None, None));
}

fn with_credential(builder: TelemetryBuilder) -> TelemetryBuilder {
    builder.default_credential(CredentialKind::ClientSecret)
}

/// The name of the credential in the record of an acquisition with this body.
fn credential_of(body: impl FnOnce()) -> Option<&'static str> {
    let (telemetry, recorder) = recorded(with_credential);
    acquire(&telemetry, body);
    let credential = only(&recorder).credential()?;
    Some(credential.kind().name())
}

fn requested() {
    exchange(TOKEN_URL, 200);
}

#[test]
fn default_credential_of_new_tokens_only() {
    assert_eq!(credential_of(requested), Some("client_secret"));
    assert_eq!(credential_of(cached), None);
    let cached_after_request = || {
        requested();
        cached();
    };
    assert_eq!(credential_of(cached_after_request), None);
}

#[test]
fn recorded_credential_overrides_default() {
    let before = || {
        Acquisition::current().record_credential(CredentialKind::Broker);
        requested();
    };
    assert_eq!(credential_of(before), Some("broker"));
    let after = || {
        requested();
        Acquisition::current().record_credential(CredentialKind::Broker);
    };
    assert_eq!(credential_of(after), Some("broker"));
}

#[test]
fn credential_of_error_overrides_default() {
    let name_after = |info: ErrorInfo| {
        let (telemetry, recorder) = recorded(with_credential);
        fail(&telemetry, "shadowed", || {
            exchange(TOKEN_URL, 400);
            Acquisition::current().record_error(info);
        });
        only(&recorder).credential().map(|it| it.kind().name())
    };
    let info = ErrorInfo::new("invalid_client");
    assert_eq!(name_after(info.clone()), Some("client_secret"));
    let info = info.with_credential(CredentialKind::Environment);
    assert_eq!(name_after(info), Some("environment"));
}

#[test]
fn metrics_show_default_credential_as_if_recorded() {
    let recorded = exported(
        Metrics::semantic_conventions,
        |builder| builder,
        || {
            Acquisition::current().record_credential(CredentialKind::ClientSecret);
            requested();
        },
    );
    let of_credential =
        |(metric, ..): &(String, String, u64)| metric == "token_telemetry.credential.duration";
    assert!(recorded.iter().any(of_credential), "{recorded:?}");
    let by_default = exported(Metrics::semantic_conventions, with_credential, requested);
    assert_eq!(by_default, recorded);
    let of_hit = exported(Metrics::semantic_conventions, with_credential, cached);
    assert!(!of_hit.iter().any(of_credential), "{of_hit:?}");
}

#[test]
fn default_credential_without_request() {
    let broker = || Acquisition::current().record_source(TokenSource::Broker);
    assert_eq!(credential_of(broker), Some("client_secret"));
    assert_eq!(credential_of(|| ()), Some("client_secret"));
    for body in [broker, || ()] {
        let exported = exported(Metrics::semantic_conventions, with_credential, body);
        let shown = format!("{exported:?}");
        assert!(shown.contains("client_secret"), "{shown}");
    }
}
