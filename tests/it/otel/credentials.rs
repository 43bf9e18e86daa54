//! Credentials, triggers and rejected tokens in the second set.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::api::Api;
use token_telemetry::cache::RefreshTrigger;
use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
use token_telemetry::error::ErrorKind;
use token_telemetry::otel::Metrics;
use token_telemetry::{Acquisition, CacheLevel, ErrorInfo};

use super::collect::Point;
use super::{Bench, now, point, run};
use crate::support::LabError;

const CREDENTIALS: &str = "token_telemetry.credential.duration";
const TRIGGERS: &str = "token_telemetry.triggered_refreshes";
const REJECTED: &str = "token_telemetry.rejected_tokens";
const DURATION: &str = "token_telemetry.acquisition.duration";

fn bench() -> Bench {
    Bench::new(Temporality::Cumulative, Metrics::semantic_conventions)
}

fn acquire(bench: &Bench, record: impl FnOnce(Acquisition)) {
    now(run(&bench.telemetry, async {
        record(Acquisition::current());
        Ok(1)
    }))
    .unwrap();
}

fn fail(bench: &Bench, info: ErrorInfo) {
    now(run(&bench.telemetry, async {
        Acquisition::current().record_error(info);
        Err(LabError::new("shadowed"))
    }))
    .unwrap_err();
}

fn of<'a>(points: &'a [Point], metric: &str) -> Vec<&'a Point> {
    let points = points.iter().filter(|point| point.metric == metric);
    points.collect()
}

fn total(points: &[&Point]) -> u64 {
    points.iter().map(|point| point.count).sum()
}

#[test]
fn credential_of_new_tokens() {
    let bench = bench();
    let imds = CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds);
    acquire(&bench, |current| {
        current.record_credential(imds);
        bench.pass(25_000);
    });
    acquire(&bench, |current| {
        current.record_credential(CredentialKind::ClientSecret);
        current.record_cache_hit(CacheLevel::L1Cache);
    });
    let points = bench.sink.collect();
    let credential = point(&points, CREDENTIALS);
    assert_eq!(
        credential.text("token_telemetry.credential"),
        "managed_identity"
    );
    assert_eq!(
        credential.text("token_telemetry.managed_identity.source"),
        "Imds"
    );
    assert_eq!(credential.text("error.kind"), "");
    assert_eq!(
        (&*credential.sum, &*credential.unit, credential.count),
        ("0.025", "s", 1)
    );
}

#[test]
fn credential_of_failures_by_kind() {
    let bench = bench();
    for code in ["invalid_client", "invalid_grant"] {
        fail(
            &bench,
            ErrorInfo::new(code).with_credential(CredentialKind::ClientSecret),
        );
    }
    let points = bench.sink.collect();
    let kinds = of(&points, CREDENTIALS)
        .into_iter()
        .map(|it| it.text("error.kind"));
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["interaction_required", "invalid_configuration"]
    );
}

#[test]
fn failed_chain_members_are_no_failures() {
    let bench = bench();
    acquire(&bench, |current| {
        for kind in [CredentialKind::Environment, CredentialKind::AzureCli] {
            let info = ErrorInfo::new("no_such_credential").with_credential(kind);
            current.record_suppressed_error(info);
        }
        current.record_credential(CredentialKind::ClientSecret);
    });
    let points = bench.sink.collect();
    assert!(of(&points, "MsalFailure").is_empty());
    assert_eq!(point(&points, DURATION).text("error.type"), "");
    assert_eq!(
        point(&points, CREDENTIALS).text("token_telemetry.credential"),
        "client_secret"
    );
    assert_eq!(bench.telemetry.totals().failures, 0);
}

#[test]
fn hostile_credentials_are_bounded() {
    let bench = bench();
    for n in 0..100_000 {
        let name: &'static str = format!("custom_{n}").leak();
        acquire(&bench, |current| {
            current.record_credential(CredentialKind::custom(name));
        });
    }
    let points = bench.sink.collect();
    let credentials = of(&points, CREDENTIALS);
    assert_eq!(credentials.len(), 17);
    assert_eq!(total(&credentials), 100_000);
    let other = |point: &&&Point| point.text("token_telemetry.credential") == "_OTHER";
    assert_eq!(
        credentials.iter().find(other).map(|it| it.count),
        Some(99_984)
    );
    assert_eq!(of(&points, "MsalSuccess").len(), 1);
    assert_eq!(of(&points, DURATION).len(), 1);
}

#[test]
fn hostile_triggers_are_bounded() {
    let bench = bench();
    for n in 0..100_000_u32 {
        let api: &'static str = format!("Api{}", n % 1_000).leak();
        let status = u16::try_from(n % 65_536).unwrap();
        acquire(&bench, |current| {
            current.record_api(Api::new(1, api));
            current.record_trigger(RefreshTrigger::TokenRejected { status });
        });
    }
    let points = bench.sink.collect();
    let triggers = of(&points, TRIGGERS);
    assert!(triggers.len() <= 65, "{}", triggers.len());
    assert_eq!(total(&triggers), 100_000);
    let names = triggers
        .iter()
        .map(|point| point.text("token_telemetry.refresh.trigger"));
    assert!(names.into_iter().all(|name| name == "token_rejected"));
}

#[test]
fn rejected_tokens_by_status() {
    let bench = bench();
    for n in 0..100_000_u32 {
        let status = u16::try_from(n % 50_000).unwrap();
        bench.telemetry.record_rejected_token(status);
    }
    let points = bench.sink.collect();
    let rejected = of(&points, REJECTED).into_iter();
    let counts = rejected.map(|point| (point.text("error.type"), point.count));
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [
            ("401".to_owned(), 2),
            ("403".to_owned(), 2),
            ("_OTHER".to_owned(), 99_996)
        ]
    );
    assert_eq!(bench.telemetry.totals().rejected_tokens, 100_000);
}

#[test]
fn kinds_beyond_limit_are_unknown() {
    let bench = bench();
    for n in 0..100_000_usize {
        let kind = ErrorKind::ALL[n % ErrorKind::ALL.len()];
        let status = u16::try_from(n % 1_000).unwrap();
        let info = ErrorInfo::new(format!("code_{}", n % 500)).with_status(status);
        fail(&bench, info.with_kind(kind));
    }
    let points = bench.sink.collect();
    let failures = of(&points, DURATION);
    assert!(failures.len() < 2_000, "{}", failures.len());
    assert_eq!(total(&failures), 100_000);
    for point in &failures {
        let kind = point.text("error.kind");
        assert!(
            ErrorKind::ALL.iter().any(|known| known.name() == kind),
            "{kind}"
        );
    }
}

#[test]
fn error_kind_by_outcome() {
    let bench = bench();
    fail(&bench, ErrorInfo::new("consent_required"));
    super::cancelled(run(&bench.telemetry, std::future::pending()));
    let call = run(&bench.telemetry, async { panic!("the body panics") });
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| now(call))).unwrap_err();
    acquire(&bench, |_| ());
    let points = bench.sink.collect();
    let kinds = of(&points, DURATION).into_iter();
    let mut kinds: Vec<_> = kinds.map(|point| point.text("error.kind")).collect();
    kinds.sort();
    assert_eq!(kinds, ["", "cancelled", "consent_required", "unknown"]);
}
