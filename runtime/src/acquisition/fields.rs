//! The fields of a record, listed once for every form that shows a record.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, SystemTime};

use super::http_state::HttpState;
use super::record::{AcquisitionRecord, Outcome};
use super::state::{CallerSdk, ColdState, State, Wrapper};
use crate::api::Api;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::error::{ErrorInfo, TransportError};
use crate::region::Region;
use crate::token::TokenType;
use crate::wire::ClientRequestId;

/// The value of one field.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Api(Api),
    Outcome(Outcome),
    /// The name of a value in metrics.
    Name(&'static str),
    Id(ClientRequestId),
    Flag(bool),
    Number(u64),
    Text(&'a str),
    /// Name and version of a piece of software; the name has its own suffix.
    Software {
        #[cfg_attr(
            not(feature = "serde"),
            expect(dead_code, reason = "only serialized data shows it")
        )]
        suffix: &'static str,
        name: &'a str,
        version: &'a str,
    },
    Texts(&'a [(&'static str, Cow<'static, str>)]),
    /// Time that something took.
    Duration(Duration),
    /// Time that is left.
    Seconds(Duration),
    Moment(SystemTime),
    Region(&'a Region),
    Transport(TransportError),
    Error(&'a ErrorInfo),
    Errors(&'a [ErrorInfo]),
}

/// Receives the fields of a record that are present.
pub(super) trait Visit {
    /// Why a visit stops early.
    type Error;

    fn field(&mut self, name: &'static str, value: Value<'_>) -> Result<(), Self::Error>;

    /// Visits the field if it is present.
    fn present(&mut self, name: &'static str, value: Option<Value<'_>>) -> Result<(), Self::Error> {
        value.map_or(Ok(()), |value| self.field(name, value))
    }
}

/// A flag that shows only when it is raised.
const fn raised(flag: bool) -> Option<Value<'static>> {
    if flag { Some(Value::Flag(true)) } else { None }
}

/// A count that shows only above zero.
fn counted(count: u32) -> Option<Value<'static>> {
    (count > 0).then(|| Value::Number(count.into()))
}

// The three functions below destructure the state by name, without `..`: a new fact does not
// compile until somebody decides here how it shows. A field bound to `_` is bookkeeping, or shows
// through the getter that derives a value from it.
#[expect(
    clippy::unneeded_field_pattern,
    reason = "a new field must not be skipped by accident"
)]
impl AcquisitionRecord {
    /// Visits every field that is present.
    pub(super) fn visit_fields<V: Visit>(&self, visitor: &mut V) -> Result<(), V::Error> {
        let Self {
            state,
            outcome,
            total,
            error,
        } = self;
        let State {
            api,
            started: _,
            correlation_id,
            correlation_id_used: _,
            source: _,
            default_source: _,
            level,
            refresh_reason: _,
            token_type,
            in_cache,
            waited: _,
            remaining_lifetime,
            stale,
            background,
            cold,
        } = state;
        let source = self.token_source().map(TokenSource::name);
        let reason = self.refresh_reason().map(CacheRefreshReason::name);
        visitor.field("api", Value::Api(*api))?;
        visitor.field("outcome", Value::Outcome(*outcome))?;
        visitor.present("source", source.map(Value::Name))?;
        visitor.present("level", level.map(CacheLevel::name).map(Value::Name))?;
        visitor.present("refresh_reason", reason.map(Value::Name))?;
        visitor.present(
            "token_type",
            token_type.map(TokenType::name).map(Value::Name),
        )?;
        visitor.present("correlation_id", correlation_id.map(Value::Id))?;
        visitor.present("background", raised(*background))?;
        visitor.present("stale", raised(*stale))?;
        visitor.present("total", total.map(Value::Duration))?;
        visitor.present("in_cache", in_cache.total().map(Value::Duration))?;
        visitor.present("waited", self.duration_waiting().map(Value::Duration))?;
        visitor.present("remaining_lifetime", remaining_lifetime.map(Value::Seconds))?;
        if let Some(cold) = cold {
            self.visit_cold(cold, visitor)?;
        }
        // Both fall back to the description of the error, so they show without any request, too.
        let status = self.status().map(|status| Value::Number(status.into()));
        visitor.present("status", status)?;
        visitor.present(
            "transport_error",
            self.transport_error().map(Value::Transport),
        )?;
        visitor.present("error", error.as_deref().map(Value::Error))
    }

