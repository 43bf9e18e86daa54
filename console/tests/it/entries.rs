//! The list of acquisitions: what it has, and what it drops.

use serde_json::Value;
use token_telemetry_console::Console;
use token_telemetry_test_support::prelude::*;

use crate::page::{Page, client, failures, hits};

fn numbers(entries: &[Value]) -> Vec<u64> {
    let numbers = entries.iter().map(|entry| entry["number"].as_u64());
    numbers.map(Option::unwrap).collect()
}

#[tokio::test]
async fn oldest_entries_are_dropped() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry).capacity(10));
    failures(&telemetry, 30);
    page.read_entries(30).await;
    assert_eq!(numbers(&page.entries), (21..=30).collect::<Vec<u64>>());
    assert_eq!(page.skipped, 20);
    failures(&telemetry, 12);
    page.read_entries(42).await;
    assert_eq!(
        numbers(&page.entries[10..]),
        (33..=42).collect::<Vec<u64>>()
    );
    assert_eq!(page.skipped, 22);
}

#[tokio::test]
async fn message_is_bounded() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    failures(&telemetry, 500);
    page.read_entries(500).await;
    assert_eq!(numbers(&page.entries), (301..=500).collect::<Vec<u64>>());
    assert_eq!(page.skipped, 300);
}

#[tokio::test]
async fn hits_do_not_displace_failures() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(
        Console::attach(&telemetry)
            .capacity(10)
            .hits_per_second(400),
    );
    failures(&telemetry, 2);
    hits(&telemetry, 50);
    page.read_entries(52).await;
    assert_eq!(page.entries.len(), 10);
    assert_eq!(numbers(&page.entries)[..2], [1, 2]);
    assert_eq!(page.entries[9]["number"], 52);
}

#[tokio::test]
async fn no_entry_comes_twice() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    for count in 1..=3 {
        failures(&telemetry, 1);
        page.read_entries(count).await;
    }
    page.read().await;
    assert_eq!(numbers(&page.entries), [1, 2, 3]);
}

#[tokio::test]
async fn page_of_an_earlier_run_starts_anew() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    failures(&telemetry, 1);
    let first = page.read_entries(1).await;
    // The program was restarted: the page asks with what it knows of the old run.
    let restarted = Console::attach(&telemetry).without_token().router();
    page.move_to(restarted);
    failures(&telemetry, 1);
    let second = page.read_entries(2).await;
    assert_ne!(first["run"], second["run"]);
    assert_eq!(numbers(&page.entries), [1, 1]);
}

#[tokio::test]
async fn headers_are_shown_as_sent() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    fail(&telemetry, "refused", || {});
    let sent = acquire(&telemetry, || {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        [exchange(TOKEN_URL, 503), exchange(TOKEN_URL, 200)]
    });
    page.read_entries(2).await;
    let requests = page.entries[1]["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    for (request, sent) in requests.iter().zip(&sent) {
        let headers = request["headers"].as_array().unwrap();
        assert_eq!(headers.len(), sent.len());
        for header in headers {
            assert_eq!(
                header["value"],
                text(sent, header["name"].as_str().unwrap())
            );
        }
        let meaning = |name: &str| -> &Value {
            let mut named = headers.iter().filter(|header| header["name"] == name);
            &named.next().unwrap()["meaning"]
        };
        let current = meaning("x-client-current-telemetry").as_str().unwrap();
        assert!(current.contains("Expired"), "{current}");
        let last = meaning("x-client-last-telemetry");
        assert_eq!(last, "reports 0 cache hits, API 1004 failed: refused");
        assert_eq!(meaning("x-client-sku"), &Value::Null);
    }
}

#[tokio::test]
async fn hosts_of_tenants_are_hidden() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    for host in ["contoso.ciamlogin.com", "login.microsoftonline.com"] {
        acquire(&telemetry, || {
            exchange(&format!("https://{host}/token"), 200)
        });
    }
    let message = page.read_entries(2).await;
    let host = |at: usize| &page.entries[at]["requests"][0]["host"];
    assert_eq!(
        [host(0), host(1)],
        ["redacted", "login.microsoftonline.com"]
    );
    assert!(!message.to_string().contains("contoso"), "{message}");
}

#[tokio::test]
async fn endless_retries_are_bounded() {
    let telemetry = client("Lab.Auth");
    let mut page = Page::open(Console::attach(&telemetry));
    fail(&telemetry, "refused", || {
        for _ in 0..1000 {
            exchange(TOKEN_URL, 503);
        }
    });
    let message = page.read_entries(1).await;
    assert_eq!(page.entries[0]["requests"].as_array().unwrap().len(), 32);
    assert_eq!(message["sdks"][0]["window"]["attempts"], 1000);
}
