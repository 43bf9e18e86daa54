//! Reads `x-client-last-telemetry`.

use super::error::{ReadError, Reason};
use super::place::{FieldOf, Place};
use super::schema;
use super::span::Span;
use crate::entra::dialect::{Dialect, Header, LastForm};
use crate::entra::field::CurrentField;
use crate::entra::last::{LastTelemetry, ReportedFailure};
use crate::entra::platform_field::PlatformField;
use crate::entra::value::FieldValue;
use crate::wire::{ClientRequestId, FieldText};

/// A last-telemetry header that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last<'a> {
    schema: u8,
    tail: Vec<Place<'a>>,
    telemetry: LastTelemetry<'a>,
    dialects: Vec<&'static Dialect>,
}

impl<'a> Last<'a> {
    /// Schema number of the header.
    #[must_use]
    pub fn schema(&self) -> u8 {
        self.schema
    }

    /// The places of the last segment.
    #[must_use]
    pub fn tail(&self) -> &[Place<'a>] {
        &self.tail
    }

    /// The value, free of its layout.
    #[must_use]
    pub fn telemetry(&self) -> &LastTelemetry<'a> {
        &self.telemetry
    }

    /// Presets that could have written the header; the last segment is read as the first has it.
    ///
    /// Empty if no preset has such a last segment.
    #[must_use]
    pub fn dialects(&self) -> &[&'static Dialect] {
        &self.dialects
    }
}

/// Reads the header of any known library; an empty value, which some send, is none.
///
/// # Errors
///
/// When the value breaks the format; the error tells where and why.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let last = read::last("5|3|1004,ad8c894a-557f-48c0-b045-c129590c344e|invalid_client|")?;
/// let last = last.unwrap();
/// assert_eq!(last.telemetry().hits(), 3);
/// assert_eq!(last.telemetry().failures()[0].code(), "invalid_client");
///
/// let error = read::last("4|0|730,a|b,c|").unwrap_err();
/// assert_eq!(error.reason(), read::Reason::WrongCodeCount);
/// # Ok::<(), read::ReadError>(())
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
        return Err(parts.tail_start.error(Reason::UnknownLayout));
    }
    let tail = form.map_or_else(|| parts.unknown_tail(0), |form| parts.tail_in(form));
    Ok(Some(Last {
        schema,
        telemetry: parts.telemetry(&tail),
        tail,
        dialects,
    }))
}

impl Dialect {
    /// Reads a last-telemetry header of this dialect; an empty value is none.
    ///
    /// # Errors
    ///
    /// When the value is not of the dialect; the error tells where and why.
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
            return Err(parts.tail_start.error(Reason::UnknownLayout));
        }
        Ok(Some(parts.telemetry(&parts.tail_in(&self.last))))
    }
}

/// The parts of the header, before its last segment is understood.
struct Parts<'a> {
    hits: u64,
    failed: Vec<(Span<'a>, Span<'a>)>,
    codes: Vec<Span<'a>>,
    tail: Vec<Span<'a>>,
    tail_start: Span<'a>,
}

