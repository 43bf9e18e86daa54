//! `msal-net.json`: sequences of acquisitions, and the headers that MSAL.NET sends for them.

use std::path::Path;

use http::HeaderMap;
use serde_json::Value;
use token_telemetry::entra::{DeliveryPolicy, Dialect, Header, MsalNetVersion};
use token_telemetry::{AcquisitionRecord, CacheRefreshReason, Telemetry};

use crate::config::Config;
use crate::driver::{Driver, Run};
use crate::fields::{Check, Fields};
use crate::metadata::check_metadata;
use crate::step::Acquire;
use crate::tally::Tally;

/// The SDK of the replay, with a version in the format of MSAL.NET.
pub(crate) const SDK: (&str, &str) = ("MSAL.NetCore", "4.86.1.0");

/// Replays the file in the folder.
pub(crate) fn run(dir: &Path, tally: &mut Tally) {
    let name = |_, case: &Value| format!("msal-net/{}", word(case, "name"));
    tally.replay(dir, "msal-net.json", name, replay);
}

/// Returns a text of a case for its name.
pub(crate) fn word<'a>(case: &'a Value, key: &str) -> &'a str {
    case.get(key).and_then(Value::as_str).unwrap_or("?")
}

fn replay(case: Value, check: &mut Check) -> Result<(), String> {
    let mut case = Fields::of(case)?;
    for for_readers in [
        "name",
        "source_test",
        "source_asserts",
        "notes",
        "derived_from_code_only",
    ] {
        case.take(for_readers);
    }
    let schema = Fields::needed("schema", case.text("schema")?)?;
    match &*schema {
        "2" | "3" | "4" | "5" => headers(&schema, case, check),
        "id-headers" => crate::identity::replay(case, check),
        "otel-v1" | "otel-v2" => crate::metrics::replay(&schema, case, check),
        "otel" => crate::metrics::replay_catalogue(case, check),
        "metadata" => crate::metadata::replay(case, check),
        other => Err(format!("unknown schema `{other}`")),
    }
}

/// Returns the dialect of the MSAL.NET version in a case.
fn dialect(schema: &str, config: &Config) -> Result<Dialect, String> {
    let era = match (schema, config.v5_fields) {
        ("2", None) => MsalNetVersion::V4_11,
        ("3", None) => MsalNetVersion::V4_26,
        ("4", None) => MsalNetVersion::V4_28,
        ("5", Some(2)) => MsalNetVersion::V4_32,
        ("5", Some(3)) => MsalNetVersion::V4_48,
        ("5", Some(5)) => MsalNetVersion::V4_65,
        ("5", Some(6) | None) => MsalNetVersion::V4_82,
        (schema, fields) => return Err(format!("schema {schema} with {fields:?} platform fields")),
    };
    let settling = match config.reset_rule.as_deref() {
        None | Some("aad_unavailable") => DeliveryPolicy::AAD_UNAVAILABLE,
        Some("retryable") => DeliveryPolicy::RETRYABLE,
        Some(other) => return Err(format!("unknown reset rule `{other}`")),
    };
    let dialect = Dialect::msal_net(era)
        .customize()
        .delivery_policy(settling)
        .reports_foreign(config.records_non_msal)
        .cancelled_code(config.records_non_msal.then_some("TaskCanceledException"))
        .build()
        .map_err(|error| error.to_string())?;
    Ok(match config.has_last {
        None | Some(true) => dialect.with(Header::LastTelemetry),
        Some(false) => dialect.without_last(),
    })
}

/// Headers of the last token request, and the number of requests.
#[derive(Default)]
struct Sent {
    requests: u64,
    last: Option<HeaderMap>,
}

fn headers(schema: &str, mut case: Fields, check: &mut Check) -> Result<(), String> {
    let config = Config::read(case.object("config")?)?;
    let steps = Fields::needed("steps", case.list("steps")?)?;
    let expect = case.object("expect")?;
    case.finish()?;
    if config.extended_metrics {
        return Err("a case about headers extends no metrics".to_owned());
    }
    let builder = Telemetry::builder()
        .sdk(SDK.0, SDK.1)
        .dialect(dialect(schema, &config)?);
    let mut driver = Driver::new(config, builder)?;
    let mut sent = Sent::default();
    driver.run(&steps, |driver, acquire| {
        run_step(driver, acquire, &mut sent, check)
    })?;
    check_end(expect, &driver.telemetry, &sent, check)
}

