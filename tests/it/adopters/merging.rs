//! Nested annotated functions keep the data of the inner one.

use std::error::Error;
use std::time::Duration;

use futures::executor::block_on;

use crate::support::prelude::*;

type AnyError = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
struct Token(Duration);

const TOKEN: Token = Token(Duration::from_secs(60));

fn lifetime(token: &Token) -> TokenInfo {
    TokenInfo::new()
        .with_token_type(TokenType::Pop)
        .with_expires_in(token.0)
}

fn bearer(_: &Token) -> TokenInfo {
    TokenInfo::new().with_token_type(TokenType::Bearer)
}

fn nothing(_: &AnyError) -> ErrorInfo {
    ErrorInfo::unknown()
}

fn last_resort(_: &AnyError) -> ErrorInfo {
    ErrorInfo::fallback("credential")
}

fn own_code(_: &AnyError) -> ErrorInfo {
    ErrorInfo::new("outer_code")
}

fn with_numbers(error: &LabError) -> ErrorInfo {
    ErrorInfo::new(error.0.clone())
        .with_sts_codes([50_034])
        .with_status(400)
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, token_info = lifetime, error_info = with_numbers)]
async fn provider(telemetry: &Telemetry, fails: &str) -> Result<Token, LabError> {
    if fails.is_empty() {
        return Ok(TOKEN);
    }
    Err(LabError::new(fails))
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, token_info = lifetime, error_info = with_numbers)]
fn blocking_provider(telemetry: &Telemetry, fails: &str) -> Result<Token, LabError> {
    if fails.is_empty() {
        return Ok(TOKEN);
    }
    Err(LabError::new(fails))
}

/// A cache around a provider, with each way to describe the error.
macro_rules! caches {
    ($( $name:ident: $err:ident; )+) => {$(
        #[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = $err)]
        async fn $name(telemetry: &Telemetry, fails: &str) -> Result<Token, AnyError> {
            Ok(provider(telemetry, fails).await.map_err(|error| error.0)?)
        }
    )+};
}

caches! {
    undescribed: nothing;
    described_at_last: last_resort;
    described: own_code;
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, token_info = bearer, error_info = nothing)]
async fn with_own_token_info(telemetry: &Telemetry) -> Result<Token, AnyError> {
    Ok(provider(telemetry, "").await.map_err(|error| error.0)?)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = nothing)]
fn blocking_cache(telemetry: &Telemetry, fails: &str) -> Result<Token, AnyError> {
    Ok(blocking_provider(telemetry, fails).map_err(|error| error.0)?)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = nothing)]
async fn chain(telemetry: &Telemetry) -> Result<Token, AnyError> {
    if provider(telemetry, "first_member").await.is_err() {
        provider(telemetry, "").await.map_err(|error| error.0)?;
    }
    Err("the last step fails on its own".into())
}

fn record(
    call: impl Future<Output = Result<Token, AnyError>>,
    recorder: &Recorder,
) -> AcquisitionRecord {
    drop(block_on(call));
    only(recorder)
}

#[test]
fn inner_token_info_fills_gaps() {
    let (telemetry, recorder) = telemetry();
    let record = record(undescribed(&telemetry, ""), &recorder);
    assert_eq!(record.remaining_lifetime(), Some(Duration::from_secs(60)));
    assert_eq!(record.token_type(), Some(TokenType::Pop));
}

#[test]
fn outer_token_info_wins() {
    let (telemetry, recorder) = telemetry();
    let record = record(with_own_token_info(&telemetry), &recorder);
    assert_eq!(record.remaining_lifetime(), Some(Duration::from_secs(60)));
    assert_eq!(record.token_type(), Some(TokenType::Bearer));
}

#[test]
fn inner_code_used_if_outer_has_none() {
    let (telemetry, recorder) = telemetry();
    for record in [
        record(undescribed(&telemetry, "inner_code"), &recorder),
        record(described_at_last(&telemetry, "inner_code"), &recorder),
    ] {
        let error = record.error().unwrap();
        assert_eq!(error.code(), Some("inner_code"));
        assert_eq!(
            (error.sts_codes(), error.status()),
            (&[50_034][..], Some(400))
        );
    }
}

#[test]
fn outer_code_excludes_inner_details() {
    let (telemetry, recorder) = telemetry();
    let record = record(described(&telemetry, "inner_code"), &recorder);
    let error = record.error().unwrap();
    assert_eq!(
        (error.code(), error.sts_codes()),
        (Some("outer_code"), &[][..])
    );
}

#[test]
fn blocking_functions_merge() {
    let (telemetry, recorder) = telemetry();
    blocking_cache(&telemetry, "").unwrap();
    assert_eq!(
        only(&recorder).remaining_lifetime(),
        Some(Duration::from_secs(60))
    );
    blocking_cache(&telemetry, "inner_code").unwrap_err();
    assert_eq!(only(&recorder).error_code(), Some("inner_code"));
}

#[test]
fn inner_failure_before_success_is_ignored() {
    let (telemetry, recorder) = telemetry();
    let record = record(chain(&telemetry), &recorder);
    assert_eq!(record.error_code(), Some("dyn_Error"));
    assert!(record.error().unwrap().sts_codes().is_empty());
}