impl<'a> Parts<'a> {
    fn of(value: &'a [u8]) -> Result<Option<(u8, Self)>, ReadError> {
        let value = Span::of(value)?;
        if value.text.is_empty() {
            return Ok(None);
        }
        let [number, hits, failed, codes, tail] = value.segments()?;
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
            let place = extra.copied().unwrap_or(tail);
            return Err(place.error(Reason::WrongCodeCount));
        }
        let parts = Self {
            hits,
            failed,
            codes,
            tail: tail.fields(),
            tail_start: tail,
        };
        Ok(Some((schema, parts)))
    }

    /// Whether the last segment has as many fields as in a dialect.
    fn has_count(&self, form: &LastForm) -> bool {
        let known = form.tail.len() + form.per_failure.len() * self.failed.len();
        let found = self.tail.len();
        // A single blank field leaves no trace.
        found == known || (found == 0 && known == 1) || (form.open && found > known)
    }

    /// Whether there are more fields than any layout has: producers only append.
    fn is_newer(&self, schema: u8) -> bool {
        let same = Dialect::presets()
            .iter()
            .filter(|preset| preset.schema == schema);
        let fields = same.map(|preset| {
            preset.last.per_failure.len() * self.failed.len() + preset.last.tail.len()
        });
        self.tail.len() > fields.max().unwrap_or_default()
    }

    /// Whether a dialect could have written this last segment.
    fn fit(&self, form: &LastForm) -> bool {
        let mut own = form.tail.iter().zip(&self.tail);
        let mut of_failures = form.per_failure.iter().cycle().zip(&self.tail);
        self.has_count(form)
            && own.all(|(field, text)| field.could_be(text.text))
            && of_failures.all(|(field, text)| field.could_be(text.text))
    }

    fn tail_in(&self, form: &LastForm) -> Vec<Place<'a>> {
        let mut known: Vec<_> = if form.per_failure.is_empty() {
            let place = |(field, text): (&_, &Span<'a>)| tail_place(*field, *text);
            form.tail.iter().zip(&self.tail).map(place).collect()
        } else {
            let fields = form.per_failure.len() * self.failed.len();
            let place = |(field, text): (&CurrentField, &Span<'a>)| Place {
                field: FieldOf::Current(*field),
                value: field.parse(text.text).unwrap_or_default(),
                offset: text.offset,
            };
            let cycle = form.per_failure.iter().cycle();
            cycle
                .zip(self.tail.iter().take(fields))
                .map(place)
                .collect()
        };
        known.extend(self.unknown_tail(known.len()));
        known
    }

    /// What stands behind the fields that are known.
    fn unknown_tail(&self, known: usize) -> Vec<Place<'a>> {
        let place = |field: &Span<'a>| Place {
            field: FieldOf::Unknown,
            value: Some(FieldText::trusted(field.text).into()),
            offset: field.offset,
        };
        self.tail.iter().skip(known).map(place).collect()
    }

    fn telemetry(&self, tail: &[Place<'a>]) -> LastTelemetry<'a> {
        let own = tail
            .iter()
            .filter(|place| matches!(place.field, FieldOf::Current(_)))
            .count();
        let per_failure = own / self.failed.len().max(1);
        let mut telemetry = LastTelemetry::new(self.hits);
        for (at, ((api, id), code)) in self.failed.iter().zip(&self.codes).enumerate() {
            let failure = ReportedFailure::new(
                value_of(CurrentField::Api.parse(api.text).unwrap_or_default()),
                id_of(id.text),
                FieldText::trusted(code.text),
            );
            let own = tail.iter().skip(at * per_failure).take(per_failure);
            telemetry = telemetry.with_failure(own.fold(failure, with_field));
        }
        for Place { field, value, .. } in tail {
            match (field, value.clone()) {
                (FieldOf::PlatformFields(field), Some(value)) => {
                    telemetry = telemetry.with_tail(*field, value);
                }
                (FieldOf::Unknown, Some(FieldValue::Text(text))) => {
                    telemetry = telemetry.with_extra(text);
                }
                (FieldOf::Current(_) | FieldOf::PlatformFields(_) | FieldOf::Unknown, _) => {}
            }
        }
        telemetry
    }
}

fn with_field<'a>(failure: ReportedFailure<'a>, place: &Place<'a>) -> ReportedFailure<'a> {
    match (place.field, place.value.clone()) {
        (FieldOf::Current(field), Some(value)) => failure.with(field, value),
        (FieldOf::Current(_) | FieldOf::PlatformFields(_) | FieldOf::Unknown, _) => failure,
    }
}

fn tail_place(field: PlatformField, text: Span<'_>) -> Place<'_> {
    let said = field.parse(text.text).unwrap_or_default();
    let constant = || FieldText::trusted(text.text).into();
    let value = said.or_else(|| (!text.text.is_empty()).then(constant));
    Place {
        field: FieldOf::PlatformFields(field),
        value,
        offset: text.offset,
    }
}

/// API ids, each with the correlation id behind it.
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
        // Any other spelling of the id stays as it is.
        Ok(id) if id.to_string() == text => id.into(),
        _ => value_of((!text.is_empty()).then(|| FieldValue::trusted(text))),
    }
}

fn value_of(value: Option<FieldValue<'_>>) -> FieldValue<'_> {
    value.unwrap_or(FieldValue::Blank)
}
