//! Measures what 100 000 acquisitions in flight cost: memory for each, and the time of the list.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench in-flight`
//!
//! Fails if one that waits takes more than 700 bytes beyond the plain future, one in a token request
//! more than 1600, or the list more than 10 ms.

use std::future::pending;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use token_telemetry::otel::Metrics;
use token_telemetry::{
    Acquisition, ApiId, DescribeError, ErrorInfo, Status, Telemetry, acquire_token,
};

struct Lab;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Lab)]
enum LabApi {
    ForClient = 1004,
}

impl DescribeError<()> for Lab {
    fn describe((): &()) -> ErrorInfo {
        ErrorInfo::new("invalid_client")
    }
}

const TOKEN_URL: &str = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token";

const COUNT: usize = 100_000;
const MOST_BYTES: f64 = 700.0;
/// A token request adds itself, what it records, and the part of the acquisition that it shares.
const MOST_BYTES_IN_HTTP: f64 = 1600.0;
const LONGEST: Duration = Duration::from_millis(10);

/// Rounds; the fastest one counts, because the machine may be busy.
const ROUNDS: usize = 9;

async fn plain(_: &Telemetry) -> Result<(), ()> {
    pending().await
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn waiting(telemetry: &Telemetry) -> Result<(), ()> {
    pending().await
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn in_http(telemetry: &Telemetry) -> Result<(), ()> {
    let request = Acquisition::current().token_request(TOKEN_URL);
    let sent = request.send(|_| pending::<std::io::Result<Status<()>>>());
    sent.await.map(drop).map_err(drop)
}

/// Polls the future once, and keeps it.
fn hang<F: Future>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    let polled = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending(), "expected a future that hangs");
    future
}

/// Hangs many calls, and returns the bytes of each and the fastest time of the list.
fn cost<'a, F: Future>(
    telemetry: &'a Telemetry,
    call: impl Fn(&'a Telemetry) -> F,
) -> (f64, Duration) {
    let mut calls = Vec::with_capacity(COUNT);
    let allocated = measure(|| calls.extend((0..COUNT).map(|_| hang(call(telemetry)))));
    let list = || {
        let start = Instant::now();
        black_box(telemetry.in_flight());
        start.elapsed()
    };
    // Entries whose order is not the one of their ages, as after a long run.
    let mut round = 0;
    calls.retain(|_| {
        round += 1;
        round % 3 != 0
    });
    calls.extend((calls.len()..COUNT).map(|_| hang(call(telemetry))));
    let fastest = (0..ROUNDS).map(|_| list()).min().unwrap_or_default();
    (allocated.bytes_current as f64 / COUNT as f64, fastest)
}

fn main() {
    let builder = Telemetry::builder().sdk("Contoso.Auth", "1.2.3");
    let telemetry = builder.metrics(Metrics::off()).build();
    let telemetry = telemetry.expect("the SKU and the version are valid");
    let (plain, _) = cost(&telemetry, plain);
    println!("{COUNT} in flight         bytes each   beyond the plain future   in_flight()");
    println!("plain future             {plain:>10.0}");
    let rows = [
        ("waiting", MOST_BYTES, cost(&telemetry, waiting)),
        (
            "in a token request",
            MOST_BYTES_IN_HTTP,
            cost(&telemetry, in_http),
        ),
    ];
    for (name, most, (bytes, time)) in rows {
        let beyond = bytes - plain;
        println!("{name:<24} {bytes:>10.0} {beyond:>25.0}   {time:>11.1?}");
        assert!(time <= LONGEST, "{name}: expected at most {LONGEST:?}");
        assert!(beyond <= most, "{name}: expected at most {most} bytes");
    }
}
