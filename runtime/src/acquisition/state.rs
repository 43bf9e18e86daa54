//! The state of an acquisition: everything that was recorded.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::clock::Moment;
use super::delivery::UndecidedDelivery;
use super::http_state::HttpState;
use super::rare_state::RareState;
use super::timed::{Timed, add};
use crate::api::{Api, ApiParameters};
use crate::cache::{
    CacheLevel, CacheLookup, CacheRefreshReason, RecordedLookup, RefreshTrigger, TokenSource,
};
use crate::credential::Credential;
use crate::error::ErrorInfo;
use crate::token::{TokenInfo, TokenType};
use crate::wire::{Authority, ClientRequestId};

/// Maximum number of platform fields; Android's dialect has 13.
const MAX_PLATFORM_FIELDS: usize = 16;

/// Maximum number of suppressed errors.
const MAX_SUPPRESSED_ERRORS: usize = 8;

/// Maximum number of cache lookups that are kept; the rest is only counted.
const MAX_CACHE_LOOKUPS: usize = 8;

/// Everything recorded for one acquisition; what a cache hit does not need is in a box.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent fact of a cache hit"
)]
pub(crate) struct State {
    pub(crate) api: Api,
    pub(crate) started: Option<Moment>,
    pub(crate) correlation_id: Option<ClientRequestId>,
    /// Whether a header, a nested acquisition or the SDK has seen the id.
    pub(super) correlation_id_used: bool,
    pub(crate) source: Option<TokenSource>,
    /// The source of a token if no token request returned one and the SDK recorded none.
    pub(crate) default_source: Option<TokenSource>,
    pub(crate) level: Option<CacheLevel>,
    pub(crate) refresh_reason: Option<CacheRefreshReason>,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) in_cache: Timed,
    /// Waiting time that the SDK measured itself.
    pub(crate) waited: Option<Duration>,
    pub(crate) remaining_lifetime: Option<Duration>,
    pub(crate) stale: bool,
    pub(crate) refresh_token: Option<bool>,
    /// Whether the function returns no token without failing.
    pub(crate) no_token: bool,
    pub(crate) background: bool,
    /// Not in a box, since an SDK records them before the cache responds; they fit behind the flags.
    pub(crate) parameters: ApiParameters,
    pub(crate) cold: Option<Box<ColdState>>,
}

/// The state that few acquisitions need.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColdState {
    pub(crate) parent: Option<ClientRequestId>,
    pub(crate) credential: Option<Credential>,
    /// The credential of the client, if the SDK records none.
    pub(crate) default_credential: Option<Credential>,
    /// What the SDK recorded.
    pub(crate) trigger: Option<RefreshTrigger>,
    /// The rejected token that the acquisition replaces; it changes no refresh reason.
    pub(crate) linked_trigger: Option<RefreshTrigger>,
    pub(crate) cache_serialized: Option<bool>,
    pub(crate) legacy_cache: Option<bool>,
    pub(crate) managed_certificate: Option<bool>,
    /// Waiting time that [`Waiting`](super::Waiting) measures.
    pub(crate) waiting: Timed,
    pub(crate) cache_lookups: CacheLookups,
    pub(crate) in_extension: Timed,
    pub(crate) refresh_on: Option<SystemTime>,
    /// Whether a refresh brought a token that expires no later than the one before.
    pub(crate) expiry_unextended: bool,
    /// Whether the body recorded that its error means "not yet".
    pub(crate) pending: bool,
    pub(crate) http: HttpState,
    pub(crate) rare: Option<Box<RareState>>,
}

impl ColdState {
    pub(super) fn with_parent(parent: ClientRequestId) -> Box<Self> {
        Box::new(Self {
            parent: Some(parent),
            ..Self::default()
        })
    }
}

/// The lookups in caches: the first few, and the number of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct CacheLookups {
    pub(crate) kept: Vec<RecordedLookup>,
    pub(crate) count: u32,
}

impl CacheLookups {
    fn keep(&mut self, lookup: RecordedLookup) {
        self.count = self.count.saturating_add(1);
        if self.kept.len() < MAX_CACHE_LOOKUPS {
            self.kept.push(lookup);
        }
    }
}

