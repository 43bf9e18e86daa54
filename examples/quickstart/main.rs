//! The whole of token-telemetry in one run: an annotated SDK, a token endpoint, headers, metrics.
//!
//! ```text
//! cargo run --example quickstart                        # everything embedded
//! cargo run --example quickstart -- --authority URL     # your own token endpoint
//! ```

#![expect(
    clippy::print_stderr,
    reason = "examples talk to the person who runs them"
)]

mod check;
mod scenes;

use std::process::ExitCode;

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use token_telemetry::otel::Metrics;
use token_telemetry::{AcquisitionRecord, Telemetry, observe};
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::token_endpoint::{Arrived, SECRET, TokenEndpoint};
use token_telemetry_examples::{say, screen};

use check::Checked;
use scenes::{SCENES, Scene};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(last_line) => {
            say!("\n{last_line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Failure> {
    let mut stage = Stage::new(authority()?).await?;
    say!(
        "An SDK called Contoso acquires tokens at {}",
        stage.token_url
    );
    for (at, scene) in SCENES.iter().enumerate() {
        screen::heading(&format!("{}. {}", at + 1, scene.title));
        stage.play(scene).await?;
    }
    stage.show_metrics()?;
    Ok(stage.last_line())
}

/// URL of a token endpoint from the command line, if one was given.
fn authority() -> Result<Option<String>, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => Ok(None),
        [flag, url] if flag == "--authority" => Ok(Some(token_url(url))),
        _ => Err("expected no arguments, or `--authority URL`".into()),
    }
}

/// The URL itself if it names a token endpoint, else the one Entra has below an authority.
fn token_url(authority: &str) -> String {
    let authority = authority.trim_end_matches('/');
    if authority.ends_with("/token") {
        authority.to_owned()
    } else {
        format!("{authority}/oauth2/v2.0/token")
    }
}

/// The client, the endpoint it talks to, and what has been seen so far.
struct Stage {
    client: ContosoClient,
    token_url: String,
    endpoint: Option<TokenEndpoint>,
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
    checked: Checked,
    acquisitions: usize,
    requests: usize,
}

impl Stage {
    async fn new(authority: Option<String>) -> Result<Self, Failure> {
        let endpoint = match authority {
            Some(_) => None,
            None => Some(TokenEndpoint::start().await?),
        };
        let own_url = endpoint.as_ref().map(TokenEndpoint::url);
        let token_url = authority.or(own_url).unwrap_or_default();
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let telemetry = Telemetry::builder()
            .sdk("Contoso.Auth", "1.2.0")
            .metrics(Metrics::with_provider(provider.clone()))
            .build()?;
        Ok(Self {
            client: ContosoClient::new(telemetry, token_url.clone(), SECRET),
            token_url,
            endpoint,
            exporter,
            provider,
            checked: Checked::default(),
            acquisitions: 0,
            requests: 0,
        })
    }

    /// Plays one scene, prints what came of it, and checks what arrived.
    async fn play(&mut self, scene: &Scene) -> Result<(), Failure> {
        if let Some(endpoint) = &self.endpoint {
            scene
                .mishaps
                .iter()
                .for_each(|mishap| endpoint.mishap(*mishap));
        }
        let observed = observe(scene.perform(&self.client)).await;
        self.acquisitions += observed.records.len();
        for record in &observed.records {
            self.requests += record.attempts() as usize;
            screen::record(record);
        }
        let Some(endpoint) = &self.endpoint else {
            return Ok(());
        };
        let arrived = endpoint.take_arrived();
        self.check(scene, &observed.records, &arrived)
    }

    fn check(
        &mut self,
        scene: &Scene,
        records: &[AcquisitionRecord],
        arrived: &[Arrived],
    ) -> Result<(), Failure> {
        for (at, request) in arrived.iter().enumerate() {
            screen::arrived(at + 1, request);
        }
        if self.acquisitions == 1 {
            arrived.iter().for_each(screen::identity);
        }
        let [record] = records else {
            return Err(
                format!("{}: {} records instead of one", scene.title, records.len()).into(),
            );
        };
        self.checked
            .scene(scene, record, arrived)
            .map_err(|problem| format!("{}: {problem}", scene.title).into())
    }

    fn show_metrics(&self) -> Result<(), Failure> {
        screen::heading("Metrics, as an OpenTelemetry exporter received them");
        self.provider.force_flush()?;
        if let Some(collected) = self.exporter.get_finished_metrics()?.last() {
            screen::metrics(collected);
        }
        Ok(())
    }

    fn last_line(&self) -> String {
        let Self {
            acquisitions,
            requests,
            ..
        } = self;
        let verdict = match self.endpoint {
            Some(_) => "all headers verified",
            None => "headers not verified: they went to your endpoint",
        };
        format!("quickstart: {acquisitions} acquisitions, {requests} token requests, {verdict}")
    }
}
