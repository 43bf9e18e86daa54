//! The state of an acquisition, and its record.

use token_telemetry::{
    CacheLevel, CacheRefreshReason, Outcome, TokenSource, TokenType, TransportError,
};

use super::http::Http;
use super::info::Info;
use super::values::{
    CALLERS, LEVELS, REASONS, REGIONS, SOURCES, TOKEN_TYPES, WRAPPERS, api_number, is_none,
    region_name, token_of,
};
use crate::program::Recording;

/// Maximum number of suppressed errors.
const MAX_SUB_FAILURES: usize = 8;

/// Time measured by guards, where overlapping guards count once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timed {
    guards: u32,
    since: u64,
    total: Option<u64>,
}

impl Timed {
    pub(crate) fn start(&mut self, now: u64) {
        if self.guards == 0 {
            self.since = now;
        }
        self.guards += 1;
    }

    pub(crate) fn stop(&mut self, now: u64) {
        self.guards -= 1;
        if self.guards == 0 {
            self.total = Some(self.total.unwrap_or(0) + now - self.since);
        }
    }
}

/// How an acquisition ends.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    Ok,
    /// With this error.
    Failed(Info),
    Dropped(Outcome),
}

/// Data of a merged call at its end.
#[derive(Clone, Debug)]
pub(crate) enum Merged {
    Token(u8),
    Failed(Info),
}

/// The state of an acquisition.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact")]
pub(crate) struct Facts {
    pub(crate) api: u32,
    pub(crate) background: bool,
    pub(crate) source: Option<TokenSource>,
    pub(crate) default_source: Option<TokenSource>,
    pub(crate) level: Option<CacheLevel>,
    pub(crate) reason: Option<CacheRefreshReason>,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) stale: bool,
    pub(crate) no_token: bool,
    pub(crate) waited: Option<u64>,
    pub(crate) lifetime: Option<u64>,
    pub(crate) token_count: Option<u64>,
    pub(crate) serialized: Option<bool>,
    pub(crate) legacy_cache: Option<bool>,
    pub(crate) region: Option<u8>,
    pub(crate) caller: Option<(&'static str, &'static str)>,
    pub(crate) certificate: Option<bool>,
    pub(crate) wrapper: Option<(&'static str, &'static str)>,
    pub(crate) broker_error: Option<&'static str>,
    pub(crate) error: Option<Info>,
    /// From the merged call that failed last.
    pub(crate) merged_error: Option<Info>,
    pub(crate) pending: bool,
    pub(crate) sub_failures: Vec<Info>,
    pub(crate) http: Http,
    /// Time in the cache, and in the extension.
    pub(crate) timed: [Timed; 2],
}

impl Facts {
    pub(crate) fn record(&mut self, recording: Recording) {
        match recording {
            Recording::Hit { level } => {
                self.source = Some(TokenSource::Cache);
                self.level = Some(LEVELS[usize::from(level) % LEVELS.len()]);
            }
            Recording::Refresh(reason) => {
                self.reason = Some(REASONS[usize::from(reason) % REASONS.len()]);
            }
            Recording::CacheDisabled => self.reason = Some(CacheRefreshReason::CacheDisabled),
            Recording::Source(source) => {
                let source = SOURCES[usize::from(source) % SOURCES.len()];
                self.source = Some(source);
                self.level = self.level.filter(|_| source == TokenSource::Cache);
            }
            Recording::DefaultSource(source) => {
                self.default_source = Some(SOURCES[usize::from(source) % SOURCES.len()]);
            }
            Recording::Pending => self.pending = true,
            Recording::Waited(millis) => {
                self.waited = Some(self.waited.unwrap_or(0) + u64::from(millis));
            }
            Recording::Stale => self.stale = true,
            Recording::TokenCount(count) => self.token_count = Some(count.into()),
            Recording::Serialized(is) => self.serialized = Some(is),
            Recording::LegacyCache(is) => self.legacy_cache = Some(is),
            Recording::Region(region) => {
                self.region.get_or_insert(region % REGIONS);
            }
            Recording::TokenType(token_type) => {
                self.token_type = Some(TOKEN_TYPES[usize::from(token_type) % TOKEN_TYPES.len()]);
            }
            Recording::Lifetime(seconds) => {
                self.no_token = false;
                self.lifetime = Some(u64::from(seconds) * 1000);
            }
            Recording::NoToken => self.no_token = true,
            Recording::CallerSdk(caller) => {
                self.caller = Some(CALLERS[usize::from(caller) % CALLERS.len()]);
            }
            Recording::ManagedCertificate(used) => self.certificate = Some(used),
            Recording::Wrapper(wrapper) => {
                self.wrapper = Some(WRAPPERS[usize::from(wrapper) % WRAPPERS.len()]);
            }
            Recording::BrokerError(code) => {
                self.broker_error = Some(["broker_down", "a_b"][usize::from(code % 2)]);
            }
            Recording::Api(api) => self.api = api_number(api),
            Recording::Error(fault) => {
                let before = self.error.take().unwrap_or_default();
                self.error = Some(Info::of_fault(fault).or(before));
            }
            Recording::SubFailure(fault) => {
                if self.sub_failures.len() < MAX_SUB_FAILURES {
                    self.sub_failures.push(Info::of_fault(fault));
                }
            }
            Recording::Id(_) => {}
        }
    }

