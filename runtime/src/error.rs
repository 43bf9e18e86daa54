//! What a failed acquisition reports: error codes and failure classes, never error texts.

pub(crate) mod info;
mod kind;
mod sources;
mod sts;
mod transport;

pub(crate) use info::{DescribeError, ErrorInfo, MAX_KEPT_CODE_LEN, TransportError};
pub use kind::ErrorKind;
#[cfg(feature = "otel")]
pub(crate) use kind::KnownSuberror;
pub(crate) use sources::chain;
pub use sts::sts_codes_in;

pub use crate::client::InvalidClientInfo;
pub use crate::wire::InvalidRequestId;
