//! What holds for every acquisition of a client, unless the SDK records something else.

use std::borrow::Cow;

use super::rare_state::{CallerSdk, Wrapper};
use super::state::State;
use crate::cache::TokenSource;
use crate::credential::Credential;

/// Facts that the builder of a `Telemetry` sets once instead of per acquisition.
///
/// They are filled in when something is about to read them, so that a cache hit costs no more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    caller_sdk: Option<CallerSdk>,
    wrapper: Option<Wrapper>,
    pub(crate) cache_serialized: Option<bool>,
    pub(crate) legacy_cache: Option<bool>,
    pub(crate) credential: Option<Credential>,
}

impl Defaults {
    pub(crate) fn set_caller_sdk(&mut self, id: Cow<'static, str>, version: Cow<'static, str>) {
        self.caller_sdk = Some(CallerSdk::new(id, version));
    }

    pub(crate) fn set_wrapper(&mut self, sku: Cow<'static, str>, version: Cow<'static, str>) {
        self.wrapper = Some(Wrapper::new(sku, version));
    }

    /// Returns id and version of the SDK that calls this one.
    #[cfg(feature = "otel")]
    pub(crate) fn caller_sdk(&self) -> Option<(&str, &str)> {
        let caller = self.caller_sdk.as_ref()?;
        Some((&*caller.id, &*caller.version))
    }

    const fn is_empty(&self) -> bool {
        self.caller_sdk.is_none()
            && self.wrapper.is_none()
            && self.cache_serialized.is_none()
            && self.legacy_cache.is_none()
    }

    /// Fills in the credential, unless a cache had the token.
    ///
    /// Next to a recorded one instead of in its place: an error described later can still name the one
    /// that was used.
    pub(crate) fn fill_credential(&self, state: &mut State) {
        if self.credential.is_some() && state.source != Some(TokenSource::Cache) {
            state.cold_mut().default_credential = self.credential;
        }
    }

    /// Fills in what the SDK has not recorded.
    pub(crate) fn fill(&self, state: &mut State) {
        self.fill_credential(state);
        if self.is_empty() {
            return;
        }
        if self.caller_sdk.is_some() || self.wrapper.is_some() {
            let rare = state.rare_mut();
            if rare.caller_sdk.is_none() {
                rare.caller_sdk.clone_from(&self.caller_sdk);
            }
            if rare.wrapper.is_none() {
                rare.wrapper.clone_from(&self.wrapper);
            }
        }
        let cold = state.cold_mut();
        cold.cache_serialized = cold.cache_serialized.or(self.cache_serialized);
        cold.legacy_cache = cold.legacy_cache.or(self.legacy_cache);
    }
}
