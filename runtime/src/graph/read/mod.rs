//! Parsers for `SdkVersion`, which report the offset of each fault.
//!
//! There are three grammars, from the strictest to the most lenient: [`sender`] accepts what may be
//! sent, [`recipient`] accepts what RFC 9110 requires recipients to accept, and [`tolerant`] also
//! repairs two malformed values that some SDKs send, and reports each repair.
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
//! let features = core.feature_usage().ok_or("no featureUsage")??;
//! assert_eq!(features.bits(), 0x1003);
//!
//! let error = read::recipient("graph-go/1.0 graph-go-core/1.0").unwrap_err();
//! assert_eq!(error.to_string(), "expected a comma at byte 13");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod comment;
mod element;
mod parse;
mod repair;

use std::borrow::Cow;

use http::HeaderMap;

pub use self::comment::{CommentText, Pair};
pub(super) use self::element::in_sender_form;
pub use self::element::{Element, Elements, InvalidOrder, LegacyProduct};
use self::parse::Grammar;
pub(super) use self::parse::check_len;
pub use self::parse::{MAX_EMPTY_ELEMENTS, MAX_LEN};
pub use self::repair::{Repair, Repaired};
use super::sdk_version::SDK_VERSION;
pub use crate::wire::{ReadError, Reason};

/// Parses a value by the list rule for recipients in RFC 9110.
///
/// # Errors
///
/// Returns an error with the offset of the first fault.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let elements = read::recipient("graph-js/3.0.7,, graph-js-core/2.0.0")?;
/// assert_eq!(elements.len(), 2);
/// # Ok::<(), read::ReadError>(())
/// ```
pub fn recipient<T: AsRef<[u8]> + ?Sized>(value: &T) -> Result<Elements<'_>, ReadError> {
    parse::read(value.as_ref(), Grammar::Recipient).map(|read| read.elements)
}

/// Parses a value by the stricter rule for senders.
///
/// # Errors
///
/// Returns an error with the offset of the first fault.
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

/// Parses a value by the rule for recipients, repairing known mistakes of other SDKs.
///
/// # Errors
///
/// Returns an error with the offset of the first fault that cannot be repaired.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let repaired = read::tolerant("graph-php/2.0.0, graph-php-core/2.3.1, (featureUsage=0x2)")?;
/// assert_eq!(repaired.repairs, [read::Repair::OrphanCommentJoinedToPrevious]);
/// assert_eq!(
///     repaired.elements.to_bytes(),
///     b"graph-php/2.0.0, graph-php-core/2.3.1 (featureUsage=0x2)",
/// );
/// # Ok::<(), token_telemetry::graph::read::ReadError>(())
/// ```
pub fn tolerant<T: AsRef<[u8]> + ?Sized>(value: &T) -> Result<Repaired<'_>, ReadError> {
    parse::read(value.as_ref(), Grammar::Tolerant)
}

/// Returns the `SdkVersion` of a request as one value, joining several header lines in order.
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
/// let value = read::joined(&headers).ok_or("no header")?;
/// assert_eq!(&*value, b"MyApp/1.0, graph-java/6.1.1");
/// assert_eq!(read::recipient(&value)?.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
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
