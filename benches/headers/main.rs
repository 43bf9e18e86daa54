//! Measures what it costs to write the headers of one token request.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench headers`

use std::hint::black_box;
use std::time::{Duration, Instant};

use http::HeaderMap;
use token_telemetry::acquisition::Clock;
use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, Header, read};
use token_telemetry::region::{RegionAutodetectionSource, RegionOutcome};
use token_telemetry::{
    Acquisition, ApiId, CacheRefreshReason, DescribeError, ErrorInfo, Region, Telemetry,
    acquire_token,
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

/// A clock that costs nothing, because only the headers are measured.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

const TOKEN_URL: &str = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token";

/// Rounds; the fastest one counts, because the machine may be busy.
const ROUNDS: usize = 201;

/// Calls per round.
const CALLS: u32 = 5_000;

fn fastest(mut call: impl FnMut()) -> f64 {
    let round = |_| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn failing(telemetry: &Telemetry) -> Result<(), ()> {
    Err(())
}

/// Returns the nanoseconds for the headers alone, and for a whole request around them.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn measured(telemetry: &Telemetry) -> Result<(f64, f64), ()> {
    let current = Acquisition::current();
    current.record_refresh_reason(CacheRefreshReason::Expired);
    current.record_region(
        Region::used("westus2")
            .with_autodetection_source(RegionAutodetectionSource::Imds)
            .with_outcome(RegionOutcome::AutodetectSuccess),
    );
    current.record_caller_sdk("41", "3.2.1");
    let mut headers = HeaderMap::with_capacity(16);
    let mut request = current.token_request(TOKEN_URL);
    let written = fastest(|| {
        request.apply_to(&mut headers);
        black_box(&headers);
    });
    request.responded(503);
    let whole = fastest(|| {
        let mut request = current.token_request(TOKEN_URL);
        request.apply_to(&mut headers);
        request.responded(503);
    });
    Ok((written, whole))
}

fn report(name: &str, dialect: Dialect, failures: usize) {
    let builder = Telemetry::builder().sdk("Lab.Auth", "1.2.3").clock(Stopped);
    let telemetry = builder.dialect(dialect).build().expect("a valid SDK");
    for _ in 0..failures {
        let _failed = futures::executor::block_on(failing(&telemetry));
    }
    let Ok((written, whole)) = futures::executor::block_on(measured(&telemetry)) else {
        return;
    };
    println!("{name:<44} {failures} failures: {written:6.0} ns, whole request {whole:6.0} ns");
}

fn main() {
    let two = [
        Header::Sku,
        Header::Version,
        Header::Os,
        Header::RequestId,
        Header::ReturnRequestId,
    ];
    let two = two.into_iter().fold(Dialect::default(), Dialect::without);
    for failures in [0, 1, 3] {
        report("the two telemetry headers, default", two, failures);
        report("all headers, default", Dialect::default(), failures);
    }
    report("all headers, msal4j", Dialect::msal4j(), 3);
    let current = CurrentTelemetry::new()
        .with(CurrentField::Api, 1004_u32)
        .with(CurrentField::CacheInfo, CacheRefreshReason::Expired);
    let dialect = Dialect::default();
    let rendered = fastest(|| {
        black_box(black_box(&current).render(&dialect));
    });
    println!(
        "{:<57} {rendered:6.0} ns",
        "rendering a value built by hand"
    );
    parsing();
}

/// Times parsing of normal headers, and of garbage, where time must grow in step with length.
fn parsing() {
    let id = "ad8c894a-557f-48c0-b045-c129590c344e";
    let last = format!("5|0|1004,{id},1007,{id}|invalid_grant,invalid_client|");
    let current = "5|1004,2,centralus,3,4|0,1,1,,,";
    let read = fastest(|| drop(black_box(read::current(black_box(current)))));
    println!("{:<57} {read:6.0} ns", "parsing the current header");
    let read = fastest(|| drop(black_box(read::last(black_box(&last)))));
    println!(
        "{:<57} {read:6.0} ns",
        "parsing a last header with two failures"
    );
    for kilobytes in [250, 500, 1000] {
        let fields = kilobytes * 500;
        let commas = format!("4|1,0|{}", "a,".repeat(fields));
        let failures = format!(
            "4|0|{}1,1|{}x|",
            "1,1,".repeat(fields / 3),
            "x,".repeat(fields / 3)
        );
        let once = |read: &dyn Fn() -> bool| {
            let rounds = (0..9).map(|_| {
                let start = Instant::now();
                black_box(read());
                start.elapsed().as_secs_f64() * 1e3
            });
            rounds.fold(f64::INFINITY, f64::min)
        };
        let (current, last) = (
            once(&|| read::current(&commas).is_ok()),
            once(&|| read::last(&failures).is_ok()),
        );
        let name = format!("parsing {kilobytes} kB of fields, and of failures");
        println!("{name:<57} {current:6.1} ms {last:6.1} ms");
    }
}
