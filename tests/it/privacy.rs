//! Nothing that identifies a person, a customer or a secret reaches any output.

use std::sync::Mutex;

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use token_telemetry::entra::{Dialect, Header, MsalNetVersion};
use token_telemetry::otel::Metrics;
use token_telemetry::{ApiId, DescribeError};

use crate::support::Log;
use crate::support::prelude::*;

/// Words that must not appear in any output, one per kind of private data.
const MARKED: [&str; 8] = [
    "marked-secret",
    "marked-customer",
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
            .with_status(400)
            .with_sts_codes([50_126])
            .with_suberror("bad_password")
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
        current.record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let url = "https://marked-user:marked-secret@marked-customer.ciamlogin.com/marked-tenant/token?q=marked-query";
        let mut request = current.token_request(url);
        let headers = request.take_headers();
        self.sent
            .lock()
            .unwrap()
            .push(format!("{headers:?} {request:?} {current:?}"));
        let sent = request.send(|again| {
            self.sent.lock().unwrap().push(format!("{again:?}"));
            std::future::ready(Ok::<_, std::io::Error>(Status::new(
                400,
                "marked-description",
            )))
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

/// All output of four calls, as text.
struct Seen {
    sent: String,
    log: String,
    rest: String,
}

/// Makes four calls and collects all output.
fn call_and_gather() -> Seen {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder()
        .sdk("Marked.Auth", "1.0")
        .metrics(Metrics::with_provider(provider.clone()))
        .observer(recorder.clone())
        .recent_capacity(8)
        .build()
        .unwrap();
    let client = Client {
        telemetry: telemetry.clone(),
        sent: Mutex::default(),
    };
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .finish();
    let captured = tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(capture(async {
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
    assert_eq!(captured.records.len(), 4);
    let metrics = exporter.get_finished_metrics().unwrap();
    let (pending, recent) = (telemetry.pending_failures(), telemetry.recent_records());
    let records = recorder.records();
    let log = log.text();
    let sent = client.sent.into_inner().unwrap().concat();
    let rest = format!("{metrics:?} {captured:?} {records:?} {telemetry:?} {pending:?} {recent:?}");
    Seen { sent, log, rest }
}

#[test]
fn no_secret_leaks_into_any_output() {
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
        rest.contains("MsalFailure") && rest.contains("redacted"),
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

/// An acquisition that sends a request to a host and fails with a code.
#[acquire_token(api = MarkedApi::ByUsernamePassword, telemetry = telemetry, error_info = ErrorInfo::clone)]
async fn failing(telemetry: &Telemetry, url: &str, error: ErrorInfo) -> Result<(), ErrorInfo> {
    Acquisition::current().token_request(url).responded(400);
    Acquisition::current().record_suppressed_error(error.clone());
    Err(error)
}

/// Returns all texts that show a failure, and the record.
fn shown(dialect: Dialect, url: &str, error: &ErrorInfo) -> (String, AcquisitionRecord) {
    let recorder = Recorder::new();
    let builder = Telemetry::builder()
        .dialect(dialect)
        .observer(recorder.clone());
    let telemetry = builder.recent_capacity(8).build().unwrap();
    futures::executor::block_on(failing(&telemetry, url, error.clone())).unwrap_err();
    let record = recorder.take().remove(0);
    let (recent, pending) = (telemetry.recent_records(), telemetry.pending_failures());
    assert_eq!((recent.len(), pending.len()), (1, 2));
    let json = serde_json::to_string(&record).unwrap();
    let shown = format!("{error:?} {record:?} {recent:?} {pending:?} {telemetry:?} {json}");
    (shown, record)
}

#[test]
fn tenant_hosts_are_hidden() {
    let error = ErrorInfo::new("invalid_grant");
    for host in [
        "contoso.ciamlogin.com",
        "contoso.b2clogin.com",
        "adfs.contoso.com",
    ] {
        let url = format!("https://{host}/token");
        let (shown, record) = shown(Dialect::default(), &url, &error);
        assert!(!shown.contains("contoso"), "{shown}");
        assert_eq!(shown.matches("redacted").count(), 8, "{shown}");
        assert_eq!(record.endpoint_host(), Some(host));
    }
    for host in ["login.microsoftonline.com", "westus2.login.microsoft.com"] {
        let url = format!("https://{host}/token");
        let (shown, _) = shown(Dialect::default(), &url, &error);
        assert_eq!(shown.matches(host).count(), 8, "{shown}");
    }
}

#[test]
fn token_request_debug_hides_host() {
    let telemetry = Telemetry::builder().build().unwrap();
    let shown = telemetry.background(MarkedApi::ByUsernamePassword, async {
        let url = "https://contoso.ciamlogin.com/token";
        Ok::<_, MarkedError>(format!("{:?}", Acquisition::current().token_request(url)))
    });
    let shown = futures::executor::block_on(shown).unwrap();
    assert!(shown.contains("redacted"), "{shown}");
    assert!(!shown.contains("contoso"), "{shown}");
}

/// Returns the last-telemetry header of the next request.
fn next_header(telemetry: &Telemetry) -> String {
    let next = telemetry.background(MarkedApi::ByUsernamePassword, async {
        let url = "https://login.example/token";
        let mut request = Acquisition::current().token_request(url);
        Ok::<_, MarkedError>(request.take_headers())
    });
    let headers = futures::executor::block_on(next).unwrap();
    let last = headers.get("x-client-last-telemetry").unwrap();
    last.to_str().unwrap().to_owned()
}

#[test]
fn long_codes_are_truncated_on_entry() {
    let parts: Vec<String> = (0..=100).map(|at| format!("part{at:03}.")).collect();
    let code = parts.concat();
    let error = ErrorInfo::new(code.clone());
    // Seven parts of eight bytes stay below the limit; the eighth part reaches it.
    for dialect in [
        Dialect::default(),
        Dialect::msal_net(MsalNetVersion::V4_47),
        Dialect::msal_net(MsalNetVersion::V4_62).with(Header::LastTelemetry),
    ] {
        let (shown, record) = shown(dialect, "https://login.example/token", &error);
        assert!(shown.contains("part007"), "{shown}");
        assert!(!shown.contains("part008"), "{shown}");
        let reported = dialect != Dialect::default();
        let kept = record.error().cloned().unwrap();
        // Equal errors have equal codes, including what they do not show.
        assert_eq!(kept == error, reported, "{}", dialect.name());
    }
    let telemetry = Telemetry::builder().dialect(Dialect::msal_net(MsalNetVersion::V4_47));
    let telemetry = telemetry.build().unwrap();
    let url = "https://login.example/token";
    futures::executor::block_on(failing(&telemetry, url, error)).unwrap_err();
    assert!(next_header(&telemetry).contains(&code));
}

#[test]
fn personal_codes_are_redacted() {
    let guid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    for code in [
        "marked@contoso.com",
        "no such user: marked@contoso.com",
        guid,
    ] {
        let error = ErrorInfo::new(code).with_suberror(code);
        assert_eq!(error.code(), Some("redacted"));
        assert_eq!(error.suberror(), Some("redacted"));
        let (shown, _) = shown(Dialect::default(), "https://login.example/token", &error);
        for part in ["marked", "contoso", guid] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
    assert_eq!(ErrorInfo::foreign(guid).code(), Some("redacted"));
}
