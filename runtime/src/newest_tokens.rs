//! The newest token of each function and credential: when it was acquired, and when it expires.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::acquisition::{self, AcquisitionRecord, ClockSource, Moment};
use crate::api::Api;
use crate::credential::{Credential, CredentialKind};
use crate::token::NewestToken;

/// Maximum number of pairs of a function and a credential; beyond that, the token that expires first makes way.
const CAPACITY: usize = 64;

/// Expiries that differ by no more count as equal, since servers send whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);

/// The newest tokens of one `Telemetry`; updated only by acquisitions that did not hit a cache.
#[derive(Debug)]
pub(crate) struct NewestTokens {
    clock: ClockSource,
    entries: Mutex<Vec<Entry>>,
}

/// A token, by times after the start of its acquisition.
#[derive(Clone, Copy, Debug)]
struct Entry {
    api: Api,
    credential: Option<CredentialKind>,
    started: Moment,
    acquired_after: Duration,
    expires_after: Duration,
}

impl Entry {
    /// Returns the token of an acquisition, if all its times are known.
    fn of(record: &AcquisitionRecord) -> Option<Self> {
        let acquired_after = record.duration_total()?;
        Some(Self {
            api: record.api(),
            credential: record.credential().as_ref().map(Credential::kind),
            started: record.started()?,
            acquired_after,
            expires_after: acquired_after.saturating_add(record.remaining_lifetime()?),
        })
    }

    /// Returns whether the same function acquired both tokens with the same kind of credential.
    fn is_kept_with(&self, other: &Self) -> bool {
        self.api == other.api && self.credential == other.credential
    }

    /// Returns whether this token expires no later than an older one.
    fn is_no_later_than(&self, older: &Self) -> bool {
        let later_by = self.started.since(older.started);
        let limit = older.expires_after.saturating_add(ROUNDING);
        later_by.saturating_add(self.expires_after) <= limit
    }

    fn at(&self, now: Moment) -> NewestToken {
        let passed = now.since(self.started);
        let age = passed.saturating_sub(self.acquired_after);
        let expires_in = self.expires_after.saturating_sub(passed);
        NewestToken {
            api: self.api,
            credential: self.credential,
            age,
            expires_in,
            lifetime: self.expires_after.saturating_sub(self.acquired_after),
        }
    }
}

impl NewestTokens {
    pub(crate) const fn new(clock: ClockSource) -> Self {
        Self {
            clock,
            entries: Mutex::new(Vec::new()),
        }
    }

    /// Keeps the token of an acquisition that got a new one.
    ///
    /// Returns whether it expires no later than the token before.
    pub(crate) fn keep(&self, record: &AcquisitionRecord) -> bool {
        let Some(token) = Entry::of(record) else {
            return false;
        };
        let mut entries = self.lock();
        if let Some(known) = entries.iter_mut().find(|known| known.is_kept_with(&token)) {
            let is_no_later = token.is_no_later_than(known);
            *known = token;
            return is_no_later;
        }
        if entries.len() < CAPACITY {
            entries.push(token);
        } else if let Some(first) = first_to_expire(&mut entries, token.started) {
            *first = token;
        }
        false
    }

    /// Calls `act` with each token, without a lock: it may be foreign code.
    pub(crate) fn for_each(&self, act: impl FnMut(NewestToken)) {
        let Some(now) = acquisition::now(&self.clock) else {
            return;
        };
        let entries = self.lock().clone();
        entries.iter().map(|entry| entry.at(now)).for_each(act);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the token with the least time left at this moment.
fn first_to_expire(entries: &mut [Entry], now: Moment) -> Option<&mut Entry> {
    entries
        .iter_mut()
        .min_by_key(|entry| entry.at(now).expires_in())
}
