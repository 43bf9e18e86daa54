//! Parses `x-client-current-telemetry`.

use super::field::{FieldKind, ParsedField};
use super::schema::{check_schema, narrow, presets, schema};
use super::span::Span;
use crate::entra::dialect::FieldValue;
use crate::entra::dialect::{CurrentForm, Dialect, FieldSpec, Header};
use crate::entra::headers::CurrentTelemetry;
use crate::wire::{ReadError, Reason};

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
    current_of_sku(value.as_ref(), None)
}

/// Parses the header of a library, or of any known one if it does not match that library.
pub(in crate::entra) fn current_of_sku<'a>(
    value: &'a [u8],
    sku: Option<&str>,
) -> Result<Option<Current<'a>>, ReadError> {
    let Some(value) = Span::of(value)? else {
        return Ok(None);
    };
    let [number, request, platform] = value.segments()?;
    let schema = schema(number)?;
    let fields = platform.fields();
    let known = || presets(schema, Header::CurrentTelemetry);
    let mut dialects: Vec<_> = known()
        .filter(|dialect| fits(&dialect.current, &fields))
        .collect();
    narrow(&mut dialects, sku);
    let newer = || {
        let longest = known().max_by_key(|dialect| dialect.current.platform.len());
        longest.filter(|dialect| is_newer(&dialect.current, &fields))
    };
    let layout = dialects.first().copied().or_else(newer);
    let layout = layout.ok_or_else(|| platform.error(Reason::UnknownLayout))?;
    let (request, platform) = parse(&layout.current, request, &fields)?;
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
        let Some(value) = Span::of(value.as_ref())? else {
            return Ok(None);
        };
        let [number, request, platform] = value.segments()?;
        let schema = schema(number)?;
        check_schema(schema, self)?;
        let fields = platform.fields();
        let is_known = matched(&self.current, &fields)
            .is_some_and(|slots| slots.count() == fields.len() || self.current.open);
        let others = presets(schema, Header::CurrentTelemetry).copied();
        let is_longer = |dialect: Self| fields.len() > dialect.current.platform.len();
        if !is_known && !others.chain([*self]).all(is_longer) {
            return Err(platform.error(Reason::UnknownLayout));
        }
        let (request, platform) = parse(&self.current, request, &fields)?;
        Ok(Some(telemetry(&request, &platform)))
    }
}

/// Returns whether fields follow those of the longest layout: newer releases only append fields.
fn is_newer(longest: &CurrentForm, fields: &[Span<'_>]) -> bool {
    fields.len() > longest.platform.len()
        && matched(longest, fields).is_some_and(|slots| plausible(slots, fields))
}

/// Returns whether a dialect could have written exactly these fields.
fn fits(form: &CurrentForm, fields: &[Span<'_>]) -> bool {
    let is_blank = !fields.is_empty() && fields.iter().all(|field| field.text.is_empty());
    matched(form, fields).is_some_and(|slots| {
        (form.open || slots.clone().count() == fields.len())
            && plausible(slots, fields)
            && !(form.collapses && is_blank)
    })
}

fn plausible(slots: impl Iterator<Item = FieldSpec>, fields: &[Span<'_>]) -> bool {
    slots.zip(fields).all(|(slot, field)| {
        // The dialect would have written the default text instead of nothing.
        let is_missing = field.text.is_empty() && !slot.default_text.is_empty();
        !is_missing && slot.field.could_be(field.text)
    })
}

/// Returns the slots that the fields occupy, or `None` if there are too few fields.
fn matched<'f, 't>(
    form: &CurrentForm,
    fields: &'f [Span<'t>],
) -> Option<impl Iterator<Item = FieldSpec> + Clone + use<'f, 't>> {
    let fixed = form.platform.iter().filter(|slot| !slot.optional).count();
    let is_left_out = fields.is_empty() && (form.collapses || fixed == 1);
    if fields.len() < fixed && !is_left_out {
        return None;
    }
    let slots = if is_left_out { &[] } else { form.platform };
    let mut occupied = 0;
    let is_occupied = move |slot: &&FieldSpec| {
        let next = fields.get(occupied).map_or("", |field| field.text);
        let is_occupied = !slot.optional || (!next.is_empty() && slot.field.could_be(next));
        occupied += usize::from(is_occupied);
        is_occupied
    };
    Some(slots.iter().filter(is_occupied).copied())
}

/// Assigns the fields of both segments to the slots of a layout.
fn parse<'a>(
    form: &CurrentForm,
    request: Span<'a>,
    platform: &[Span<'a>],
) -> Result<(Vec<ParsedField<'a>>, Vec<ParsedField<'a>>), ReadError> {
    let fields: Vec<_> = request.split(',').collect();
    if fields.len() != form.request.len() {
        return Err(request.error(Reason::WrongFieldCount));
    }
    let slots = matched(form, platform).into_iter().flatten();
    Ok((
        parse_slots(form.request.iter().copied(), &fields),
        parse_slots(slots, platform),
    ))
}

/// Parses the fields in their slots, and the unknown ones that follow.
fn parse_slots<'a>(
    mut slots: impl Iterator<Item = FieldSpec>,
    fields: &[Span<'a>],
) -> Vec<ParsedField<'a>> {
    let parsed = fields.iter().map(|text| {
        let Some(slot) = slots.next() else {
            return ParsedField::new(FieldKind::Unknown, *text);
        };
        let parsed = ParsedField::new(FieldKind::Current(slot.field), *text);
        ParsedField {
            value: parsed.value.or_else(|| slot.blank()),
            ..parsed
        }
    });
    parsed.collect()
}

fn telemetry<'a>(
    request: &[ParsedField<'a>],
    platform: &[ParsedField<'a>],
) -> CurrentTelemetry<'a> {
    let mut telemetry = CurrentTelemetry::new();
    for parsed in request.iter().chain(platform) {
        match (parsed.field, parsed.value.clone()) {
            (FieldKind::Current(field), Some(value)) => telemetry = telemetry.with(field, value),
            (FieldKind::Unknown, Some(FieldValue::Text(text))) => {
                telemetry = telemetry.with_extra(text);
            }
            (FieldKind::Current(_) | FieldKind::Platform(_) | FieldKind::Unknown, _) => {}
        }
    }
    telemetry
}
