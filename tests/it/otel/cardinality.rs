//! The number of attribute sets is limited, however many series there would be.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::api::Api;
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{Acquisition, CacheLevel, ErrorInfo};

use super::collect::Point;
use super::{Bench, now, run};
use crate::support::LabError;

/// One failed acquisition.
#[derive(Clone, Copy)]
struct Failure<'a> {
    api: &'static str,
    host: &'a str,
    code: u32,
    sts_code: u32,
    caller: u32,
    status: u16,
}

impl Failure<'_> {
    const PLAIN: Self = Self {
        api: "ForClient",
        host: "login.example",
        code: 0,
        sts_code: 0,
        caller: 0,
        status: 400,
    };

    fn happen(self, bench: &Bench) {
        let failed = now(run(&bench.telemetry, async {
            let current = Acquisition::current();
            current.record_api(Api::new(1, self.api));
            current.record_caller_sdk(self.caller.to_string(), "1");
            let url = format!("https://{}/token", self.host);
            let request = current.token_request(&url);
            bench.pass(20_000);
            request.responded(self.status);
            let info =
                ErrorInfo::new(format!("code_{}", self.code)).with_sts_codes([self.sts_code]);
            current.record_error(info);
            Err(LabError::new("shadowed"))
        }));
        assert!(failed.is_err());
    }
}

fn bench() -> Bench {
    Bench::new(Temporality::Cumulative, |metrics| {
        metrics.msal_set(MsalSet::Both).semantic_conventions()
    })
}

/// Returns all points, after checking that no metric reached the limit of the SDK.
fn bounded(bench: &Bench) -> Vec<Point> {
    let points = bench.sink.collect();
    let mut sets: BTreeMap<&str, usize> = BTreeMap::new();
    for point in &points {
        *sets.entry(&point.metric).or_default() += 1;
        assert!(
            !point.attributes.contains_key("otel.metric.overflow"),
            "{}",
            point.metric
        );
    }
    assert!(sets.values().all(|sets| *sets < 2_000), "{sets:?}");
    points
}

fn failures(points: &[Point]) -> Vec<&Point> {
    let failures = points.iter().filter(|point| point.metric == "MsalFailure");
    failures.collect()
}

fn total(points: &[&Point]) -> u64 {
    points.iter().map(|point| point.count).sum()
}

/// Returns the distinct values of one attribute.
fn values(points: &[&Point], key: &str) -> BTreeSet<String> {
    points.iter().map(|point| point.text(key)).collect()
}

const APIS: [&str; 6] = ["One", "Two", "Three", "Four", "Five", "Six"];

#[test]
fn realistic_load_stays_below_limit() {
    let bench = bench();
    let statuses = [400, 401, 403, 429, 500];
    let mut happened = 0;
    // Every seventh of 6 × 30 × 40 × 5 × 5 combinations.
    for n in (0..180_000_u32).step_by(7) {
        let pick = |of: u32, before: u32| n / before % of;
        Failure {
            api: APIS[usize::try_from(pick(6, 30_000)).unwrap()],
            code: pick(30, 1_000),
            sts_code: pick(40, 25),
            caller: pick(5, 5),
            status: statuses[usize::try_from(pick(5, 1)).unwrap()],
            ..Failure::PLAIN
        }
        .happen(&bench);
        happened += 1;
    }
    let points = bounded(&bench);
    let failures = failures(&points);
    assert_eq!(total(&failures), happened);
    assert_eq!(values(&failures, "ApiId"), APIS.map(str::to_owned).into());
    for api in APIS {
        let of_api = |point: &&&Point| point.text("ApiId") == api;
        let count: u64 = failures.iter().filter(of_api).map(|it| it.count).sum();
        assert!(count.abs_diff(happened / 6) <= 1, "{api}: {count}");
    }
    // Code, number and caller are either all recorded or all `other`.
    let keys = ["ErrorCode", "RawStsErrorCode", "CallerSdkId"];
    for point in &failures {
        let other = keys.map(|key| point.text(key) == "other");
        assert!(other == [true; 3] || other == [false; 3], "{point:?}");
    }
}

#[test]
fn overflow_starts_at_documented_limit() {
    let bench = bench();
    for n in 0..1_000 {
        Failure {
            code: n / 40,
            sts_code: n % 40,
            ..Failure::PLAIN
        }
        .happen(&bench);
    }
    let points = bounded(&bench);
    let failures = failures(&points);
    let other = failures.iter().filter(|it| it.text("ErrorCode") == "other");
    let other: Vec<&Point> = other.copied().collect();
    assert_eq!(failures.len(), 960 + 1);
    assert_eq!(total(&other), 40, "what came after the first 960");
    assert!(!values(&failures, "ErrorCode").contains("code_24"));
}

