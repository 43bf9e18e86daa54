//! Records as `serde` data, for the logs and stores of an SDK's users.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::attempt::Attempt;
use super::fields::{Value, Visit};
use super::record::AcquisitionRecord;
use crate::cache::{RecordedLookup, RefreshTrigger};
use crate::credential::{CredentialKind, ManagedIdentitySource};
use crate::error::{ErrorInfo, ErrorKind};
use crate::region::{Region, RegionAutodetectionSource, RegionOutcome};

/// A map of the facts that are present, named like their getters; durations are in microseconds.
///
/// A host that may name a tenant is `redacted`; see
/// [`endpoint_host`](AcquisitionRecord::endpoint_host).
impl Serialize for AcquisitionRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Present(serializer.serialize_map(None)?);
        self.visit_facts(&mut map)?;
        map.0.end()
    }
}

/// A map of the facts that are present, as in the record.
impl Serialize for Attempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Present(serializer.serialize_map(None)?);
        self.visit_facts(&mut map)?;
        map.0.end()
    }
}

/// A map that leaves out what is absent.
struct Present<M>(M);

impl<M: SerializeMap> Present<M> {
    fn entry(&mut self, name: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.0.serialize_entry(name, &value))
    }

    /// An entry whose name says more than that of the fact, such as its unit.
    fn suffixed(
        &mut self,
        (name, suffix): (&str, &str),
        value: impl Serialize,
    ) -> Result<(), M::Error> {
        self.0
            .serialize_entry(&format_args!("{name}_{suffix}"), &value)
    }
}

impl<M: SerializeMap> Visit for Present<M> {
    type Error = M::Error;

    fn fact(&mut self, name: &'static str, value: Value<'_>) -> Result<(), M::Error> {
        let map = &mut self.0;
        match value {
            Value::Api(api) => {
                map.serialize_entry(name, api.name())?;
                self.suffixed((name, "number"), api.number())
            }
            Value::Outcome(outcome) => map.serialize_entry(name, outcome.name()),
            Value::Name(text) | Value::Text(text) => map.serialize_entry(name, text),
            Value::Id(id) => map.serialize_entry(name, &format_args!("{id}")),
            Value::Flag(flag) => map.serialize_entry(name, &flag),
            Value::Number(number) => map.serialize_entry(name, &number),
            Value::Software(suffix, (software, version)) => {
                self.suffixed((name, suffix), software)?;
                self.suffixed((name, "version"), version)
            }
            Value::Texts(texts) => map.serialize_entry(name, &Texts(texts)),
            Value::Duration(time) => self.suffixed((name, "us"), micros(time)),
            Value::Seconds(time) => self.suffixed((name, "s"), time.as_secs()),
            Value::Moment(moment) => {
                let since_1970 = moment.duration_since(UNIX_EPOCH);
                since_1970.map_or(Ok(()), |time| self.suffixed((name, "s"), time.as_secs()))
            }
            Value::Timestamp(moment) => {
                let since_1970 = moment.duration_since(UNIX_EPOCH);
                since_1970.map_or(Ok(()), |time| self.suffixed((name, "us"), micros(time)))
            }
            Value::Region(region) => map.serialize_entry(name, &RegionFields(region)),
            Value::Transport(class) => map.serialize_entry(name, class.code()),
            Value::Trigger(trigger) => {
                map.serialize_entry(name, trigger.name())?;
                match trigger {
                    RefreshTrigger::TokenRejected { status } => {
                        self.suffixed((name, "status"), status)
                    }
                    RefreshTrigger::Caller
                    | RefreshTrigger::ClaimsChallenge
                    | RefreshTrigger::Timer
                    | RefreshTrigger::Startup => Ok(()),
                }
            }
            Value::Error(error, kind) => map.serialize_entry(name, &Error(error, kind)),
            Value::Errors(errors) => {
                let kind = |error: &ErrorInfo| Some(error.kind());
                let errors: Vec<_> = errors.iter().map(|it| Error(it, kind(it))).collect();
                map.serialize_entry(name, &errors)
            }
            Value::Lookups(lookups) => {
                let lookups: Vec<_> = lookups.iter().map(Lookup).collect();
                map.serialize_entry(name, &lookups)
            }
            Value::Attempts(attempts) => map.serialize_entry(name, attempts),
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

struct Texts<'a>(&'a [(&'static str, Cow<'static, str>)]);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

/// An error with its kind, unless it is none.
struct Error<'a>(&'a ErrorInfo, Option<ErrorKind>);

impl Serialize for Error<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(info, kind) = *self;
        let mut map = Present(serializer.serialize_map(None)?);
        map.entry("code", info.code())?;
        map.entry("kind", kind.map(ErrorKind::name))?;
        let credential = info.credential().map(|credential| credential.kind());
        map.entry("credential", credential.map(CredentialKind::name))?;
        let source = credential.and_then(CredentialKind::managed_identity_source);
        map.entry(
            "managed_identity_source",
            source.map(ManagedIdentitySource::name),
        )?;
        map.entry("suberror", info.suberror())?;
        map.entry("status", info.status())?;
        map.entry(
            "sts_codes",
            (!info.sts_codes().is_empty()).then(|| info.sts_codes()),
        )?;
        map.0.end()
    }
}

struct Lookup<'a>(&'a RecordedLookup);

impl Serialize for Lookup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lookup = self.0;
        let mut map = Present(serializer.serialize_map(None)?);
        map.entry("level", Some(lookup.level().name()))?;
        map.entry("result", Some(lookup.result().name()))?;
        map.entry("duration_us", lookup.duration().map(micros))?;
        map.0.end()
    }
}

struct RegionFields<'a>(&'a Region);

impl Serialize for RegionFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let region = self.0;
        let mut map = Present(serializer.serialize_map(None)?);
        map.entry("name", region.name())?;
        let source = region.autodetection_source();
        map.entry(
            "autodetection_source",
            source.map(RegionAutodetectionSource::name),
        )?;
        map.entry("outcome", region.outcome().map(RegionOutcome::name))?;
        map.0.end()
    }
}
