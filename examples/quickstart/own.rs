//! The quickstart with a token endpoint of the user, which may send any response.

use std::error::Error;
use std::time::Duration;

use token_telemetry::capture;
use token_telemetry::entra::PendingFailure;
use token_telemetry_examples::contoso::AuthError;
use token_telemetry_examples::{Failure, say, screen};

use crate::Contoso;
use crate::scenes::Act;

/// The calls; their titles fit any response of the endpoint.
const CALLS: [(&str, Act); 7] = [
    ("A first call: the cache is empty", Act::Acquire),
    ("The same call again", Act::Acquire),
    (
        "A call after all cached tokens have expired",
        Act::AcquireAfterExpiry,
    ),
    ("A call that forces a refresh", Act::Force),
    (
        "A call with another client secret",
        Act::ForceWithWrongSecret,
    ),
    (
        "A call whose caller waits at most 40 ms",
        Act::ForceAndGiveUp,
    ),
    ("A last call that forces a refresh", Act::Force),
];

/// Time limit of a call.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Makes the calls and returns the last line.
pub(crate) async fn play(authority: &str) -> Result<String, Failure> {
    let token_url = token_url(authority)?;
    let contoso = Contoso::new(token_url.clone())?;
    say!("An SDK called Contoso acquires tokens at {token_url}");
    let (mut acquisitions, mut requests, mut tokens) = (0, 0, 0);
    for (at, (title, act)) in CALLS.iter().enumerate() {
        screen::heading(&format!("{}. {title}", at + 1));
        let call = tokio::time::timeout(TIMEOUT, act.perform(&contoso.client));
        let captured = capture(call).await;
        for record in &captured.records {
            screen::record(record);
            acquisitions += 1;
            requests += record.attempt_count();
            tokens += u32::from(record.is_ok());
        }
        match captured.output {
            Ok(Some(AuthError::Unreachable(error))) => {
                let cause = root_cause(&error);
                return Err(format!("no response from {token_url}: {cause}").into());
            }
            Err(_) => return Err(format!("no response from {token_url} in {TIMEOUT:?}").into()),
            Ok(_) => print_pending(&contoso.telemetry.pending_failures()),
        }
    }
    contoso.conclude()?;
    Ok(format!(
        "quickstart: {acquisitions} acquisitions, {requests} token requests, {tokens} tokens; your endpoint received the headers"
    ))
}

/// Returns the URL itself if it is a token endpoint, or else the one below the authority.
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

/// Prints the failures that the next request will report.
fn print_pending(failures: &[PendingFailure]) {
    let codes: Vec<&str> = failures.iter().map(|failure| &*failure.code).collect();
    if !codes.is_empty() {
        say!(
            "  {:<9}{}, with the next request",
            "pending",
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
