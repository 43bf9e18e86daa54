//! Reads the headers back: what this crate and the MSAL libraries send, and what is answered.
//!
//! The schema is taken by its number and the layout by the count of fields. Numbers that no table
//! has stay numbers, fields behind the known ones stay text, and a delimiter inside a text is an
//! error with its place, never a guess. Values of more than [`MAX_LEN`] bytes are not read.

mod answers;
mod current;
mod error;
mod extra_sku;
mod last;
mod place;
mod span;

pub use answers::{
    CLIENT_DATA, CLIENT_TELEMETRY, ClientData, ClientTelemetry, client_data, client_telemetry,
};
pub use current::{Current, current};
pub use error::{ReadError, Reason};
pub use extra_sku::extra_sku;
pub use last::{Last, last};
pub use place::{FieldOf, Place};

use span::Span;

/// Longest value that is read, in bytes; no library or document sets a limit, so this one is ours.
///
/// It is about twice what the longest known header needs, that of MSAL.NET until 4.48.
pub const MAX_LEN: usize = 16 * 1024;

/// Schema number of a first segment.
fn schema(number: Span<'_>) -> Result<u8, ReadError> {
    match number.text {
        "2" => Ok(2),
        "3" => Ok(3),
        "4" => Ok(4),
        "5" => Ok(5),
        _ => Err(number.error(Reason::UnknownSchema)),
    }
}
