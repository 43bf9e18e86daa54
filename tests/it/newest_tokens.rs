//! The newest token of each function, and refreshes that brought no later expiry.

use std::time::Duration;

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::api::Api;
use token_telemetry::otel::MsalSet;

use crate::otel::{Bench, point};
use crate::support::prelude::*;

/// A client on a manual clock.
struct Client {
    telemetry: Telemetry,
    recorder: Recorder,
    clock: ManualClock,
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

impl Client {
    fn new() -> Self {
        let clock = ManualClock::new();
        let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()));
        Self {
            telemetry,
            recorder,
            clock,
        }
    }

    /// Acquires a token with this lifetime from the identity provider.
    fn fetch(&self, lifetime: u64, reason: Option<CacheRefreshReason>) {
        acquire(&self.telemetry, || {
            if let Some(reason) = reason {
                Acquisition::current().record_refresh_reason(reason);
            }
            token_request().responded(200);
            let info = TokenInfo::new().with_expires_in(seconds(lifetime));
            Acquisition::current().record_token(info);
        });
    }

    /// The same, but the last record says whether the expiry is unextended.
    fn is_unextended(&self, lifetime: u64, reason: CacheRefreshReason) -> bool {
        self.fetch(lifetime, Some(reason));
        self.recorder.take().last().unwrap().is_expiry_unextended()
    }

    fn tokens(&self) -> Vec<(&'static str, u64, u64)> {
        let tokens = self.telemetry.tokens().into_iter();
        tokens
            .map(|token| {
                let name = token.api().name();
                (name, token.age().as_secs(), token.expires_in().as_secs())
            })
            .collect()
    }
}

#[test]
fn newest_token_by_api() {
    let client = Client::new();
    assert_eq!(client.tokens(), []);
    client.fetch(3600, None);
    client.clock.advance(seconds(600));
    assert_eq!(client.tokens(), [("ForClient", 600, 3000)]);
    client.fetch(3600, None);
    assert_eq!(client.tokens(), [("ForClient", 0, 3600)]);
    acquire(&client.telemetry, || {
        let current = Acquisition::current();
        current.record_api(Api::new(7, "Other"));
        current.record_source(TokenSource::Broker);
        current.record_token(TokenInfo::new().with_expires_in(seconds(60)));
    });
    let expected = [("ForClient", 0, 3600), ("Other", 0, 60)];
    assert_eq!(client.tokens(), expected);
}

#[test]
fn expired_token_stays() {
    let client = Client::new();
    client.fetch(60, None);
    client.clock.advance(seconds(600));
    assert_eq!(client.tokens(), [("ForClient", 600, 0)]);
}

#[test]
fn lifetime_outlasts_the_expiry() {
    let client = Client::new();
    client.fetch(60, None);
    for passed in [0, 30, 600] {
        client.clock.advance(seconds(passed));
        assert_eq!(client.telemetry.tokens()[0].lifetime(), seconds(60));
    }
}

#[test]
fn age_begins_at_the_end() {
    let client = Client::new();
    acquire(&client.telemetry, || {
        token_request().responded(200);
        client.clock.advance(seconds(5));
        Acquisition::current().record_token(TokenInfo::new().with_expires_in(seconds(60)));
    });
    assert_eq!(client.tokens(), [("ForClient", 0, 60)]);
}

#[test]
fn only_new_tokens_of_known_lifetime() {
    let client = Client::new();
    client.fetch(3600, None);
    client.clock.advance(seconds(100));
    let short = TokenInfo::new().with_expires_in(seconds(1));
    acquire(&client.telemetry, || {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        Acquisition::current().record_token(short);
    });
    acquire(&client.telemetry, || {
        Acquisition::current().record_token(short);
    });
    acquire(&client.telemetry, || token_request().responded(200));
    fail(&client.telemetry, "invalid_grant", || {
        token_request().responded(200);
        Acquisition::current().record_token(short);
    });
    acquire(&client.telemetry, || {
        token_request().responded(200);
        Acquisition::current().record_token(short);
        Acquisition::current().record_stale_token();
    });
    assert_eq!(client.tokens(), [("ForClient", 100, 3500)]);
}

