//! One value per HTTP attempt, recorded when the attempt ends.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{Metrics, MetricsRecorder, MsalSet};
use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, AcquisitionRecord, ClientInfo, Observer, Purpose, Telemetry, TokenRequest,
    TransportError,
};

use super::collect::{Point, Sink};
use super::{Bench, cancelled, counts, now, run};
use crate::support::{LabError, TOKEN_URL};

const REQUESTS: &str = "token_telemetry.token_request.duration";
const ACQUISITIONS: &str = "token_telemetry.acquisition.duration";
const SHARED_URL: &str = "https://login.microsoftonline.com/t/token";

const PURPOSES: [Purpose; 3] = [
    Purpose::Token,
    Purpose::Discovery,
    Purpose::InstanceMetadata,
];

fn alone(metrics: Metrics) -> Metrics {
    metrics.msal_set(MsalSet::Off).semantic_conventions()
}

fn bench() -> Bench {
    Bench::new(Temporality::Cumulative, alone)
}

fn requests(points: &[Point]) -> Vec<&Point> {
    points.iter().filter(|it| it.metric == REQUESTS).collect()
}

/// Returns purpose, status, error type, server and resend count of each point with its count.
fn rows(points: &[Point]) -> BTreeSet<(String, u64)> {
    let row = |point: &&Point| {
        let texts = [
            "token_telemetry.request.purpose",
            "http.response.status_code",
            "error.type",
            "server.address",
            "http.request.resend_count",
        ]
        .map(|key| point.text(key));
        (texts.join("|"), point.count)
    };
    requests(points).iter().map(row).collect()
}

/// Runs an acquisition that makes these requests, and returns the rows.
fn rows_of(act: impl FnOnce()) -> BTreeSet<(String, u64)> {
    let bench = bench();
    let _token = now(run(&bench.telemetry, async {
        act();
        Ok(1)
    }));
    rows(&bench.sink.collect())
}

fn request(url: &str) -> TokenRequest {
    Acquisition::current().token_request(url)
}

fn expected<const N: usize>(rows: [(&str, u64); N]) -> BTreeSet<(String, u64)> {
    rows.map(|(text, count)| (text.to_owned(), count)).into()
}

#[test]
fn error_type_by_end() {
    let rows = rows_of(|| {
        let of = |purpose| request(TOKEN_URL).purpose(purpose);
        of(Purpose::Token).failed(TransportError::Dns);
        drop(of(Purpose::Discovery));
        of(Purpose::InstanceMetadata).responded(999);
    });
    assert_eq!(
        rows,
        expected([
            ("token||dns_error||", 1),
            ("discovery||operation_canceled||", 1),
            ("instance_metadata||_OTHER||", 1),
        ])
    );
}

#[test]
fn redirect_and_poll_are_no_failures() {
    let rows = rows_of(|| {
        request(TOKEN_URL).responded(302);
        request(TOKEN_URL).pending(400);
        request(TOKEN_URL).responded(400);
    });
    assert_eq!(
        rows,
        expected([
            ("token|302|||", 1),
            ("token|400|||1", 1),
            ("token|400|400||2", 1),
        ])
    );
}

#[test]
fn resends_are_counted_by_purpose() {
    let rows = rows_of(|| {
        request(SHARED_URL)
            .purpose(Purpose::Discovery)
            .responded(200);
        for _ in 0..12 {
            request(SHARED_URL).responded(200);
        }
    });
    let of = |count: &str| format!("token|200||login.microsoftonline.com|{count}");
    let mut all: BTreeSet<_> = (1..9).map(|count| (of(&count.to_string()), 1)).collect();
    all.insert(("discovery|200||login.microsoftonline.com|".to_owned(), 1));
    all.extend([(of(""), 1), (of("9"), 3)]);
    assert_eq!(rows, all);
}

#[test]
fn only_shared_hosts_are_addresses() {
    let bench = bench();
    for host in ["contoso.ciamlogin.com", "westus2.login.microsoft.com"] {
        let _token = now(run(&bench.telemetry, async {
            request(&format!("https://{host}/token")).responded(200);
            Ok(1)
        }));
    }
    let points = bench.sink.collect();
    assert_eq!(
        rows(&points),
        expected([
            ("token|200|||", 1),
            ("token|200||westus2.login.microsoft.com|", 1),
        ])
    );
    assert!(!format!("{points:?}").contains("contoso"));
}

#[test]
fn value_is_recorded_when_attempt_ends() {
    let bench = bench();
    let call = run(&bench.telemetry, async {
        bench.respond(503).await;
        let points = bench.sink.collect();
        let counts = counts(&points);
        assert!(counts.contains(&(REQUESTS, 1)), "{counts:?}");
        assert!(!counts.iter().any(|(name, _)| *name == ACQUISITIONS));
        std::future::pending().await
    });
    cancelled(call);
    let points = bench.sink.collect();
    assert!(counts(&points).contains(&(REQUESTS, 1)));
    assert!(counts(&points).contains(&(ACQUISITIONS, 1)));
}

