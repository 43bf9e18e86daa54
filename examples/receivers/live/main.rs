//! The console: a web page that shows the acquisitions of two SDKs live.
//!
//! ```text
//! cargo run --example live                                   # http://127.0.0.1:8088, until Ctrl-C
//! cargo run --example live -- --port 0 --pace 120 --seconds 60
//! ```

mod work;

use std::process::ExitCode;
use std::time::Duration;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry_console::Console;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::{Failure, say};
use token_telemetry_receivers::telemetry;

use work::Work;

const HELP: &str = "\
Serves a web page that shows the acquisitions of two SDKs live.

Usage: cargo run --example live [-- OPTIONS]

  --port N      port on 127.0.0.1, 0 for a free one; default: 8088
  --pace MS     pause between two acquisitions of Contoso.Auth in milliseconds; default: 250
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

    let contoso = telemetry(SdkMeterProvider::default()).build()?;
    let fabrikam = telemetry(SdkMeterProvider::default())
        .sdk("Fabrikam.Auth", "3.0.1")
        .build()?;
    let console = Console::attach(&contoso).and(&fabrikam);
    let console = console.bind(("127.0.0.1", port)).await.map_err(|error| {
        format!("cannot listen on 127.0.0.1:{port}: {error}; pass `--port 0` to use a free port")
    })?;
    let (often, rarely) = (Work::start(contoso).await?, Work::start(fabrikam).await?);

    say!("page at {}", console.url());
    say!("open it in a browser; Ctrl-C stops the example");
    tokio::select! {
        served = console.serve() => served?,
        () = often.keep_working(pace) => {}
        () = rarely.keep_working(pace * 4) => {}
        () = wait(time) => {}
        stopped = tokio::signal::ctrl_c() => stopped?,
    }
    Ok(format!(
        "live: {} acquisitions",
        often.steps() + rarely.steps()
    ))
}

/// Waits for `time`, or forever.
async fn wait(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
