//! The fields of the last segment of `x-client-last-telemetry`.

use super::value::FieldValue;
use crate::wire::{FieldText, InvalidFieldText, digits};

/// One place in the last segment of the last-telemetry header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlatformField {
    /// This text, unless it is set to another.
    Constant(&'static str),
    /// Number of failures that wait, with the ones in this header.
    Waiting,
    /// Whether some of the waiting failures are not in this header.
    Overflow,
    /// Whether all of the waiting failures are in this header.
    AllSent,
}

impl PlatformField {
    /// Name of the field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant(_) => "platform_schema",
            Self::Waiting => "error_count",
            Self::Overflow => "overflow",
            Self::AllSent => "all_telemetry_sent",
        }
    }

    /// Value that the text of this field stands for; absent if it is what the dialect would write.
    ///
    /// # Errors
    ///
    /// When the text holds a delimiter.
    pub fn parse(self, text: &str) -> Result<Option<FieldValue<'_>>, InvalidFieldText> {
        let checked = FieldText::new(text)?;
        if text == self.blank() {
            return Ok(None);
        }
        Ok(Some(match (self, text) {
            (_, "") => FieldValue::Blank,
            (Self::Overflow | Self::AllSent, "0" | "1") => FieldValue::Flag(text == "1"),
            (Self::Waiting, text) => FieldValue::number(text).unwrap_or(FieldValue::Text(checked)),
            (Self::Constant(_) | Self::Overflow | Self::AllSent, _) => FieldValue::Text(checked),
        }))
    }

    /// Whether an SDK that follows the rules could have written this text.
    pub(super) fn could_be(self, text: &str) -> bool {
        match self {
            Self::Constant(constant) => text == constant,
            Self::Waiting => FieldValue::number(text).is_some(),
            Self::Overflow | Self::AllSent => matches!(text, "" | "0" | "1"),
        }
    }

    /// Text that is written while the field is not known.
    pub(super) const fn blank(self) -> &'static str {
        match self {
            Self::Constant(text) => text,
            Self::Waiting | Self::Overflow | Self::AllSent => "",
        }
    }

    /// Length of the field if so many failures wait.
    pub(super) const fn len(self, waiting: usize) -> usize {
        match self {
            Self::Constant(text) => text.len(),
            Self::Waiting => digits(waiting as u64),
            Self::Overflow | Self::AllSent => 1,
        }
    }
}
