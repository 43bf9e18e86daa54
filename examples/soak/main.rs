//! Load on two threads; at the end every outlet must tell the same numbers.
//!
//! ```text
//! cargo run --release --example soak -- --seconds 30
//! ```

#![expect(
    clippy::print_stderr,
    reason = "examples talk to the person who runs them"
)]

mod endpoint;
mod outlets;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use token_telemetry::Telemetry;
use token_telemetry::otel::Metrics;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::say;

use endpoint::Endpoint;
use outlets::{Counting, Counts, Panicking};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Callers at the same time.
const CALLERS: u64 = 8;

/// How long a caller waits for an endpoint that does not answer.
const PATIENCE: Duration = Duration::from_millis(20);

/// Growth of the resident memory that a run may show, in MiB.
const MAX_GROWTH: u64 = 64;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let ran = runtime
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run()));
    match ran {
        Ok(last_line) => {
            say!("{last_line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Failure> {
    let seconds = seconds()?;
    std::panic::set_hook(Box::new(|_| {}));
    let soak = Arc::new(Soak::start().await?);
    let memory_before = resident_mib();
    let end = tokio::time::sleep(Duration::from_secs(seconds));
    let load = async {
        let mut callers = tokio::task::JoinSet::new();
        for seed in 0..CALLERS {
            callers.spawn(Arc::clone(&soak).keep_calling(seed));
        }
        end.await;
        soak.stopped
            .store(true, std::sync::atomic::Ordering::Relaxed);
        callers.join_all().await
    };
    load.await;
    soak.drain().await?;
    let grown = resident_mib().saturating_sub(memory_before);
    say!("memory grew by {grown} MiB");
    if grown > MAX_GROWTH {
        return Err(
            format!("memory grew by {grown} MiB, at most {MAX_GROWTH} are expected").into(),
        );
    }
    soak.compare()
}

/// How long to run, 10 seconds unless the command line says otherwise.
fn seconds() -> Result<u64, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => Ok(10),
        [flag, seconds] if flag == "--seconds" => Ok(seconds.parse()?),
        _ => Err("expected no arguments, or `--seconds N`".into()),
    }
}

/// Resident memory of this process, where the system tells it.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse().ok());
    kib.unwrap_or(0_u64) / 1024
}

/// One SDK client, its endpoint, and every outlet.
struct Soak {
    client: ContosoClient,
    telemetry: Telemetry,
    endpoint: Endpoint,
    counting: Counting,
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
    stopped: std::sync::atomic::AtomicBool,
}

impl Soak {
    async fn start() -> Result<Self, Failure> {
        let endpoint = Endpoint::start().await?;
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let counting = Counting::default();
        let telemetry = Telemetry::builder()
            .sdk("Contoso.Auth", "1.2.0")
            .observer(Panicking::default())
            .observer(counting.clone())
            .metrics(Metrics::with_provider(provider.clone()))
            .build()?;
        let client = ContosoClient::new(telemetry.clone(), endpoint.url.clone(), "secret");
        let stopped = std::sync::atomic::AtomicBool::new(false);
        Ok(Self {
            client,
            telemetry,
            endpoint,
            counting,
            exporter,
            provider,
            stopped,
        })
    }

    async fn keep_calling(self: Arc<Self>, seed: u64) {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        while !self.stopped.load(std::sync::atomic::Ordering::Relaxed) {
            // A linear congruential step; its high bits choose what to do.
            random = random
                .wrapping_mul(0x5851_F42D_4C95_7F2D)
                .wrapping_add(0x1405_7B7E_F767_814F);
            match (random >> 33) % 100 {
                0..=79 => drop(self.client.acquire_token_for_client("cached").await),
                80..=89 => drop(self.client.force_token_for_client("fresh").await),
                90..=93 => drop(self.client.force_token_for_client("refused").await),
                94..=95 => drop(self.client.force_token_for_client("throttled").await),
                96..=98 => drop(self.client.force_token_for_client("broken").await),
                _ => {
                    let call = self.client.force_token_for_client("silence");
                    drop(tokio::time::timeout(PATIENCE, call).await);
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Lets requests report what is left, until nothing is.
    async fn drain(&self) -> Result<(), Failure> {
        for _ in 0..100 {
            self.client.force_token_for_client("fresh").await?;
            if self.telemetry.pending_failures().is_empty() {
                return Ok(());
            }
        }
        Err("failures wait although every request is answered".into())
    }

    fn compare(&self) -> Result<String, Failure> {
        self.provider.force_flush()?;
        let collected = self.exporter.get_finished_metrics()?;
        let metrics = collected.last().map(Counts::of_metrics).unwrap_or_default();
        let (records, requests) = self.counting.read();
        let server = self.endpoint.read();
        let lost = self.telemetry.lost_failures();
        say!("records   {records:?}");
        say!("metrics   {metrics:?}");
        say!("totals    {:?}", self.telemetry.totals());
        say!(
            "server    {:?}, hits {}, failures {:?}",
            server.answered,
            server.hits,
            server.failures
        );
        say!("unsent    {lost} failures, dropped because too many waited");
        let checks = [
            ("metrics equal records", metrics == records),
            (
                "totals equal records",
                records.agree_with_totals(&self.telemetry),
            ),
            (
                "requests",
                server.answered.values().sum::<u64>() == requests,
            ),
            ("hits in headers", server.hits == records.cache),
            (
                "failures in headers",
                server.failures.values().sum::<u64>() + lost == records.failed(),
            ),
            ("no failure twice", server.repeated == 0),
            ("well-formed headers", server.malformed == 0),
        ];
        if let Some((name, _)) = checks.iter().find(|(_, holds)| !holds) {
            return Err(format!("outlets disagree: {name}").into());
        }
        Ok(format!(
            "soak: {} acquisitions, all outlets agree",
            records.acquisitions()
        ))
    }
}
