//! Nothing that names a person, a customer or a secret leaves through any outlet.

use std::sync::{Arc, Mutex};

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use token_telemetry::otel::Metrics;
use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, ApiId, CacheRefreshReason, DescribeError, ErrorInfo, Status, Telemetry,
    acquire_token, observe,
};
use tracing_subscriber::fmt::MakeWriter;

/// Words that must not be seen again; each stands for one kind of private data.
const MARKED: [&str; 7] = [
    "marked-secret",
    "marked-token",
    "marked-scope",
    "marked-user",
    "marked-tenant",
    "marked-description",
    "marked-query",
];

struct Marked;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Marked)]
enum MarkedApi {
    ByUsernamePassword = 1003,
}

#[derive(Debug)]
struct MarkedError {
    #[expect(dead_code, reason = "it is what must not get out")]
    description: &'static str,
}

impl DescribeError<MarkedError> for Marked {
    fn describe(_: &MarkedError) -> ErrorInfo {
        ErrorInfo::new("invalid_grant")
            .status(400)
            .sts_codes([50_126])
            .suberror("bad_password")
    }
}

struct Client {
    telemetry: Telemetry,
    sent: Mutex<Vec<String>>,
}

impl Client {
    #[acquire_token(api = MarkedApi::ByUsernamePassword, telemetry = self.telemetry)]
    async fn token(
        &self,
        user: &str,
        secret: &str,
        scope: &str,
        fails: bool,
    ) -> Result<String, MarkedError> {
        tracing::info!(
            user.len = user.len(),
            secret.len = secret.len(),
            scope.len = scope.len()
        );
        let current = Acquisition::current();
        current.refresh(CacheRefreshReason::NoCachedAccessToken);
        let url =
            "https://marked-user:marked-secret@login.example/marked-tenant/token?q=marked-query";
        let mut request = current.token_request(url);
        let headers = request.headers();
        self.sent
            .lock()
            .unwrap()
            .push(format!("{headers:?} {request:?} {current:?}"));
        let sent = request.send(|again| {
            self.sent.lock().unwrap().push(format!("{again:?}"));
            std::future::ready(Ok::<_, std::io::Error>(Status(400, "marked-description")))
        });
        drop(sent.await);
        if fails {
            return Err(MarkedError {
                description: "marked-description of marked-user",
            });
        }
        Ok("marked-token".to_owned())
    }
}

/// A log that can be read back.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that four calls leave behind, as text.
struct Seen {
    sent: String,
    log: String,
    rest: String,
}

/// Calls four times, and gathers what every outlet says.
fn call_and_gather() -> Seen {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder()
        .sdk("Marked.Auth", "1.0")
        .metrics(Metrics::with_provider(provider.clone()))
        .observer(recorder.clone())
        .keep_records(8)
        .build()
        .unwrap();
    let client = Client {
        telemetry: telemetry.clone(),
        sent: Mutex::default(),
    };
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .finish();
    let observed = tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(observe(async {
            for fails in [true, false, true, false] {
                drop(
                    client
                        .token(
                            "marked-user@contoso",
                            "marked-secret",
                            "marked-scope",
                            fails,
                        )
                        .await,
                );
            }
        }))
    });
    provider.force_flush().unwrap();
    assert_eq!(observed.records.len(), 4);
    let metrics = exporter.get_finished_metrics().unwrap();
    let (pending, recent) = (telemetry.pending_failures(), telemetry.recent_records());
    let records = recorder.records();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let sent = client.sent.into_inner().unwrap().concat();
    let rest = format!("{metrics:?} {observed:?} {records:?} {telemetry:?} {pending:?} {recent:?}");
    Seen { sent, log, rest }
}

#[test]
fn no_marked_word_appears_in_headers_metrics_spans_records_or_debug_output() {
    let Seen { sent, log, rest } = call_and_gather();
    assert!(
        log.contains("acquire_token") && log.contains("invalid_grant"),
        "{log}"
    );
    assert!(
        sent.contains("x-client-last-telemetry") && sent.contains("invalid_grant"),
        "{sent}"
    );
    assert!(
        rest.contains("MsalFailure") && rest.contains("login.example"),
        "{rest}"
    );
    for word in MARKED {
        assert!(
            ![&sent, &log, &rest]
                .into_iter()
                .any(|text| text.contains(word)),
            "{word}"
        );
    }
}
