//! The code of an error without a description.

use std::error::Error;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use crate::support::prelude::*;

fn undescribed<E>(_: &E) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = undescribed)]
async fn fails_with<E>(telemetry: &Telemetry, error: E) -> Result<(), E> {
    Err(error)
}

fn last_resort(_: &LabError) -> ErrorInfo {
    ErrorInfo::fallback("credential")
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = last_resort)]
async fn fails_in_transport(
    telemetry: &Telemetry,
    class: Option<TransportError>,
) -> Result<(), LabError> {
    if let Some(class) = class {
        token_request().failed(class);
    }
    Err(LabError::new("never recorded"))
}

#[track_caller]
fn assert_code<E>(error: E, expected: &str) {
    let (telemetry, recorder) = telemetry();
    drop(now(fails_with(&telemetry, error)));
    let record = only(&recorder);
    assert_eq!(record.error_code(), Some(expected));
    assert!(record.error().unwrap().is_foreign());
}

#[test]
fn type_named_error_uses_crate_name() {
    assert_code(
        serde_json::from_str::<u8>("x").unwrap_err(),
        "serde_json.Error",
    );
    assert_code(
        http::Error::from(http::Uri::try_from("\n").unwrap_err()),
        "http.Error",
    );
    assert_code(io::Error::other("x"), "io.Error");
    assert_code(std::fmt::Error, "fmt.Error");
}

#[test]
fn pointers_are_unwrapped() {
    assert_code::<Box<dyn Error>>("x".into(), "dyn_Error");
    assert_code::<Box<dyn Error + Send + Sync>>("x".into(), "dyn_Error");
    assert_code::<Arc<dyn Error + Send + Sync>>(Arc::new(std::fmt::Error), "dyn_Error");
    assert_code(Box::new(LabError::new("x")), "LabError");
    assert_code(Rc::new(Arc::new(std::fmt::Error)), "fmt.Error");
    assert_code(&LabError::new("x"), "LabError");
}

#[test]
fn tuples_and_strings_are_unknown() {
    assert_code((401_u16, String::new()), "unknown");
    assert_code(String::new(), "unknown");
    assert_code("text", "unknown");
    assert_code((), "unknown");
    assert_code([0_u8; 2], "unknown");
}

#[test]
fn type_arguments_are_omitted() {
    assert_code(Some(std::fmt::Error), "Option");
    assert_code(std::marker::PhantomData::<LabError>, "PhantomData");
}

#[test]
fn transport_error_overrides_fallback() {
    let (telemetry, recorder) = telemetry();
    now(fails_in_transport(
        &telemetry,
        Some(TransportError::Connect),
    ))
    .unwrap_err();
    assert_eq!(only(&recorder).error_code(), Some("connect_error"));
    now(fails_in_transport(&telemetry, None)).unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.error_code(), Some("credential"));
    assert!(!record.error().unwrap().is_foreign());
}

#[test]
fn described_code_overrides_fallback() {
    let fallback = || ErrorInfo::fallback("fallback");
    assert_eq!(fallback().or(ErrorInfo::new("code")).code(), Some("code"));
    assert_eq!(ErrorInfo::new("code").or(fallback()).code(), Some("code"));
    assert_eq!(
        fallback().or(ErrorInfo::fallback("second")).code(),
        Some("fallback")
    );
    assert_eq!(fallback().or(ErrorInfo::unknown()).code(), Some("fallback"));
}

#[test]
fn borrowed_codes_are_copied() {
    fn describe(error: &LabError) -> ErrorInfo {
        ErrorInfo::new(&error.0).with_suberror(error.0.as_str())
    }
    let info = describe(&LabError::new("from_the_server"));
    assert_eq!(info.code(), Some("from_the_server"));
    assert_eq!(info.suberror(), Some("from_the_server"));
}

fn timed_out(_: &LabError) -> ErrorInfo {
    ErrorInfo::transport(TransportError::Timeout)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = timed_out)]
async fn described_class(telemetry: &Telemetry) -> Result<(), LabError> {
    token_request().failed(TransportError::Other);
    Err(LabError::new("x"))
}

#[test]
fn record_and_error_agree_on_transport() {
    let (telemetry, recorder) = telemetry();
    now(described_class(&telemetry)).unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.transport_error(), Some(TransportError::Timeout));
    assert_eq!(
        record.error().unwrap().transport_error(),
        record.transport_error()
    );
    assert_eq!(record.error_code(), Some("request_timeout"));
}
