//! The part of the state that most token requests do not need either.

use std::borrow::Cow;

use crate::error::ErrorInfo;
use crate::region::Region;
use crate::wire::{bounded_label, bounded_text};

/// The longest caller SDK id that is kept, in bytes.
pub(super) const MAX_CALLER_SDK_ID_LEN: usize = 10;

/// The longest caller SDK version that is kept, in bytes.
pub(super) const MAX_CALLER_SDK_VERSION_LEN: usize = 20;

/// The longest text kept of a wrapper, a broker error or a platform field.
pub(crate) const MAX_TEXT_LEN: usize = 64;

/// What few acquisitions record, apart from the rest because each one in flight keeps its memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct RareState {
    pub(crate) region: Option<Region>,
    pub(crate) caller_sdk: Option<CallerSdk>,
    pub(crate) wrapper: Option<Wrapper>,
    pub(crate) broker_error: Option<Cow<'static, str>>,
    pub(crate) platform_fields: Vec<(&'static str, Cow<'static, str>)>,
    pub(crate) cached_token_count: Option<u64>,
    pub(crate) error: ErrorInfo,
    /// The error of the last merged call, if no later one succeeded.
    pub(crate) merged_error: Option<ErrorInfo>,
    pub(crate) suppressed_errors: Vec<ErrorInfo>,
}

/// The SDK that calls the acquiring SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallerSdk {
    pub(crate) id: Cow<'static, str>,
    pub(crate) version: Cow<'static, str>,
}

impl CallerSdk {
    pub(crate) fn new(id: Cow<'static, str>, version: Cow<'static, str>) -> Self {
        Self {
            id: bounded_text(id, MAX_CALLER_SDK_ID_LEN),
            version: bounded_text(version, MAX_CALLER_SDK_VERSION_LEN),
        }
    }
}

/// The library that wraps the acquiring SDK, as the JavaScript dialect names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrapper {
    pub(crate) sku: Cow<'static, str>,
    pub(crate) version: Cow<'static, str>,
}

impl Wrapper {
    pub(crate) fn new(sku: Cow<'static, str>, version: Cow<'static, str>) -> Self {
        Self {
            sku: bounded_label(sku, MAX_TEXT_LEN),
            version: bounded_label(version, MAX_TEXT_LEN),
        }
    }
}
