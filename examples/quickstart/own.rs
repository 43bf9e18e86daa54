//! The quickstart against a token endpoint of the reader's own, which answers as it likes.

use std::error::Error;
use std::time::Duration;

use token_telemetry::capture;
use token_telemetry::entra::PendingFailure;
use token_telemetry_examples::contoso::AuthError;
use token_telemetry_examples::{Failure, say, screen};

use crate::Contoso;
use crate::scenes::Act;

/// What is done; the titles hold whatever the endpoint answers.
const CALLS: [(&str, Act); 7] = [
    ("A first call: the cache is empty", Act::Ask),
    ("The same call again", Act::Ask),
    (
        "A call once all cached tokens have expired",
        Act::AskAfterExpiry,
    ),
    ("A call that forces a refresh", Act::Force),
    (
        "A call with another client secret",
        Act::ForceWithWrongSecret,
    ),
    (
        "A call whose caller waits 40 ms at most",
        Act::ForceAndGiveUp,
    ),
    ("A last call that forces a refresh", Act::Force),
];

/// How long a call may take before the endpoint counts as dead.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes the calls and returns the last line.
pub(crate) async fn play(authority: &str) -> Result<String, Failure> {
    let token_url = token_url(authority)?;
    let contoso = Contoso::new(token_url.clone())?;
    say!("An SDK called Contoso acquires tokens at {token_url}");
    let (mut acquisitions, mut requests, mut tokens) = (0, 0, 0);
    for (at, (title, act)) in CALLS.iter().enumerate() {
        screen::heading(&format!("{}. {title}", at + 1));
        let call = tokio::time::timeout(PATIENCE, act.perform(&contoso.client));
        let observed = capture(call).await;
        for record in &observed.records {
            screen::record(record);
            acquisitions += 1;
            requests += record.attempts();
            tokens += u32::from(record.is_ok());
        }
        match observed.output {
            Ok(Some(AuthError::Unreachable(error))) => {
                let cause = root_cause(&error);
                return Err(format!("no response from {token_url}: {cause}").into());
            }
            Err(_) => return Err(format!("no response from {token_url} in {PATIENCE:?}").into()),
            Ok(_) => waiting(&contoso.telemetry.pending_failures()),
        }
    }
    contoso.conclude()?;
    Ok(format!(
        "quickstart: {acquisitions} acquisitions, {requests} token requests, {tokens} tokens; your endpoint received the headers"
    ))
}

/// The URL itself if it names a token endpoint, else the one Entra has below an authority.
fn token_url(authority: &str) -> Result<String, Failure> {
    if authority.starts_with("https://") {
        return Err("the quickstart is built without TLS: pass an http:// URL".into());
    }
    if !authority.starts_with("http://") {
        let example = "http://127.0.0.1:8080/tenant";
        return Err(format!("expected a URL such as {example}, found `{authority}`").into());
    }
    let authority = authority.trim_end_matches('/');
    Ok(if authority.ends_with("/token") {
        authority.to_owned()
    } else {
        format!("{authority}/oauth2/v2.0/token")
    })
}

/// Says which failures the next request is going to report.
fn waiting(failures: &[PendingFailure]) {
    let codes: Vec<&str> = failures.iter().map(|failure| &*failure.code).collect();
    if !codes.is_empty() {
        say!(
            "  {:<9}{}, with the next request",
            "report",
            codes.join(", ")
        );
    }
}

fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn failure(authority: &str) -> String {
        play(authority).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn dead_endpoint() {
        let closed = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
        let address = closed.unwrap().local_addr().unwrap();
        let error = failure(&format!("http://{address}")).await;
        let expected = format!("no response from http://{address}/oauth2/v2.0/token: ");
        assert!(error.starts_with(&expected), "{error}");
        assert!(error.to_lowercase().contains("refused"), "{error}");
    }

    #[tokio::test]
    async fn unusable_authority() {
        assert!(failure("https://login.example").await.contains("TLS"));
        assert!(failure("localhost:80").await.contains("`localhost:80`"));
    }
}
