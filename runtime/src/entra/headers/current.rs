//! `x-client-current-telemetry`: describes the acquisition behind a token request.

use http::HeaderName;

use super::segment::{write_extra, write_list};
use crate::acquisition::State;
use crate::cache::CacheRefreshReason;
use crate::entra::dialect::{CurrentField, CurrentForm, Dialect, FieldSpec, FieldValue};
use crate::wire::{FieldText, Scratch};

/// The header that describes the current acquisition.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::CURRENT_TELEMETRY;
///
/// assert_eq!(CURRENT_TELEMETRY, "x-client-current-telemetry");
/// ```
pub const CURRENT_TELEMETRY: HeaderName = HeaderName::from_static("x-client-current-telemetry");

/// The value of `x-client-current-telemetry` for one token request.
///
/// Specified by AzureAD/microsoft-authentication-library-for-dotnet, `HttpTelemetryManager`, and its
/// counterparts in the other MSAL libraries; the [`Dialect`] defines the fields.
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
    /// Creates a value without fields.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentTelemetry, Dialect};
    ///
    /// assert_eq!(CurrentTelemetry::new().render(&Dialect::default()), "5|,0,,,|0,1,1,,,");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldText};
    ///
    /// let current = CurrentTelemetry::new()
    ///     .with(CurrentField::Api, 1004_u32)
    ///     .with(CurrentField::RegionUsed, FieldText::new("centralus")?);
    /// assert_eq!(current.render(&Dialect::default()), "5|1004,0,centralus,,|0,1,1,,,");
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn with(mut self, field: CurrentField, value: impl Into<FieldValue<'a>>) -> Self {
        let value = value.into();
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = value,
            None => self.fields.push((field, value)),
        }
        self
    }

    /// Appends text after the fields of the third segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldText};
    ///
    /// let current = CurrentTelemetry::new()
    ///     .with(CurrentField::Api, 730_u32)
    ///     .with_extra(FieldText::new("future")?);
    /// assert_eq!(current.render(&Dialect::msal_apple()), "4|730,0|future");
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn with_extra(mut self, text: FieldText<'a>) -> Self {
        self.extra.push(text);
        self
    }

    /// Returns the value of a field, or `None` if it is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, FieldValue};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::CacheSerialized, true);
    /// assert_eq!(current.get(CurrentField::CacheSerialized), Some(&FieldValue::Flag(true)));
    /// assert_eq!(current.get(CurrentField::LegacyCache), None);
    /// ```
    #[must_use]
    pub fn get(&self, field: CurrentField) -> Option<&FieldValue<'a>> {
        let found = self.fields.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value)
    }

    /// Returns the known fields, in the order they were set.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// let names: Vec<_> = current.fields().map(|(field, _)| field.name()).collect();
    /// assert_eq!(names, ["api_id"]);
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (CurrentField, &FieldValue<'a>)> {
        self.fields.iter().map(|(field, value)| (*field, value))
    }

    /// Returns the text after the fields of the third segment.
    #[must_use]
    pub fn extra(&self) -> &[FieldText<'a>] {
        &self.extra
    }

    /// Returns the API id, or `None` if it is missing or not a number.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.api_number(), Some(1004));
    /// ```
    #[must_use]
    pub fn api_number(&self) -> Option<u64> {
        if let FieldValue::Number(number) = self.get(CurrentField::Api)? {
            return Some(*number);
        }
        None
    }

    /// Returns why the cache could not serve the token, if the header has a known reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{CacheRefreshReason, entra::Dialect};
    ///
    /// let current = Dialect::msal_python().read_current("4|301,3|")?.ok_or("empty")?;
    /// assert_eq!(current.cache_info(), Some(CacheRefreshReason::Expired));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Converts to a value that borrows nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentTelemetry, read};
    ///
    /// fn parse(value: &str) -> Result<Option<CurrentTelemetry<'static>>, read::ReadError> {
    ///     let current = read::current(value)?;
    ///     Ok(current.map(|current| current.telemetry().clone().into_owned()))
    /// }
    /// # assert!(parse("4|301,3|").is_ok_and(|current| current.is_some()));
    /// ```
    #[must_use]
    pub fn into_owned(self) -> CurrentTelemetry<'static> {
        let Self { fields, extra } = self;
        let owned = |(field, value): (_, FieldValue<'a>)| (field, value.into_owned());
        CurrentTelemetry {
            fields: fields.into_iter().map(owned).collect(),
            extra: extra.into_iter().map(FieldText::into_owned).collect(),
        }
    }

    /// Renders the header in a dialect, omitting fields that the dialect does not have.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, MsalNetVersion};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::default()), "5|1004,0,,,|0,1,1,,,");
    /// assert_eq!(current.render(&Dialect::msal_net(MsalNetVersion::V4_11)), "2|1004,0|");
    /// ```
    #[must_use]
    pub fn render(&self, dialect: &Dialect) -> String {
        let mut out = Scratch::new();
        let extra = self.extra.iter().map(FieldText::as_str);
        write(dialect, |field| self.get(field).cloned(), extra, &mut out);
        out.as_str().to_owned()
    }
}