#[test]
fn attempts_after_the_end_are_recorded() {
    let bench = bench();
    let mut late = None;
    now(run(&bench.telemetry, async {
        late = Some(request(SHARED_URL));
        Ok(1)
    }))
    .unwrap();
    bench.pass(40_000);
    late.unwrap().responded(200);
    let points = bench.sink.collect();
    let [point] = requests(&points)[..] else {
        panic!("{points:?}")
    };
    assert_eq!((point.count, &*point.sum), (1, "0.04"));
    assert_eq!(point.text("token_telemetry.api.name"), "ForClient");
}

#[test]
fn all_of_twenty_attempts_are_recorded() {
    let bench = bench();
    now(run(&bench.telemetry, async {
        for _ in 0..20 {
            bench.respond(503).await;
        }
        Err(LabError::new("service_not_available"))
    }))
    .unwrap_err();
    let points = bench.sink.collect();
    let total: u64 = requests(&points).iter().map(|point| point.count).sum();
    assert_eq!(total, 20);
}

#[test]
fn recorder_of_records_records_kept_attempts() {
    let (records, sink) = (Recorder::new(), Sink::new(Temporality::Delta));
    let telemetry = Telemetry::builder()
        .observer(records.clone())
        .metrics(Metrics::off())
        .build()
        .unwrap();
    now(run(&telemetry, async {
        for _ in 0..3 {
            request(SHARED_URL).responded(200);
        }
        Ok(1)
    }))
    .unwrap();
    let metrics = alone(Metrics::with_provider(sink.provider.clone()));
    let recorder = MetricsRecorder::new(metrics, &ClientInfo::detect());
    records.take().iter().for_each(|it| recorder.record(it));
    assert_eq!(counts(&sink.collect()), [(ACQUISITIONS, 1), (REQUESTS, 3)]);
}

/// An observer that acquires another token for each record.
struct Again(Arc<OnceLock<Telemetry>>);

impl Observer for Again {
    fn finished(&self, _: &AcquisitionRecord) {
        if let Some(telemetry) = self.0.get() {
            one_request(telemetry);
        }
    }
}

fn one_request(telemetry: &Telemetry) {
    let _token = crate::support::now(run(telemetry, async {
        request(SHARED_URL).responded(429);
        request(SHARED_URL).responded(200);
        Ok(1)
    }));
}

#[test]
fn quiet_acquisitions_record_nothing() {
    let (own, sink) = (Arc::new(OnceLock::new()), Sink::new(Temporality::Delta));
    let telemetry = Telemetry::builder()
        .observer(Again(Arc::clone(&own)))
        .metrics(alone(Metrics::with_provider(sink.provider.clone())))
        .build()
        .unwrap();
    own.set(telemetry.clone()).unwrap();
    one_request(&telemetry);
    let points = sink.collect();
    let of = |metric: &str| {
        let points = points.iter().filter(|point| point.metric == metric);
        points.map(|point| point.count).sum::<u64>()
    };
    assert!(telemetry.totals().identity_provider > of(ACQUISITIONS));
    assert_eq!(of(REQUESTS), 2 * of(ACQUISITIONS));
}

#[test]
fn hostile_attempts_stay_below_limit() {
    let bench = bench();
    for n in 0..1_000_usize {
        let _token = now(run(&bench.telemetry, async {
            for m in 0..100 {
                let url = match m % 3 {
                    0 => format!("https://r{n}x{m}.login.microsoft.com/token"),
                    1 => format!("https://tenant{n}.ciamlogin.com/token"),
                    _ => SHARED_URL.to_owned(),
                };
                let status = u16::try_from((n * 100 + m) % 65_536).unwrap();
                request(&url).purpose(PURPOSES[m % 3]).responded(status);
            }
            Ok(1)
        }));
    }
    let points = bench.sink.collect();
    let requests = requests(&points);
    assert_eq!(requests.iter().map(|it| it.count).sum::<u64>(), 100_000);
    assert!(requests.len() <= 640 + 6, "{}", requests.len());
    let overflowed = requests
        .iter()
        .filter(|it| it.text("error.type") == "_OTHER");
    assert!(overflowed.map(|it| it.count).sum::<u64>() > 50_000);
    for point in requests {
        assert!(!point.attributes.contains_key("otel.metric.overflow"));
        assert!(!point.text("server.address").contains("tenant"));
    }
}

#[test]
fn flood_of_one_authority_leaves_room() {
    let bench = bench();
    let send = |url: &str, purpose: Purpose, status: u16| {
        let _token = now(run(&bench.telemetry, async {
            request(url).purpose(purpose).responded(status);
            Ok(1)
        }));
    };
    for purpose in PURPOSES {
        (100..600).for_each(|status| send("https://junk.example/token", purpose, status));
    }
    send(SHARED_URL, Purpose::Token, 418);
    let points = bench.sink.collect();
    assert_eq!(
        requests(&points).len(),
        512 + 1 + 4,
        "and those beyond the limit"
    );
    let late = "token|418|418|login.microsoftonline.com|";
    assert!(rows(&points).contains(&(late.to_owned(), 1)));
}
