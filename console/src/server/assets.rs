//! The files of the page, which are part of the program.

use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};

/// A file at a fixed path.
#[derive(Clone, Copy)]
pub(super) struct File {
    pub(super) path: &'static str,
    kind: &'static str,
    text: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Lists files of the folder `page` with their content types.
macro_rules! files {
    ($($kind:ident $name:literal,)+) => {
        [$(File {
            path: concat!("/", $name),
            kind: $kind,
            text: include_str!(concat!("../../page/", $name)),
        }),+]
    };
}

/// The files that the page loads.
pub(super) const FILES: [File; 18] = files![
    CSS "console.css",
    CSS "panels.css",
    CSS "stream.css",
    SCRIPT "console.js",
    SCRIPT "details.js",
    SCRIPT "dom.js",
    SCRIPT "filters.js",
    SCRIPT "flight.js",
    SCRIPT "format.js",
    SCRIPT "keys.js",
    SCRIPT "latency.js",
    SCRIPT "news.js",
    SCRIPT "panels.js",
    SCRIPT "rates.js",
    SCRIPT "status.js",
    SCRIPT "store.js",
    SCRIPT "stream.js",
    SCRIPT "waterfall.js",
];

const PAGE: &str = include_str!("../../page/page.html");

/// The place in the page for the path under which the console is mounted.
const BASE: &str = "{base}";

impl File {
    pub(super) fn response(self) -> Response {
        ([(CONTENT_TYPE, self.kind)], self.text).into_response()
    }
}

/// Returns the page; `path` is that of the request.
pub(super) fn page(path: &str) -> Response {
    Html(PAGE.replace(BASE, &escape(path.trim_end_matches('/')))).into_response()
}

/// Escapes a text for an attribute in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}
