//! The arguments `error_info`, `token_info`, `own_record`, `background` and `crate`.

use std::error::Error;
use std::io;
use std::time::Duration;

use token_telemetry::{Acquisition, ErrorInfo, Telemetry, TokenInfo, TokenType, acquire_token};

use super::{Client, succeeded, work};
use crate::support::{LabApi, LabError, only, telemetry};

struct Token {
    lifetime: Duration,
}

impl Token {
    fn info(&self) -> TokenInfo {
        TokenInfo::new()
            .with_token_type(TokenType::Pop)
            .with_expires_in(self.lifetime)
    }
}

/// An error without `DescribeError`.
#[derive(Debug)]
struct Undescribed(u32);

impl Undescribed {
    fn info(&self) -> ErrorInfo {
        ErrorInfo::new("undescribed").with_sts_codes([self.0])
    }
}

fn describe_anything<E: Error>(error: &E) -> ErrorInfo {
    ErrorInfo::new(error.to_string())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, token_info = Token::info)]
async fn with_ok(telemetry: &Telemetry) -> Result<Token, LabError> {
    work().await;
    let lifetime = Duration::from_secs(60);
    Ok(Token { lifetime })
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = Undescribed::info)]
async fn with_err(telemetry: &Telemetry, number: u32) -> Result<(), Undescribed> {
    work().await;
    Err(Undescribed(number))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = describe_anything, token_info = Token::info)]
fn with_both(telemetry: &Telemetry) -> Result<Token, io::Error> {
    Err(io::Error::other("generic"))
}

impl Client {
    #[acquire_token(api = LabApi::Silent, telemetry = self.telemetry)]
    async fn merged(&self) -> Result<(), LabError> {
        self.inner().await
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn inner(&self) -> Result<(), LabError> {
        work().await;
        Ok(())
    }

    #[acquire_token(api = LabApi::Silent, telemetry = self.telemetry)]
    async fn nesting(&self) -> Result<(), LabError> {
        self.nested().await
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry, own_record)]
    async fn nested(&self) -> Result<(), LabError> {
        work().await;
        Ok(())
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry, background)]
    async fn in_background(&self) -> Result<(), LabError> {
        work().await;
        Ok(())
    }

    #[acquire_token(api = LabApi::Silent, telemetry = self.telemetry)]
    async fn triggering(&self) -> Result<(), LabError> {
        self.in_background().await
    }
}

/// A module that re-exports the runtime.
mod reexported {
    pub(super) mod deep {
        pub(crate) use token_telemetry::__private;
    }
}

#[acquire_token(crate = crate::signatures::other_arguments::reexported::deep, api = LabApi::ForClient, telemetry = telemetry)]
async fn through_a_reexport(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, crate = ::token_telemetry, telemetry = telemetry)]
async fn through_an_absolute_path(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[tokio::test]
async fn token_info_reads_the_token() {
    let (telemetry, recorder) = telemetry();
    assert!(with_ok(&telemetry).await.is_ok());
    let record = succeeded(&recorder);
    assert_eq!(record.token_type(), Some(TokenType::Pop));
    assert_eq!(record.remaining_lifetime(), Some(Duration::from_secs(60)));
}

#[tokio::test]
async fn error_info_reads_the_error() {
    let (telemetry, recorder) = telemetry();
    assert!(with_err(&telemetry, 50_011).await.is_err());
    let record = only(&recorder);
    assert_eq!(record.error_code(), Some("undescribed"));
    assert_eq!(record.error().unwrap().sts_codes(), [50_011]);
}

#[test]
fn error_info_may_be_generic() {
    let (telemetry, recorder) = telemetry();
    assert!(with_both(&telemetry).is_err());
    assert_eq!(only(&recorder).error_code(), Some("generic"));
}

#[tokio::test]
async fn nested_call_merges() {
    let (client, recorder) = Client::new();
    assert_eq!(client.merged().await, Ok(()));
    let record = only(&recorder);
    assert_eq!(record.api().name(), "Silent");
    assert!(record.cache_level().is_some());
}

#[tokio::test]
async fn own_record_is_separate() {
    let (client, recorder) = Client::new();
    assert_eq!(client.nesting().await, Ok(()));
    let records = recorder.take();
    let [inner, outer] = records.as_slice() else {
        panic!("{records:?}");
    };
    assert_eq!(
        (inner.api().name(), outer.api().name()),
        ("ForClient", "Silent")
    );
    assert_eq!(
        (inner.cache_level().is_some(), outer.cache_level()),
        (true, None)
    );
    assert!(inner.parent().is_some() && inner.parent() == outer.correlation_id());
    assert!(!inner.is_background());
}

#[tokio::test]
async fn background_is_a_root() {
    let (client, recorder) = Client::new();
    assert_eq!(client.triggering().await, Ok(()));
    let records = recorder.take();
    let [inner, outer] = records.as_slice() else {
        panic!("{records:?}");
    };
    assert_eq!(
        (inner.is_background(), outer.is_background()),
        (true, false)
    );
    assert!(inner.parent().is_some() && inner.parent() == outer.correlation_id());
    assert_eq!(client.in_background().await, Ok(()));
    assert_eq!(succeeded(&recorder).parent(), None);
}

#[tokio::test]
async fn crate_sets_the_runtime_path() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(through_a_reexport(&telemetry).await, Ok(()));
    succeeded(&recorder);
    assert_eq!(through_an_absolute_path(&telemetry).await, Ok(()));
    succeeded(&recorder);
    assert!(!Acquisition::current().is_active());
}
