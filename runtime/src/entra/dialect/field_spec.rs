//! A slot for one field in the current-telemetry header.

use super::current_field::CurrentField;
use super::value::FieldValue;
use crate::wire::InvalidFieldText;

/// A slot for one field in the current-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldSpec};
///
/// const PLATFORM: &[FieldSpec] = &[
///     FieldSpec::new(CurrentField::TokenType).default_text("1"),
///     FieldSpec::new(CurrentField::BrokerError).optional(),
/// ];
/// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
/// assert_eq!(CurrentTelemetry::new().render(&dialect), "5|,0,,,|1");
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub(crate) field: CurrentField,
    pub(crate) default_text: &'static str,
    pub(crate) optional: bool,
}

impl FieldSpec {
    /// Creates a slot that stays empty while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const REGION: FieldSpec = FieldSpec::new(CurrentField::RegionUsed);
    /// assert_eq!(REGION.field(), CurrentField::RegionUsed);
    /// ```
    #[must_use]
    pub const fn new(field: CurrentField) -> Self {
        Self {
            field,
            default_text: "",
            optional: false,
        }
    }

    /// Writes this text while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const CACHE_INFO: FieldSpec = FieldSpec::new(CurrentField::CacheInfo).default_text("0");
    /// # assert_eq!(CACHE_INFO.field(), CurrentField::CacheInfo);
    /// ```
    #[must_use]
    pub const fn default_text(mut self, text: &'static str) -> Self {
        self.default_text = text;
        self
    }

    /// Omits the slot and its delimiter while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const BROKER_ERROR: FieldSpec = FieldSpec::new(CurrentField::BrokerError).optional();
    /// assert!(BROKER_ERROR.is_optional());
    /// ```
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Returns the field in this slot.
    #[must_use]
    pub const fn field(&self) -> CurrentField {
        self.field
    }

    /// Returns whether the slot is omitted while the field is unknown.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Parses the text in this slot; returns `None` if the field is unknown.
    ///
    /// # Errors
    ///
    /// Returns an error if the text contains a delimiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec, FieldValue};
    ///
    /// let legacy_cache = FieldSpec::new(CurrentField::LegacyCache);
    /// assert_eq!(legacy_cache.parse("1")?, Some(FieldValue::Flag(true)));
    /// assert_eq!(legacy_cache.parse("")?, None);
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    pub fn parse<'a>(&self, text: &'a str) -> Result<Option<FieldValue<'a>>, InvalidFieldText> {
        Ok(self.field.parse(text)?.or_else(|| self.blank()))
    }

    /// Returns the value of an empty slot, for which a default text would be written.
    pub(crate) fn blank(&self) -> Option<FieldValue<'static>> {
        (!self.default_text.is_empty()).then_some(FieldValue::Blank)
    }
}