impl State {
    #[inline]
    pub(crate) fn new(api: Api) -> Self {
        Self {
            api,
            started: None,
            correlation_id: None,
            correlation_id_used: false,
            source: None,
            default_source: None,
            level: None,
            refresh_reason: None,
            token_type: None,
            in_cache: Timed::default(),
            waited: None,
            remaining_lifetime: None,
            stale: false,
            refresh_token: None,
            no_token: false,
            background: false,
            parameters: ApiParameters::new(),
            cold: None,
        }
    }

    /// Returns the cold state, allocated on first use.
    pub(crate) fn cold_mut(&mut self) -> &mut ColdState {
        self.cold.get_or_insert_default()
    }

    /// Returns the rare state, allocated on first use.
    pub(crate) fn rare_mut(&mut self) -> &mut RareState {
        self.cold_mut().rare.get_or_insert_default()
    }

    pub(crate) fn rare(&self) -> Option<&RareState> {
        self.cold.as_deref()?.rare.as_deref()
    }

    /// Returns why a cached token did not suffice: what the SDK recorded, else
    /// `ForceRefreshOrClaims` if it recorded a trigger, `NotApplicable` for a hit, and
    /// `ProactivelyRefreshed` for another background acquisition.
    pub(crate) fn refresh_reason(&self) -> Option<CacheRefreshReason> {
        let derived = || match (self.source, self.background) {
            _ if self.has_trigger() => Some(CacheRefreshReason::ForceRefreshOrClaims),
            (Some(TokenSource::Cache), _) => Some(CacheRefreshReason::NotApplicable),
            (_, true) => Some(CacheRefreshReason::ProactivelyRefreshed),
            (_, false) => None,
        };
        self.refresh_reason.or_else(derived)
    }

    fn has_trigger(&self) -> bool {
        let cold = self.cold.as_deref();
        cold.is_some_and(|cold| cold.trigger.is_some())
    }

    /// Records that a cache held the token.
    pub(crate) fn cache_hit(&mut self, level: CacheLevel) {
        self.source = Some(TokenSource::Cache);
        self.level = Some(level);
    }

    /// Records a lookup in a cache; the first hit is where the token came from.
    pub(crate) fn cache_lookup(&mut self, lookup: RecordedLookup) {
        if lookup.result() == CacheLookup::Hit && self.source.is_none() {
            self.cache_hit(lookup.level());
        }
        self.cold_mut().cache_lookups.keep(lookup);
    }

    /// Records the source of the token; only a token from a cache has a cache level.
    pub(crate) fn token_source(&mut self, source: TokenSource) {
        self.source = Some(source);
        if source != TokenSource::Cache {
            self.level = None;
        }
    }

    /// Records that a token request returned a token: a hit recorded before did not suffice.
    pub(crate) fn token_received(&mut self) {
        let http = &mut self.cold_mut().http;
        http.responded = true;
        http.token_responses = http.token_responses.saturating_add(1);
        if self.source == Some(TokenSource::Cache) {
            self.source = None;
            self.level = None;
        }
    }

    /// Returns the id of this acquisition, created on first use.
    pub(crate) fn correlation_id(&mut self) -> ClientRequestId {
        self.correlation_id_used = true;
        *self.correlation_id.get_or_insert_with(ClientRequestId::new)
    }

    /// Sets an id given by the caller, unless another id was used already.
    pub(crate) fn adopt_correlation_id(&mut self, id: ClientRequestId) -> bool {
        if !self.correlation_id_used {
            self.correlation_id = Some(id);
        }
        self.correlation_id == Some(id)
    }

    pub(crate) fn add_waited(&mut self, time: Duration) {
        add(&mut self.waited, time);
    }

    pub(crate) fn in_cache(&mut self) -> &mut Timed {
        &mut self.in_cache
    }

    pub(crate) fn waiting(&mut self) -> &mut Timed {
        &mut self.cold_mut().waiting
    }

