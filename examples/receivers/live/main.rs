//! A page that shows the Contoso SDK at work, acquisition by acquisition.
//!
//! ```text
//! cargo run --example live                                   # http://127.0.0.1:8088, until Ctrl-C
//! cargo run --example live -- --port 0 --pace 120 --seconds 60
//! ```

#![expect(
    clippy::print_stderr,
    reason = "examples talk to the person who runs them"
)]

mod board;
mod delivered;
mod entry;
mod latency;
mod stage;
mod web;

use std::process::ExitCode;
use std::time::Duration;

use token_telemetry_examples::say;
use token_telemetry_receivers::Failure;
use token_telemetry_receivers::arguments::Arguments;
use tokio::net::TcpListener;

use stage::Stage;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(last_line) => {
            say!("{last_line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("live: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Failure> {
    let arguments = Arguments::read(&["port", "pace", "seconds"])?;
    let port = arguments.get("port")?.unwrap_or(8088);
    let pace = Duration::from_millis(arguments.get("pace")?.unwrap_or(250));
    let time = arguments.get("seconds")?.map(Duration::from_secs);

    let stage = Stage::start().await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    say!("page at http://{}/", listener.local_addr()?);
    let app = web::routes(std::sync::Arc::clone(&stage));
    tokio::select! {
        served = axum::serve(listener, app) => served?,
        () = stage.keep_working(pace) => {}
        () = wait(time) => {}
        stopped = tokio::signal::ctrl_c() => stopped?,
    }
    Ok(format!("live: {} acquisitions", stage.acquisitions()))
}

/// Waits that long, or for ever.
async fn wait(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
