//! Counts the attempts of one request, which several layers may see.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The attempts of one request so far.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    counts: AttemptCounts,
    /// Whether the response to the last attempt was a redirect.
    is_redirected: bool,
    /// Whether a layer further out observes the request.
    is_observed: bool,
}

/// How many attempts there were, and why.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AttemptCounts {
    pub(crate) attempts: u32,
    /// Attempts that followed a redirect.
    pub(crate) redirects: u32,
    /// Responses that asked for a token with other claims.
    pub(crate) claims_challenges: u32,
}

impl AttemptCounts {
    /// Returns the number of attempts after the first one.
    pub(crate) const fn resends(self) -> u32 {
        self.attempts.saturating_sub(1)
    }
}

/// What a response asks for, as far as it is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) redirect: bool,
    pub(crate) claims: bool,
}

impl Attempts {
    /// Returns whether the caller is the outermost layer that observes the request.
    pub(crate) fn observe(&self) -> bool {
        !std::mem::replace(&mut self.state().is_observed, true)
    }

    /// Ends the observation by the outermost layer.
    pub(crate) fn finish(&self) -> AttemptCounts {
        let mut state = self.state();
        state.is_observed = false;
        state.counts
    }

    /// Returns the number of attempts so far.
    pub(crate) fn so_far(&self) -> u32 {
        self.state().counts.attempts
    }

    /// Counts an attempt that began after `before` others, unless an inner layer has counted it.
    pub(crate) fn count(&self, before: u32, asked: Asked) {
        let mut state = self.state();
        if state.counts.attempts != before {
            return;
        }
        let followed_redirect = std::mem::replace(&mut state.is_redirected, asked.redirect);
        let counts = &mut state.counts;
        counts.attempts = before.saturating_add(1);
        counts.redirects = counts.redirects.saturating_add(followed_redirect.into());
        counts.claims_challenges = counts.claims_challenges.saturating_add(asked.claims.into());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
