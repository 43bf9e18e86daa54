//! Acquisitions: what SDK code records, and the record that results.
//!
//! The types of a first SDK are at the [crate root](crate). This module has what some SDKs need in
//! addition: records on results, waiting, timers, custom clocks, tokens of wrapped credentials.

mod active;
mod attempt;
mod attempt_span;
pub(crate) mod backend;
pub(crate) mod call;
pub(crate) mod capture;
mod clock;
mod collector;
mod complete;
mod context;
mod context_stack;
pub(crate) mod current;
mod defaults;
pub(crate) mod delivery;
pub(crate) mod end;
pub(crate) mod fields;
pub(crate) mod future;
pub(crate) mod handle;
mod http_state;
mod id;
mod in_flight;
mod lookup_timer;
mod pool;
mod rare_state;
pub(crate) mod record;
pub(crate) mod response;
mod seen_tokens;
mod send;
#[cfg(feature = "serde")]
mod serialize;
mod server_request_id;
mod service_outcome;
mod started;
mod started_attempt;
mod state;
mod timed;
mod timer;
pub(crate) mod token_request;

pub use attempt::Attempt;
pub use capture::{AttachRecord, Capture};
pub use clock::Clock;
pub use future::BackgroundAcquisition;
pub use handle::{HandleGuard, ScopeFuture};
pub use id::AcquisitionId;
pub use in_flight::{InFlight, InFlightAcquisition, WaitingFor};
pub use lookup_timer::CacheLookupTimer;
pub use response::HttpOutcome;
pub use seen_tokens::{SeenTokenLookup, SeenTokens};
pub use send::SendFuture;
pub use service_outcome::{BoxedError, ServiceOutcome, ServiceResponse, TypedError};
pub use started::StartedAcquisition;
pub use started_attempt::StartedAttempt;
pub use timer::{Timer, Waiting};

pub use crate::token::NewestToken;

#[cfg(any(
    feature = "otel",
    feature = "reqwest-middleware",
    feature = "tower",
    feature = "tracing"
))]
pub(crate) use attempt::AttemptEnd;
pub(crate) use call::{Call, Nesting};
pub(crate) use clock::ClockSource;
pub(crate) use clock::Moment;
pub(crate) use context::{now, parent_id, wall, with_suspended};
#[cfg(feature = "reqwest")]
pub(crate) use current::Acquisition;
pub(crate) use defaults::Defaults;
pub(crate) use delivery::Purpose;
pub(crate) use end::Reading;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub(crate) use handle::Handle;
#[cfg(feature = "otel")]
pub(crate) use in_flight::InFlightOfApi;
pub(crate) use in_flight::{InFlightShard, InFlightTable};
pub(crate) use record::{AcquisitionRecord, Outcome};
#[cfg(feature = "reqwest")]
pub(crate) use response::{has_claims_challenge, retry_after};
#[cfg(feature = "reqwest")]
pub(crate) use server_request_id::request_id;
pub(crate) use started::Beginning;
pub(crate) use state::State;
#[cfg(feature = "tower")]
pub(crate) use token_request::TokenRequest;