fn run_step(
    driver: &Driver,
    mut acquire: Acquire,
    sent: &mut Sent,
    check: &mut Check,
) -> Result<(), String> {
    if acquire.enricher_throws || acquire.enricher_clears_first || !acquire.extra_tags.is_empty() {
        return Err("a case about headers enriches no metrics".to_owned());
    }
    let expect = acquire.expect.take();
    let run = driver.acquire(&acquire)?;
    if let Some(headers) = run.token_requests.last() {
        sent.requests += 1;
        sent.last = Some(headers.clone());
    }
    expect.map_or(Ok(()), |expect| {
        check_step(Fields::of(expect)?, &run, check)
    })
}

fn check_step(mut expect: Fields, run: &Run, check: &mut Check) -> Result<(), String> {
    let (sent, expected) = (
        !run.token_requests.is_empty(),
        expect.flag("token_request_sent")?,
    );
    check.given("token_request_sent", sent, expected)?;
    let record = run.record()?;
    let reason = u64::from(reason_of(record).wire());
    let expected = expect.number("cache_refresh_reason")?;
    check.given("cache_refresh_reason", reason, expected)?;
    for (key, name) in HEADERS {
        if expect.has(key) {
            let expected = expect.text(key)?;
            // All attempts of a request have the same headers.
            for headers in &run.token_requests {
                check.same(key, value_of(headers, name), expected.as_deref())?;
            }
        }
    }
    if expect.take("sent_by").is_some() {
        check.not_applicable += 1;
    }
    if expect.has("metadata") {
        check_metadata(expect.object("metadata")?, record, check)?;
    }
    expect.finish()
}

/// Keys of the expectations, with their headers.
const HEADERS: [(&str, &str); 2] = [
    ("current_header", "x-client-current-telemetry"),
    ("last_header", "x-client-last-telemetry"),
];

fn value_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// MSAL.NET has no unknown reason.
fn reason_of(record: &AcquisitionRecord) -> CacheRefreshReason {
    record
        .refresh_reason()
        .unwrap_or(CacheRefreshReason::NotApplicable)
}

fn check_end(
    mut expect: Fields,
    telemetry: &Telemetry,
    sent: &Sent,
    check: &mut Check,
) -> Result<(), String> {
    let requests = expect.number("token_requests")?;
    check.given("token_requests", sent.requests, requests)?;
    for (key, name) in HEADERS {
        if expect.has(key) {
            let expected = expect.text(key)?;
            let headers = sent.last.as_ref().ok_or("no token request was sent")?;
            check.same(key, value_of(headers, name), expected.as_deref())?;
        }
    }
    if expect.has("client_state_after") {
        // A version without the header has no state for it, and the vector has `null`.
        let mut state = expect.object("client_state_after")?;
        let hits = state.number("silent_successful_count")?.unwrap_or(0);
        check.same("silent_successful_count", &telemetry.pending_hits(), &hits)?;
        check_pending(telemetry, state.list("failed")?.unwrap_or_default(), check)?;
        state.finish()?;
    }
    expect.finish()
}

fn check_pending(
    telemetry: &Telemetry,
    expected: Vec<Value>,
    check: &mut Check,
) -> Result<(), String> {
    let pending = telemetry.pending_failures();
    check.same("failures that wait", &pending.len(), &expected.len())?;
    for (failure, expected) in pending.iter().zip(expected) {
        let mut expected = Fields::of(expected)?;
        let number = u64::from(failure.api.number());
        check.given("api_id", number, expected.number("api_id")?)?;
        let id = failure.correlation_id.to_string();
        check.given("correlation_id", id, expected.text("correlation_id")?)?;
        check.given("error_code", &*failure.code, expected.text("error_code")?)?;
        expected.finish()?;
    }
    Ok(())
}
