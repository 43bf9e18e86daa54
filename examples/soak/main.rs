//! A load test on two threads; at the end, all counts must agree.
//!
//! ```text
//! cargo run --release --example soak -- --seconds 30
//! ```

mod counts;
mod endpoint;
mod progress;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use token_telemetry::Telemetry;
use token_telemetry::otel::Metrics;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::{Failure, say};

use counts::{Counting, Counts, Panicking};
use endpoint::Endpoint;
use progress::{Progress, mib};

const HELP: &str = "\
Puts load on the Contoso SDK from several callers at once. At the end, records, metrics, totals and
the headers that reached the server must report the same numbers.

Usage: cargo run --release --example soak [-- OPTIONS]

  --seconds N   how long to run; default: 10
  --help        prints this text
";

/// Concurrent callers.
const CALLERS: u64 = 8;

/// How long a caller waits for an endpoint that does not respond.
const TIMEOUT: Duration = Duration::from_millis(20);

/// Allowed growth of resident memory after the warm-up.
const MAX_GROWTH_KIB: u64 = 8 * 1024;

/// Time between two collections of the metrics.
const COLLECT_EVERY: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments = match Arguments::read(HELP) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let ran = runtime
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    arguments.finish(ran)
}

async fn run(arguments: &Arguments) -> Result<String, Failure> {
    let seconds = arguments.get("seconds")?.unwrap_or(10);
    let length = Duration::from_secs(seconds);
    counts::silence_deliberate_panics();
    let soak = Arc::new(Soak::start().await?);
    say!("{CALLERS} callers for {seconds} s; Ctrl-C stops early");
    let mut progress = Progress::new(length);
    let mut callers = tokio::task::JoinSet::new();
    for seed in 0..CALLERS {
        callers.spawn(Arc::clone(&soak).keep_calling(seed));
    }
    tokio::select! {
        () = progress.keep_printing(&soak.telemetry) => {}
        () = soak.keep_exporter_small() => {}
        () = tokio::time::sleep(length) => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    soak.stopped.store(true, Ordering::Relaxed);
    callers.join_all().await;
    let grown = progress.finish();
    soak.drain().await?;
    let verdict = soak.compare()?;
    let Some(grown) = grown else {
        return Ok(verdict);
    };
    say!("memory    grew by {} since the warm-up", mib(grown));
    if grown > MAX_GROWTH_KIB {
        let limit = mib(MAX_GROWTH_KIB);
        return Err(format!("memory grew by {}, expected at most {limit}", mib(grown)).into());
    }
    Ok(verdict)
}

/// A client of the SDK, its endpoint, and everything that counts acquisitions.
struct Soak {
    client: ContosoClient,
    telemetry: Telemetry,
    endpoint: Endpoint,
    counting: Counting,
    panicking: Panicking,
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
    stopped: AtomicBool,
}

impl Soak {
    async fn start() -> Result<Self, Failure> {
        let endpoint = Endpoint::start().await?;
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone())
            .with_interval(COLLECT_EVERY)
            .build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let counting = Counting::default();
        let panicking = Panicking::default();
        let telemetry = Telemetry::builder()
            .sdk("Contoso.Auth", "1.2.0")
            .observer(panicking.clone())
            .observer(counting.clone())
            .metrics(Metrics::with_provider(provider.clone()).semantic_conventions())
            .build()?;
        let client = ContosoClient::new(telemetry.clone(), endpoint.url.clone(), "secret");
        let stopped = AtomicBool::new(false);
        Ok(Self {
            client,
            telemetry,
            endpoint,
            counting,
            panicking,
            exporter,
            provider,
            stopped,
        })
    }

    async fn keep_calling(self: Arc<Self>, seed: u64) {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        while !self.stopped.load(Ordering::Relaxed) {
            // A linear congruential generator; its high bits select the call.
            random = random
                .wrapping_mul(0x5851_F42D_4C95_7F2D)
                .wrapping_add(0x1405_7B7E_F767_814F);
            match (random >> 33) % 100 {
                0..=79 => drop(self.client.acquire_token_for_client("cached").await),
                80..=89 => drop(self.client.force_token_for_client("fresh").await),
                90..=93 => drop(self.client.force_token_for_client("rejected").await),
                94..=95 => drop(self.client.force_token_for_client("throttled").await),
                96..=98 => drop(self.client.force_token_for_client("broken").await),
                _ => {
                    let call = self.client.force_token_for_client("silence");
                    drop(tokio::time::timeout(TIMEOUT, call).await);
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Clears the in-memory exporter, which would otherwise grow with the length of the run.
    async fn keep_exporter_small(&self) {
        loop {
            tokio::time::sleep(COLLECT_EVERY).await;
            self.exporter.reset();
        }
    }

    /// Sends requests until no failure is pending.
    async fn drain(&self) -> Result<(), Failure> {
        for _ in 0..100 {
            self.client.force_token_for_client("fresh").await?;
            if self.telemetry.pending_failures().is_empty() {
                return Ok(());
            }
        }
        Err("expected no pending failures after 100 successful requests".into())
    }

    fn compare(&self) -> Result<String, Failure> {
        self.provider.force_flush()?;
        let collected = self.exporter.get_finished_metrics()?;
        let metrics = collected.last().map(Counts::of_metrics).unwrap_or_default();
        let in_flight = [
            i64::try_from(self.telemetry.in_flight().count())?,
            collected.last().and_then(counts::in_flight).unwrap_or(0),
            i64::try_from(self.panicking.unfinished())?,
        ];
        let (records, requests) = self.counting.read();
        let server = self.endpoint.received();
        let lost = self.telemetry.lost_failures();
        say!("records   {records:?}");
        say!("metrics   {metrics:?}");
        say!("totals    {:?}", self.telemetry.totals());
        say!(
            "server    {:?}, hits {}, failures {:?}",
            server.responses,
            server.hits,
            server.failures
        );
        say!("in flight {in_flight:?}, by the list, the gauge and an observer");
        say!("lost      {lost} failures, dropped because too many were pending");
        let checks = [
            ("nothing in flight", in_flight == [0; 3]),
            ("metrics equal records", metrics == records),
            (
                "totals equal records",
                records.agree_with_totals(&self.telemetry),
            ),
            (
                "requests",
                server.responses.values().sum::<u64>() == requests,
            ),
            ("cache hits in headers", server.hits == records.cache),
            (
                "failures in headers",
                server.failures.values().sum::<u64>() + lost == records.failed(),
            ),
            ("no duplicate failures", server.repeated == 0),
            ("well-formed headers", server.malformed == 0),
        ];
        if let Some((name, _)) = checks.iter().find(|(_, holds)| !holds) {
            return Err(format!("counts disagree: {name}").into());
        }
        Ok(format!(
            "soak: {} acquisitions, all counts agree",
            records.acquisitions()
        ))
    }
}
