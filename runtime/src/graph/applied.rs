//! What was done to the headers of a request.

use super::read::ReadError;
use crate::wire::ClientRequestId;

/// What was done to the headers of a request, including earlier attempts.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Headers, Product, SdkVersion};
///
/// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
/// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
/// let mut map = http::HeaderMap::new();
/// let applied = headers.apply(&"https://graph.microsoft.com/v1.0/me".parse()?, &mut map);
/// if let Some(id) = applied.client_request_id {
///     println!("request {id}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Whether the last attempt has the headers.
    ///
    /// `false` if its host is not Graph's, or the level is [`Level::Off`](super::Level::Off).
    pub is_written: bool,
    /// The id of the request at Graph, for logs; `None` if the application's id is not a GUID.
    pub client_request_id: Option<ClientRequestId>,
    /// Whether the application's id was replaced because it was not a GUID.
    pub replaced_request_id: bool,
    /// The error because of which the application's `SdkVersion` was replaced.
    pub replaced_sdk_version: Option<ReadError>,
}