    /// Returns the refresh reason: the recorded one, or else none for a hit and proactive for a
    /// background refresh.
    pub(crate) fn reason(&self) -> Option<CacheRefreshReason> {
        let proactive = CacheRefreshReason::ProactivelyRefreshed;
        let hit = self.source == Some(TokenSource::Cache);
        self.reason
            .or_else(|| hit.then_some(CacheRefreshReason::NotApplicable))
            .or_else(|| self.background.then_some(proactive))
    }

    /// A server issued a token, so an earlier hit did not suffice.
    pub(crate) fn token_came(&mut self) {
        self.http.token_came = true;
        if self.source == Some(TokenSource::Cache) {
            self.source = None;
            self.level = None;
        }
    }

    /// Applies the description of the returned token.
    pub(crate) fn take_token(&mut self, number: u8) {
        let (token_type, lifetime) = token_of(number);
        self.no_token = is_none(number);
        self.token_type = token_type.or(self.token_type);
        self.lifetime = lifetime.or(self.lifetime);
    }

    /// Merges the data of a call that ends.
    pub(crate) fn merge(&mut self, merged: Merged) {
        self.merged_error = match merged {
            Merged::Token(number) => {
                let (token_type, lifetime) = token_of(number);
                self.token_type = self.token_type.or(token_type);
                self.lifetime = self.lifetime.or(lifetime);
                None
            }
            Merged::Failed(info) => Some(info),
        };
    }

    /// Returns the record of an acquisition that ends now, and its full error.
    pub(crate) fn finish(
        mut self,
        end: Ended,
        total: Option<u64>,
    ) -> (Outcome, Record, Option<Info>) {
        let (outcome, error) = match end {
            Ended::Ok if self.no_token => (Outcome::NoToken, None),
            Ended::Ok => (Outcome::Ok, None),
            Ended::Dropped(Outcome::Cancelled) => {
                (Outcome::Cancelled, Some(Info::new("operation_canceled")))
            }
            Ended::Dropped(outcome) => (outcome, Some(Info::new("panicked"))),
            Ended::Failed(described) => {
                let (outcome, info) = self.complete(described);
                (outcome, Some(info))
            }
        };
        let inferred = if self.http.token_came {
            Some(TokenSource::IdentityProvider)
        } else {
            self.default_source
        };
        let no_response = self.http.is_polling && outcome == Outcome::Error;
        let record = Record {
            api: self.api,
            outcome: outcome.name(),
            source: self
                .source
                .or_else(|| inferred.filter(|_| outcome == Outcome::Ok)),
            level: self.level,
            reason: self.reason(),
            token_type: self.token_type,
            background: self.background,
            stale: self.stale,
            total,
            in_http: self.http.millis,
            timed: self.timed.map(|timed| timed.total),
            waited: self.waited,
            lifetime: self.lifetime,
            region: self.region.and_then(region_name),
            host: self.http.host.clone(),
            token_count: self.token_count,
            attempts: self.http.attempts,
            pending_polls: self.http.pending_polls,
            status: error
                .as_ref()
                .and_then(|error| error.status)
                .or_else(|| self.http.status.filter(|_| !no_response)),
            transport: error
                .as_ref()
                .and_then(|error| error.transport)
                .or(self.http.transport),
            retry_after: self.http.retry_after,
            error: error.as_ref().map(Info::shown),
            sub_failures: self.sub_failures.iter().map(Info::shown).collect(),
            caller: self
                .caller
                .map(|(id, version)| (id.to_owned(), version.to_owned())),
        };
        (outcome, record, error)
    }

    /// Returns the description of the returned error, by the documented precedence.
    fn complete(&mut self, described: Info) -> (Outcome, Info) {
        let mut known = self.error.take().unwrap_or_default().or(described);
        if known.pending || self.pending {
            return (Outcome::Pending, known);
        }
        if !known.has_own_code() {
            known = known.or(self.merged_error.take().unwrap_or_default());
        }
        if known.pending {
            return (Outcome::Pending, known);
        }
        if let Some(class) = self.http.transport {
            known = known.or(Info::transport(class));
        }
        if let Some(class) = known.transport {
            known = known.or(Info::new(class.code()));
        }
        if known.code.is_none() {
            known = known.or(Info::foreign("Fault"));
        }
        (Outcome::Error, known)
    }
}

/// A finished acquisition, without its ids. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) api: u32,
    pub(crate) outcome: &'static str,
    pub(crate) source: Option<TokenSource>,
    pub(crate) level: Option<CacheLevel>,
    pub(crate) reason: Option<CacheRefreshReason>,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) background: bool,
    pub(crate) stale: bool,
    pub(crate) total: Option<u64>,
    pub(crate) in_http: Option<u64>,
    pub(crate) timed: [Option<u64>; 2],
    pub(crate) waited: Option<u64>,
    pub(crate) lifetime: Option<u64>,
    pub(crate) region: Option<&'static str>,
    pub(crate) host: Option<String>,
    pub(crate) token_count: Option<u64>,
    pub(crate) attempts: u32,
    pub(crate) pending_polls: u32,
    pub(crate) status: Option<u16>,
    pub(crate) transport: Option<TransportError>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) error: Option<Info>,
    pub(crate) sub_failures: Vec<Info>,
    pub(crate) caller: Option<(String, String)>,
}
