//! Threads, processes and servers beside the test.

use std::env;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

/// Runs work on another thread, and fails instead of hanging if it deadlocks.
pub fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, finished) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    let ended = finished.recv_timeout(Duration::from_secs(60));
    ended.unwrap_or_else(|_| panic!("the work hangs or panicked"))
}

/// Prepares a process that runs one ignored test of this program.
///
/// The test may change the environment and global state, and may abort.
pub fn alone(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command
}

/// Starts a server on the loopback interface.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
