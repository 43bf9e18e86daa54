//! Sends the Graph telemetry headers through retries, paging, and a redirect to another host.
//!
//! ```text
//! cargo run --example graph
//! ```
//!
//! One loopback server stands in for Graph, another one for a file host. The token comes from an
//! annotated function of the Contoso SDK. The received headers are checked by splitting strings, not
//! with the parsers of this crate.

mod check;
mod client;
mod server;

use std::process::ExitCode;

use token_telemetry::graph::{FeatureUsage, RequestContext, feature_used};
use token_telemetry::{AcquisitionRecord, Telemetry, TokenSource, capture};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::token_endpoint::{SECRET, TokenEndpoint};
use token_telemetry_examples::{Failure, say, screen};

use check::{Expected, Ids};
use client::GraphClient;
use server::{Arrived, Servers};

const HELP: &str = "\
Sends requests to a stand-in for Microsoft Graph, and checks the received telemetry headers across
retries, two pages, and a redirect to another host. Everything runs on 127.0.0.1.

Usage: cargo run --example graph

  --help   print this help
";

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let mut stage = Stage::start().await?;
    let graph = &stage.servers.graph;
    say!(
        "Graph runs at {graph}, the file host at {}",
        stage.servers.files
    );

    screen::heading("1. A request with a token from the Contoso SDK");
    let token = stage.acquire_token().await?;
    stage.client.get("/v1.0/me", &token).await?;
    stage.check(&[Expected::graph("/v1.0/me", 0x003)], Ids::One)?;

    screen::heading("2. A busy service: one request, three attempts");
    let token = stage.acquire_token().await?;
    stage.client.get("/v1.0/busy", &token).await?;
    stage.check(&[Expected::graph("/v1.0/busy", 0x003); 3], Ids::One)?;

    screen::heading("3. Paging: one task, two requests");
    let pages = async {
        feature_used(FeatureUsage::PAGE_ITERATOR_TASK);
        stage.client.get("/v1.0/users", &token).await?;
        stage.client.get("/v1.0/users", &token).await
    };
    RequestContext::new().scope(pages).await?;
    stage.check(&[Expected::graph("/v1.0/users", 0x403); 2], Ids::Distinct)?;

    screen::heading("4. A redirect to another host");
    stage.client.get("/v1.0/content", &token).await?;
    let download = [
        Expected::graph("/v1.0/content", 0x003),
        Expected::elsewhere("/blob"),
    ];
    stage.check(&download, Ids::One)?;

    say!();
    Ok(stage.last_line())
}

/// The client, its servers, and the results so far.
struct Stage {
    contoso: ContosoClient,
    servers: Servers,
    client: GraphClient,
    arrived: usize,
    acquisitions: Vec<AcquisitionRecord>,
}

impl Stage {
    async fn start() -> Result<Self, Failure> {
        let endpoint = TokenEndpoint::start().await?;
        let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
        let servers = Servers::start().await?;
        Ok(Self {
            contoso: ContosoClient::new(telemetry, endpoint.url(), SECRET),
            client: GraphClient::new(&servers.graph)?,
            servers,
            arrived: 0,
            acquisitions: Vec::new(),
        })
    }

    /// Acquires a token with the client credentials grant, in an annotated function.
    async fn acquire_token(&mut self) -> Result<String, Failure> {
        let captured = capture(self.contoso.acquire_token_for_client("graph/.default")).await;
        let record = captured
            .last()
            .ok_or("expected a record of the acquisition")?;
        let source = record.token_source().map_or("-", TokenSource::name);
        say!("  token source: {source}, API: {}", record.api());
        self.acquisitions.extend(captured.records);
        Ok(captured.output?.secret().to_owned())
    }

    /// Prints the received requests and compares them with the expected ones.
    fn check(&mut self, expected: &[Expected], ids: Ids) -> Result<(), Failure> {
        let arrived = self.servers.take_arrived();
        arrived.iter().for_each(show);
        self.arrived += arrived.len();
        check::scene(&arrived, expected, ids).map_err(Into::into)
    }

    fn last_line(&self) -> String {
        let (requests, tokens) = (self.arrived, self.acquisitions.len());
        format!("graph: {requests} requests, {tokens} acquisitions, all headers verified")
    }
}

/// Prints one received request.
fn show(arrived: &Arrived) {
    say!(
        "  GET {} at {} → {}",
        arrived.path,
        arrived.server,
        arrived.status
    );
    let (Some(sdk_version), Some(id)) = (
        arrived.header("sdkversion"),
        arrived.header("client-request-id"),
    ) else {
        say!("    no telemetry headers, {}", credentials(arrived));
        return;
    };
    // On two lines, to fit a terminal with 100 columns.
    let (products, comment) = sdk_version.split_once(" (").unwrap_or((sdk_version, ""));
    say!("    sdkversion: {products}");
    say!("                ({comment}");
    say!("    client-request-id: {id}");
}

fn credentials(arrived: &Arrived) -> &'static str {
    match arrived.header("authorization") {
        Some(_) => "but a token",
        None => "and no token",
    }
}
