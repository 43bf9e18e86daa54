//! Reading of `SdkVersion` values, with the place of every fault.
//!
//! Three grammars, from the narrowest: [`sender`] is what may be written, [`recipient`] what
//! RFC 9110 makes a recipient take, and [`tolerant`] repairs two values that some SDKs really
//! send, and names each repair.
//!
//! ```text
//! sender    = element *( OWS "," OWS element )
//! recipient = [ element ] *( OWS "," OWS [ element ] )     ; at least one element
//! element   = token [ "/" token ] [ RWS comment ]          ; at most one comment
//! ```
//!
//! # Examples
//!
//! ```
//! use token_telemetry::graph::read;
//!
//! let elements = read::recipient("graph-java/6.1.1, graph-java-core/3.1.1 (featureUsage=1003)")?;
//! let core = elements.last();
//! assert_eq!(core.name(), "graph-java-core");
//! let features = core.feature_usage().expect("the comment has it")?;
//! assert_eq!(features.bits(), 0x1003);
//!
//! let error = read::recipient("graph-go/1.0 graph-go-core/1.0").unwrap_err();
//! assert_eq!(error.to_string(), "expected a comma at byte 13");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod comment;
mod element;
mod error;
mod parse;
mod tolerant;

use std::borrow::Cow;

use http::HeaderMap;

pub use self::comment::{CommentText, Pair};
pub(super) use self::element::in_sender_form;
pub use self::element::{Element, Elements, LegacyProduct, OrderFault};
pub use self::error::{ReadError, Reason};
use self::parse::Grammar;
pub use self::tolerant::{Repair, Repaired, tolerant};
use super::sdk_version::SDK_VERSION;

/// Longest value that is read, in bytes; no document sets a limit, so this one is ours.
pub const MAX_LEN: usize = 8192;

/// Most empty list elements that are skipped; RFC 9110 asks for "a reasonable number".
pub const MAX_EMPTY_ELEMENTS: usize = 16;

/// Reads a value by the rule for recipients of lists in RFC 9110.
///
/// # Errors
///
/// The first fault and its place.
pub fn recipient<T: AsRef<[u8]> + ?Sized>(value: &T) -> Result<Elements<'_>, ReadError> {
    parse::read(value.as_ref(), Grammar::Recipient).map(|read| read.elements)
}

/// Reads a value by the narrower rule for what may be sent.
///
/// # Errors
///
/// The first fault and its place.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let error = read::sender("graph-js/3.0.7, ").unwrap_err();
/// assert_eq!(error.reason(), read::Reason::OuterWhitespace);
/// assert!(read::recipient("graph-js/3.0.7, ").is_ok());
/// ```
pub fn sender<T: AsRef<[u8]> + ?Sized>(value: &T) -> Result<Elements<'_>, ReadError> {
    parse::read(value.as_ref(), Grammar::Sender).map(|read| read.elements)
}

/// The `SdkVersion` of a request as one value; several lines are joined in their order.
///
/// # Examples
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use token_telemetry::graph::{SDK_VERSION, read};
///
/// let mut headers = HeaderMap::new();
/// headers.append(SDK_VERSION, HeaderValue::from_static("MyApp/1.0"));
/// headers.append(SDK_VERSION, HeaderValue::from_static("graph-java/6.1.1"));
/// let value = read::joined(&headers).expect("the header is there");
/// assert_eq!(&*value, b"MyApp/1.0, graph-java/6.1.1");
/// assert_eq!(read::recipient(&value)?.len(), 2);
/// # Ok::<(), token_telemetry::graph::read::ReadError>(())
/// ```
#[must_use]
pub fn joined(headers: &HeaderMap) -> Option<Cow<'_, [u8]>> {
    let mut lines = headers.get_all(SDK_VERSION).iter();
    let mut value = Cow::Borrowed(lines.next()?.as_bytes());
    for line in lines {
        let value = value.to_mut();
        value.extend_from_slice(b", ");
        value.extend_from_slice(line.as_bytes());
    }
    Some(value)
}

/// Says that a value is too long for a reader, if it is.
pub(super) fn too_long(value: &[u8]) -> Option<ReadError> {
    (value.len() > MAX_LEN).then_some(ReadError {
        reason: Reason::TooLong,
        offset: MAX_LEN,
    })
}
