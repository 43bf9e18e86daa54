//! Reads `x-client-current-telemetry`.

use super::error::{ReadError, Reason};
use super::place::{FieldOf, Place};
use super::schema;
use super::span::Span;
use crate::entra::current::CurrentTelemetry;
use crate::entra::dialect::{CurrentForm, Dialect, FieldSpec, Header};
use crate::entra::value::FieldValue;
use crate::wire::FieldText;

/// A current-telemetry header that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current<'a> {
    schema: u8,
    request: Vec<Place<'a>>,
    platform: Vec<Place<'a>>,
    telemetry: CurrentTelemetry<'a>,
    dialects: Vec<&'static Dialect>,
}

impl<'a> Current<'a> {
    /// Schema number of the header.
    #[must_use]
    pub fn schema(&self) -> u8 {
        self.schema
    }

    /// The places of the second segment.
    #[must_use]
    pub fn request(&self) -> &[Place<'a>] {
        &self.request
    }

    /// The places of the third segment.
    #[must_use]
    pub fn platform(&self) -> &[Place<'a>] {
        &self.platform
    }

    /// The value, free of its layout.
    #[must_use]
    pub fn telemetry(&self) -> &CurrentTelemetry<'a> {
        &self.telemetry
    }

    /// Presets that could have written the header; the fields are named as the first has them.
    ///
    /// Empty if fields follow behind those of the longest known layout.
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
/// use token_telemetry::CacheRefreshReason;
/// use token_telemetry::entra::read;
///
/// let current = read::current("5|1004,2,centralus,3,4|0,1,1,,,")?.unwrap();
/// assert_eq!(current.telemetry().api_number(), Some(1004));
/// assert_eq!(current.telemetry().cache_info(), Some(CacheRefreshReason::NoCachedAccessToken));
///
/// let error = read::current("5|1004,2|0,1").unwrap_err();
/// assert_eq!(error.to_string(), "a wrong number of fields for this schema at byte 2");
/// # Ok::<(), read::ReadError>(())
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
    /// Reads a current-telemetry header of this dialect; an empty value is none.
    ///
    /// # Errors
    ///
    /// When the value is not of the dialect; the error tells where and why.
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

/// Most fields that the third segment has in any preset of a schema, and in `dialect`.
fn longest(dialect: &Dialect) -> usize {
    let is_same = |preset: &&Dialect| preset.schema == dialect.schema;
    let presets = Dialect::presets().iter().filter(is_same);
    let all = presets.chain([dialect]);
    let fields = all.map(|dialect| dialect.current.platform.len());
    fields.max().unwrap_or_default()
}

/// Whether these are more fields than any layout has, since producers only append.
fn is_newer(dialect: &Dialect, fields: &[Span<'_>]) -> bool {
    let has_its_own = |slots: Vec<FieldSpec>| plausible(&slots, fields);
    fields.len() > longest(dialect) && matched(&dialect.current, fields).is_some_and(has_its_own)
}

/// Whether a dialect could have written exactly these fields.
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
        let left_blank = field.text.is_empty() && !slot.blank.is_empty();
        !left_blank && slot.field.could_be(field.text)
    })
}

/// The slots that fields stand in, in their order; none if there are too few fields.
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

/// The places of both segments in a layout.
fn places<'a>(
    layout: &Dialect,
    request: Span<'a>,
    platform: &[Span<'a>],
) -> Result<(Vec<Place<'a>>, Vec<Place<'a>>), ReadError> {
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
    let unknown = platform.iter().skip(slots.len()).map(|field| Place {
        field: FieldOf::Unknown,
        value: Some(FieldText::trusted(field.text).into()),
        offset: field.offset,
    });
    Ok((request, known.chain(unknown).collect()))
}

fn place<'a>((slot, field): (&FieldSpec, &Span<'a>)) -> Place<'a> {
    Place {
        field: FieldOf::Current(slot.field),
        // A part between delimiters holds none.
        value: slot.parse(field.text).unwrap_or_default(),
        offset: field.offset,
    }
}

fn telemetry<'a>(request: &[Place<'a>], platform: &[Place<'a>]) -> CurrentTelemetry<'a> {
    let mut telemetry = CurrentTelemetry::new();
    for Place { field, value, .. } in request.iter().chain(platform) {
        match (field, value.clone()) {
            (FieldOf::Current(field), Some(value)) => telemetry = telemetry.with(*field, value),
            (FieldOf::Unknown, Some(FieldValue::Text(text))) => {
                telemetry = telemetry.with_extra(text);
            }
            (FieldOf::Current(_) | FieldOf::PlatformFields(_) | FieldOf::Unknown, _) => {}
        }
    }
    telemetry
}