    /// Returns the total time spent waiting.
    pub(crate) fn waited(&self) -> Option<Duration> {
        let timed = self.cold.as_deref().and_then(|cold| cold.waiting.total());
        let mut total = self.waited;
        if let Some(time) = timed {
            add(&mut total, time);
        }
        total
    }

    pub(crate) fn in_extension(&mut self) -> &mut Timed {
        &mut self.cold_mut().in_extension
    }

    /// Records type and lifetime of the token, keeping what `info` does not set.
    pub(crate) fn token(&mut self, info: &TokenInfo) {
        self.no_token = info.is_none();
        self.token_type = info.token_type().or(self.token_type);
        self.remaining_lifetime = info.expires_in().or(self.remaining_lifetime);
        self.refresh_token = info.refresh_token().or(self.refresh_token);
        if let Some(moment) = info.refresh_on() {
            self.cold_mut().refresh_on = Some(moment);
        }
    }

    /// Fills missing data from the end of a merged call; the acquisition's own data takes precedence.
    pub(super) fn merge(&mut self, described: Result<Option<TokenInfo>, ErrorInfo>) {
        match described {
            Ok(info) => {
                if let Some(info) = info {
                    self.merge_token(&info);
                }
                // An earlier merged call may have failed; this one succeeded.
                if let Some(rare) = self.cold.as_mut().and_then(|cold| cold.rare.as_mut()) {
                    rare.merged_error = None;
                }
            }
            Err(info) => self.rare_mut().merged_error = Some(info),
        }
    }

    fn merge_token(&mut self, info: &TokenInfo) {
        self.token_type = self.token_type.or_else(|| info.token_type());
        let lifetime = || info.expires_in();
        self.remaining_lifetime = self.remaining_lifetime.or_else(lifetime);
        self.refresh_token = self.refresh_token.or_else(|| info.refresh_token());
        if let Some(moment) = info.refresh_on() {
            self.cold_mut().refresh_on.get_or_insert(moment);
        }
    }

    /// Records parameters of the call, keeping those that are known.
    pub(crate) fn parameters(&mut self, parameters: ApiParameters) {
        self.parameters = self.parameters.or(parameters);
    }

    pub(crate) fn platform_field(&mut self, name: &'static str, value: Cow<'static, str>) {
        let fields = &mut self.rare_mut().platform_fields;
        fields.retain(|(known, _)| *known != name);
        if fields.len() < MAX_PLATFORM_FIELDS {
            fields.push((name, value));
        }
    }

    /// Returns the authority of the last token request; other purposes do not count.
    pub(crate) fn authority(&self) -> Option<&Authority> {
        let asked = self.cold.as_deref()?.http.asked.as_ref();
        asked.map(|asked| &asked.authority)
    }

    /// Returns the number of HTTP attempts that have begun.
    pub(super) fn begun_attempts(&self) -> u32 {
        self.cold.as_deref().map_or(0, |cold| cold.http.started)
    }

    /// Returns the number of responses so far that contained a token.
    pub(super) fn token_responses(&self) -> u32 {
        let cold = self.cold.as_deref();
        cold.map_or(0, |cold| cold.http.token_responses)
    }

    /// Returns whether a request went to the instance metadata service, which ignores reports.
    pub(crate) fn has_asked_instance_metadata(&self) -> bool {
        let cold = self.cold.as_deref();
        cold.is_some_and(|cold| cold.http.metadata_requests > 0)
    }

    /// Takes the requests whose delivery depends on the error code.
    pub(crate) fn take_undecided(&mut self) -> Vec<UndecidedDelivery> {
        let cold = self.cold.as_deref_mut();
        cold.map(|cold| std::mem::take(&mut cold.http.undecided))
            .unwrap_or_default()
    }

    /// Returns whether there are suppressed errors, which are reported under this acquisition's id.
    pub(crate) fn has_suppressed_errors(&self) -> bool {
        let rare = self.rare();
        rare.is_some_and(|rare| !rare.suppressed_errors.is_empty())
    }

    pub(crate) fn suppressed_error(&mut self, info: ErrorInfo) {
        let failures = &mut self.rare_mut().suppressed_errors;
        if failures.len() < MAX_SUPPRESSED_ERRORS {
            failures.push(info);
        }
    }
}
