//! The functions that are linted with and without the attribute.
//!
//! Most provoke the lint they are named after. The test copies these files twice, once with the
//! lines of the attribute removed, and compares what the compiler and clippy report.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::fmt::Debug;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;

use token_telemetry::{ApiId, DescribeError, ErrorInfo, Telemetry};

/// The SDK.
#[derive(Debug)]
pub struct Contoso;

/// Its ids.
#[derive(ApiId, Clone, Copy, Debug)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum Api {
    /// The only one.
    Token = 1004,
}

/// Its error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthError(u8);

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("auth_error")
    }
}

impl DescribeError<()> for Contoso {
    fn describe((): &()) -> ErrorInfo {
        ErrorInfo::unknown()
    }
}

impl DescribeError<[u8; 512]> for Contoso {
    fn describe(_: &[u8; 512]) -> ErrorInfo {
        ErrorInfo::unknown()
    }
}

/// Its client.
#[derive(Debug)]
pub struct Client {
    telemetry: Telemetry,
    tokens: RefCell<HashMap<u8, String>>,
}

async fn fetch() -> Result<u8, AuthError> {
    ready(Ok(1)).await
}

#[must_use]
fn scope() -> u8 {
    1
}

#[deprecated(note = "use something else")]
fn old() -> u8 {
    1
}

