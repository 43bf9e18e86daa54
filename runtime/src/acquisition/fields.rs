//! The facts of a record, listed once for `Debug`, `serde` data and spans.
//!
//! To add a fact, and tests fail if one of these is missing:
//!
//! 1. `state.rs`: its field in `State`, or in `ColdState` if few acquisitions have it
//! 2. `current.rs`: the method of `Acquisition` that records it, unless the runtime measures it
//! 3. `record/`: its getter, whose name is the name of the fact everywhere
//! 4. below: its line; one `in_spans` also needs a row in the docs of `SpanOptions`
//! 5. `docs/fields.md`: its row
//! 6. `tests/it/record_facts.rs`: its value, recorded and shown

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, SystemTime};

use super::attempt::Attempt;
use super::record::{AcquisitionRecord, Outcome};
use crate::api::{Api, Prompt};
use crate::cache::{CacheLevel, CacheRefreshReason, RecordedLookup, RefreshTrigger, TokenSource};
use crate::credential::{ClientAuthentication, GrantType, ManagedIdentitySource};
use crate::error::{ErrorInfo, ErrorKind, TransportError};
use crate::region::{Region, RegionAutodetectionError};
use crate::token::TokenType;
use crate::wire::ClientRequestId;

/// Defines the visits of facts; a fact whose value is `None` is not visited.
macro_rules! facts {
    (
        |$record:ident|
        in_spans { $($in_spans:ident: $span_value:expr,)+ }
        elsewhere { $($elsewhere:ident: $value:expr,)+ }
    ) => {
        impl AcquisitionRecord {
            /// The names of the facts that spans show as well.
            #[cfg(feature = "tracing")]
            pub(crate) const IN_SPANS: &[&str] = &[$(stringify!($in_spans)),+];

            /// Visits the facts that spans show as well.
            pub(crate) fn visit_span_facts<V: Visit>(&self, visitor: &mut V) -> Result<(), V::Error> {
                let $record = self;
                $(visitor.present(stringify!($in_spans), $span_value)?;)+
                Ok(())
            }

            /// Visits all facts.
            pub(super) fn visit_facts<V: Visit>(&self, visitor: &mut V) -> Result<(), V::Error> {
                let $record = self;
                self.visit_span_facts(visitor)?;
                $(visitor.present(stringify!($elsewhere), $value)?;)+
                Ok(())
            }
        }
    };
}

facts! {
    |record|
    in_spans {
        api: Some(Value::Api(record.api())),
        outcome: Some(Value::Outcome(record.outcome())),
        token_source: record.token_source().map(TokenSource::name).map(Value::Name),
        cache_level: record.cache_level().map(CacheLevel::name).map(Value::Name),
        refresh_reason: record.refresh_reason().map(CacheRefreshReason::name).map(Value::Name),
        trigger: record.trigger().map(Value::Trigger),
        credential: record.credential().map(|it| Value::Name(it.kind().name())),
        managed_identity_source: record.managed_identity_source().map(ManagedIdentitySource::name).map(Value::Name),
        grant_type: record.grant_type().map(GrantType::name).map(Value::Name),
        client_authentication: record.client_authentication().map(ClientAuthentication::name).map(Value::Name),
        status: record.status().map(|status| Value::Number(status.into())),
        attempt_count: counted(record.attempt_count()),
        server_request_id: record.server_request_id().map(Value::Text),
        correlation_id: record.correlation_id().map(Value::Id),
        parent: record.parent().map(Value::Id),
        background: raised(record.is_background()),
        cache_lookup_count: counted(record.cache_lookup_count()),
        refresh_token_present: record.refresh_token_present().map(Value::Flag),
        expiry_advertised: record.expiry_advertised().map(Value::Flag),
        expiry_unextended: raised(record.is_expiry_unextended()),
        stale: raised(record.is_stale()),
        cached_token_count: record.cached_token_count().map(Value::Number),
        duration_waiting: record.duration_waiting().map(Value::Duration),
        region: record.region().map(Value::Region),
        region_error: record.region_error().map(RegionAutodetectionError::name).map(Value::Name),
        prompt: record.prompt().map(Prompt::name).map(Value::Name),
        claims_present: record.claims_present().map(Value::Flag),
        scope_count: record.scope_count().map(|count| Value::Number(count.into())),
        force_refresh: record.force_refresh().map(Value::Flag),
        suppressed_errors: listed(record.suppressed_errors()).map(Value::Errors),
    }
    elsewhere {
        id: record.id().map(|id| Value::Number(id.number())),
        token_type: record.token_type().map(TokenType::name).map(Value::Name),
        remaining_lifetime: record.remaining_lifetime().map(Value::Seconds),
        refresh_on: record.refresh_on().map(Value::Moment),
        cache_lookups: listed(record.cache_lookups()).map(Value::Lookups),
        cache_serialized: record.cache_serialized().map(Value::Flag),
        legacy_cache: record.legacy_cache().map(Value::Flag),
        started_at: record.started_at().map(Value::Timestamp),
        ended_at: record.ended_at().map(Value::Timestamp),
        duration_total: record.duration_total().map(Value::Duration),
        duration_in_http: record.duration_in_http().map(Value::Duration),
        duration_throttled: record.duration_throttled().map(Value::Duration),
        duration_in_cache: record.duration_in_cache().map(Value::Duration),
        duration_in_extension: record.duration_in_extension().map(Value::Duration),
        endpoint_host: record.shown_endpoint_host().map(Value::Text),
        attempts: listed(record.kept_attempts()).map(Value::Attempts),
        pending_polls: counted(record.pending_polls()),
        transport_error: record.transport_error().map(Value::Transport),
        retry_after: record.retry_after().map(Value::Seconds),
        error: record.error().map(|error| Value::Error(error, record.error_kind())),
        error_kind: record.error_kind().map(ErrorKind::name).map(Value::Name),
        broker_error: record.broker_error().map(Value::Text),
        caller_sdk: record.caller_sdk().map(|sdk| Value::Software("id", sdk)),
        wrapper: record.wrapper().map(|sdk| Value::Software("sku", sdk)),
        managed_certificate: record.managed_certificate().map(Value::Flag),
        platform_fields: listed(record.shown_platform_fields()).map(Value::Texts),
    }
}

