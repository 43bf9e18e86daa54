//! Parses `x-client-last-telemetry`.

use std::iter;

use super::field::{FieldKind, ParsedField};
use super::schema::{check_schema, narrow, presets, schema};
use super::span::Span;
use crate::entra::dialect::CurrentField;
use crate::entra::dialect::FieldValue;
use crate::entra::dialect::{Dialect, Header, LastForm};
use crate::entra::headers::{LastTelemetry, ReportedFailure};
use crate::wire::{ClientRequestId, FieldText};
use crate::wire::{ReadError, Reason};

/// A parsed last-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, read};
///
/// let last = read::last("5|3|||2,1")?.ok_or("empty")?;
/// assert_eq!(last.telemetry().hits(), 3);
/// assert!(last.dialects().contains(&&Dialect::msal_node()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last<'a> {
    schema: u8,
    platform_fields: Vec<ParsedField<'a>>,
    telemetry: LastTelemetry<'a>,
    dialects: Vec<&'static Dialect>,
}

impl<'a> Last<'a> {
    /// Returns the schema number.
    #[must_use]
    pub fn schema(&self) -> u8 {
        self.schema
    }

    /// Returns the fields of the last segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::read;
    ///
    /// let last = read::last("5|3|||2,1")?.ok_or("empty")?;
    /// let names: Vec<_> = last.platform_fields().iter().filter_map(|field| field.name()).collect();
    /// assert_eq!(names, ["error_count", "overflow"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn platform_fields(&self) -> &[ParsedField<'a>] {
        &self.platform_fields
    }

    /// Returns the value, independent of its layout.
    #[must_use]
    pub fn telemetry(&self) -> &LastTelemetry<'a> {
        &self.telemetry
    }

    /// Returns the presets that could have written the header; the first one names the fields.
    ///
    /// Empty if no preset has such a last segment.
    #[must_use]
    pub fn dialects(&self) -> &[&'static Dialect] {
        &self.dialects
    }
}

/// Parses `x-client-last-telemetry` of any known library.
///
/// Returns `None` for an empty value, which some libraries send.
///
/// # Errors
///
/// Returns an error with the offset and the reason if the value is malformed.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let last = read::last("5|3|1004,ad8c894a-557f-48c0-b045-c129590c344e|invalid_client|")?;
/// let last = last.ok_or("empty")?;
/// assert_eq!(last.telemetry().hits(), 3);
/// assert_eq!(last.telemetry().failures()[0].code(), "invalid_client");
///
/// let error = read::last("4|0|730,a|b,c|").unwrap_err();
/// assert_eq!(error.reason(), read::Reason::WrongCodeCount);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn last(value: &(impl AsRef<[u8]> + ?Sized)) -> Result<Option<Last<'_>>, ReadError> {
    last_of_sku(value.as_ref(), None)
}

/// Parses the header of a library, or of any known one if it does not match that library.
pub(in crate::entra) fn last_of_sku<'a>(
    value: &'a [u8],
    sku: Option<&str>,
) -> Result<Option<Last<'a>>, ReadError> {
    let Some(value) = Span::of(value)? else {
        return Ok(None);
    };
    let parts = Parts::of(value)?;
    let mut dialects: Vec<_> = presets(parts.schema, Header::LastTelemetry)
        .filter(|dialect| parts.fit(&dialect.last))
        .collect();
    narrow(&mut dialects, sku);
    if dialects.is_empty() && !parts.is_newer() {
        return Err(parts.last_segment.error(Reason::UnknownLayout));
    }
    let first = dialects.first().map(|dialect| parts.layout(&dialect.last));
    let platform_fields = parts.parse(first.into_iter().flatten());
    Ok(Some(Last {
        schema: parts.schema,
        telemetry: parts.telemetry(&platform_fields),
        platform_fields,
        dialects,
    }))
}

impl Dialect {
    /// Parses a last-telemetry header of this dialect; returns `None` for an empty value.
    ///
    /// # Errors
    ///
    /// Returns an error with the offset and the reason if the value does not match the dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let last = Dialect::msal_python().read_last("4|2|301,id|invalid_grant|")?.ok_or("empty")?;
    /// assert_eq!(last.hits(), 2);
    /// assert_eq!(last.failures()[0].code(), "invalid_grant");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_last<'a>(
        &self,
        value: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Result<Option<LastTelemetry<'a>>, ReadError> {
        let Some(value) = Span::of(value.as_ref())? else {
            return Ok(None);
        };
        let parts = Parts::of(value)?;
        check_schema(parts.schema, self)?;
        if !parts.has_count(&self.last) && !parts.is_newer() {
            return Err(parts.last_segment.error(Reason::UnknownLayout));
        }
        let platform_fields = parts.parse(parts.layout(&self.last));
        Ok(Some(parts.telemetry(&platform_fields)))
    }
}

/// The parts of the header, before its last segment is decoded.
struct Parts<'a> {
    schema: u8,
    hits: u64,
    failed: Vec<(Span<'a>, Span<'a>)>,
    codes: Vec<Span<'a>>,
    fields: Vec<Span<'a>>,
    last_segment: Span<'a>,
}

