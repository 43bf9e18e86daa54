//! Who may read the console, and what a browser may do with it.

use axum::Router;
use axum::http::{Method, StatusCode};
use futures::future::join_all;
use token_telemetry_console::Console;

use crate::page::{Page, body, client, get, send, text_of};

fn console() -> Console {
    Console::attach(&client("Lab.Auth"))
}

async fn status_at(router: &Router, host: &str) -> StatusCode {
    send(router, Method::GET, host, "/").await.status()
}

#[tokio::test]
async fn hosts_of_other_sites_are_rejected() {
    let open = console().allow_host("Console.Contoso.internal:8088");
    let router = open.without_token().router();
    for host in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.0.0.1:8088",
        "[::1]:8088",
        "console.contoso.internal",
        "console.contoso.INTERNAL:80",
    ] {
        assert_eq!(status_at(&router, host).await, StatusCode::OK, "{host}");
    }
    for host in [
        "",
        ":8088",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8088",
        "contoso.internal",
        "192.0.2.1",
        "0.0.0.0:8088",
        "[2001:db8::1]",
    ] {
        let status = status_at(&router, host).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let rejected = send(&router, Method::GET, "evil.example", "/news/none/0").await;
    let explanation = body(rejected).await;
    assert!(explanation.contains("Console::allow_host"), "{explanation}");
}

#[tokio::test]
async fn router_needs_a_token() {
    let console = console();
    let token = console.token().unwrap().to_owned();
    let router = console.router();
    let accepted = format!("?token={token}");
    let second = format!("?theme=dark&token={token}");
    for path in ["/", "/news/none/0"] {
        for query in ["", "?token=", "?token=other", &format!("?token={token}x")] {
            let response = get(&router, &format!("{path}{query}")).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}{query}");
            let explanation = body(response).await;
            assert!(!explanation.contains(&token), "{explanation}");
        }
        for query in [&accepted, &second] {
            let response = get(&router, &format!("{path}{query}")).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert!(!body(response).await.contains(&token));
        }
    }
}

#[tokio::test]
async fn every_response_is_protected() {
    let router = console().router();
    let open = console().without_token().router();
    let responses = [
        (get(&open, "/").await, 200),
        (get(&open, "/console.js").await, 200),
        (get(&open, "/news/none/0").await, 200),
        (get(&open, "/news/none/x").await, 400),
        (get(&router, "/").await, 403),
        (get(&open, "/nowhere").await, 404),
        (send(&open, Method::POST, "localhost", "/").await, 405),
        (send(&open, Method::GET, "evil.example", "/").await, 421),
    ];
    for (response, status) in responses {
        assert_eq!(response.status(), status);
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }
}

#[tokio::test]
async fn only_reading_is_possible() {
    let router = console().without_token().router();
    for path in ["/", "/console.js", "/news/none/0"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let response = send(&router, method, "localhost", path).await;
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
    }
}

#[tokio::test]
async fn files_are_found_below_a_nested_path() {
    let console = console().without_token().router();
    let app = Router::new().nest("/of/{name}", console);
    let page = text_of(&app, "/of/tokens").await;
    assert!(page.contains("\"/of/tokens/console.js\""), "{page}");
    let script = get(&app, "/of/tokens/console.js").await;
    assert_eq!(
        script.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(get(&app, "/of/tokens/news/none/0").await.status(), 200);
}

#[tokio::test]
async fn path_is_escaped_in_the_page() {
    let console = console().without_token().router();
    let app = Router::new().nest("/of/{name}", console);
    let page = text_of(&app, "/of/a\"b&c{base}").await;
    assert!(
        page.contains("\"/of/a&quot;b&amp;c{base}/console.js\""),
        "{page}"
    );
}

#[tokio::test]
async fn too_many_pages_are_turned_away() {
    let router = console().without_token().router();
    // None of these versions comes, so all pages wait.
    let path = format!("/news/{}/{}", run(&router).await, u64::MAX);
    let pages = join_all((0..65).map(|_| get(&router, &path))).await;
    let turned_away = pages.iter().filter(|response| response.status() == 503);
    assert_eq!(turned_away.count(), 1);
    assert_eq!(get(&router, &path).await.status(), 200);
}

async fn run(router: &Router) -> String {
    let message = Page::at(router.clone()).read().await;
    message["run"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn debug_output_has_no_token() {
    let console = console();
    let token = console.token().unwrap().to_owned();
    assert!(!format!("{console:?}").contains(&token));
    let bound = console.bind("0.0.0.0:0").await.unwrap();
    assert!(bound.url().contains(&token));
    assert!(!format!("{bound:?}").contains(&token));
}
