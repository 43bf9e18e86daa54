//! Why a dialect cannot be built.

use std::error::Error;
use std::fmt;

use super::current_field::CurrentField;
use crate::error::MAX_KEPT_CODE_LEN;

/// Smallest last-telemetry budget that always fits one failure, in bytes.
pub(super) const MIN_LAST_BUDGET: usize = 128;

/// Maximum number of waiting failures per authority.
pub(super) const MAX_CAPACITY: usize = 1024;

/// The error for a dialect whose parts contradict each other.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
///
/// const REQUEST: &[FieldSpec] = &[FieldSpec::new(CurrentField::Api)];
/// let error = Dialect::custom("contoso").request(5, REQUEST).build().unwrap_err();
/// assert_eq!(error.to_string(), "expected 5 fields in the second segment of schema 5, found 1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDialect(Problem);

impl From<Problem> for InvalidDialect {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    UnknownSchema(u8),
    RequestFields {
        schema: u8,
        expected: usize,
        found: usize,
    },
    Message(&'static str),
    UnsafeText(&'static str),
    LastBudget(usize),
    CodeLen(usize),
    Capacity(usize),
    /// A field, and what is wrong with its slot.
    Field(CurrentField, &'static str),
}

impl fmt::Display for InvalidDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::UnknownSchema(schema) => {
                write!(f, "expected schema 2, 3, 4, or 5, found {schema}")
            }
            Problem::RequestFields {
                schema,
                expected,
                found,
            } => write!(
                f,
                "expected {expected} fields in the second segment of schema {schema}, found {found}"
            ),
            Problem::Message(message) => f.write_str(message),
            Problem::UnsafeText(text) => {
                write!(
                    f,
                    "`{}` is not valid text for a header field",
                    text.escape_debug()
                )
            }
            Problem::LastBudget(bytes) => {
                write!(
                    f,
                    "expected a last-telemetry budget of at least {MIN_LAST_BUDGET} bytes, found {bytes}"
                )
            }
            Problem::CodeLen(bytes) => {
                write!(
                    f,
                    "expected an error code length of 1 to {MAX_KEPT_CODE_LEN} bytes, found {bytes}"
                )
            }
            Problem::Capacity(kept) => {
                write!(
                    f,
                    "expected a capacity of 1 to {MAX_CAPACITY} failures, found {kept}"
                )
            }
            Problem::Field(field, reason) => write!(f, "`{}` {reason}", field.name()),
        }
    }
}

impl Error for InvalidDialect {}
