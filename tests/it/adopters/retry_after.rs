//! `Retry-After`, through clients of any kind.

use std::time::Duration;

use futures::executor::block_on;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::support::prelude::*;

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn throttled<T>(telemetry: &Telemetry, response: T) -> Result<(), LabError>
where
    Result<T, std::io::Error>: token_telemetry::acquisition::HttpOutcome,
{
    let sent = Acquisition::current()
        .token_request(TOKEN_URL)
        .send(|_| std::future::ready(Ok::<_, std::io::Error>(response)));
    drop(sent.await);
    Err(LabError::new("temporarily_unavailable"))
}

fn recorded<T>(response: T) -> Option<Duration>
where
    Result<T, std::io::Error>: token_telemetry::acquisition::HttpOutcome,
{
    let (telemetry, recorder) = telemetry();
    block_on(throttled(&telemetry, response)).unwrap_err();
    only(&recorder).retry_after()
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    });
    pairs.collect()
}

#[test]
fn status_carries_retry_after() {
    let pause = Duration::from_millis(1500);
    assert_eq!(recorded(Status::new(429, ())), None);
    assert_eq!(
        recorded(Status::new(429, ()).with_retry_after(pause)),
        Some(pause)
    );
    let polled = Polled::Pending(Status::new(400, ()).with_retry_after(pause));
    assert_eq!(recorded(polled), Some(pause));
    let polled = Polled::Done(Status::new(429, ()).with_retry_after(pause));
    assert_eq!(recorded(polled), Some(pause));
}

#[test]
fn milliseconds_take_precedence() {
    type Pairs = &'static [(&'static str, &'static str)];
    let cases: [(Pairs, Option<u64>); 6] = [
        (&[("retry-after", "2")], Some(2000)),
        (&[("retry-after-ms", "250")], Some(250)),
        (
            &[("x-ms-retry-after-ms", "700"), ("retry-after", "1")],
            Some(700),
        ),
        (
            &[("retry-after-ms", "soon"), ("retry-after", "1")],
            Some(1000),
        ),
        (&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], None),
        (
            &[("retry-after-ms", "99999999999999999999999")],
            Some(86_400_000),
        ),
    ];
    for (pairs, expected) in cases {
        let mut response = http::Response::new(());
        *response.headers_mut() = headers(pairs);
        let expected = expected.map(Duration::from_millis);
        assert_eq!(recorded(response), expected, "{pairs:?}");
        let status = Status::new(429, ()).with_headers(&headers(pairs));
        assert_eq!(status.retry_after, expected, "{pairs:?}");
    }
}
