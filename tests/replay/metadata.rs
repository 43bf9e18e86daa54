//! `msal-net.json`: metadata of results, and the totals over all acquisitions.

use serde_json::Value;
use token_telemetry::{AcquisitionRecord, CacheRefreshReason, Region, Telemetry, TokenSource};

use crate::config::Config;
use crate::driver::{Driver, Run};
use crate::fields::{Check, Fields};
use crate::msal_net::SDK;

/// Replays a case about result metadata.
pub(crate) fn replay(mut case: Fields, check: &mut Check) -> Result<(), String> {
    let config = Config::read(case.object("config")?)?;
    let steps = Fields::needed("steps", case.list("steps")?)?;
    let mut expect = case.object("expect")?;
    case.finish()?;
    let mut driver = Driver::new(config, Telemetry::builder().sdk(SDK.0, SDK.1))?;
    let mut last = None;
    driver.run(&steps, |driver, mut acquire| {
        let expect = acquire.expect.take();
        let run = driver.acquire(&acquire)?;
        if let Some(expect) = expect {
            check_step(Fields::of(expect)?, driver, &run, check)?;
        }
        last = Some(run);
        Ok(())
    })?;
    let last = last.ok_or("expected an acquisition")?;
    check_step(expect.object("last_step")?, &driver, &last, check)?;
    if expect.has("background_callback") {
        let background = last.background.as_ref();
        check_background(expect.object("background_callback")?, background, check)?;
    }
    expect.finish()
}

fn check_step(
    mut expect: Fields,
    driver: &Driver,
    run: &Run,
    check: &mut Check,
) -> Result<(), String> {
    check_metadata(expect.object("metadata")?, run.record()?, check)?;
    let mut totals = expect.object("process_totals")?;
    let found = driver.telemetry.totals();
    for (key, found) in [
        ("idp", found.identity_provider),
        ("cache", found.cache),
        ("broker", found.broker),
    ] {
        check.given(key, found, totals.number(key)?)?;
    }
    totals.finish()?;
    expect.finish()
}

/// Checks that observers also receive the records of background refreshes.
fn check_background(
    mut expect: Fields,
    record: Option<&AcquisitionRecord>,
    check: &mut Check,
) -> Result<(), String> {
    check.given("invoked", record.is_some(), expect.flag("invoked")?)?;
    let record = record.ok_or("expected a background refresh")?;
    check.holds("background", record.is_background())?;
    check.given("successful", record.is_ok(), expect.flag("successful")?)?;
    let is_there = record.token_source().is_some() && record.remaining_lifetime().is_some();
    let expected = expect.flag("has_result_metadata")?;
    check.given("has_result_metadata", is_there, expected)?;
    check_metadata(expect.object("error_metadata")?, record, check)?;
    expect.finish()
}

/// Compares the metadata of MSAL.NET, which has zeros for missing values.
pub(crate) fn check_metadata(
    mut expect: Fields,
    record: &AcquisitionRecord,
    check: &mut Check,
) -> Result<(), String> {
    let source = record.token_source().map_or("", TokenSource::name);
    check.given("TokenSource", source, expect.text("TokenSource")?)?;
    let reason = record.refresh_reason();
    let reason = reason.unwrap_or(CacheRefreshReason::NotApplicable).name();
    let expected = expect.text("CacheRefreshReason")?;
    check.given("CacheRefreshReason", reason, expected)?;
    // MSAL.NET measures only what a caller waits for.
    let total = record.duration_total().filter(|_| !record.is_background());
    for (key, time) in [
        ("DurationTotalInMs", total),
        ("DurationInHttpInMs", record.duration_in_http()),
        ("DurationInCacheInMs", record.duration_in_cache()),
    ] {
        if let Some(expected) = expect.take(key) {
            let millis = time.unwrap_or_default().as_millis();
            check_duration(
                (key, &expected),
                u64::try_from(millis).unwrap_or(u64::MAX),
                check,
            )?;
        }
    }
    if expect.has("TokenEndpoint") {
        let expected = expect.text("TokenEndpoint")?;
        check_endpoint(record.endpoint_host(), expected.as_deref(), check)?;
    }
    if expect.has("RegionDetails") {
        check_region(expect.object("RegionDetails")?, record.region(), check)?;
    }
    expect.finish()
}

fn check_duration(
    (key, expected): (&str, &Value),
    millis: u64,
    check: &mut Check,
) -> Result<(), String> {
    if expected == ">0" {
        return check.holds(key, millis > 0);
    }
    let expected = expected.as_u64();
    let expected = expected.ok_or_else(|| format!("{key}: unknown expectation"))?;
    check.same(key, millis, expected)
}

/// Compares only the host, because the path identifies the tenant and is never recorded.
fn check_endpoint(
    host: Option<&str>,
    expected: Option<&str>,
    check: &mut Check,
) -> Result<(), String> {
    match expected {
        Some("<non-null>") => check.holds("TokenEndpoint", host.is_some()),
        Some(url) => {
            let expected = url
                .split('/')
                .nth(2)
                .ok_or("expected an endpoint with a host")?;
            check.same("TokenEndpoint", &host, &Some(expected))
        }
        None => check.same("TokenEndpoint", &host, &None),
    }
}

fn check_region(
    mut expect: Fields,
    region: Option<&Region>,
    check: &mut Check,
) -> Result<(), String> {
    if expect.has("RegionUsed") {
        let expected = expect.text("RegionUsed")?;
        check.same(
            "RegionUsed",
            region.and_then(Region::name),
            expected.as_deref(),
        )?;
    }
    let outcome = region.and_then(Region::outcome);
    let outcome = outcome.map_or("None", |outcome| outcome.name());
    check.given("RegionOutcome", outcome, expect.text("RegionOutcome")?)?;
    if expect.has("AutoDetectionError") {
        // There is an error only if the region was requested but not detected.
        let expected = expect.text("AutoDetectionError")?;
        let failed = region.is_some_and(|region| {
            region.autodetection_source()
                == Some(token_telemetry::region::RegionAutodetectionSource::FailedAutoDiscovery)
        });
        check.same("AutoDetectionError", &failed, &expected.is_some())?;
    }
    expect.finish()
}
