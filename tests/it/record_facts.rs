//! Every fact of a record shows in its getter, in `Debug` and in `serde` data.

use std::fs;
use std::future::ready;
use std::path::Path;
use std::time::{Duration, SystemTime};

use token_telemetry::acquisition::Clock;
use token_telemetry::api::Api;
use token_telemetry::region::{RegionAutodetectionSource, RegionOutcome};
use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, AcquisitionRecord, CacheLevel, CacheRefreshReason, ErrorInfo, Outcome, Region,
    Status, Telemetry, TokenInfo, TokenSource, TokenType, TransportError,
};

use crate::support::{LabApi, LabError, TOKEN_URL, only};

/// What each recording method adds to the record: its part of `Debug`, and its `serde` entry.
const RECORDED: [(&str, &str, &str); 21] = [
    (
        "record_api",
        "api: Other(7)",
        r#""api":"Other","api_number":7"#,
    ),
    ("record_source", "source: Broker", r#""source":"Broker""#),
    (
        "record_refresh_reason",
        "refresh_reason: Expired",
        r#""refresh_reason":"Expired""#,
    ),
    (
        "record_token_type",
        "token_type: Bearer",
        r#""token_type":"Bearer""#,
    ),
    ("set_correlation_id", ID, ID),
    ("record_stale_token", "stale: true", r#""stale":true"#),
    ("record_waiting", "waited: 3s", r#""waited_us":3000000"#),
    (
        "record_token",
        "remaining_lifetime: 60s",
        r#""remaining_lifetime_s":60"#,
    ),
    ("record_token", "refresh_on: ", r#""refresh_on_s":5"#),
    (
        "record_region",
        "region: Region",
        r#""region":{"name":"westus2","source":"Imds","outcome":"AutodetectSuccess"}"#,
    ),
    (
        "record_cached_token_count",
        "cached_token_count: 8",
        r#""cached_token_count":8"#,
    ),
    (
        "record_cache_serialized",
        "cache_serialized: true",
        r#""cache_serialized":true"#,
    ),
    (
        "record_legacy_cache",
        "legacy_cache: false",
        r#""legacy_cache":false"#,
    ),
    (
        "record_managed_certificate",
        "managed_certificate: true",
        r#""managed_certificate":true"#,
    ),
    (
        "record_caller_sdk",
        r#"caller_sdk: ("fabrikam", "3.1")"#,
        r#""caller_sdk_id":"fabrikam","caller_sdk_version":"3.1""#,
    ),
    (
        "record_wrapper",
        r#"wrapper: ("@azure/msal-react", "2.0.0")"#,
        r#""wrapper_sku":"@azure/msal-react","wrapper_version":"2.0.0""#,
    ),
    (
        "record_broker_error",
        r#"broker_error: "wam_503""#,
        r#""broker_error":"wam_503""#,
    ),
    (
        "record_platform_field",
        r#"platform_fields: {"reg_type": "wpj"}"#,
        r#""platform_fields":{"reg_type":"wpj"}"#,
    ),
    (
        "record_suppressed_error",
        r#"sub_failures: [ErrorInfo { code: Some("late_failure")"#,
        r#""sub_failures":[{"code":"late_failure"}]"#,
    ),
    (
        "record_error",
        r#"error: ErrorInfo { code: Some("returned")"#,
        r#""error":{"code":"returned","suberror":"basic_action","status":400,"sts_codes":[53003]}"#,
    ),
    ("record_error", "status: 400", r#""status":400"#),
];

/// Recording methods whose fact shows only in another acquisition, or as one of the facts above.
const ELSEWHERE: [&str; 4] = [
    "record_cache_hit",
    "record_cache_disabled",
    "record_default_source",
    "record_pending",
];

/// What the runtime measures by itself.
const MEASURED: [(&str, &str); 9] = [
    ("outcome: Error", r#""outcome":"error""#),
    ("background: true", r#""background":true"#),
    ("total: ", r#""total_us":"#),
    ("in_cache: 1s", r#""in_cache_us":1000000"#),
    ("in_extension: 1s", r#""in_extension_us":1000000"#),
    ("in_http: ", r#""in_http_us":"#),
    (
        r#"endpoint_host: "redacted""#,
        r#""endpoint_host":"redacted""#,
    ),
    ("attempts: 3", r#""attempts":3"#),
    ("pending_polls: 1", r#""pending_polls":1"#),
];

/// What the last request adds.
const OF_REQUESTS: [(&str, &str); 2] = [
    ("transport_error: Dns", r#""transport_error":"dns_error""#),
    ("retry_after: 9s", r#""retry_after_s":9"#),
];

const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";

/// A clock that advances one second whenever it is read.
struct Ticking(std::sync::atomic::AtomicU64);

impl Clock for Ticking {
    fn now(&self) -> Duration {
        let ticks = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Duration::from_secs(ticks)
    }
}

fn refresh_on() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(5)
}

fn region() -> Region {
    Region::used("westus2")
        .with_autodetection_source(RegionAutodetectionSource::Imds)
        .with_outcome(RegionOutcome::AutodetectSuccess)
}

fn record_everything() {
    let current = Acquisition::current();
    current.set_correlation_id(ID);
    current.record_api(Api::new(7, "Other"));
    current.record_source(TokenSource::Broker);
    current.record_refresh_reason(CacheRefreshReason::Expired);
    current.record_token_type(TokenType::Bearer);
    current.record_stale_token();
    current.record_waiting(Duration::from_secs(3));
    current.record_token(
        TokenInfo::new()
            .with_expires_in(Duration::from_secs(60))
            .with_refresh_on(refresh_on()),
    );
    current.record_region(region());
    current.record_cached_token_count(8);
    current.record_cache_serialized(true);
    current.record_legacy_cache(false);
    current.record_managed_certificate(true);
    current.record_caller_sdk("fabrikam", "3.1");
    current.record_wrapper("@azure/msal-react", "2.0.0");
    current.record_broker_error("wam_503");
    current.record_platform_field("reg_type", "wpj");
    current.record_suppressed_error(ErrorInfo::new("late_failure"));
    current.record_error(
        ErrorInfo::new("returned")
            .with_suberror("basic_action")
            .with_status(400)
            .with_sts_codes([53_003]),
    );
    drop(current.time_in_cache());
    drop(current.time_in_extension());
}

async fn send_requests() {
    let current = Acquisition::current();
    current.token_request(TOKEN_URL).pending(400);
    let slow = Status::new(503, ()).with_retry_after(Duration::from_secs(9));
    let sent = current.token_request(TOKEN_URL);
    let _answered = sent.send(|_| ready(Ok::<_, std::io::Error>(slow))).await;
    current.token_request(TOKEN_URL).failed(TransportError::Dns);
}

fn full_record() -> AcquisitionRecord {
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder()
        .observer(recorder.clone())
        .clock(Ticking(0.into()))
        .build()
        .unwrap();
    let body = async {
        record_everything();
        send_requests().await;
        Err::<(), _>(LabError::new("described"))
    };
    assert!(futures::executor::block_on(telemetry.background(LabApi::Silent, body)).is_err());
    only(&recorder)
}

#[track_caller]
fn assert_shown(record: &AcquisitionRecord, (debug, json): (&str, &str)) {
    let shown = format!("{record:?}");
    assert!(shown.contains(debug), "{debug} in {shown}");
    let data = serde_json::to_string(record).unwrap();
    assert!(data.contains(json), "{json} in {data}");
}

#[test]
fn every_fact_in_debug_and_serde() {
    let record = full_record();
    for (_, debug, json) in RECORDED {
        assert_shown(&record, (debug, json));
    }
    for fact in MEASURED.into_iter().chain(OF_REQUESTS) {
        assert_shown(&record, fact);
    }
}

#[test]
fn every_fact_in_its_getter() {
    let record = full_record();
    let id = ID.parse().unwrap();
    assert_eq!(record.api(), Api::new(7, "Other"));
    assert_eq!(record.outcome(), Outcome::Error);
    assert_eq!(record.token_source(), Some(TokenSource::Broker));
    assert_eq!(record.refresh_reason(), Some(CacheRefreshReason::Expired));
    assert_eq!(record.token_type(), Some(TokenType::Bearer));
    assert_eq!(record.correlation_id(), Some(id));
    assert!(record.is_stale() && record.is_background());
    assert_eq!(record.remaining_lifetime(), Some(Duration::from_secs(60)));
    assert_eq!(record.refresh_on(), Some(refresh_on()));
    assert_eq!(record.region(), Some(&region()));
    assert_eq!(record.error_code(), Some("returned"));
    assert_eq!(record.status(), Some(400));
}

#[test]
fn every_rare_fact_in_its_getter() {
    let record = full_record();
    assert_eq!(record.cached_token_count(), Some(8));
    assert_eq!(record.cache_serialized(), Some(true));
    assert_eq!(record.legacy_cache(), Some(false));
    assert_eq!(record.managed_certificate(), Some(true));
    assert_eq!(record.caller_sdk(), Some(("fabrikam", "3.1")));
    assert_eq!(record.wrapper(), Some(("@azure/msal-react", "2.0.0")));
    assert_eq!(record.broker_error(), Some("wam_503"));
    assert!(record.platform_fields().eq([("reg_type", "wpj")]));
    assert_eq!(record.suppressed_errors(), [ErrorInfo::new("late_failure")]);
}

#[test]
fn every_measurement_in_its_getter() {
    let record = full_record();
    let second = Some(Duration::from_secs(1));
    assert!(record.duration_total() > record.duration_in_http());
    assert_eq!(record.duration_in_cache(), second);
    assert_eq!(record.duration_in_extension(), second);
    assert_eq!(record.duration_waiting(), Some(Duration::from_secs(3)));
    assert_eq!(record.endpoint_host(), Some("login.example"));
    assert_eq!((record.attempts(), record.pending_polls()), (3, 1));
    assert_eq!(record.transport_error(), Some(TransportError::Dns));
    assert_eq!(record.retry_after(), Some(Duration::from_secs(9)));
}

/// Level and parent need other acquisitions than the one above.
#[test]
fn cache_level_and_parent_shown() {
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder()
        .observer(recorder.clone())
        .build()
        .unwrap();
    let body = async {
        Acquisition::current().set_correlation_id(ID);
        let inner = telemetry.background(LabApi::Silent, async {
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
            Ok::<_, LabError>(())
        });
        inner.await
    };
    futures::executor::block_on(telemetry.background(LabApi::ForClient, body)).unwrap();
    let inner = recorder.take().swap_remove(0);
    assert_eq!(inner.cache_level(), Some(CacheLevel::L2Cache));
    assert_eq!(inner.parent(), Some(ID.parse().unwrap()));
    assert_shown(&inner, ("level: L2Cache", r#""level":"L2Cache""#));
    let parent = (format!("parent: {ID}"), format!(r#""parent":"{ID}""#));
    assert_shown(&inner, (&parent.0, &parent.1));
}

#[test]
fn every_recording_method_in_this_test() {
    let file = "../runtime/src/acquisition/current.rs";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let methods = text.split("pub fn ").skip(1);
    let methods = methods.map(|method| method.split(['(', '<']).next().unwrap_or_default());
    let recording = |method: &&str| method.starts_with("record_") || method.starts_with("set_");
    let tested = |method: &&str| {
        RECORDED.iter().any(|(name, ..)| name == method) || ELSEWHERE.contains(method)
    };
    let missing: Vec<_> = methods.filter(recording).filter(|it| !tested(it)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
