//! Three attempts against a server that throttles, in every output.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::response::IntoResponse as _;
use http::{HeaderMap, HeaderValue, StatusCode};
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::acquisition::Attempt;
use token_telemetry::middleware::SendTokenRequest as _;
use token_telemetry::otel::{Metrics, MsalSet};

use super::millis;
use crate::support::collect::{Point, Sink};
use crate::support::prelude::*;
use crate::support::serve;

const REQUESTS: &str = "token_telemetry.token_request.duration";

/// Answers in turn with 503 and `Retry-After`, 429, and 200, in 10, 20, and 30 ms of this clock.
async fn busy_server(clock: ManualClock) -> String {
    let answers = [
        (503, "10", Some("1"), "ticket-1"),
        (429, "20", None, "not a ticket"),
        (200, "30", None, "ticket-3"),
    ];
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    let answer = move || {
        let (status, time, pause, id) = answers.lock().unwrap().next().unwrap();
        clock.advance(millis(time.parse().unwrap()));
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-request-id", HeaderValue::from_static(id));
        if let Some(pause) = pause {
            headers.insert("retry-after", HeaderValue::from_static(pause));
        }
        ready((StatusCode::from_u16(status).unwrap(), headers).into_response())
    };
    let application = axum::Router::new().route("/token", axum::routing::post(answer));
    format!("http://{}/token", serve(application).await)
}

/// Acquires a token in three attempts, with pauses of 1 s and 2 s.
async fn throttled() -> (AcquisitionRecord, Vec<Point>) {
    let (clock, sink) = (ManualClock::new(), Sink::new(Temporality::Delta));
    let metrics = Metrics::with_provider(sink.provider.clone())
        .msal_set(MsalSet::Off)
        .semantic_conventions();
    let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()).metrics(metrics));
    let url = busy_server(clock.clone()).await;
    let client = reqwest::Client::new();
    let body = async {
        for pause in [5, 1_000, 2_000] {
            clock.advance(millis(pause));
            drop(client.post(&url).send_token_request().await.unwrap());
        }
        Ok(())
    };
    for_client(&telemetry, body).await.unwrap();
    (only(&recorder), sink.collect())
}

/// Start, duration, status, pause that the server asked for, pause, and id.
type Row<'a> = (
    Option<Duration>,
    Option<Duration>,
    Option<u16>,
    Option<Duration>,
    Option<Duration>,
    Option<&'a str>,
);

fn row(attempt: &Attempt) -> Row<'_> {
    (
        attempt.start(),
        attempt.duration(),
        attempt.status(),
        attempt.retry_after(),
        attempt.waited_before(),
        attempt.request_id(),
    )
}

#[tokio::test]
async fn throttled_attempts_in_record() {
    let (record, _) = throttled().await;
    let time = |count| Some(millis(count));
    let rows: Vec<_> = record.attempts().map(row).collect();
    assert_eq!(
        rows,
        [
            (
                time(5),
                time(10),
                Some(503),
                time(1_000),
                None,
                Some("ticket-1")
            ),
            (time(1_015), time(20), Some(429), None, time(1_000), None),
            (
                time(3_035),
                time(30),
                Some(200),
                None,
                time(2_000),
                Some("ticket-3")
            ),
        ]
    );
    let numbers: Vec<_> = record.attempts().map(Attempt::number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert!(record.attempts().all(|it| it.host() == Some("127.0.0.1")));
    assert!(record.attempts().all(|it| it.purpose() == Purpose::Token));
    assert_eq!(record.attempt_count(), 3);
    assert_eq!(record.duration_throttled(), time(3_000));
    assert_eq!(record.server_request_id(), Some("ticket-3"));
    assert_eq!(record.duration_in_http(), time(60));
}

#[tokio::test]
async fn throttled_attempts_in_serde_data() {
    let (record, _) = throttled().await;
    let json = serde_json::to_value(record).unwrap();
    let expected = serde_json::json!([
        {
            "number": 1, "purpose": "token", "host": "127.0.0.1", "start_us": 5_000,
            "duration_us": 10_000, "status": 503, "retry_after_s": 1, "request_id": "ticket-1",
        },
        {
            "number": 2, "purpose": "token", "host": "127.0.0.1", "start_us": 1_015_000,
            "duration_us": 20_000, "status": 429, "waited_before_us": 1_000_000,
        },
        {
            "number": 3, "purpose": "token", "host": "127.0.0.1", "start_us": 3_035_000,
            "duration_us": 30_000, "status": 200, "waited_before_us": 2_000_000,
            "request_id": "ticket-3",
        },
    ]);
    assert_eq!(json["attempts"], expected);
    assert_eq!(json["duration_throttled_us"], 3_000_000);
    assert_eq!(json["server_request_id"], "ticket-3");
}

#[tokio::test]
async fn throttled_attempts_in_histogram() {
    let (_, points) = throttled().await;
    let values = |point: &Point| {
        let texts = [
            "http.response.status_code",
            "error.type",
            "server.address",
            "http.request.resend_count",
            "token_telemetry.request.purpose",
        ]
        .map(|key| point.text(key));
        (texts.join(" "), point.count, point.sum.clone())
    };
    let of_requests = points.iter().filter(|point| point.metric == REQUESTS);
    let mut requests: Vec<_> = of_requests.map(values).collect();
    requests.sort();
    let expected = |text: &str, sum: &str| (text.to_owned(), 1, sum.to_owned());
    assert_eq!(
        requests,
        [
            expected("200  127.0.0.1 2 token", "0.03"),
            expected("429 429 127.0.0.1 1 token", "0.02"),
            expected("503 503 127.0.0.1  token", "0.01"),
        ]
    );
    let pauses = "token_telemetry.throttled.duration";
    let pauses: Vec<_> = points.iter().filter(|it| it.metric == pauses).collect();
    assert_eq!(pauses.len(), 1);
    assert_eq!((pauses[0].count, &*pauses[0].sum), (1, "3.0"));
    assert_eq!(pauses[0].attributes.len(), 1);
}
