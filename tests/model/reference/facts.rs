//! What is known of one acquisition, and the record it becomes.

use token_telemetry::{
    CacheLevel, CacheRefreshReason, Outcome, TokenSource, TokenType, TransportError,
};

use super::info::{Authority, Info};
use super::values::{
    CALLERS, LEVELS, REASONS, REGIONS, SOURCES, TOKEN_TYPES, WRAPPERS, api_number, region_name,
};
use crate::program::Note;

/// Time that guards measure, however many there are at once.
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

    fn at(self, now: u64) -> Option<u64> {
        let running = (self.guards > 0).then(|| now - self.since);
        match (self.total, running) {
            (None, None) => None,
            (total, running) => Some(total.unwrap_or(0) + running.unwrap_or(0)),
        }
    }
}

/// The requests of an acquisition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Http {
    pub(crate) host: Option<String>,
    pub(crate) authority: Option<Authority>,
    pub(crate) attempts: u32,
    pub(crate) pending_polls: u32,
    pub(crate) status: Option<u16>,
    pub(crate) transport: Option<TransportError>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) millis: Option<u64>,
    pub(crate) token_came: bool,
}

/// What was recorded of an acquisition so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) api: u32,
    pub(crate) background: bool,
    pub(crate) source: Option<TokenSource>,
    pub(crate) level: Option<CacheLevel>,
    pub(crate) reason: Option<CacheRefreshReason>,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) stale: bool,
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
    pub(crate) sub_failures: Vec<Info>,
    pub(crate) http: Http,
    /// In the cache, in the extension.
    pub(crate) timed: [Timed; 2],
}

impl Facts {
    pub(crate) fn note(&mut self, note: Note) {
        match note {
            Note::Hit { level } => {
                self.source = Some(TokenSource::Cache);
                self.level = Some(LEVELS[usize::from(level) % LEVELS.len()]);
                self.reason.get_or_insert(CacheRefreshReason::NotApplicable);
            }
            Note::Refresh(reason) => {
                self.reason = Some(REASONS[usize::from(reason) % REASONS.len()]);
            }
            Note::CacheDisabled => self.reason = Some(CacheRefreshReason::CacheDisabled),
            Note::Source(source) => {
                self.source = Some(SOURCES[usize::from(source) % SOURCES.len()]);
            }
            Note::Waited(millis) => {
                self.waited = Some(self.waited.unwrap_or(0) + u64::from(millis));
            }
            Note::Stale => self.stale = true,
            Note::TokenCount(count) => self.token_count = Some(count.into()),
            Note::Serialized(is) => self.serialized = Some(is),
            Note::LegacyCache(is) => self.legacy_cache = Some(is),
            Note::Region(region) => {
                self.region.get_or_insert(region % REGIONS);
            }
            Note::TokenType(token_type) => {
                self.token_type = Some(TOKEN_TYPES[usize::from(token_type) % TOKEN_TYPES.len()]);
            }
            Note::Lifetime(seconds) => self.lifetime = Some(u64::from(seconds) * 1000),
            Note::CallerSdk(caller) => {
                self.caller = Some(CALLERS[usize::from(caller) % CALLERS.len()]);
            }
            Note::ManagedCertificate(used) => self.certificate = Some(used),
            Note::Wrapper(wrapper) => {
                self.wrapper = Some(WRAPPERS[usize::from(wrapper) % WRAPPERS.len()]);
            }
            Note::BrokerError(code) => {
                self.broker_error = Some(["broker_down", "a_b"][usize::from(code % 2)]);
            }
            Note::Api(api) => self.api = api_number(api),
            Note::Error(fault) => {
                let before = self.error.take().unwrap_or_default();
                self.error = Some(Info::of_fault(fault).or(before));
            }
            Note::SubFailure(fault) => self.sub_failures.push(Info::of_fault(fault)),
            Note::Id(_) => {}
        }
    }

    /// Why the cache did not suffice; a background refresh is proactive unless another reason is said.
    pub(crate) fn reason(&self) -> Option<CacheRefreshReason> {
        let proactive = CacheRefreshReason::ProactivelyRefreshed;
        self.reason.or_else(|| self.background.then_some(proactive))
    }

    /// The record of an acquisition that ends now, and its error in full.
    pub(crate) fn finish(
        mut self,
        outcome: Outcome,
        described: Option<Info>,
        millis: (u64, u64),
    ) -> (Record, Option<Info>) {
        let (started, now) = millis;
        let error = match outcome {
            Outcome::Ok => None,
            Outcome::Cancelled => Some(Info::new("operation_canceled")),
            Outcome::Panicked => Some(Info::new("panicked")),
            Outcome::Error | _ => Some(self.describe(described.unwrap_or_default())),
        };
        let issued = outcome == Outcome::Ok && self.http.token_came;
        let record = Record {
            api: self.api,
            outcome: outcome.name(),
            source: self
                .source
                .or_else(|| issued.then_some(TokenSource::IdentityProvider)),
            level: self.level,
            reason: self.reason(),
            token_type: self.token_type,
            background: self.background,
            stale: self.stale,
            total: now - started,
            in_http: self.http.millis,
            timed: self.timed.map(|timed| timed.at(now)),
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
                .or(self.http.status),
            transport: self.http.transport,
            retry_after: self.http.retry_after,
            error: error.as_ref().map(Info::shown),
            sub_failures: self.sub_failures.iter().map(Info::shown).collect(),
            caller: self
                .caller
                .map(|(id, version)| (id.to_owned(), version.to_owned())),
        };
        (record, error)
    }

    fn describe(&mut self, described: Info) -> Info {
        let noted = self.error.take().unwrap_or_default();
        let by_requests = self
            .http
            .transport
            .map_or_else(Info::default, Info::transport);
        let mut known = noted.or(described).or(by_requests);
        known.code = known
            .code
            .or_else(|| known.transport.map(|class| class.code().to_owned()));
        known.or(Info::foreign("Fault"))
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
    pub(crate) total: u64,
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
