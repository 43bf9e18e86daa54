//! Parses `x-client-last-telemetry`.

use super::error::{ReadError, Reason};
use super::field::{FieldKind, ParsedField};
use super::schema;
use super::span::Span;
use crate::entra::dialect::CurrentField;
use crate::entra::dialect::FieldValue;
use crate::entra::dialect::PlatformField;
use crate::entra::dialect::{Dialect, Header, LastForm};
use crate::entra::headers::{LastTelemetry, ReportedFailure};
use crate::wire::{ClientRequestId, FieldText};

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
    let Some((schema, parts)) = Parts::of(value.as_ref())? else {
        return Ok(None);
    };
    let dialects: Vec<&'static Dialect> = Dialect::presets()
        .iter()
        .filter(|dialect| dialect.schema == schema && dialect.sends(Header::LastTelemetry))
        .filter(|dialect| parts.fit(&dialect.last))
        .collect();
    let form = dialects.first().map(|dialect| &dialect.last);
    if form.is_none() && !parts.is_newer(schema) {
        return Err(parts.last_segment.error(Reason::UnknownLayout));
    }
    let platform_fields = form.map_or_else(
        || parts.unknown_fields(0),
        |form| parts.platform_fields(form),
    );
    Ok(Some(Last {
        schema,
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
        let Some((schema, parts)) = Parts::of(value.as_ref())? else {
            return Ok(None);
        };
        if schema != self.schema {
            return Err(ReadError {
                reason: Reason::UnknownSchema,
                offset: 0,
            });
        }
        if !parts.has_count(&self.last) && !parts.is_newer(schema) {
            return Err(parts.last_segment.error(Reason::UnknownLayout));
        }
        Ok(Some(parts.telemetry(&parts.platform_fields(&self.last))))
    }
}

/// The parts of the header, before its last segment is decoded.
struct Parts<'a> {
    hits: u64,
    failed: Vec<(Span<'a>, Span<'a>)>,
    codes: Vec<Span<'a>>,
    fields: Vec<Span<'a>>,
    last_segment: Span<'a>,
}

impl<'a> Parts<'a> {
    fn of(value: &'a [u8]) -> Result<Option<(u8, Self)>, ReadError> {
        let value = Span::of(value)?;
        if value.text.is_empty() {
            return Ok(None);
        }
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
        let parts = Self {
            hits,
            failed,
            codes,
            fields: last_segment.fields(),
            last_segment,
        };
        Ok(Some((schema, parts)))
    }

    /// Returns whether the last segment has as many fields as in a dialect.
    fn has_count(&self, form: &LastForm) -> bool {
        let known = form.platform_fields.len() + form.per_failure.len() * self.failed.len();
        let found = self.fields.len();
        // A single empty field looks like no field.
        found == known || (found == 0 && known == 1) || (form.open && found > known)
    }

    /// Returns whether there are more fields than in any layout: newer releases only append fields.
    fn is_newer(&self, schema: u8) -> bool {
        let same = Dialect::presets()
            .iter()
            .filter(|preset| preset.schema == schema);
        let fields = same.map(|preset| {
            preset.last.per_failure.len() * self.failed.len() + preset.last.platform_fields.len()
        });
        self.fields.len() > fields.max().unwrap_or_default()
    }

    /// Returns whether a dialect could have written this last segment.
    fn fit(&self, form: &LastForm) -> bool {
        let mut own = form.platform_fields.iter().zip(&self.fields);
        let mut of_failures = form.per_failure.iter().cycle().zip(&self.fields);
        self.has_count(form)
            && own.all(|(field, text)| field.could_be(text.text))
            && of_failures.all(|(field, text)| field.could_be(text.text))
    }

    /// Assigns the fields of the last segment to the layout of a dialect.
    fn platform_fields(&self, form: &LastForm) -> Vec<ParsedField<'a>> {
        let mut known: Vec<_> = if form.per_failure.is_empty() {
            let place = |(field, text): (&_, &Span<'a>)| platform_place(*field, *text);
            form.platform_fields
                .iter()
                .zip(&self.fields)
                .map(place)
                .collect()
        } else {
            let fields = form.per_failure.len() * self.failed.len();
            let place = |(field, text): (&CurrentField, &Span<'a>)| ParsedField {
                field: FieldKind::Current(*field),
                value: field.parse(text.text).unwrap_or_default(),
                offset: text.offset,
            };
            let cycle = form.per_failure.iter().cycle();
            cycle
                .zip(self.fields.iter().take(fields))
                .map(place)
                .collect()
        };
        known.extend(self.unknown_fields(known.len()));
        known
    }

    /// Returns the fields after the known ones.
    fn unknown_fields(&self, known: usize) -> Vec<ParsedField<'a>> {
        let place = |field: &Span<'a>| ParsedField {
            field: FieldKind::Unknown,
            value: Some(FieldText::trusted(field.text).into()),
            offset: field.offset,
        };
        self.fields.iter().skip(known).map(place).collect()
    }

    fn telemetry(&self, platform_fields: &[ParsedField<'a>]) -> LastTelemetry<'a> {
        let of_failures = platform_fields
            .iter()
            .filter(|place| matches!(place.field, FieldKind::Current(_)))
            .count();
        let per_failure = of_failures / self.failed.len().max(1);
        let mut telemetry = LastTelemetry::new(self.hits);
        for (at, ((api, id), code)) in self.failed.iter().zip(&self.codes).enumerate() {
            let failure = ReportedFailure::new(
                value_of(CurrentField::Api.parse(api.text).unwrap_or_default()),
                id_of(id.text),
                FieldText::trusted(code.text),
            );
            let own = platform_fields
                .iter()
                .skip(at * per_failure)
                .take(per_failure);
            telemetry = telemetry.with_failure(own.fold(failure, with_field));
        }
        for ParsedField { field, value, .. } in platform_fields {
            match (field, value.clone()) {
                (FieldKind::Platform(field), Some(value)) => {
                    telemetry = telemetry.with_platform_field(*field, value);
                }
                (FieldKind::Unknown, Some(FieldValue::Text(text))) => {
                    telemetry = telemetry.with_extra(text);
                }
                (FieldKind::Current(_) | FieldKind::Platform(_) | FieldKind::Unknown, _) => {}
            }
        }
        telemetry
    }
}

fn with_field<'a>(failure: ReportedFailure<'a>, place: &ParsedField<'a>) -> ReportedFailure<'a> {
    match (place.field, place.value.clone()) {
        (FieldKind::Current(field), Some(value)) => failure.with(field, value),
        (FieldKind::Current(_) | FieldKind::Platform(_) | FieldKind::Unknown, _) => failure,
    }
}

fn platform_place(field: PlatformField, text: Span<'_>) -> ParsedField<'_> {
    let parsed = field.parse(text.text).unwrap_or_default();
    // A default text parses to `None`; keep it, because the header contains it.
    let constant = || FieldText::trusted(text.text).into();
    let value = parsed.or_else(|| (!text.text.is_empty()).then(constant));
    ParsedField {
        field: FieldKind::Platform(field),
        value,
        offset: text.offset,
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
