//! The behavior of token-telemetry, tested through its public API.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::map_err_ignore,
    clippy::panic,
    clippy::string_slice,
    reason = "a test says by panicking what is wrong"
)]
#![expect(
    clippy::future_not_send,
    reason = "single-threaded tests share by `Rc`"
)]

mod accounting;
mod adopters;
mod advice;
mod api_ids;
mod api_lock;
mod api_tables;
mod attached;
mod attempts;
#[cfg(feature = "bound")]
mod bound;
mod cache_lookups;
mod circles;
mod client_defaults;
mod codes;
mod diagnostics;
mod documents;
mod error_kinds;
mod fields;
mod headers;
mod hostile;
mod in_flight;
mod interleavings;
mod isolation;
mod layering;
mod lifecycle;
mod newest_tokens;
mod no_token;
mod otel;
mod parameters;
mod privacy;
mod record_facts;
mod regions;
mod regressions;
mod rejected_tokens;
mod scenarios;
mod signatures;
mod sources;
mod time_in_caches;
mod token_endpoint;
mod unchanged;

use token_telemetry_test_support as support;
