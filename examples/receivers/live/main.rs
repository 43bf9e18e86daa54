//! A web page that shows the acquisitions of the Contoso SDK live.
//!
//! ```text
//! cargo run --example live                                   # http://127.0.0.1:8088, until Ctrl-C
//! cargo run --example live -- --port 0 --pace 120 --seconds 60
//! ```

mod board;
mod delivered;
mod entry;
mod in_flight;
mod latency;
mod stage;
mod web;

use std::process::ExitCode;
use std::time::Duration;

use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::{Failure, say};
use token_telemetry_receivers::listen;

use stage::Stage;

const HELP: &str = "\
Serves a web page that shows the acquisitions of the Contoso SDK live.

Usage: cargo run --example live [-- OPTIONS]

  --port N      port on 127.0.0.1, 0 for a free one; default: 8088
  --pace MS     pause between two acquisitions in milliseconds; default: 250
  --seconds N   how long to run; default: until Ctrl-C
  --help        prints this text
";

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run(&arguments).await),
        Err(code) => code,
    }
}

async fn run(arguments: &Arguments) -> Result<String, Failure> {
    let port = arguments.get("port")?.unwrap_or(8088);
    let pace = Duration::from_millis(arguments.get("pace")?.unwrap_or(250));
    let time = arguments.get("seconds")?.map(Duration::from_secs);

    let listener = listen(port).await?;
    let stage = Stage::start().await?;
    say!("page at http://{}/", listener.local_addr()?);
    say!("open it in a browser; Ctrl-C stops the example");
    let app = web::routes(std::sync::Arc::clone(&stage));
    tokio::select! {
        served = axum::serve(listener, app) => served?,
        () = stage.keep_working(pace) => {}
        () = wait(time) => {}
        stopped = tokio::signal::ctrl_c() => stopped?,
    }
    Ok(format!("live: {} acquisitions", stage.acquisitions()))
}

/// Waits for `time`, or forever.
async fn wait(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
