//! Shows the console of a program in a terminal.

mod address;
mod app;
mod clean;
mod entry;
mod fetch;
mod filter;
mod keys;
mod message;
mod status;
mod view;
mod words;

#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, Receiver, error::TryRecvError};

use crate::address::Address;
use crate::app::App;
use crate::fetch::Report;
use crate::view::Look;

/// How long a key or a message may wait for the screen.
const FRAME: Duration = Duration::from_millis(50);

const USAGE: &str = "\
Shows the console of a program that uses token-telemetry.

Usage: token-telemetry-console [URL]

URL  where the program serves the console, with its token if it needs one
     (default: http://127.0.0.1:8088/)

NO_COLOR=1 switches colors off. Press ? for the keys.
";

fn main() -> ExitCode {
    let problem = match run() {
        Ok(()) => return ExitCode::SUCCESS,
        Err(problem) => problem,
    };
    // There is nothing left to do if the error cannot be written.
    writeln!(io::stderr(), "token-telemetry-console: {problem}").unwrap_or_default();
    ExitCode::FAILURE
}

fn run() -> Result<(), String> {
    let mut arguments = std::env::args_os().skip(1);
    let url = match (arguments.next(), arguments.next()) {
        (None, _) => "http://127.0.0.1:8088/".to_owned(),
        (Some(url), None) => url.to_string_lossy().into_owned(),
        (Some(_), Some(_)) => return Err(format!("expected at most one URL\n\n{USAGE}")),
    };
    if url == "-h" || url == "--help" {
        return write!(io::stdout(), "{USAGE}").map_err(|error| error.to_string());
    }
    let address: Address = url.parse()?;
    if !io::stdout().is_terminal() {
        return Err("expected a terminal as standard output".to_owned());
    }
    show(address).map_err(|error| format!("cannot use the terminal: {error}"))
}

fn show(address: Address) -> io::Result<()> {
    let app = App::new(address.to_string());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let is_stopped = stop_on_signals(&runtime);
    let (sender, reports) = mpsc::channel(1);
    let follow = move || runtime.block_on(fetch::follow(address, sender));
    thread::Builder::new()
        .name("news".to_owned())
        .spawn(follow)?;
    // Also restores the terminal when something panics.
    let mut terminal = ratatui::try_init()?;
    let shown = draw_until_quit(&mut terminal, app, reports, &is_stopped);
    ratatui::restore();
    shown
}

fn draw_until_quit(
    terminal: &mut DefaultTerminal,
    mut app: App,
    mut reports: Receiver<Report>,
    is_stopped: &AtomicBool,
) -> io::Result<()> {
    let look = Look::from_environment();
    let mut is_stale = true;
    while !app.is_quit() && !is_stopped.load(Ordering::Relaxed) {
        if is_stale {
            terminal.draw(|frame| view::draw(frame, &mut app, look))?;
        }
        is_stale = event::poll(FRAME)?;
        if is_stale && let Event::Key(key) = event::read()? {
            app.press(key);
        }
        if app.is_paused() {
            continue;
        }
        match reports.try_recv() {
            Ok(report) => {
                app.take(report);
                is_stale = true;
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => {
                return Err(io::Error::other("the connection to the console panicked"));
            }
        }
    }
    Ok(())
}

/// Raw mode turns Ctrl-C into a key, but a signal to end would leave the terminal in disorder.
///
/// A hangup ends the program at once, as by default: the terminal is gone, and waiting for its keys would
/// never return.
#[cfg(unix)]
fn stop_on_signals(runtime: &Runtime) -> Arc<AtomicBool> {
    use tokio::signal::unix::{SignalKind, signal};

    let is_stopped = Arc::new(AtomicBool::new(false));
    let _entered = runtime.enter();
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        let stop = Arc::clone(&is_stopped);
        runtime.spawn(async move {
            terminate.recv().await;
            stop.store(true, Ordering::Relaxed);
        });
    }
    is_stopped
}

#[cfg(not(unix))]
fn stop_on_signals(_runtime: &Runtime) -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}
