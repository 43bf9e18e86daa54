//! `x-client-current-telemetry`: what this token request is for.

use http::HeaderName;

use super::dialect::{CurrentForm, Dialect, FieldSpec};
use super::field::CurrentField;
use super::value::FieldValue;
use crate::acquisition::State;
use crate::cache::CacheRefreshReason;
use crate::wire::{FieldText, Scratch};

/// Name of the header that tells what is being asked for.
pub const CURRENT_TELEMETRY: HeaderName = HeaderName::from_static("x-client-current-telemetry");

/// Value of `x-client-current-telemetry` for one token request.
///
/// Specified by AzureAD/microsoft-authentication-library-for-dotnet, `HttpTelemetryManager`, and
/// its siblings; the [`Dialect`] says which fields stand in it.
///
/// ```text
/// value    = schema "|" request "|" platform
/// request  = field *( "," field )
/// platform = [ field *( "," field ) ]
/// ```
///
/// Example: `5|1004,2,centralus,3,4|0,1,1,,,`
///
/// # Examples
///
/// ```
/// use token_telemetry::CacheRefreshReason;
/// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
///
/// let current = CurrentTelemetry::new()
///     .with(CurrentField::Api, 1004_u32)
///     .with(CurrentField::CacheInfo, CacheRefreshReason::NoCachedAccessToken);
/// assert_eq!(current.render(&Dialect::default()), "5|1004,2,,,|0,1,1,,,");
/// assert_eq!(current.render(&Dialect::msal_python()), "4|1004,2|");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentTelemetry<'a> {
    fields: Vec<(CurrentField, FieldValue<'a>)>,
    extra: Vec<FieldText<'a>>,
}

impl<'a> CurrentTelemetry<'a> {
    /// A header of which no field is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field.
    #[must_use]
    pub fn with(mut self, field: CurrentField, value: impl Into<FieldValue<'a>>) -> Self {
        let value = value.into();
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = value,
            None => self.fields.push((field, value)),
        }
        self
    }

    /// Adds text behind the fields of the third segment.
    #[must_use]
    pub fn with_extra(mut self, text: FieldText<'a>) -> Self {
        self.extra.push(text);
        self
    }

    /// Value of a field; absent if it is not known.
    #[must_use]
    pub fn get(&self, field: CurrentField) -> Option<&FieldValue<'a>> {
        let found = self.fields.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value)
    }

    /// Fields that are known, in the order in which they were set.
    pub fn fields(&self) -> impl Iterator<Item = (CurrentField, &FieldValue<'a>)> {
        self.fields.iter().map(|(field, value)| (*field, value))
    }

    /// Text behind the fields of the third segment.
    #[must_use]
    pub fn extra(&self) -> &[FieldText<'a>] {
        &self.extra
    }

    /// Function of the SDK that was called, if its number is one.
    #[must_use]
    pub fn api_number(&self) -> Option<u64> {
        if let FieldValue::Number(number) = self.get(CurrentField::Api)? {
            return Some(*number);
        }
        None
    }

    /// Why the cache did not suffice, if the header says so.
    #[must_use]
    pub fn cache_info(&self) -> Option<CacheRefreshReason> {
        let known = self
            .get(CurrentField::CacheInfo)
            .or_else(|| self.get(CurrentField::CacheRefresh));
        if let FieldValue::CacheInfo(reason) = known? {
            return Some(*reason);
        }
        None
    }

    /// The value on its own, free of what it was borrowed from.
    #[must_use]
    pub fn into_owned(self) -> CurrentTelemetry<'static> {
        let Self { fields, extra } = self;
        let owned = |(field, value): (_, FieldValue<'a>)| (field, value.into_owned());
        CurrentTelemetry {
            fields: fields.into_iter().map(owned).collect(),
            extra: extra.into_iter().map(FieldText::into_owned).collect(),
        }
    }

    /// The value of the header in a dialect; fields that the dialect lacks are left out.
    #[must_use]
    pub fn render(&self, dialect: &Dialect) -> String {
        let mut out = Scratch::new();
        let extra = self.extra.iter().map(FieldText::as_str);
        write(dialect, |field| self.get(field).cloned(), extra, &mut out);
        out.as_str().to_owned()
    }
}

