//! Parses `x-client-current-telemetry`.

use super::error::{ReadError, Reason};
use super::field::{FieldKind, ParsedField};
use super::schema;
use super::span::Span;
use crate::entra::dialect::FieldValue;
use crate::entra::dialect::{CurrentForm, Dialect, FieldSpec, Header};
use crate::entra::headers::CurrentTelemetry;
use crate::wire::FieldText;

/// A parsed current-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, read};
///
/// let current = read::current("4|301,3|")?.ok_or("empty")?;
/// assert_eq!(current.schema(), 4);
/// assert!(current.dialects().contains(&&Dialect::msal_python()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current<'a> {
    schema: u8,
    request: Vec<ParsedField<'a>>,
    platform: Vec<ParsedField<'a>>,
    telemetry: CurrentTelemetry<'a>,
    dialects: Vec<&'static Dialect>,
}

impl<'a> Current<'a> {
    /// Returns the schema number.
    #[must_use]
    pub fn schema(&self) -> u8 {
        self.schema
    }

    /// Returns the fields of the second segment.
    #[must_use]
    pub fn request(&self) -> &[ParsedField<'a>] {
        &self.request
    }

    /// Returns the fields of the third segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::read;
    ///
    /// let current = read::current("5|1004,0,,,|1,0")?.ok_or("empty")?;
    /// let names: Vec<_> = current.platform().iter().filter_map(|field| field.name()).collect();
    /// assert_eq!(names, ["is_cache_serialized", "is_legacy_cache_enabled"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn platform(&self) -> &[ParsedField<'a>] {
        &self.platform
    }

    /// Returns the value, independent of its layout.
    #[must_use]
    pub fn telemetry(&self) -> &CurrentTelemetry<'a> {
        &self.telemetry
    }

    /// Returns the presets that could have written the header; the first one names the fields.
    ///
    /// Empty if the header has more fields than the longest known layout.
    #[must_use]
    pub fn dialects(&self) -> &[&'static Dialect] {
        &self.dialects
    }
}

/// Parses `x-client-current-telemetry` of any known library.
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
/// use token_telemetry::CacheRefreshReason;
/// use token_telemetry::entra::read;
///
/// let current = read::current("5|1004,2,centralus,3,4|0,1,1,,,")?.ok_or("empty")?;
/// assert_eq!(current.telemetry().api_number(), Some(1004));
/// assert_eq!(current.telemetry().cache_info(), Some(CacheRefreshReason::NoCachedAccessToken));
///
/// let error = read::current("5|1004,2|0,1").unwrap_err();
/// assert_eq!(error.to_string(), "wrong number of fields for this schema at byte 2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn current(value: &(impl AsRef<[u8]> + ?Sized)) -> Result<Option<Current<'_>>, ReadError> {
    let value = Span::of(value.as_ref())?;
    if value.text.is_empty() {
        return Ok(None);
    }
    let [number, request, platform] = value.segments()?;
    let schema = schema(number)?;
    let known: Vec<&'static Dialect> = Dialect::presets()
        .iter()
        .filter(|dialect| dialect.schema == schema && dialect.sends(Header::CurrentTelemetry))
        .collect();
    let fields = platform.fields();
    let dialects: Vec<_> = known
        .iter()
        .filter(|dialect| fits(&dialect.current, &fields))
        .copied()
        .collect();
    let longest = known
        .iter()
        .max_by_key(|dialect| dialect.current.platform.len());
    let newer = longest.filter(|dialect| is_newer(dialect, &fields));
    let layout = dialects.first().or(newer).copied();
    let layout = layout.ok_or_else(|| platform.error(Reason::UnknownLayout))?;
    let (request, platform) = places(layout, request, &fields)?;
    Ok(Some(Current {
        schema,
        telemetry: telemetry(&request, &platform),
        request,
        platform,
        dialects,
    }))
}

impl Dialect {
    /// Parses a current-telemetry header of this dialect; returns `None` for an empty value.
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
    /// let current = Dialect::msal_python().read_current("4|301,3|")?.ok_or("empty")?;
    /// assert_eq!(current.api_number(), Some(301));
    /// assert!(Dialect::default().read_current("4|301,3|").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_current<'a>(
        &self,
        value: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Result<Option<CurrentTelemetry<'a>>, ReadError> {
        let value = Span::of(value.as_ref())?;
        if value.text.is_empty() {
            return Ok(None);
        }
        let [number, request, platform] = value.segments()?;
        if schema(number)? != self.schema {
            return Err(number.error(Reason::UnknownSchema));
        }
        let fields = platform.fields();
        let has_count = |slots: Vec<FieldSpec>| slots.len() == fields.len() || self.current.open;
        if !matched(&self.current, &fields).is_some_and(has_count) && fields.len() <= longest(self)
        {
            return Err(platform.error(Reason::UnknownLayout));
        }
        let (request, platform) = places(self, request, &fields)?;
        Ok(Some(telemetry(&request, &platform)))
    }
}

