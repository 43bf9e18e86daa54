//! The fields of the last segment of `x-client-last-telemetry`.

use super::value::FieldValue;
use crate::wire::{FieldText, InvalidFieldText, digits};

/// A field in the last segment of the last-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, PlatformField};
///
/// const FIELDS: &[PlatformField] = &[PlatformField::Constant("2"), PlatformField::AllSent];
/// assert_eq!(Dialect::msal_android().platform_fields(), FIELDS);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlatformField {
    /// This text, unless another value is set.
    Constant(&'static str),
    /// The number of waiting failures, including those in this header.
    Waiting,
    /// Whether some waiting failures did not fit in this header.
    Overflow,
    /// Whether this header contains all waiting failures.
    AllSent,
}

impl PlatformField {
    /// Returns the name of the field.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::PlatformField;
    ///
    /// assert_eq!(PlatformField::Overflow.name(), "overflow");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant(_) => "platform_schema",
            Self::Waiting => "error_count",
            Self::Overflow => "overflow",
            Self::AllSent => "all_telemetry_sent",
        }
    }

    /// Parses the text of this field; returns `None` for the default text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text contains a delimiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{FieldValue, PlatformField};
    ///
    /// assert_eq!(PlatformField::Waiting.parse("2")?, Some(FieldValue::Number(2)));
    /// assert_eq!(PlatformField::Constant("2").parse("2")?, None);
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    pub fn parse(self, text: &str) -> Result<Option<FieldValue<'_>>, InvalidFieldText> {
        let checked = FieldText::new(text)?;
        if text == self.default_text() {
            return Ok(None);
        }
        Ok(Some(match (self, text) {
            (_, "") => FieldValue::Blank,
            (Self::Overflow | Self::AllSent, "0" | "1") => FieldValue::Flag(text == "1"),
            (Self::Waiting, text) => FieldValue::number(text).unwrap_or(FieldValue::Text(checked)),
            (Self::Constant(_) | Self::Overflow | Self::AllSent, _) => FieldValue::Text(checked),
        }))
    }

    /// Returns whether a conforming SDK could have written this text.
    pub(crate) fn could_be(self, text: &str) -> bool {
        match self {
            Self::Constant(constant) => text == constant,
            Self::Waiting => FieldValue::number(text).is_some(),
            Self::Overflow | Self::AllSent => matches!(text, "" | "0" | "1"),
        }
    }

    /// Returns the text that is written while the field is unknown.
    pub(crate) const fn default_text(self) -> &'static str {
        match self {
            Self::Constant(text) => text,
            Self::Waiting | Self::Overflow | Self::AllSent => "",
        }
    }

    /// Returns the length of the field while `waiting` failures wait.
    pub(crate) const fn len(self, waiting: usize) -> usize {
        match self {
            Self::Constant(text) => text.len(),
            Self::Waiting => digits(waiting as u64),
            Self::Overflow | Self::AllSent => 1,
        }
    }
}
