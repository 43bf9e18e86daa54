//! Advice that is logged once when a client is used against its purpose.

use std::time::Duration;

use crate::otel::warnings::warnings_during;
use crate::support::prelude::*;

/// Ids of the advice that is logged meanwhile.
fn advice_during(act: impl FnOnce()) -> Vec<String> {
    let warnings = warnings_during(act);
    let ids = warnings.iter().map(|text| {
        let (id, rest) = text.split_once(": ").unwrap();
        let section = format!("/guide/advice/#{id}");
        assert!(rest.ends_with(&section), "{text}");
        let page = include_str!("../../runtime/src/guide/advice.md");
        assert!(page.contains(&format!("# `{id}`\n")), "{text}");
        id.to_owned()
    });
    ids.collect()
}

fn plain() -> Telemetry {
    Telemetry::builder().build().unwrap()
}

fn fetch(telemetry: &Telemetry, reason: CacheRefreshReason) {
    acquire(telemetry, || {
        Acquisition::current().record_refresh_reason(reason);
        token_request().responded(200);
    });
}

fn fetch_many(telemetry: &Telemetry, count: usize) {
    for _ in 0..count {
        fetch(telemetry, CacheRefreshReason::NoCachedAccessToken);
    }
}

fn hit_once(telemetry: &Telemetry) {
    now(hit(telemetry)).unwrap();
}

#[test]
fn tokens_without_hits_once_per_telemetry() {
    for _ in 0..3 {
        let telemetry = plain();
        assert!(advice_during(|| fetch_many(&telemetry, 49)).is_empty());
        let advice = advice_during(|| fetch_many(&telemetry, 200));
        assert_eq!(advice, ["no_cache_hits"]);
    }
}

#[test]
fn one_hit_suffices() {
    let telemetry = plain();
    let advice = advice_during(|| {
        hit_once(&telemetry);
        fetch_many(&telemetry, 200);
    });
    assert!(advice.is_empty(), "{advice:?}");
}

#[test]
fn disabled_cache_is_no_lack_of_hits() {
    let telemetry = plain();
    let advice = advice_during(|| {
        for _ in 0..200 {
            fetch(&telemetry, CacheRefreshReason::CacheDisabled);
        }
    });
    assert!(advice.is_empty(), "{advice:?}");
}

/// Refreshes of which these many of ten are forced, after a hit.
fn refresh_ten(telemetry: &Telemetry, forced: usize) {
    for number in 0..10 {
        let reason = if number < forced {
            CacheRefreshReason::ForceRefreshOrClaims
        } else {
            CacheRefreshReason::Expired
        };
        fetch(telemetry, reason);
    }
}

#[test]
fn most_refreshes_forced() {
    let telemetry = plain();
    hit_once(&telemetry);
    let ten =
        |forced: usize| advice_during(|| (0..5).for_each(|_| refresh_ten(&telemetry, forced)));
    assert!(ten(5).is_empty(), "half is not most");
    assert_eq!(ten(6), ["forced_refreshes"]);
    assert!(ten(6).is_empty(), "only once");
}

#[test]
fn first_tokens_are_no_refreshes() {
    let telemetry = plain();
    hit_once(&telemetry);
    let advice = advice_during(|| {
        refresh_ten(&telemetry, 10);
        fetch_many(&telemetry, 100);
        refresh_ten(&telemetry, 10);
    });
    assert!(advice.is_empty(), "{advice:?}");
}

#[test]
fn many_instances_once_per_sku() {
    let instance = |sku: &'static str| Telemetry::builder().sdk(sku, "1").build().unwrap();
    let mut alive = Vec::new();
    let advice = advice_during(|| {
        for _ in 0..99 {
            alive.push(instance("Many.Auth"));
            alive.push(instance("Other.Auth"));
        }
        for _ in 0..300 {
            drop(instance("Churned.Auth"));
            alive.push(plain());
        }
    });
    assert!(advice.is_empty(), "{advice:?}");
    let advice = advice_during(|| alive.extend((0..100).map(|_| instance("Many.Auth"))));
    assert_eq!(advice, ["many_instances"]);
    drop(alive);
    let advice = advice_during(|| drop(instance("Many.Auth")));
    assert!(advice.is_empty(), "{advice:?}");
}

/// Whether an attempt this many seconds after a `Retry-After` of ten is too early.
fn advice_after(telemetry: &Telemetry, clock: &ManualClock, waited: u64) -> Vec<String> {
    advice_during(|| {
        fail(telemetry, "throttled", || {
            let mut request = token_request();
            request.set_retry_after(Duration::from_secs(10));
            request.responded(429);
        });
        clock.advance(Duration::from_secs(waited));
        acquire(telemetry, || token_request().responded(200));
    })
}

fn on_clock(is_honoring: bool) -> (Telemetry, ManualClock) {
    let clock = ManualClock::new();
    let mut builder = Telemetry::builder().clock(clock.clone());
    if is_honoring {
        builder = builder.honors_retry_after();
    }
    (builder.build().unwrap(), clock)
}

#[test]
fn retry_after_ignored_although_advertised() {
    let (telemetry, clock) = on_clock(true);
    assert!(advice_after(&telemetry, &clock, 10).is_empty());
    assert!(
        advice_after(&telemetry, &clock, 9).is_empty(),
        "a second is tolerated"
    );
    assert_eq!(advice_after(&telemetry, &clock, 8), ["retry_after_ignored"]);
    assert!(advice_after(&telemetry, &clock, 0).is_empty(), "only once");
}

#[test]
fn retry_after_not_advertised() {
    let (telemetry, clock) = on_clock(false);
    assert!(advice_after(&telemetry, &clock, 0).is_empty());
}

#[test]
fn pauses_of_other_authorities() {
    let (telemetry, _) = on_clock(true);
    let advice = advice_during(|| {
        fail(&telemetry, "throttled", || {
            let mut request = token_request();
            request.set_retry_after(Duration::from_secs(10));
            request.responded(429);
        });
        acquire(&telemetry, || {
            let other = "https://other.example/token";
            Acquisition::current().token_request(other).responded(200);
        });
    });
    assert!(advice.is_empty(), "{advice:?}");
}

#[test]
fn hostile_authorities_do_not_pile_up() {
    let (telemetry, _) = on_clock(true);
    let url = |n: usize| format!("https://host-{n}.example/token");
    let throttled = |n: usize| {
        fail(&telemetry, "throttled", || {
            let mut request = Acquisition::current().token_request(url(n));
            request.set_retry_after(Duration::from_secs(10));
            request.responded(429);
        });
    };
    let advice = advice_during(|| {
        (0..100).for_each(throttled);
        // Forgotten: only the last 16 are remembered.
        acquire(&telemetry, || {
            Acquisition::current().token_request(url(0)).responded(200);
        });
    });
    assert!(advice.is_empty(), "{advice:?}");
    let advice = advice_during(|| {
        acquire(&telemetry, || {
            Acquisition::current().token_request(url(99)).responded(200);
        });
    });
    assert_eq!(advice, ["retry_after_ignored"]);
}
