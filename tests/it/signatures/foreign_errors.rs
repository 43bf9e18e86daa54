//! Errors of other crates, described by the local owner of the ids.

use std::convert::Infallible;
use std::error::Error;
use std::io;

use token_telemetry::{ApiId, DescribeError, ErrorInfo, Telemetry, acquire_token};

use super::{succeeded, work};
use crate::support::{only, telemetry};

struct Abroad;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Abroad)]
enum AbroadApi {
    ForClient = 1004,
}

impl DescribeError<io::Error> for Abroad {
    fn describe(error: &io::Error) -> ErrorInfo {
        ErrorInfo::new(format!("io.{:?}", error.kind()))
    }
}

impl DescribeError<Box<dyn Error + Send + Sync>> for Abroad {
    fn describe(error: &Box<dyn Error + Send + Sync>) -> ErrorInfo {
        error
            .downcast_ref()
            .map_or_else(ErrorInfo::unknown, Self::describe_io)
    }
}

impl Abroad {
    fn describe_io(error: &io::Error) -> ErrorInfo {
        Self::describe(error)
    }
}

impl DescribeError<Infallible> for Abroad {
    fn describe(error: &Infallible) -> ErrorInfo {
        match *error {}
    }
}

#[acquire_token(api = AbroadApi::ForClient, telemetry = telemetry)]
async fn with_io_error(telemetry: &Telemetry) -> io::Result<()> {
    work().await;
    Err(io::ErrorKind::TimedOut.into())
}

#[acquire_token(api = AbroadApi::ForClient, telemetry = telemetry)]
async fn with_boxed_error(telemetry: &Telemetry) -> Result<(), Box<dyn Error + Send + Sync>> {
    with_io_error(telemetry).await?;
    Ok(())
}

#[acquire_token(api = AbroadApi::ForClient, telemetry = telemetry)]
async fn that_cannot_fail(telemetry: &Telemetry) -> Result<u8, Infallible> {
    work().await;
    Ok(1)
}

#[tokio::test]
async fn foreign_errors_need_no_wrapper() {
    let (telemetry, recorder) = telemetry();
    assert!(with_io_error(&telemetry).await.is_err());
    assert_eq!(only(&recorder).error_code(), Some("io.TimedOut"));
    assert!(with_boxed_error(&telemetry).await.is_err());
    assert_eq!(only(&recorder).error_code(), Some("io.TimedOut"));
    assert_eq!(that_cannot_fail(&telemetry).await, Ok(1));
    succeeded(&recorder);
}
