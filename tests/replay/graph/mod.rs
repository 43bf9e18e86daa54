//! Replays `graph.json`: rendering and parsing the Graph headers.

mod build;
mod flags;
mod read;
mod request_id;

use std::path::Path;
use token_telemetry::ClientRequestId;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde_json::Value;
use token_telemetry::graph::{
    Applied, Comment, Headers, Hosts, Product, RequestContext, SDK_VERSION, SdkVersion,
};

use crate::fields::{Check, Fields};
use crate::msal_net::word;
use crate::tally::Tally;

/// Replays the file in the folder.
pub(crate) fn run(dir: &Path, tally: &mut Tally) {
    let name = |_, case: &Value| format!("graph/{}", word(case, "id"));
    tally.replay(dir, "graph.json", name, replay);
}

fn replay(case: Value, check: &mut Check) -> Result<(), String> {
    let mut case = Fields::of(case)?;
    let kind = Fields::needed("kind", case.text("kind")?)?;
    let style = case.text("style")?;
    for for_readers in ["id", "origin", "source", "note"] {
        case.text(for_readers)?;
    }
    let (mut input, mut expect) = (case.object("input")?, case.object("expect")?);
    case.finish()?;
    match kind.as_str() {
        "build" => build::replay(style.as_deref(), &mut input, &mut expect, check)?,
        "read" | "reject" => read::replay(&mut input, &mut expect, check)?,
        "repair" => read::replay_repair(&mut input, &mut expect, check)?,
        "feature-flags" => flags::replay(&mut input, &mut expect, check)?,
        "host" => replay_host(&mut input, &mut expect, check)?,
        "request-id" => request_id::replay(&mut input, &mut expect, check)?,
        other => return Err(format!("unknown kind {other}")),
    }
    input.finish()?;
    expect.finish()
}

fn replay_host(input: &mut Fields, expect: &mut Fields, check: &mut Check) -> Result<(), String> {
    let url = Fields::needed("url", input.text("url")?)?;
    let mut hosts = Hosts::graph();
    for custom in input.texts("custom_hosts")?.unwrap_or_default() {
        // The builder rejects text that is not a host.
        hosts = hosts.clone().with(custom).unwrap_or(hosts);
    }
    let allowed = hosts.allow_url(&url);
    let headers = headers_for_tests()?.with_hosts(hosts);
    let mut map = HeaderMap::new();
    let uri = url.parse::<Uri>();
    if let Ok(uri) = &uri {
        headers.apply(uri, &mut map);
    }
    for name in [SDK_VERSION, ClientRequestId::HEADER] {
        let key = if name == SDK_VERSION {
            "SdkVersion"
        } else {
            name.as_str()
        };
        let expected = Fields::needed(key, expect.text(key)?)?;
        check.same(key, &presence(map.contains_key(&name)), &expected.as_str())?;
        check.same("the URL as text", &presence(allowed), &expected.as_str())?;
    }
    Ok(())
}

const fn presence(is_present: bool) -> &'static str {
    if is_present { "present" } else { "absent" }
}

/// Returns headers for cases that do not check the text of `SdkVersion`.
fn headers_for_tests() -> Result<Headers, String> {
    let core = Product::from_static("graph-rust-core", "0.1.0");
    let builder = SdkVersion::builder().core(core).comment(Comment::empty());
    builder
        .build()
        .map(Headers::new)
        .map_err(|error| error.to_string())
}

/// Creates a header map from `headers_before`; a list becomes several lines.
fn header_map(fields: Fields) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in fields.into_entries() {
        let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
        let lines = value.as_array().cloned().unwrap_or_else(|| vec![value]);
        for line in lines {
            let text = line.as_str().ok_or("expected a header as text")?;
            let line = HeaderValue::from_bytes(text.as_bytes()).map_err(|e| e.to_string())?;
            map.append(&name, line);
        }
    }
    Ok(map)
}

/// Returns the only line of a header as text; `None` if it is absent.
fn line(map: &HeaderMap, name: &HeaderName) -> Result<Option<String>, String> {
    let lines: Vec<_> = map.get_all(name).iter().collect();
    match lines.as_slice() {
        [] => Ok(None),
        [line] => Ok(Some(String::from_utf8_lossy(line.as_bytes()).into_owned())),
        _ => Err(format!("{name} has {} lines", lines.len())),
    }
}

/// Applies the headers, and checks that applying them again changes nothing.
fn apply_twice(
    headers: &Headers,
    context: &RequestContext,
    url: &str,
    map: &mut HeaderMap,
) -> Result<Applied, String> {
    let uri: Uri = url.parse().map_err(|error| format!("{url}: {error}"))?;
    let applied = headers.apply_for(context, &uri, map);
    let once = map.clone();
    headers.apply_for(context, &uri, map);
    if once != *map {
        return Err(format!("applied twice: {map:?}, once: {once:?}"));
    }
    Ok(applied)
}
