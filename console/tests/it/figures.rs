//! The counts, and the shape of a message.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use serde_json::{Value, json};
use token_telemetry_console::Console;
use token_telemetry_test_support::prelude::*;

use crate::page::{Page, client, failures, hits};

fn keys(value: &Value) -> String {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(|key| &**key)
        .collect();
    keys.sort_unstable();
    keys.join(" ")
}

/// Acquires a token that is valid for a minute, and a failure that waits to be reported.
fn some_of_each(telemetry: &Telemetry) {
    acquire(telemetry, || {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        exchange(TOKEN_URL, 200);
        let info = TokenInfo::new().with_expires_in(Duration::from_secs(60));
        Acquisition::current().record_token(info);
    });
    failures(telemetry, 1);
}

#[tokio::test]
async fn message_has_the_agreed_fields() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    some_of_each(&telemetry);
    let mut waiting = pin!(stop_at(&telemetry, Place::DuringHttp, Event::Stop));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    let message = page.read_entries(2).await;
    let expected = [
        (
            "",
            "dropped entries held_ms now_ms run sdks skipped version",
        ),
        (
            "/sdks/0",
            "failures hits_not_shown hits_to_report id in_flight name series tokens totals version window",
        ),
        (
            "/sdks/0/totals",
            "acquisitions broker cache cancelled failures identity_provider no_token pending \
             rejected_tokens unknown",
        ),
        ("/sdks/0/in_flight", "count listed"),
        (
            "/sdks/0/in_flight/listed/0",
            "age_us api attempts background id last_error last_status waiting_for",
        ),
        (
            "/sdks/0/failures",
            "delivered in_flight_count lost waiting waiting_count",
        ),
        ("/sdks/0/failures/waiting/0", "api api_id code id in_flight"),
        (
            "/sdks/0/window",
            "attempts cancelled errors failures fetches hits reasons seconds sources throttled",
        ),
        (
            "/sdks/0/window/sources/0",
            "buckets count label max_us p50_us p95_us p99_us source",
        ),
        ("/sdks/0/window/sources/0/buckets/0", "count up_to_us"),
        ("/sdks/0/window/errors/0", "code count kind"),
        (
            "/sdks/0/series",
            "cancelled end_s failures fetches hits step_s",
        ),
        (
            "/sdks/0/tokens/0",
            "age_us api credential expires_in_us lifetime_us",
        ),
        ("/entries/0", "number record requests sdk"),
        ("/entries/0/requests/0", "headers host number purpose"),
        ("/entries/0/requests/0/headers/0", "meaning name value"),
    ];
    for (pointer, names) in expected {
        let value = message.pointer(pointer).unwrap();
        assert_eq!(keys(value), names, "{pointer}");
    }
}

#[tokio::test]
async fn totals_and_series_are_exact() {
    let telemetry = client("Lab.Auth");
    hits(&telemetry, 7);
    let mut page = Page::open(Console::attach(&telemetry));
    hits(&telemetry, 500);
    failures(&telemetry, 2);
    acquire(&telemetry, || exchange(TOKEN_URL, 200));
    let message = page.read_until("/window/hits", 500).await;
    let sdk = &message["sdks"][0];
    let totals = &sdk["totals"];
    assert_eq!(totals["cache"], 507);
    assert_eq!(totals["acquisitions"], 510);
    assert_eq!(sdk["window"]["failures"], 2);
    assert_eq!(sdk["window"]["fetches"], 1);
    let series = |name: &str| -> Vec<u64> {
        let values = sdk["series"][name].as_array().unwrap();
        values.iter().map(|value| value.as_u64().unwrap()).collect()
    };
    for (name, sum) in [
        ("hits", 500),
        ("failures", 2),
        ("fetches", 1),
        ("cancelled", 0),
    ] {
        assert_eq!(series(name).len(), 120, "{name}");
        assert_eq!(series(name).iter().sum::<u64>(), sum, "{name}");
    }
}

#[tokio::test]
async fn hits_beyond_the_sample_are_counted() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry).hits_per_second(40));
    hits(&telemetry, 100);
    failures(&telemetry, 1);
    let message = page.read_until("/window/hits", 100).await;
    assert_eq!(page.entries.len(), 11);
    assert_eq!(message["sdks"][0]["hits_not_shown"], 90);
    assert_eq!(message["sdks"][0]["window"]["sources"][0]["count"], 10);
}

#[tokio::test]
async fn errors_beyond_the_limit_are_one() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    failures(&telemetry, 2);
    for number in 0..100 {
        fail(&telemetry, &format!("code_{number}"), || {});
    }
    let message = page.read_until("/window/failures", 102).await;
    let errors = message["sdks"][0]["window"]["errors"].as_array().unwrap();
    assert!(errors.len() <= 33, "{errors:?}");
    assert_eq!(errors[0]["code"], "refused");
    let counts = errors.iter().map(|error| error["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 102);
    assert_eq!(errors.last().unwrap()["code"], "other codes");
}

#[tokio::test]
async fn failures_wait_and_are_delivered() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    failures(&telemetry, 2);
    let message = page.read().await;
    let waiting = &message["sdks"][0]["failures"];
    assert_eq!(
        (&waiting["waiting_count"], &waiting["delivered"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(waiting["waiting"][0]["code"], "refused");
    acquire(&telemetry, || exchange(TOKEN_URL, 200));
    let message = page.read().await;
    let waiting = &message["sdks"][0]["failures"];
    assert_eq!(
        (&waiting["waiting_count"], &waiting["delivered"]),
        (&json!(0), &json!(2))
    );
}

#[tokio::test]
async fn tokens_have_a_lifetime() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    some_of_each(&telemetry);
    let message = page.read().await;
    assert_eq!(message["sdks"][0]["tokens"][0]["lifetime_us"], 60_000_000);
}

#[tokio::test]
async fn waiting_call_is_listed() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    let mut waiting = Box::pin(stop_at(&telemetry, Place::DuringHttp, Event::Stop));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    let message = page.read().await;
    let in_flight = &message["sdks"][0]["in_flight"];
    assert_eq!(in_flight["count"], 1);
    let listed = &in_flight["listed"][0];
    assert_eq!(
        (&listed["api"], &listed["attempts"]),
        (&json!("ForClient"), &json!(1))
    );
    let id = listed["id"].clone();
    drop(waiting);
    page.read_entries(1).await;
    assert_eq!(
        page.entries[0]["record"]["id"]
            .to_string()
            .trim_matches('"'),
        id.to_string()
    );
    assert_eq!(page.read().await["sdks"][0]["totals"]["cancelled"], 1);
}

#[tokio::test]
async fn equal_names_get_a_number() {
    let (one, two, three) = (client("Lab.Auth"), client("Lab.Auth"), client("Lab.Auth"));
    let console = Console::attach(&one).and(&two).and(&three).named("sign-in");
    let mut page = Page::open(console);
    failures(&two, 1);
    let message = page.read_entries(1).await;
    let names: Vec<&Value> = message["sdks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sdk| &sdk["name"])
        .collect();
    assert_eq!(names, ["Lab.Auth", "Lab.Auth (2)", "sign-in"]);
    assert_eq!(page.entries[0]["sdk"], 1);
    assert_eq!(message["sdks"][0]["totals"]["failures"], 0);
    assert_eq!(message["sdks"][1]["totals"]["failures"], 1);
}
