//! One parsed field and its position.

use super::span::Span;
use crate::entra::dialect::CurrentField;
use crate::entra::dialect::FieldValue;
use crate::entra::dialect::PlatformField;
use crate::wire::{FieldText, Scratch};

/// A parsed field of a header, with its position.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let current = read::current("4|301,3|")?.ok_or("empty")?;
/// let [api, cache_info] = current.request() else { unreachable!() };
/// assert_eq!((api.name(), api.to_text()), (Some("api_id"), "301".to_owned()));
/// assert_eq!(cache_info.offset(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedField<'a> {
    pub(super) field: FieldKind,
    pub(super) value: Option<FieldValue<'a>>,
    pub(super) offset: usize,
}

/// Identifies the field of a [`ParsedField`].
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, read::{self, FieldKind}};
///
/// let current = read::current("4|301,3|")?.ok_or("empty")?;
/// assert_eq!(current.request()[0].field(), FieldKind::Current(CurrentField::Api));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldKind {
    /// A field of the current-telemetry header, or one that is repeated for each failure.
    Current(CurrentField),
    /// A field of the last segment of the last-telemetry header.
    Platform(PlatformField),
    /// A field after the known ones.
    Unknown,
}

impl FieldKind {
    /// Returns whether a library could have written this text.
    pub(super) fn could_be(self, text: &str) -> bool {
        match self {
            Self::Current(field) => field.could_be(text),
            Self::Platform(field) => field.could_be(text),
            Self::Unknown => true,
        }
    }
}

impl<'a> ParsedField<'a> {
    /// Parses the text of a field.
    pub(super) fn new(field: FieldKind, text: Span<'a>) -> Self {
        let verbatim = || FieldText::trusted(text.text).into();
        // Parsing cannot fail: text between delimiters contains none.
        let value = match field {
            FieldKind::Current(field) => field.parse(text.text).unwrap_or_default(),
            // A default text parses to `None`; keep it, because the header contains it.
            FieldKind::Platform(field) => field
                .parse(text.text)
                .unwrap_or_default()
                .or_else(|| (!text.text.is_empty()).then(verbatim)),
            FieldKind::Unknown => Some(verbatim()),
        };
        Self {
            field,
            value,
            offset: text.offset,
        }
    }

    /// Returns which field this is.
    #[must_use]
    pub fn field(&self) -> FieldKind {
        self.field
    }

    /// Returns the name of the field, or `None` if the field is unknown.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        match self.field {
            FieldKind::Current(field) => Some(field.name()),
            FieldKind::Platform(field) => Some(field.name()),
            FieldKind::Unknown => None,
        }
    }

    /// Returns the value, or `None` if the field is empty or has its default text.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{FieldValue, read};
    ///
    /// let current = read::current("4|301,3|")?.ok_or("empty")?;
    /// assert_eq!(current.request()[0].value(), Some(&FieldValue::Number(301)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> Option<&FieldValue<'a>> {
        self.value.as_ref()
    }

    /// Returns the byte offset of the field in the header value.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the value in the encoding of its field.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::read;
    ///
    /// let current = read::current("4|301,3|")?.ok_or("empty")?;
    /// assert_eq!(current.request()[1].to_text(), "3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = Scratch::new();
        match (self.field, &self.value) {
            (_, None) => {}
            (FieldKind::Current(field), Some(value)) => field.write(value, &mut out),
            (FieldKind::Platform(_) | FieldKind::Unknown, Some(value)) => value.write(&mut out),
        }
        out.as_str().to_owned()
    }
}