/// Writes the header of a running acquisition.
pub(crate) fn write_state(dialect: &Dialect, state: &State, out: &mut Scratch) {
    let recorded = state.rare().map_or(&[][..], |rare| &rare.platform_fields);
    let has_slot = |name: &str| {
        let is_named =
            |slot: &FieldSpec| matches!(slot.field, CurrentField::Named(known) if known == name);
        dialect.current.platform.iter().any(is_named)
    };
    let extra = recorded
        .iter()
        .filter(|(name, _)| dialect.current.open && !has_slot(name))
        .map(|(_, value)| &**value);
    write(dialect, |field| value_in(state, field), extra, out);
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
    out.push('|');
    write_slots(request, &value, out);
    out.push('|');
    let mut extra = extra.peekable();
    let is_known = || platform.iter().any(|slot| value(slot.field).is_some());
    if !*collapses || extra.peek().is_some() || is_known() {
        write_slots(platform, &value, out);
    }
    write_extra(extra, !platform.is_empty(), out);
}

fn write_slots<'v>(
    slots: &[FieldSpec],
    value: &impl Fn(CurrentField) -> Option<FieldValue<'v>>,
    out: &mut Scratch,
) {
    let written = slots.iter().filter_map(|slot| {
        let known = value(slot.field);
        (known.is_some() || !slot.optional).then_some((slot, known))
    });
    write_list(written, out, |(slot, known), out| match known {
        Some(known) => slot.field.write(&known, out),
        None => out.push_str(slot.default_text),
    });
}

/// Returns the value of a field in a running acquisition.
pub(crate) fn value_in(state: &State, field: CurrentField) -> Option<FieldValue<'_>> {
    let cold = state.cold.as_deref();
    let rare = state.rare();
    let region = || rare?.region.as_ref();
    match field {
        CurrentField::Api => Some(state.api.number().into()),
        CurrentField::ForceRefresh => {
            let forced = |reason| reason == CacheRefreshReason::ForceRefreshOrClaims;
            state.refresh_reason().map(forced).map(FieldValue::from)
        }
        CurrentField::CacheInfo | CurrentField::CacheRefresh => {
            state.refresh_reason().map(FieldValue::from)
        }
        CurrentField::TokenType => state.token_type.map(FieldValue::from),
        CurrentField::CacheSerialized => cold?.cache_serialized.map(FieldValue::from),
        CurrentField::LegacyCache => cold?.legacy_cache.map(FieldValue::from),
        CurrentField::CallerSdkId => text(&rare?.caller_sdk.as_ref()?.id),
        CurrentField::CallerSdkVersion => text(&rare?.caller_sdk.as_ref()?.version),
        CurrentField::ManagedCertificate => cold?.managed_certificate.map(FieldValue::from),
        CurrentField::WrapperSku => text(&rare?.wrapper.as_ref()?.sku),
        CurrentField::WrapperVersion => text(&rare?.wrapper.as_ref()?.version),
        CurrentField::BrokerError => text(rare?.broker_error.as_ref()?),
        CurrentField::Named(name) => {
            let (_, value) = rare?
                .platform_fields
                .iter()
                .find(|(known, _)| *known == name)?;
            text(value)
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

/// Returns text that was checked when it was recorded; empty text counts as unknown.
fn text(recorded: &str) -> Option<FieldValue<'_>> {
    (!recorded.is_empty()).then(|| FieldValue::trusted(recorded))
}