    fn visit_cold<V: Visit>(&self, cold: &ColdState, visitor: &mut V) -> Result<(), V::Error> {
        let ColdState {
            parent,
            region,
            caller_sdk,
            wrapper,
            broker_error,
            platform_fields,
            cache_serialized,
            legacy_cache,
            managed_certificate,
            waiting: _,
            cached_token_count,
            in_extension,
            refresh_on,
            error: _,
            pending: _,
            merged_error: _,
            suppressed_errors,
            http,
        } = cold;
        let fields = Some(&**platform_fields).filter(|fields| !fields.is_empty());
        let errors = Some(&**suppressed_errors).filter(|errors| !errors.is_empty());
        visitor.present("parent", parent.map(Value::Id))?;
        visitor.present("in_extension", in_extension.total().map(Value::Duration))?;
        visitor.present("refresh_on", refresh_on.map(Value::Moment))?;
        visitor.present("region", region.as_ref().map(Value::Region))?;
        visitor.present("cached_token_count", cached_token_count.map(Value::Number))?;
        visitor.present("cache_serialized", cache_serialized.map(Value::Flag))?;
        visitor.present("legacy_cache", legacy_cache.map(Value::Flag))?;
        visitor.present("managed_certificate", managed_certificate.map(Value::Flag))?;
        visitor.present("caller_sdk", caller_sdk.as_ref().map(Value::caller_sdk))?;
        visitor.present("wrapper", wrapper.as_ref().map(Value::wrapper))?;
        visitor.present("broker_error", broker_error.as_deref().map(Value::Text))?;
        visitor.present("platform_fields", fields.map(Value::Texts))?;
        visitor.present("sub_failures", errors.map(Value::Errors))?;
        self.visit_http(http, visitor)
    }

    fn visit_http<V: Visit>(&self, http: &HttpState, visitor: &mut V) -> Result<(), V::Error> {
        let HttpState {
            host: _,
            asked: _,
            begun: _,
            taken_back: _,
            metadata_requests: _,
            duration,
            attempts,
            pending_polls,
            responded: _,
            status: _,
            is_polling: _,
            transport: _,
            retry_after,
            undecided: _,
        } = http;
        visitor.present("in_http", duration.map(Value::Duration))?;
        visitor.present("endpoint_host", self.shown_endpoint_host().map(Value::Text))?;
        visitor.present("attempts", counted(*attempts))?;
        visitor.present("pending_polls", counted(*pending_polls))?;
        visitor.present("retry_after", retry_after.map(Value::Seconds))
    }
}

impl<'a> Value<'a> {
    fn caller_sdk(caller: &'a CallerSdk) -> Self {
        let CallerSdk { id, version } = caller;
        Self::Software {
            suffix: "id",
            name: id,
            version,
        }
    }

    fn wrapper(wrapper: &'a Wrapper) -> Self {
        let Wrapper { sku, version } = wrapper;
        Self::Software {
            suffix: "sku",
            name: sku,
            version,
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(api) => api.fmt(f),
            Self::Outcome(outcome) => outcome.fmt(f),
            Self::Name(name) => f.write_str(name),
            Self::Id(id) => fmt::Debug::fmt(id, f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Software { name, version, .. } => (name, version).fmt(f),
            Self::Texts(texts) => f
                .debug_map()
                .entries(texts.iter().map(|(name, text)| (name, text)))
                .finish(),
            Self::Duration(time) | Self::Seconds(time) => time.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
            Self::Region(region) => region.fmt(f),
            Self::Transport(class) => class.fmt(f),
            Self::Error(error) => error.fmt(f),
            Self::Errors(errors) => errors.fmt(f),
        }
    }
}

impl Visit for fmt::DebugStruct<'_, '_> {
    type Error = Infallible;

    fn field(&mut self, name: &'static str, value: Value<'_>) -> Result<(), Infallible> {
        Self::field(self, name, &value);
        Ok(())
    }
}

/// Shows the fields that are present, and hosts only where all tenants of a cloud share them.
impl fmt::Debug for AcquisitionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("AcquisitionRecord");
        let Ok(()) = self.visit_fields(&mut out);
        out.finish_non_exhaustive()
    }
}
