//! Asks a console for its news, again and again.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use tokio::sync::mpsc::Sender;
use tokio::time::{sleep, timeout};

use crate::address::Address;
use crate::clean::{clean, clean_text};
use crate::message::Message;

/// How long to wait after an error.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a console may take to answer; it holds an answer back for half a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// A longer answer is not one of a console.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Characters of an error page that are shown.
const MAX_EXPLANATION: usize = 200;

/// What the connection reports to the screen.
#[derive(Debug)]
pub(crate) enum Report {
    /// The next message of the console.
    News(Box<Message>),
    /// Why there is no message, as a sentence.
    Lost(String),
}

/// What the screen has already received.
#[derive(Debug)]
struct Known {
    run: String,
    version: u64,
}

impl Known {
    fn nothing() -> Self {
        Self {
            run: "none".to_owned(),
            version: 0,
        }
    }

    fn of(message: &Message) -> Self {
        let is_plain = |char: char| char.is_ascii_alphanumeric() || char == '-';
        if message.run.is_empty() || !message.run.chars().all(is_plain) {
            return Self::nothing();
        }
        Self {
            run: message.run.clone(),
            version: message.version,
        }
    }
}

/// Reports the news of a console until nobody receives them.
///
/// The next question waits until the screen has received the last answer.
pub(crate) async fn follow(address: Address, reports: Sender<Report>) {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(PATIENCE / 2));
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let mut known = Known::nothing();
    loop {
        let answer = timeout(PATIENCE, ask(&client, &address, &known)).await;
        let answer = answer.unwrap_or_else(|_elapsed| {
            Err(format!(
                "Nothing answered at {address} within {} s.",
                PATIENCE.as_secs()
            ))
        });
        let (report, pause) = match answer {
            Ok(message) => {
                known = Known::of(&message);
                (Report::News(message), Duration::ZERO)
            }
            Err(reason) => (Report::Lost(reason), PAUSE),
        };
        if reports.send(report).await.is_err() {
            return;
        }
        sleep(pause).await;
    }
}

async fn ask(
    client: &Client<HttpConnector, Body>,
    address: &Address,
    known: &Known,
) -> Result<Box<Message>, String> {
    let uri = address.news(&known.run, known.version);
    let request = uri.and_then(|uri| Request::get(uri).body(Body::empty()).ok());
    let request = request.ok_or_else(|| format!("Cannot ask {address}: its path is too long."))?;
    let response = client.request(request).await;
    let response = response.map_err(|error| unreachable_console(address, &error))?;
    let status = response.status();
    let body = to_bytes(Body::new(response.into_body()), MAX_BYTES).await;
    let body = body.map_err(|error| format!("{address} broke off: {error}."))?;
    if !status.is_success() {
        return Err(rejected(address, status, &body));
    }
    read(&body).map_err(|error| {
        format!("{address} answers, but not as a console of this version does: {error}.")
    })
}

/// Reads an answer; its texts are harmless from here on.
pub(crate) fn read(body: &[u8]) -> Result<Box<Message>, serde_json::Error> {
    let message = clean(serde_json::from_slice(body)?);
    serde_json::from_value(message).map(Box::new)
}

fn unreachable_console(address: &Address, error: &legacy::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let cause = clean_text(&cause.to_string());
    if error.is_connect() {
        format!(
            "Nothing answers at {address} ({cause}). Start the program, and check that it serves the \
             console there."
        )
    } else {
        format!("{address} does not answer as a console: {cause}.")
    }
}

fn rejected(address: &Address, status: StatusCode, body: &[u8]) -> String {
    match status {
        StatusCode::FORBIDDEN => format!(
            "The console at {address} needs the token in its URL: ?token=… The program that serves it \
             logs the URL."
        ),
        StatusCode::NOT_FOUND => format!(
            "There is no console at {address}, but something else. Check the path of the URL."
        ),
        _ => {
            let explanation = String::from_utf8_lossy(body);
            let explanation = explanation.trim().chars().take(MAX_EXPLANATION);
            let explanation = clean_text(&explanation.collect::<String>());
            format!(
                "{address} responded with {}: {explanation}",
                status.as_u16()
            )
        }
    }
}
