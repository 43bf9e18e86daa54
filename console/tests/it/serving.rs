//! The server: its addresses, its end, and that acquisitions never wait for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use token_telemetry::acquisition::Clock;
use token_telemetry_console::Console;
use token_telemetry_test_support::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use crate::page::{Page, client, failures};

/// Sends a request over the network, and returns its status and the rest of the response.
async fn fetch(address: SocketAddr, host: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let status = response.split(' ').nth(1).unwrap();
    (status.parse().unwrap(), response)
}

#[tokio::test]
async fn loopback_needs_no_token() {
    let console = Console::attach(&client("Lab.Auth"));
    let bound = console.bind("127.0.0.1:0").await.unwrap();
    let address = bound.address();
    assert_eq!(bound.url(), format!("http://{address}/"));
    let serving = tokio::spawn(bound.serve());
    assert_eq!(fetch(address, "localhost", "/").await.0, 200);
    assert_eq!(fetch(address, "evil.example", "/").await.0, 421);
    serving.abort();
}

#[tokio::test]
async fn other_addresses_need_the_token() {
    let console = Console::attach(&client("Lab.Auth"));
    let bound = console.bind("0.0.0.0:0").await.unwrap();
    let port = bound.address().port();
    let prefix = format!("http://127.0.0.1:{port}");
    let with_token = bound.url().strip_prefix(&prefix).unwrap().to_owned();
    let serving = tokio::spawn(bound.serve());
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    // The machine may have any address, but not any name.
    assert_eq!(fetch(address, "192.0.2.1", "/").await.0, 403);
    assert_eq!(fetch(address, "192.0.2.1", "/news/none/0").await.0, 403);
    assert_eq!(fetch(address, "192.0.2.1", &with_token).await.0, 200);
    assert_eq!(fetch(address, "evil.example", &with_token).await.0, 421);
    serving.abort();
}

#[tokio::test]
async fn used_address_is_an_error() {
    let first = Console::attach(&client("Lab.Auth"));
    let first = first.bind("127.0.0.1:0").await.unwrap();
    let second = Console::attach(&client("Lab.Auth"));
    second.serve(first.address()).await.unwrap_err();
}

/// Nothing collects outside of a runtime, so the queue fills up.
#[test]
fn full_queue_drops_records() {
    let telemetry = client("Lab.Auth");
    let router = Console::attach(&telemetry).without_token().router();
    in_time(move || failures(&telemetry, 5000));
    let message = Runtime::new()
        .unwrap()
        .block_on(Page::at(router).read_entries(4096));
    assert_eq!(message["dropped"], 5000 - 4096);
    assert_eq!(message["sdks"][0]["totals"]["failures"], 5000);
}

#[tokio::test]
async fn page_that_does_not_read_delays_nobody() {
    let telemetry = client("Lab.Auth");
    let bound = Console::attach(&telemetry)
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let address = bound.address();
    let serving = tokio::spawn(bound.serve());
    let mut stuck = TcpStream::connect(address).await.unwrap();
    let request = "GET /news/none/0 HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(200);
    stuck.write_all(request.as_bytes()).await.unwrap();
    failures(&telemetry, 300);
    let (status, message) = fetch(address, "localhost", "/news/none/0").await;
    assert_eq!(status, 200);
    assert!(message.contains("\"failures\":300"), "{message}");
    serving.abort();
}

/// Counts the reads of the date, which are made only for observers.
#[derive(Clone, Default)]
struct CountingClock(Arc<AtomicU64>);

impl Clock for CountingClock {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> Option<SystemTime> {
        self.0.fetch_add(1, Ordering::Relaxed);
        None
    }
}

struct Observed {
    telemetry: Telemetry,
    clock: CountingClock,
}

impl Observed {
    fn new() -> Self {
        let clock = CountingClock::default();
        let builder = Telemetry::builder().clock(clock.clone());
        Self {
            telemetry: builder.build().unwrap(),
            clock,
        }
    }

    /// Returns whether anything receives a record.
    fn is_observed(&self) -> bool {
        let before = self.clock.0.load(Ordering::Relaxed);
        failures(&self.telemetry, 1);
        self.clock.0.load(Ordering::Relaxed) > before
    }
}

#[tokio::test]
async fn dropped_router_observes_no_longer() {
    let client = Observed::new();
    assert!(!client.is_observed());
    let mut page = Page::open(Console::attach(&client.telemetry));
    page.read().await;
    assert!(client.is_observed());
    drop(page);
    assert!(!client.is_observed());
}

#[tokio::test]
async fn dropped_server_closes_its_connections() {
    let client = Observed::new();
    let console = Console::attach(&client.telemetry);
    let bound = console.bind("127.0.0.1:0").await.unwrap();
    let address = bound.address();
    let serving = tokio::spawn(bound.serve());
    let mut open = TcpStream::connect(address).await.unwrap();
    let request = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    open.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(open.read_u8().await.unwrap(), b'H');
    assert!(client.is_observed());
    serving.abort();
    // The browser would keep the connection open.
    let mut rest = Vec::new();
    open.read_to_end(&mut rest).await.unwrap();
    while client.is_observed() {
        yield_now().await;
    }
    TcpStream::connect(address).await.unwrap_err();
}
