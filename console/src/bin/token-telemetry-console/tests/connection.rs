use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use token_telemetry::{ClientInfo, Telemetry};
use token_telemetry_console::Console;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

use crate::address::Address;
use crate::fetch::{Report, follow};

/// Follows a console, and aborts when it is dropped.
struct Following {
    reports: Receiver<Report>,
    task: JoinHandle<()>,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Following {
    fn new(url: &str) -> Self {
        let (sender, reports) = mpsc::channel(1);
        let task = tokio::spawn(follow(url.parse().unwrap(), sender));
        Self { reports, task }
    }

    async fn next(&mut self) -> Report {
        let report = tokio::time::timeout(Duration::from_secs(60), self.reports.recv());
        report.await.unwrap().unwrap()
    }

    /// Returns why there is no message.
    async fn reason(&mut self) -> String {
        match self.next().await {
            Report::Lost(reason) => reason,
            Report::News(message) => panic!("{message:?}"),
        }
    }

    /// Returns the run of the next message, whatever fails before.
    async fn run(&mut self) -> String {
        loop {
            if let Report::News(message) = self.next().await {
                return message.run.clone();
            }
        }
    }
}

fn console() -> Console {
    let client = const { ClientInfo::from_static("Contoso.Auth", "1.2.0") };
    Console::attach(&Telemetry::new(client))
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn news_follow_each_other() {
    let console = console().bind("127.0.0.1:0").await.unwrap();
    let url = console.url().to_owned();
    tokio::spawn(console.serve());
    let mut following = Following::new(&url);
    let mut last = 0;
    for _ in 0..3 {
        let Report::News(message) = following.next().await else {
            panic!("no news");
        };
        assert_eq!(message.sdks[0].name, "Contoso.Auth");
        assert!(message.version > last);
        last = message.version;
    }
}

#[tokio::test]
async fn restarted_program_is_found_again() {
    let first = console().bind("127.0.0.1:0").await.unwrap();
    let (url, address) = (first.url().to_owned(), first.address());
    let served = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    served.spawn(first.serve());
    let mut following = Following::new(&url);
    let first = following.run().await;
    // Also closes the connections.
    served.shutdown_background();
    while !matches!(following.next().await, Report::Lost(_)) {}
    let second = console().bind(address).await.unwrap();
    tokio::spawn(second.serve());
    assert_ne!(following.run().await, first);
}

#[tokio::test]
async fn token_in_the_url() {
    let console = console();
    let token = console.token().unwrap().to_owned();
    let url = serve(Router::new().nest("/tokens", console.router())).await;
    let mut without = Following::new(&format!("{url}/tokens"));
    let reason = without.reason().await;
    assert!(reason.contains("needs the token in its URL"), "{reason}");
    let mut with = Following::new(&format!("{url}/tokens/?token={token}"));
    assert!(matches!(with.next().await, Report::News(_)));
}

#[tokio::test]
async fn reasons_name_the_problem() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let other = serve(Router::new()).await;
    let routes = Router::new()
        .route(
            "/broken/news/{run}/{version}",
            get(async || StatusCode::BAD_GATEWAY),
        )
        .route(
            "/html/news/{run}/{version}",
            get(async || "<html>\u{1b}[2J"),
        );
    let url = serve(routes).await;
    for (url, expected) in [
        (closed, "Nothing answers at http://127.0.0.1:"),
        (other, "There is no console at http://127.0.0.1:"),
        (format!("{url}/broken"), "responded with 502"),
        (format!("{url}/html"), "answers, but not as a console"),
    ] {
        let reason = Following::new(&url).reason().await;
        assert!(reason.contains(expected), "{reason}");
        assert!(!reason.contains('\u{1b}'));
    }
}

#[test]
fn addresses() {
    let news = |url: &str| {
        url.parse::<Address>()
            .unwrap()
            .news("none", 0)
            .unwrap()
            .to_string()
    };
    assert_eq!(
        news("http://127.0.0.1:8088/"),
        "http://127.0.0.1:8088/news/none/0"
    );
    assert_eq!(news("localhost:8088"), "http://localhost:8088/news/none/0");
    assert_eq!(
        news("http://[::1]:1/a/b/?token=x"),
        "http://[::1]:1/a/b/news/none/0?token=x"
    );
    let address: Address = "http://h/a?token=secret".parse().unwrap();
    assert_eq!(address.to_string(), "http://h/a/");
    for (url, expected) in [
        ("https://h/", "cannot connect with https"),
        ("ftp://h/", "expected a URL such as"),
        ("", "expected a URL such as"),
        ("http://", "expected a URL such as"),
        ("a b", "expected a URL such as"),
    ] {
        let error = url.parse::<Address>().unwrap_err();
        assert!(error.contains(expected), "{url}: {error}");
    }
}