#[test]
fn overflow_omits_status() {
    let bench = bench();
    for n in 0..2_000 {
        Failure {
            code: n / 40,
            sts_code: n % 40,
            status: if n < 1_500 { 400 } else { 503 },
            ..Failure::PLAIN
        }
        .happen(&bench);
    }
    let points = bounded(&bench);
    let statuses = |metric: &str, key: &str| {
        let of_metric = points.iter().filter(|point| point.metric == metric);
        values(&of_metric.collect::<Vec<_>>(), key)
    };
    let in_http = statuses("MsalDurationInHttpV2.1A", "HttpStatusCode");
    assert_eq!(in_http, BTreeSet::from(["0".to_owned(), "400".to_owned()]));
}

#[test]
fn late_api_has_its_own_series() {
    let bench = bench();
    for (api, kinds) in [("First", 100), ("Second", 40)] {
        for n in 0..kinds * kinds {
            Failure {
                api,
                code: n / kinds,
                sts_code: n % kinds,
                ..Failure::PLAIN
            }
            .happen(&bench);
        }
    }
    for n in 0..40 {
        Failure {
            api: APIS[0],
            status: 400 + n,
            ..Failure::PLAIN
        }
        .happen(&bench);
    }
    let points = bounded(&bench);
    let late = |point: &&Point| point.text("ApiId") == "One";
    let late: Vec<&Point> = failures(&points).into_iter().filter(late).collect();
    assert_eq!(total(&late), 40);
    assert!(values(&late, "ErrorCode").contains("code_0"));
}

#[test]
fn one_authority_cannot_crowd_out_another() {
    let bench = bench();
    for n in 0..5_000 {
        Failure {
            host: "junk.example",
            code: 1_000 + n,
            sts_code: 100_000 + n,
            ..Failure::PLAIN
        }
        .happen(&bench);
    }
    for n in 0..20 {
        Failure {
            code: n,
            sts_code: n,
            ..Failure::PLAIN
        }
        .happen(&bench);
    }
    let points = bounded(&bench);
    let failures = failures(&points);
    assert_eq!(total(&failures), 5_020);
    let codes = values(&failures, "ErrorCode");
    assert_eq!(codes.len(), 128 + 20 + 1, "and `other`");
    assert!((0..20).all(|n| codes.contains(&format!("code_{n}"))));
    let in_second_set = |point: &Point| point.text("error.type") == "code_19";
    assert!(points.iter().any(in_second_set));
}

#[test]
fn api_names_beyond_limit_are_other() {
    let bench = bench();
    for n in 0..3_000_u32 {
        let api: &'static str = format!("Api{n}").leak();
        Failure {
            api,
            ..Failure::PLAIN
        }
        .happen(&bench);
        let _token = now(run(&bench.telemetry, async {
            Acquisition::current().record_api(Api::new(n, api));
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            Ok(1)
        }));
    }
    let points = bounded(&bench);
    let names = values(&points.iter().collect::<Vec<_>>(), "ApiId");
    assert!(names.contains("other") && names.contains("Api0"));
    let failures = failures(&points);
    assert_eq!((failures.len(), total(&failures)), (64 + 1, 3_000));
}

#[test]
fn all_combinations_stay_below_limit() {
    let bench = bench();
    let (levels, reasons) = (CacheLevel::ALL, token_telemetry::CacheRefreshReason::ALL);
    for n in 0..100_u32 {
        let api: &'static str = format!("Api{n}").leak();
        for kind in 0..30_usize {
            let _result = now(run(&bench.telemetry, async {
                let current = Acquisition::current();
                current.record_api(Api::new(n, api));
                current.record_caller_sdk(kind.to_string(), "1");
                current.record_cache_hit(levels[kind % levels.len()]);
                current.record_refresh_reason(reasons[kind % reasons.len()]);
                if kind.is_multiple_of(3) {
                    return Err(LabError::new("io"));
                }
                Ok(1)
            }));
        }
    }
    let points = bounded(&bench);
    let successes = points.iter().filter(|point| point.metric == "MsalSuccess");
    let successes: Vec<&Point> = successes.collect();
    assert_eq!(total(&successes), 2_000);
    assert_eq!(total(&failures(&points)), 1_000);
    // The hit ratio stays correct however many series overflow.
    assert_eq!(
        values(&successes, "TokenSource"),
        BTreeSet::from(["Cache".to_owned()])
    );
    assert_eq!(values(&successes, "ApiId").len(), 64 + 1);
}

#[test]
fn enricher_with_few_values_stays_below_limit() {
    let bench = Bench::new(Temporality::Cumulative, |metrics: Metrics| {
        let metrics = metrics.msal_set(MsalSet::Both).semantic_conventions();
        metrics.enricher(|_, extra| {
            extra.add("lab.slot", "blue");
        })
    });
    for n in 0..5_000 {
        Failure {
            code: n / 100,
            sts_code: n % 100,
            ..Failure::PLAIN
        }
        .happen(&bench);
    }
    let points = bounded(&bench);
    let of_event = |point: &&Point| point.metric == "token_telemetry.token_request.duration";
    let (of_events, of_records): (Vec<_>, Vec<_>) = points.iter().partition(of_event);
    assert!(of_records.iter().all(|it| it.text("lab.slot") == "blue"));
    assert!(of_events.iter().all(|it| it.text("lab.slot").is_empty()));
    assert_eq!(total(&failures(&points)), 5_000);
}
