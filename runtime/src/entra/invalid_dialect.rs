//! Why a dialect cannot be built.

use std::error::Error;
use std::fmt;

use super::field::CurrentField;
use crate::error::MAX_KEPT_CODE_LEN;

/// Least budget for the last-telemetry header that is sure to hold one failure, in bytes.
pub(super) const MIN_LAST_BUDGET: usize = 128;

/// Most failures that may wait per authority.
pub(super) const MAX_CAPACITY: usize = 1024;

/// Dialect whose parts contradict each other.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
///
/// const REQUEST: &[FieldSpec] = &[FieldSpec::new(CurrentField::Api)];
/// let error = Dialect::custom("contoso").request(5, REQUEST).build().unwrap_err();
/// assert_eq!(error.to_string(), "schema 5 has 5 fields in its second segment, not 1");
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
    ApiNotFirst,
    UnsafeText(&'static str),
    TwoTails,
    LastBudget(usize),
    CodeLen(usize),
    Capacity(usize),
    /// A field, and what is wrong with its place.
    Field(CurrentField, &'static str),
}

impl fmt::Display for InvalidDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::UnknownSchema(schema) => {
                write!(f, "schema {schema} is unknown, expected 2, 3, 4 or 5")
            }
            Problem::RequestFields {
                schema,
                expected,
                found,
            } => write!(
                f,
                "schema {schema} has {expected} fields in its second segment, not {found}"
            ),
            Problem::ApiNotFirst => f.write_str("the second segment begins with the API id"),
            Problem::TwoTails => f.write_str(
                "the last segment holds fields of its own or fields per failure, not both",
            ),
            Problem::UnsafeText(text) => {
                write!(f, "`{}` is no text for a header field", text.escape_debug())
            }
            Problem::LastBudget(bytes) => {
                write!(
                    f,
                    "{bytes} bytes hold no failure, expected at least {MIN_LAST_BUDGET}"
                )
            }
            Problem::CodeLen(bytes) => {
                write!(
                    f,
                    "error codes of {bytes} bytes, expected 1 to {MAX_KEPT_CODE_LEN}"
                )
            }
            Problem::Capacity(kept) => {
                write!(
                    f,
                    "{kept} failures cannot wait, expected 1 to {MAX_CAPACITY}"
                )
            }
            Problem::Field(field, reason) => write!(f, "`{}` {reason}", field.name()),
        }
    }
}

impl Error for InvalidDialect {}
