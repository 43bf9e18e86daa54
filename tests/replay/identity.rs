//! The identity headers of `msal-net.json`.

use http::HeaderMap;
use serde_json::Value;
use token_telemetry::Telemetry;
use token_telemetry::entra::{Dialect, MsalNetVersion};

use crate::config::Config;
use crate::driver::Driver;
use crate::fields::{Check, Fields};
use crate::msal_net::SDK;
use crate::step::Op;

/// Replays a case whose values may be descriptions of machine-dependent text.
pub(crate) fn replay(mut case: Fields, check: &mut Check) -> Result<(), String> {
    let mut config = Config::read(case.object("config")?)?;
    let steps = Fields::needed("steps", case.list("steps")?)?;
    let expect = case.object("expect")?;
    case.finish()?;
    let [step] = &*steps else {
        return Err("expected one step".to_owned());
    };
    let Op::Acquire(acquire) = Op::read(step, &mut config)? else {
        return Err("expected an acquisition".to_owned());
    };
    let builder = Telemetry::builder()
        .sdk(SDK.0, SDK.1)
        .dialect(Dialect::msal_net(MsalNetVersion::V4_82))
        .honors_retry_after();
    let mut driver = Driver::new(config, builder)?;
    driver.discovers = true;
    let run = driver.acquire(&acquire)?;
    let discovery = run.discovery.ok_or("no discovery request was sent")?;
    let [token] = &*run.token_requests else {
        return Err("expected one token request".to_owned());
    };
    let id = acquire.correlation_id.to_string();
    check_headers(expect, (&discovery, token), &id, check)
}

fn check_headers(
    mut expect: Fields,
    (discovery, token): (&HeaderMap, &HeaderMap),
    id: &str,
    check: &mut Check,
) -> Result<(), String> {
    let both = expect.object("headers_on_instance_discovery_and_token")?;
    for (name, expected) in both.into_entries() {
        check_one(discovery, (&name, &expected), id, check)?;
        check_one(token, (&name, &expected), id, check)?;
    }
    for (name, expected) in expect.object("token_only")?.into_entries() {
        check_one(token, (&name, &expected), id, check)?;
        check.holds(&name, !discovery.contains_key(&name))?;
    }
    for name in expect.texts("absent")?.unwrap_or_default() {
        check.holds(
            &name,
            !discovery.contains_key(&name) && !token.contains_key(&name),
        )?;
    }
    expect.finish()
}

fn check_one(
    headers: &HeaderMap,
    (name, expected): (&str, &Value),
    id: &str,
    check: &mut Check,
) -> Result<(), String> {
    let expected = Fields::needed(name, expected.as_str())?;
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let value = Fields::needed(name, value)?;
    let mut fitting = false;
    for alternative in expected.split(" | ") {
        fitting |= fits(value, alternative, id)?;
    }
    check.holds(&format!("{name} `{value}` is {expected}"), fitting)
}

/// Returns whether a value equals a text, or matches a description in angle brackets.
fn fits(value: &str, expected: &str, id: &str) -> Result<bool, String> {
    let Some(description) = expected.strip_prefix('<') else {
        return Ok(value == expected);
    };
    if let Some((_, quoted)) = description.split_once("containing '") {
        return Ok(value.contains(quoted.trim_end_matches("'>")));
    }
    match description.trim_end_matches('>') {
        "platform sku" => Ok(value == SDK.0),
        "4-part assembly version" => Ok(value == SDK.1),
        "correlation id, lower-case hyphenated" => Ok(value == id),
        other => Err(format!("unknown description `{other}`")),
    }
}
