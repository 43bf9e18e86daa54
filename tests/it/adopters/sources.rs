//! Contradictory records: each pair has a rule.

use futures::executor::block_on;
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::{collection, prop_oneof, strategy::Just};

/// An event in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Hit(CacheLevel),
    Source(TokenSource),
    Default(TokenSource),
    Reason(CacheRefreshReason),
    Response(u16),
}

use Step::{Default, Hit, Reason, Response, Source};

use crate::support::prelude::*;

impl Step {
    fn happen(self) {
        let current = Acquisition::current();
        match self {
            Hit(level) => current.record_cache_hit(level),
            Source(source) => current.record_source(source),
            Default(source) => current.record_default_source(source),
            Reason(reason) => current.record_refresh_reason(reason),
            Response(status) => current.token_request(TOKEN_URL).responded(status),
        }
    }
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn body(telemetry: &Telemetry, steps: &[Step]) -> Result<(), LabError> {
    for step in steps {
        step.happen();
    }
    Ok(())
}

fn record(steps: &[Step]) -> AcquisitionRecord {
    let (telemetry, recorder) = telemetry();
    block_on(body(&telemetry, steps)).unwrap();
    only(&recorder)
}

type Facts = (
    Option<TokenSource>,
    Option<CacheLevel>,
    Option<CacheRefreshReason>,
);

fn facts(steps: &[Step]) -> Facts {
    let record = record(steps);
    (
        record.token_source(),
        record.cache_level(),
        record.refresh_reason(),
    )
}

#[test]
fn later_records_win() {
    use CacheRefreshReason::{Expired, NotApplicable};
    use TokenSource::{Broker, Cache, IdentityProvider};
    let l2 = CacheLevel::L2Cache;
    let table: [(&[Step], Facts); 9] = [
        (&[Hit(l2)], (Some(Cache), Some(l2), Some(NotApplicable))),
        (
            &[Hit(l2), Reason(Expired), Response(200)],
            (Some(IdentityProvider), None, Some(Expired)),
        ),
        (
            &[Hit(l2), Response(200)],
            (Some(IdentityProvider), None, None),
        ),
        (
            &[Hit(l2), Response(503)],
            (Some(Cache), Some(l2), Some(NotApplicable)),
        ),
        (
            &[Response(200), Hit(l2)],
            (Some(Cache), Some(l2), Some(NotApplicable)),
        ),
        (
            &[Hit(l2), Source(IdentityProvider)],
            (Some(IdentityProvider), None, None),
        ),
        (&[Hit(l2), Source(Broker)], (Some(Broker), None, None)),
        (&[Source(Broker), Response(200)], (Some(Broker), None, None)),
        (
            &[Reason(Expired), Hit(l2)],
            (Some(Cache), Some(l2), Some(Expired)),
        ),
    ];
    for (steps, expected) in table {
        assert_eq!(facts(steps), expected, "{steps:?}");
    }
}

#[test]
fn response_overrides_default_source() {
    use TokenSource::{Broker, Cache, IdentityProvider};
    let table: [(&[Step], TokenSource); 5] = [
        (&[Default(Cache)], Cache),
        (&[Default(Cache), Response(200)], IdentityProvider),
        (&[Default(Cache), Response(429)], Cache),
        (&[Default(Cache), Source(Broker)], Broker),
        (&[Default(Broker), Hit(CacheLevel::L1Cache)], Cache),
    ];
    for (steps, expected) in table {
        assert_eq!(facts(steps).0, Some(expected), "{steps:?}");
    }
    let (telemetry, _recorder) = telemetry();
    block_on(body(&telemetry, &[Default(Cache)])).unwrap();
    assert_eq!(
        (telemetry.totals().cache, telemetry.totals().unknown),
        (1, 0)
    );
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let source = || {
        prop_oneof![
            Just(TokenSource::IdentityProvider),
            Just(TokenSource::Cache),
            Just(TokenSource::Broker),
        ]
    };
    let level = prop_oneof![Just(CacheLevel::L1Cache), Just(CacheLevel::L2Cache)];
    let step = prop_oneof![
        level.prop_map(Hit),
        source().prop_map(Source),
        source().prop_map(Default),
        Just(Reason(CacheRefreshReason::Expired)),
        prop_oneof![Just(200), Just(400), Just(503)].prop_map(Response),
    ];
    collection::vec(step, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_are_consistent(steps in steps(), tail in any::<bool>()) {
        let mut steps = steps;
        if tail {
            steps.push(Response(200));
        }
        let record = record(&steps);
        let last = |wanted: fn(&Step) -> bool| steps.iter().rposition(wanted);
        let said_cache = last(|step| matches!(step, Hit(_) | Source(TokenSource::Cache)));
        let received = last(|step| *step == Response(200));
        if record.token_source() == Some(TokenSource::Cache) {
            assert!(received.is_none() || said_cache > received, "{steps:?}");
        } else {
            assert_eq!(record.cache_level(), None, "{steps:?}");
        }
    }
}

#[test]
fn attempts_are_counted_when_they_begin() {
    let current = Acquisition::current();
    assert_eq!(current.attempt_count(), 0);
    let counts = acquire(&telemetry().0, || {
        let before = current.attempt_count();
        let request = current.token_request(TOKEN_URL);
        let during = current.attempt_count();
        request.responded(503);
        drop(current.token_request(TOKEN_URL));
        [before, during, current.attempt_count()]
    });
    assert_eq!(counts, [0, 1, 2]);
}

#[test]
fn merged_call_reads_api_of_outer_call() {
    let current = Acquisition::current();
    assert_eq!(current.api(), None);
    let (telemetry, _recorder) = telemetry();
    let inner = silent(&telemetry, async { Ok(current.api()) });
    let outer = for_client(&telemetry, inner);
    assert_eq!(now(outer), Ok(Some(LabApi::ForClient.into())));
}
