//! The parameters of a call: on the record and in the span, and nowhere else.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::api::{ApiParameters, Prompt};
use token_telemetry::otel::MsalSet;

use crate::otel::{Bench, run};
use crate::support::prelude::*;

fn everything() -> ApiParameters {
    ApiParameters::new()
        .with_prompt(Prompt::Consent)
        .with_claims(true)
        .with_scope_count(3)
        .with_force_refresh(true)
}

/// What a record says about the parameters.
fn shown(record: &AcquisitionRecord) -> ApiParameters {
    let mut parameters = ApiParameters::new();
    if let Some(prompt) = record.prompt() {
        parameters = parameters.with_prompt(prompt);
    }
    if let Some(present) = record.claims_present() {
        parameters = parameters.with_claims(present);
    }
    if let Some(count) = record.scope_count() {
        parameters = parameters.with_scope_count(count.into());
    }
    if let Some(forced) = record.force_refresh() {
        parameters = parameters.with_force_refresh(forced);
    }
    parameters
}

fn record(parameters: ApiParameters) {
    Acquisition::current().record_parameters(parameters);
}

#[test]
fn unrecorded_parameters_are_absent() {
    assert_eq!(shown(&record_of(|| ())), ApiParameters::new());
}

#[test]
fn false_is_not_unknown() {
    let none = ApiParameters::new()
        .with_claims(false)
        .with_scope_count(0)
        .with_force_refresh(false);
    assert_eq!(shown(&record_of(|| record(none))), none);
}

#[test]
fn first_parameters_stay() {
    let late = ApiParameters::new()
        .with_prompt(Prompt::Login)
        .with_scope_count(1);
    let first = ApiParameters::new().with_scope_count(3);
    let record = record_of(|| {
        record(first);
        record(late);
    });
    assert_eq!(shown(&record), late.with_scope_count(3));
}

/// The caller called the outer function.
#[test]
fn merged_call_keeps_outer_parameters() {
    let (telemetry, recorder) = telemetry();
    acquire(&telemetry, || {
        record(ApiParameters::new().with_force_refresh(true));
        acquire(&telemetry, || {
            record(everything().with_force_refresh(false));
        });
    });
    assert_eq!(shown(&only(&recorder)), everything());
}

#[test]
fn parameters_of_failures_and_cancelled_calls() {
    let (telemetry, recorder) = telemetry();
    fail(&telemetry, "invalid_grant", || record(everything()));
    assert_eq!(shown(&recorder.take()[0]), everything());
    let call = run(&telemetry, async {
        record(everything());
        std::future::pending().await
    });
    assert!(futures::FutureExt::now_or_never(call).is_none());
    assert_eq!(shown(&recorder.take()[0]), everything());
}

#[test]
fn scope_count_is_bounded() {
    for (count, recorded) in [(0, 0), (31, 31), (32, 32), (33, 32), (256, 32)] {
        let parameters = ApiParameters::new().with_scope_count(count);
        assert_eq!(parameters.scope_count(), Some(recorded), "{count}");
    }
    let most = ApiParameters::new().with_scope_count(usize::MAX);
    assert_eq!(most.scope_count(), Some(ApiParameters::MAX_SCOPE_COUNT));
}

#[test]
fn prompts_by_name() {
    for &prompt in Prompt::ALL {
        assert_eq!(Prompt::named(prompt.name()), prompt);
    }
    for unknown in ["", "LOGIN", "login consent", "user@contoso.com"] {
        assert_eq!(Prompt::named(unknown), Prompt::Other, "{unknown}");
    }
}

/// The same request headers with and without parameters.
#[test]
fn parameters_do_not_change_headers() {
    let headers = |parameters: ApiParameters| {
        let (telemetry, _) = telemetry();
        acquire(&telemetry, || {
            Acquisition::current().set_correlation_id("ad8c894a-557f-48c0-b045-c129590c344e");
            record(parameters);
            exchange(TOKEN_URL, 200)
        })
    };
    assert_eq!(headers(ApiParameters::new()), headers(everything()));
}

#[test]
fn parameters_do_not_change_refresh_reason() {
    let record = record_of(|| record(everything()));
    assert_eq!((record.refresh_reason(), record.trigger()), (None, None));
}

#[test]
fn parameters_are_in_no_metric() {
    let exported = |parameters: ApiParameters| {
        let bench = Bench::new(Temporality::Delta, |metrics| {
            metrics.msal_set(MsalSet::Both).semantic_conventions()
        });
        now(run(&bench.telemetry, async {
            record(parameters);
            Ok(1)
        }))
        .unwrap();
        bench.sink.collect()
    };
    assert_eq!(exported(ApiParameters::new()), exported(everything()));
}
