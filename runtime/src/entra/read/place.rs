//! What was found at one place of a header.

use crate::entra::field::CurrentField;
use crate::entra::platform_field::PlatformField;
use crate::entra::value::FieldValue;
use crate::wire::Scratch;

/// What was found at one place of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub(super) field: FieldOf,
    pub(super) value: Option<FieldValue<'a>>,
    pub(super) offset: usize,
}

/// Which field a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldOf {
    /// A field of the current-telemetry header, or one that the last segment has per failure.
    Current(CurrentField),
    /// A field of the last segment of the last-telemetry header.
    PlatformFields(PlatformField),
    /// A field behind those that are known.
    Unknown,
}

impl<'a> Place<'a> {
    /// Which field it is.
    #[must_use]
    pub fn field(&self) -> FieldOf {
        self.field
    }

    /// Name of the field, absent if it is not known.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        match self.field {
            FieldOf::Current(field) => Some(field.name()),
            FieldOf::PlatformFields(field) => Some(field.name()),
            FieldOf::Unknown => None,
        }
    }

    /// What stands there, absent if nothing does.
    #[must_use]
    pub fn value(&self) -> Option<&FieldValue<'a>> {
        self.value.as_ref()
    }

    /// Offset of the place in the value, in bytes.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The value as its field spells it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = Scratch::new();
        match (self.field, &self.value) {
            (_, None) => {}
            (FieldOf::Current(field), Some(value)) => field.write(value, &mut out),
            (FieldOf::PlatformFields(_) | FieldOf::Unknown, Some(value)) => value.write(&mut out),
        }
        out.as_str().to_owned()
    }
}
