//! Parsers for the headers of this crate and the MSAL libraries, and for the server's responses.
//!
//! The schema number and the number of fields select the layout. Unknown codes stay numbers, and
//! fields after the known ones stay text. A delimiter inside a text is an error with its offset, never
//! a guess. Values longer than [`MAX_LEN`] bytes are rejected.
//!
//! # Examples
//!
//! ```
//! use token_telemetry::entra::read;
//!
//! let current = read::current("5|1004,2,centralus,3,4|0,1,1,,,")?.ok_or("empty")?;
//! for field in current.request() {
//!     println!("{} = {}", field.name().unwrap_or("?"), field.to_text());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod current;
mod extra_sku;
mod field;
mod last;
mod response;
mod schema;
mod span;

pub use current::{Current, current};
pub use extra_sku::extra_sku;
pub use field::{FieldKind, ParsedField};
pub use last::{Last, last};
pub use response::{
    CLIENT_DATA, CLIENT_DATA_QUERY, CLIENT_TELEMETRY, ClientData, ClientTelemetry, client_data,
    client_telemetry,
};
pub use span::MAX_LEN;

pub(super) use current::current_of_sku;
pub(super) use last::last_of_sku;

pub use crate::wire::{ReadError, Reason};
