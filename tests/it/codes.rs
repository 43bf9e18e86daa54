//! Precedence of the sources of an error code.

use crate::support::prelude::*;

/// Data about the failure besides its type.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    recorded: Option<&'static str>,
    description: Option<&'static str>,
    described_class: Option<TransportError>,
    last_attempt: Option<TransportError>,
}

#[derive(Debug)]
struct Described(Known);

fn describe(error: &Described) -> ErrorInfo {
    let Known {
        description,
        described_class,
        ..
    } = error.0;
    let code = description.map_or_else(ErrorInfo::unknown, ErrorInfo::new);
    code.or(described_class.map_or_else(ErrorInfo::unknown, ErrorInfo::transport))
}

fn code_of(known: Known) -> String {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = describe)]
    async fn failing(telemetry: &Telemetry, known: Known) -> Result<(), Described> {
        if let Some(class) = known.last_attempt {
            token_request().failed(class);
        }
        if let Some(code) = known.recorded {
            Acquisition::current().record_error(ErrorInfo::new(code));
        }
        Err(Described(known))
    }
    let (telemetry, recorder) = telemetry();
    assert!(now(failing(&telemetry, known)).is_err());
    only(&recorder).error_code().unwrap().to_owned()
}

#[test]
fn error_code_precedence() {
    let mut known = Known {
        recorded: Some("recorded"),
        description: Some("described"),
        described_class: Some(TransportError::Timeout),
        last_attempt: Some(TransportError::Dns),
    };
    assert_eq!(code_of(known), "recorded");
    known.recorded = None;
    assert_eq!(code_of(known), "described");
    known.description = None;
    assert_eq!(code_of(known), "request_timeout");
    known.described_class = None;
    assert_eq!(code_of(known), "dns_error");
    known.last_attempt = None;
    assert_eq!(code_of(known), "Described");
}

#[test]
fn response_clears_transport_error() {
    let record = record_of(|| {
        token_request().failed(TransportError::Connect);
        token_request().responded(400);
    });
    assert_eq!(
        (
            record.transport_error(),
            record.status(),
            record.attempt_count()
        ),
        (None, Some(400), 2)
    );
}

#[test]
fn panicking_description_loses_only_the_code() {
    fn panics(_: &LabError) -> ErrorInfo {
        panic!("the description panics")
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = panics)]
    async fn failing(telemetry: &Telemetry) -> Result<(), LabError> {
        Err(LabError::new("unseen"))
    }
    let (telemetry, recorder) = telemetry();
    assert_eq!(now(failing(&telemetry)), Err(LabError::new("unseen")));
    assert_eq!(only(&recorder).error_code(), Some("LabError"));
}

#[test]
fn panicking_observer_and_clock_are_contained() {
    struct Panics;

    impl token_telemetry::Observer for Panics {
        fn finished(&self, _: &AcquisitionRecord) {
            panic!("the observer panics")
        }
    }

    impl token_telemetry::acquisition::Clock for Panics {
        fn now(&self) -> std::time::Duration {
            panic!("the clock panics")
        }
    }

    let (telemetry, recorder) = recorded(|builder| builder.clock(Panics).observer(Panics));
    acquire(&telemetry, || token_request().responded(200));
    let record = only(&recorder);
    assert_eq!(
        (
            record.duration_total(),
            record.duration_in_http(),
            record.attempt_count()
        ),
        (None, None, 1)
    );
    assert_eq!(telemetry.totals().identity_provider, 1);
}

#[test]
fn describe_does_not_leak_into_parent() {
    fn describe_and_record(_: &LabError) -> ErrorInfo {
        Acquisition::current().record_stale_token();
        Acquisition::current().record_suppressed_error(ErrorInfo::new("of_the_description"));
        ErrorInfo::new("inner")
    }
    #[acquire_token(api = LabApi::Silent, telemetry = telemetry, own_record, error_info = describe_and_record)]
    async fn inner(telemetry: &Telemetry) -> Result<(), LabError> {
        Err(LabError::new("described"))
    }
    let (telemetry, recorder) = telemetry();
    acquire(&telemetry, || {
        assert!(now(inner(&telemetry)).is_err());
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    });
    let records = recorder.take();
    let [inner, outer] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(inner.error_code(), Some("inner"));
    assert_eq!(
        (outer.is_stale(), outer.suppressed_errors().len()),
        (false, 0)
    );
    assert!(
        outer.refresh_reason().is_some(),
        "the outer call still records"
    );
}

/// Returns the `AADSTS` numbers on the record of a failure that recorded these.
fn recorded_sts_codes(codes: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let (telemetry, recorder) = telemetry();
    fail(&telemetry, "shadowed", || {
        let info = ErrorInfo::new("invalid_grant").with_sts_codes(codes);
        Acquisition::current().record_error(info);
    });
    only(&recorder).error().unwrap().sts_codes().to_vec()
}

#[test]
fn sts_codes_of_a_response() {
    let body = r#"{"error":"invalid_grant","error_codes":[70043,500133],
        "error_description":"AADSTS70043, AADSTS500133: The refresh token has expired."}"#;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let listed: Vec<u32> = serde_json::from_value(body["error_codes"].clone()).unwrap();
    assert_eq!(recorded_sts_codes(listed), [70_043, 500_133]);
    let description = body["error_description"].as_str().unwrap();
    let described = token_telemetry::error::sts_codes_in(description);
    assert_eq!(recorded_sts_codes(described), [70_043, 500_133]);
}

#[test]
fn first_eight_sts_codes_are_kept() {
    assert_eq!(ErrorInfo::MAX_STS_CODES, 8);
    let all: Vec<u32> = (1..=8).collect();
    assert_eq!(recorded_sts_codes(1..=8), all);
    assert_eq!(recorded_sts_codes(1..=9), all);
    assert_eq!(recorded_sts_codes(1..), all);
}