impl<'a> Parts<'a> {
    fn of(value: Span<'a>) -> Result<Self, ReadError> {
        let [number, hits, failed, codes, last_segment] = value.segments()?;
        let schema = schema(number)?;
        let Some(FieldValue::Number(hits)) = FieldValue::number(hits.text) else {
            return Err(hits.error(Reason::NotANumber));
        };
        let failed = pairs(failed)?;
        let codes = if failed.is_empty() {
            codes.fields()
        } else {
            codes.split(',').collect()
        };
        if codes.len() != failed.len() {
            let extra = codes.get(failed.len()).or_else(|| codes.last());
            let fault = extra.copied().unwrap_or(last_segment);
            return Err(fault.error(Reason::WrongCodeCount));
        }
        Ok(Self {
            schema,
            hits,
            failed,
            codes,
            fields: last_segment.fields(),
            last_segment,
        })
    }

    /// Returns the fields that a dialect writes in the last segment.
    fn layout(&self, form: &LastForm) -> impl Iterator<Item = FieldKind> + use<> {
        let of_failures = iter::repeat_n(form.per_failure, self.failed.len()).flatten();
        let own = form
            .platform_fields
            .iter()
            .copied()
            .map(FieldKind::Platform);
        own.chain(of_failures.copied().map(FieldKind::Current))
    }

    /// Returns whether the last segment has as many fields as a dialect writes.
    fn has_count(&self, form: &LastForm) -> bool {
        let (known, found) = (self.layout(form).count(), self.fields.len());
        // A single empty field looks like no field.
        found == known || (found == 0 && known == 1) || (form.open && found > known)
    }

    /// Returns whether there are more fields than in any layout: newer releases only append fields.
    fn is_newer(&self) -> bool {
        let is_longer = |dialect: &Dialect| self.fields.len() > self.layout(&dialect.last).count();
        presets(self.schema, Header::LastTelemetry).all(is_longer)
    }

    /// Returns whether a dialect could have written this last segment.
    fn fit(&self, form: &LastForm) -> bool {
        let mut fields = self.layout(form).zip(&self.fields);
        self.has_count(form) && fields.all(|(field, text)| field.could_be(text.text))
    }

    /// Assigns the fields of the last segment to a layout.
    fn parse(&self, layout: impl Iterator<Item = FieldKind>) -> Vec<ParsedField<'a>> {
        let kinds = layout.chain(iter::repeat(FieldKind::Unknown));
        let fields = kinds.zip(&self.fields);
        fields
            .map(|(kind, text)| ParsedField::new(kind, *text))
            .collect()
    }

    fn telemetry(&self, platform_fields: &[ParsedField<'a>]) -> LastTelemetry<'a> {
        let of_failures = platform_fields
            .iter()
            .filter(|field| matches!(field.field, FieldKind::Current(_)))
            .count();
        let per_failure = of_failures / self.failed.len().max(1);
        let mut platform_fields = platform_fields.iter();
        let mut telemetry = LastTelemetry::new(self.hits);
        for ((api, id), code) in self.failed.iter().zip(&self.codes) {
            let mut failure = ReportedFailure::new(
                value_of(CurrentField::Api.parse(api.text).unwrap_or_default()),
                id_of(id.text),
                FieldText::trusted(code.text),
            );
            for parsed in platform_fields.by_ref().take(per_failure) {
                if let (FieldKind::Current(field), Some(value)) = (parsed.field, &parsed.value) {
                    failure = failure.with(field, value.clone());
                }
            }
            telemetry = telemetry.with_failure(failure);
        }
        for parsed in platform_fields {
            telemetry = match (parsed.field, parsed.value.clone()) {
                (FieldKind::Platform(field), Some(value)) => {
                    telemetry.with_platform_field(field, value)
                }
                (FieldKind::Unknown, Some(FieldValue::Text(text))) => telemetry.with_extra(text),
                (FieldKind::Current(_) | FieldKind::Platform(_) | FieldKind::Unknown, _) => {
                    telemetry
                }
            };
        }
        telemetry
    }
}

/// Splits the failures into pairs of API id and correlation id.
fn pairs(failed: Span<'_>) -> Result<Vec<(Span<'_>, Span<'_>)>, ReadError> {
    let mut fields = failed.fields().into_iter();
    let mut pairs = Vec::new();
    while let Some(api) = fields.next() {
        let id = fields
            .next()
            .ok_or_else(|| api.error(Reason::UnpairedFailure))?;
        pairs.push((api, id));
    }
    Ok(pairs)
}

fn id_of(text: &str) -> FieldValue<'_> {
    match text.parse::<ClientRequestId>() {
        // Keep any other spelling as text, so that rendering restores it.
        Ok(id) if id.to_string() == text => id.into(),
        _ => value_of((!text.is_empty()).then(|| FieldValue::trusted(text))),
    }
}

fn value_of(value: Option<FieldValue<'_>>) -> FieldValue<'_> {
    value.unwrap_or(FieldValue::Blank)
}