/// Returns the length of the longest third segment in `dialect` and the presets of its schema.
fn longest(dialect: &Dialect) -> usize {
    let is_same = |preset: &&Dialect| preset.schema == dialect.schema;
    let presets = Dialect::presets().iter().filter(is_same);
    let all = presets.chain([dialect]);
    let fields = all.map(|dialect| dialect.current.platform.len());
    fields.max().unwrap_or_default()
}

/// Returns whether there are more fields than in any layout: newer releases only append fields.
fn is_newer(dialect: &Dialect, fields: &[Span<'_>]) -> bool {
    let is_plausible = |slots: Vec<FieldSpec>| plausible(&slots, fields);
    fields.len() > longest(dialect) && matched(&dialect.current, fields).is_some_and(is_plausible)
}

/// Returns whether a dialect could have written exactly these fields.
fn fits(form: &CurrentForm, fields: &[Span<'_>]) -> bool {
    let is_blank = !fields.is_empty() && fields.iter().all(|field| field.text.is_empty());
    matched(form, fields).is_some_and(|slots| {
        (slots.len() == fields.len() || form.open)
            && plausible(&slots, fields)
            && !(form.collapses && is_blank)
    })
}

fn plausible(slots: &[FieldSpec], fields: &[Span<'_>]) -> bool {
    slots.iter().zip(fields).all(|(slot, field)| {
        // The dialect would have written the default text instead of nothing.
        let is_missing = field.text.is_empty() && !slot.default_text.is_empty();
        !is_missing && slot.field.could_be(field.text)
    })
}

/// Returns the slots that the fields occupy, or `None` if there are too few fields.
fn matched(form: &CurrentForm, fields: &[Span<'_>]) -> Option<Vec<FieldSpec>> {
    let fixed = form.platform.iter().filter(|slot| !slot.optional).count();
    if fields.is_empty() && (form.collapses || fixed == 1) {
        return Some(Vec::new());
    }
    if fields.len() < fixed {
        return None;
    }
    let mut slots = Vec::new();
    for slot in form.platform {
        let next = fields.get(slots.len()).map_or("", |field| field.text);
        if !slot.optional || (!next.is_empty() && slot.field.could_be(next)) {
            slots.push(*slot);
        }
    }
    Some(slots)
}

/// Assigns the fields of both segments to the slots of a layout.
fn places<'a>(
    layout: &Dialect,
    request: Span<'a>,
    platform: &[Span<'a>],
) -> Result<(Vec<ParsedField<'a>>, Vec<ParsedField<'a>>), ReadError> {
    let fields: Vec<_> = request.split(',').collect();
    if fields.len() != layout.current.request.len() {
        return Err(request.error(Reason::WrongFieldCount));
    }
    let request = layout
        .current
        .request
        .iter()
        .zip(&fields)
        .map(place)
        .collect();
    let slots = matched(&layout.current, platform).unwrap_or_default();
    let known = slots.iter().zip(platform).map(place);
    let unknown = platform.iter().skip(slots.len()).map(|field| ParsedField {
        field: FieldKind::Unknown,
        value: Some(FieldText::trusted(field.text).into()),
        offset: field.offset,
    });
    Ok((request, known.chain(unknown).collect()))
}

fn place<'a>((slot, field): (&FieldSpec, &Span<'a>)) -> ParsedField<'a> {
    ParsedField {
        field: FieldKind::Current(slot.field),
        // Cannot fail: text between delimiters contains none.
        value: slot.parse(field.text).unwrap_or_default(),
        offset: field.offset,
    }
}

fn telemetry<'a>(
    request: &[ParsedField<'a>],
    platform: &[ParsedField<'a>],
) -> CurrentTelemetry<'a> {
    let mut telemetry = CurrentTelemetry::new();
    for ParsedField { field, value, .. } in request.iter().chain(platform) {
        match (field, value.clone()) {
            (FieldKind::Current(field), Some(value)) => telemetry = telemetry.with(*field, value),
            (FieldKind::Unknown, Some(FieldValue::Text(text))) => {
                telemetry = telemetry.with_extra(text);
            }
            (FieldKind::Current(_) | FieldKind::Platform(_) | FieldKind::Unknown, _) => {}
        }
    }
    telemetry
}