#[test]
fn functions_are_bounded() {
    let client = Client::new();
    for number in 1..=100_000_u32 {
        acquire(&client.telemetry, || {
            let current = Acquisition::current();
            current.record_api(Api::new(number, "Hostile"));
            current.record_source(TokenSource::IdentityProvider);
            let info = TokenInfo::new().with_expires_in(seconds(u64::from(number)));
            current.record_token(info);
        });
        drop(client.recorder.take());
    }
    let tokens = client.tokens();
    assert_eq!(tokens.len(), 64);
    // The first to expire made way.
    assert!(
        tokens.iter().all(|(_, _, left)| *left > 99_900),
        "{tokens:?}"
    );
}

#[test]
fn endless_lifetime_saturates() {
    let client = Client::new();
    for _ in 0..2 {
        client.fetch(u64::MAX, Some(CacheRefreshReason::Expired));
        client.clock.advance(seconds(1));
    }
    assert_eq!(client.telemetry.tokens().len(), 1);
}

#[test]
fn refresh_without_later_expiry() {
    let client = Client::new();
    let reason = CacheRefreshReason::ProactivelyRefreshed;
    assert!(!client.is_unextended(3600, reason), "the first");
    client.clock.advance(seconds(3000));
    assert!(client.is_unextended(600, reason), "the same token again");
    assert!(client.is_unextended(601, reason), "rounded by the server");
    assert!(client.is_unextended(500, reason), "an older token");
    assert!(!client.is_unextended(3600, reason), "a new one");
}

#[test]
fn first_tokens_are_no_refresh() {
    let client = Client::new();
    client.fetch(3600, None);
    let reason = CacheRefreshReason::NoCachedAccessToken;
    assert!(!client.is_unextended(60, reason));
}

#[test]
fn expiry_advertised_only_of_new_tokens() {
    let advertised = |body: fn()| record_of(body).expiry_advertised();
    assert_eq!(advertised(|| token_request().responded(200)), Some(false));
    let with_lifetime = || {
        token_request().responded(200);
        Acquisition::current().record_token(TokenInfo::new().with_expires_in(seconds(60)));
    };
    assert_eq!(advertised(with_lifetime), Some(true));
    let hit = || Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    assert_eq!(advertised(hit), None);
    assert_eq!(advertised(|| ()), None);
}

#[test]
fn refresh_token_as_recorded() {
    let recorded = |info: TokenInfo| {
        let record = record_of(|| Acquisition::current().record_token(info));
        record.refresh_token_present()
    };
    assert_eq!(recorded(TokenInfo::new()), None);
    let without = TokenInfo::new().with_refresh_token(false);
    assert_eq!(recorded(without), Some(false));
    assert_eq!(
        recorded(TokenInfo::new().with_refresh_token(true)),
        Some(true)
    );
    let other = TokenInfo::new().with_refresh_token(true);
    assert_eq!(recorded(without.or(other)), Some(false));
    assert_eq!(recorded(TokenInfo::new().or(other)), Some(true));
}

#[test]
fn unextended_tokens_in_metrics() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        metrics.msal_set(MsalSet::Off).semantic_conventions()
    });
    let refresh = || {
        acquire(&bench.telemetry, || {
            Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
            token_request().responded(200);
            Acquisition::current().record_token(TokenInfo::new().with_expires_in(seconds(60)));
        });
    };
    (0..3).for_each(|_| refresh());
    let points = bench.sink.collect();
    let point = point(&points, "token_telemetry.unextended_tokens");
    assert_eq!(point.count, 2);
    assert_eq!(point.text("token_telemetry.api.name"), "ForClient");
}