/// Writes the header of a running acquisition.
pub(super) fn write_facts(dialect: &Dialect, facts: &State, out: &mut Scratch) {
    let noted = facts
        .cold
        .as_deref()
        .map_or(&[][..], |cold| &cold.platform_fields);
    let has_place = |name: &str| {
        let names_it =
            |slot: &FieldSpec| matches!(slot.field, CurrentField::Named(known) if known == name);
        dialect.current.platform.iter().any(names_it)
    };
    let extra = noted
        .iter()
        .filter(|(name, _)| dialect.current.open && !has_place(name))
        .map(|(_, value)| &**value);
    write(dialect, |field| of_facts(facts, field), extra, out);
}

fn write<'v>(
    dialect: &Dialect,
    value: impl Fn(CurrentField) -> Option<FieldValue<'v>>,
    extra: impl Iterator<Item = &'v str>,
    out: &mut Scratch,
) {
    let CurrentForm {
        request,
        platform,
        collapses,
        ..
    } = &dialect.current;
    out.push_number(dialect.schema.into());
    out.push(b'|');
    section(request, &value, out);
    out.push(b'|');
    let mut extra = extra.peekable();
    let is_known = || platform.iter().any(|slot| value(slot.field).is_some());
    if !*collapses || extra.peek().is_some() || is_known() {
        section(platform, &value, out);
    }
    for (at, text) in extra.enumerate() {
        if at > 0 || !platform.is_empty() {
            out.push(b',');
        }
        out.push_str(text);
    }
}

fn section<'v>(
    slots: &[FieldSpec],
    value: &impl Fn(CurrentField) -> Option<FieldValue<'v>>,
    out: &mut Scratch,
) {
    let mut is_first = true;
    for FieldSpec {
        field,
        blank,
        optional,
    } in slots
    {
        let known = value(*field);
        if *optional && known.is_none() {
            continue;
        }
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        match &known {
            Some(known) => field.write(known, out),
            None => out.push_str(blank),
        }
    }
}

/// Value of a field in a running acquisition.
pub(super) fn of_facts(facts: &State, field: CurrentField) -> Option<FieldValue<'_>> {
    let cold = facts.cold.as_deref();
    let region = || cold?.region.as_ref();
    match field {
        CurrentField::Api => Some(facts.api.number().into()),
        CurrentField::ForceRefresh => {
            let forced = |reason| reason == CacheRefreshReason::ForceRefreshOrClaims;
            facts.refresh_reason().map(forced).map(FieldValue::from)
        }
        CurrentField::CacheInfo | CurrentField::CacheRefresh => {
            facts.refresh_reason().map(FieldValue::from)
        }
        CurrentField::TokenType => facts.token_type.map(FieldValue::from),
        CurrentField::CacheSerialized => cold?.cache_serialized.map(FieldValue::from),
        CurrentField::LegacyCache => cold?.legacy_cache.map(FieldValue::from),
        CurrentField::CallerSdkId => text(&cold?.caller_sdk.as_ref()?.id),
        CurrentField::CallerSdkVersion => text(&cold?.caller_sdk.as_ref()?.version),
        CurrentField::ManagedCertificate => cold?.managed_certificate.map(FieldValue::from),
        CurrentField::WrapperSku => text(&cold?.wrapper.as_ref()?.sku),
        CurrentField::WrapperVersion => text(&cold?.wrapper.as_ref()?.version),
        CurrentField::BrokerError => text(cold?.broker_error.as_ref()?),
        CurrentField::Named(name) => {
            let noted = cold?
                .platform_fields
                .iter()
                .find(|(known, _)| *known == name);
            text(&noted?.1)
        }
        CurrentField::RegionUsed => text(region()?.name()?),
        CurrentField::RegionSource => region()?.autodetection_source().map(FieldValue::from),
        CurrentField::RegionOutcome => region()?.outcome().map(FieldValue::from),
        CurrentField::RegionDetected => text(region()?.detected()?),
        CurrentField::LegacyRegionSource => region()?.legacy_source().map(FieldValue::from),
        CurrentField::UserRegion => text(region()?.user_provided()?),
        CurrentField::UserRegionValid => region()?.is_user_valid().map(FieldValue::from),
        CurrentField::RegionFallback => region()?.fell_back_to_global().map(FieldValue::from),
    }
}

/// Text that was made safe when it was noted; empty text is as good as none.
fn text(noted: &str) -> Option<FieldValue<'_>> {
    (!noted.is_empty()).then(|| FieldValue::trusted(noted))
}
