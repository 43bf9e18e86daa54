//! Cases about `client-request-id` across retries and redirects.

use http::{HeaderMap, HeaderValue};
use token_telemetry::ClientRequestId;
use token_telemetry::graph::{Headers, RequestContext, SDK_VERSION};

use super::{apply_twice, header_map, headers_for_tests, line, presence};
use crate::fields::{Check, Fields};

const URL: &str = "https://graph.microsoft.com/v1.0/me";

pub(crate) fn replay(
    input: &mut Fields,
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    if let Some(text) = input.text("text")? {
        let is_guid = text.parse::<ClientRequestId>().is_ok();
        return check.same("well formed", &Some(is_guid), &expect.flag("well_formed")?);
    }
    let case = Case::take(input)?;
    let attempts = input.number("attempts")?.unwrap_or(1);
    // Distinct ids need at least two requests.
    let least = if expect.has("distinct") { 2 } else { 1 };
    let requests = input.number("requests")?.unwrap_or(least);
    let redirect_to = input.text("redirect_to")?;
    let mut ids = Vec::new();
    for _ in 0..requests {
        ids.push(case.request(attempts, redirect_to.as_deref())?);
    }
    let sent_once = ids.first().ok_or("no request was made")?;
    if let Some(same) = expect.flag("same_on_all_attempts")? {
        let all_same = ids.iter().all(Sent::has_one_id);
        check.same("same on all attempts", &all_same, &same)?;
    }
    if let Some(distinct) = expect.flag("distinct")? {
        let mut seen: Vec<_> = ids.iter().map(|sent| &sent.last.id).collect();
        seen.sort();
        seen.dedup();
        check.same("distinct", &(seen.len() == ids.len()), &distinct)?;
    }
    check_last(&sent_once.last, expect, check)
}

fn check_last(last: &Attempt, expect: &mut Fields, check: &mut Check) -> Result<(), String> {
    if let Some(lines) = expect.number("lines")? {
        check.same("lines", &last.lines, &lines)?;
    }
    if let Some(expected) = expect.text("SdkVersion")? {
        check.same(
            "SdkVersion",
            &presence(last.has_sdk_version),
            &expected.as_str(),
        )?;
    }
    let is_guid = |id: &str| id.parse::<ClientRequestId>().is_ok();
    match expect.text("client-request-id")?.as_deref() {
        None => Ok(()),
        Some("absent") => check.same("id", &last.id, &None),
        Some("present") => check.holds("id", last.id.is_some()),
        Some("new GUID") => check.holds("new GUID", last.id.as_deref().is_some_and(is_guid)),
        Some(id) => check.same("id", &last.id.as_deref(), &Some(id)),
    }
}

/// The state of a request before it is sent.
struct Case {
    headers: Headers,
    before: HeaderMap,
    context: Option<ClientRequestId>,
}

impl Case {
    fn take(input: &mut Fields) -> Result<Self, String> {
        let mut before = header_map(input.object("headers_before")?)?;
        if let Some(id) = input.text("header")? {
            let value = HeaderValue::try_from(id).map_err(|error| error.to_string())?;
            before.insert(ClientRequestId::HEADER, value);
        }
        // The context is typed, so it cannot have an id that is not a GUID.
        let context = input.text("context")?.and_then(|id| id.parse().ok());
        for null in ["header", "context"] {
            input.take(null);
        }
        Ok(Self {
            headers: headers_for_tests()?,
            before,
            context,
        })
    }

    /// Sends one request; each attempt starts with the headers of the application.
    fn request(&self, attempts: u64, redirect_to: Option<&str>) -> Result<Sent, String> {
        let context = self
            .context
            .map_or_else(RequestContext::new, RequestContext::with_client_request_id);
        let mut sent = Vec::new();
        for _ in 0..attempts {
            let mut map = self.before.clone();
            apply_twice(&self.headers, &context, URL, &mut map)?;
            sent.push(Attempt::of(&map)?);
            if let Some(url) = redirect_to {
                apply_twice(&self.headers, &context, url, &mut map)?;
                sent.push(Attempt::of(&map)?);
            }
        }
        let last = sent.pop().ok_or("no attempt was made")?;
        Ok(Sent { before: sent, last })
    }
}

/// The attempts of one request.
struct Sent {
    before: Vec<Attempt>,
    last: Attempt,
}

impl Sent {
    fn has_one_id(&self) -> bool {
        let is_same = |attempt: &Attempt| attempt.id == self.last.id;
        self.last.id.is_some() && self.before.iter().all(is_same)
    }
}

/// Headers of one attempt.
struct Attempt {
    id: Option<String>,
    lines: u64,
    has_sdk_version: bool,
}

impl Attempt {
    fn of(map: &HeaderMap) -> Result<Self, String> {
        Ok(Self {
            id: line(map, &ClientRequestId::HEADER)?,
            lines: map.get_all(ClientRequestId::HEADER).iter().count() as u64,
            has_sdk_version: map.contains_key(SDK_VERSION),
        })
    }
}
