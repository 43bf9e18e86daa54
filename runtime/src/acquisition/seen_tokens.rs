//! Recognizes cache hits of a wrapped credential by the expiry of its tokens.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::context;
use super::current::Acquisition;
use super::state::State;
use crate::cache::{CacheLevel, CacheRefreshReason, refresh_reason};

/// Recognizes tokens that a wrapped credential returned before, by their expiry.
///
/// For a wrapper around a credential of another library, which does not report whether its cache held
/// the token. Of a key (scopes, tenant, …) only a hash is kept, with a random seed per process.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use token_telemetry::api::MsalNet;
/// use token_telemetry::acquisition::SeenTokens;
/// use token_telemetry::{CacheLevel, ErrorInfo, TokenSource, acquire_token, capture};
///
/// const WINDOW: Duration = Duration::from_secs(300);
///
/// # fn describe(_: &std::io::Error) -> ErrorInfo { ErrorInfo::unknown() }
/// # struct Credential;
/// # impl Credential {
/// #     async fn get_token(&self, _: &[&str]) -> std::io::Result<SystemTime> {
/// #         Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000))
/// #     }
/// # }
/// struct Wrapper {
///     inner: Credential,
///     seen: SeenTokens,
/// }
///
/// impl Wrapper {
///     #[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe)]
///     async fn get_token(&self, scopes: &[&str]) -> std::io::Result<SystemTime> {
///         let lookup = self.seen.lookup(scopes, SystemTime::now(), WINDOW);
///         let expires_on = self.inner.get_token(scopes).await?;
///         lookup.record_token(expires_on);
///         Ok(expires_on)
///     }
/// }
///
/// let wrapper = Wrapper { inner: Credential, seen: SeenTokens::new() };
/// # futures::executor::block_on(async {
/// let first = capture(wrapper.get_token(&["https://graph.microsoft.com/.default"])).await;
/// let second = capture(wrapper.get_token(&["https://graph.microsoft.com/.default"])).await;
/// assert_eq!(first.records[0].token_source(), None);
/// assert_eq!(second.records[0].token_source(), Some(TokenSource::Cache));
/// assert_eq!(second.records[0].cache_level(), Some(CacheLevel::Unknown));
/// # });
/// ```
#[derive(Default)]
pub struct SeenTokens {
    seed: RandomState,
    expiries: Mutex<HashMap<u64, SystemTime>>,
}

/// A lookup before the call of the wrapped credential, returned by [`SeenTokens::lookup`].
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use token_telemetry::acquisition::SeenTokens;
///
/// let (seen, expires_on) = (SeenTokens::new(), SystemTime::now() + Duration::from_secs(3599));
/// let lookup = || seen.lookup("scope", SystemTime::now(), Duration::from_secs(300));
/// assert!(!lookup().record_token(expires_on));
/// assert!(lookup().record_token(expires_on));
/// ```
#[derive(Debug)]
#[must_use = "a lookup does nothing until `record_token` is called"]
pub struct SeenTokenLookup<'a> {
    seen: &'a SeenTokens,
    key: u64,
    before: Option<SystemTime>,
    /// The token responses of the acquisition before the call.
    responses: u32,
}

impl SeenTokens {
    /// Maximum number of keys; beyond that, the token that expires first is forgotten.
    pub const CAPACITY: usize = 1024;

    /// Creates an empty set of seen tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use token_telemetry::acquisition::SeenTokens;
    ///
    /// static SEEN: LazyLock<SeenTokens> = LazyLock::new(SeenTokens::new);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks up a key, and records why a new token is needed, if the last one does not suffice.
    ///
    /// `window` is the time before the expiry in which the credential refreshes a valid token.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use token_telemetry::acquisition::SeenTokens;
    ///
    /// let seen = SeenTokens::new();
    /// let lookup = seen.lookup("scope", SystemTime::now(), Duration::from_secs(300));
    /// // … call the credential …
    /// lookup.record_token(SystemTime::now() + Duration::from_secs(3599));
    /// ```
    pub fn lookup<K: Hash + ?Sized>(
        &self,
        key: &K,
        now: SystemTime,
        window: Duration,
    ) -> SeenTokenLookup<'_> {
        let key = self.seed.hash_one(key);
        let before = self.expiries().get(&key).copied();
        let reason = refresh_reason(before, now, window, false);
        if reason != CacheRefreshReason::NotApplicable {
            Acquisition::current().record_refresh_reason(reason);
        }
        SeenTokenLookup {
            seen: self,
            key,
            before,
            responses: token_responses(),
        }
    }

    fn expiries(&self) -> std::sync::MutexGuard<'_, HashMap<u64, SystemTime>> {
        self.expiries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, key: u64, expires_on: SystemTime) {
        let mut expiries = self.expiries();
        if expiries.len() >= Self::CAPACITY && !expiries.contains_key(&key) {
            let first = expiries.iter().min_by_key(|(_, expiry)| **expiry);
            if let Some(first) = first.map(|(key, _)| *key) {
                expiries.remove(&first);
            }
        }
        expiries.insert(key, expires_on);
    }
}

impl SeenTokenLookup<'_> {
    /// Records a cache hit if this token was returned before; remembers it otherwise.
    ///
    /// Returns whether it is a cache hit. A token response since the lookup rules that out: a server
    /// with its own cache returns the same token again. The source of a new token follows from the token
    /// requests, or from [`record_default_source`](crate::Acquisition::record_default_source).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use token_telemetry::acquisition::SeenTokens;
    ///
    /// let seen = SeenTokens::new();
    /// let lookup = seen.lookup("scope", SystemTime::now(), Duration::from_secs(300));
    /// let was_cached = lookup.record_token(SystemTime::now() + Duration::from_secs(3599));
    /// assert!(!was_cached);
    /// ```
    #[expect(
        clippy::must_use_candidate,
        reason = "callers may want only the record"
    )]
    pub fn record_token(self, expires_on: SystemTime) -> bool {
        let was_fetched = token_responses() > self.responses;
        let was_seen = self.before == Some(expires_on) && !was_fetched;
        if was_seen {
            let current = Acquisition::current();
            current.record_cache_hit(CacheLevel::Unknown);
            // The reason recorded before the call was a guess: the credential needed no new token.
            current.record_refresh_reason(CacheRefreshReason::NotApplicable);
        } else {
            self.seen.remember(self.key, expires_on);
        }
        was_seen
    }
}

/// Returns the number of token responses of the current acquisition.
fn token_responses() -> u32 {
    let responses = |state: &mut State| state.token_responses();
    context::with_current(|acquisition| acquisition.read(responses)).unwrap_or_default()
}

impl fmt::Debug for SeenTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenTokens")
            .field("len", &self.expiries().len())
            .finish_non_exhaustive()
    }
}