impl Attempt {
    /// Visits the facts of one attempt.
    pub(super) fn visit_facts<V: Visit>(&self, visitor: &mut V) -> Result<(), V::Error> {
        let status = self.status().map(|status| Value::Number(status.into()));
        visitor.fact("number", Value::Number(self.number().into()))?;
        visitor.fact("purpose", Value::Name(self.purpose().name()))?;
        visitor.present("host", self.shown_host().map(Value::Text))?;
        visitor.present("start", self.start().map(Value::Duration))?;
        visitor.present("duration", self.duration().map(Value::Duration))?;
        visitor.present("status", status)?;
        visitor.present(
            "transport_error",
            self.transport_error().map(Value::Transport),
        )?;
        visitor.present("retry_after", self.retry_after().map(Value::Seconds))?;
        visitor.present("waited_before", self.waited_before().map(Value::Duration))?;
        visitor.present("request_id", self.request_id().map(Value::Text))
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

/// A list that shows only with entries.
fn listed<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

/// The value of one fact.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Api(Api),
    Outcome(Outcome),
    /// The name of a value in metrics.
    Name(&'static str),
    Id(ClientRequestId),
    Flag(bool),
    Number(u64),
    Text(&'a str),
    /// Name and version of a piece of software; the name has its own suffix in `serde` data.
    Software(
        #[cfg_attr(
            not(feature = "serde"),
            expect(dead_code, reason = "only serialized data shows it")
        )]
        &'static str,
        (&'a str, &'a str),
    ),
    Texts(&'a [(&'static str, Cow<'static, str>)]),
    /// Time that something took.
    Duration(Duration),
    /// Time that is left.
    Seconds(Duration),
    Moment(SystemTime),
    /// A moment that needs all its digits.
    Timestamp(SystemTime),
    Region(&'a Region),
    Transport(TransportError),
    Trigger(RefreshTrigger),
    /// An error and its kind, which the requests may reveal.
    Error(
        &'a ErrorInfo,
        #[cfg_attr(
            not(feature = "serde"),
            expect(dead_code, reason = "only serialized data shows it")
        )]
        Option<ErrorKind>,
    ),
    Errors(&'a [ErrorInfo]),
    Lookups(&'a [RecordedLookup]),
    Attempts(&'a [Attempt]),
}

/// Receives the facts of a record that are present.
pub(crate) trait Visit {
    /// Why a visit stops early.
    type Error;

    fn fact(&mut self, name: &'static str, value: Value<'_>) -> Result<(), Self::Error>;

    /// Visits the fact if it is present.
    fn present(&mut self, name: &'static str, value: Option<Value<'_>>) -> Result<(), Self::Error> {
        value.map_or(Ok(()), |value| self.fact(name, value))
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
            Self::Software(_, software) => software.fmt(f),
            Self::Texts(texts) => f
                .debug_map()
                .entries(texts.iter().map(|(name, text)| (name, text)))
                .finish(),
            Self::Duration(time) | Self::Seconds(time) => time.fmt(f),
            Self::Moment(moment) | Self::Timestamp(moment) => moment.fmt(f),
            Self::Region(region) => region.fmt(f),
            Self::Transport(class) => class.fmt(f),
            Self::Trigger(trigger) => trigger.fmt(f),
            Self::Error(error, _) => error.fmt(f),
            Self::Errors(errors) => errors.fmt(f),
            Self::Lookups(lookups) => lookups.fmt(f),
            Self::Attempts(attempts) => attempts.fmt(f),
        }
    }
}

impl Visit for fmt::DebugStruct<'_, '_> {
    type Error = Infallible;

    fn fact(&mut self, name: &'static str, value: Value<'_>) -> Result<(), Infallible> {
        self.field(name, &value);
        Ok(())
    }
}

/// Shows the facts that are present, and hosts only where all tenants of a cloud share them.
impl fmt::Debug for AcquisitionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("AcquisitionRecord");
        let Ok(()) = self.visit_facts(&mut out);
        out.finish_non_exhaustive()
    }
}

/// Shows the facts that are present, and the host only where all tenants of a cloud share it.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Attempt");
        let Ok(()) = self.visit_facts(&mut out);
        out.finish_non_exhaustive()
    }
}
