//! Acquisitions: what SDK code records, and the record that results.
//!
//! The types of a first SDK are at the [crate root](crate). This module has what some SDKs need in
//! addition: records on results, waiting, timers, custom clocks, tokens of wrapped credentials.

mod active;
mod attach;
pub(crate) mod backend;
mod blocking;
pub(crate) mod call;
pub(crate) mod capture;
mod clock;
mod complete;
mod context;
mod context_stack;
pub(crate) mod current;
pub(crate) mod fields;
pub(crate) mod future;
pub(crate) mod handle;
mod http_state;
pub(crate) mod purpose;
pub(crate) mod record;
pub(crate) mod response;
mod seen_tokens;
#[cfg(feature = "serde")]
mod serialize;
mod state;
mod timer;
pub(crate) mod token_request;
mod type_code;
mod waiting;

pub use attach::AttachRecord;
pub use capture::Capture;
pub use clock::Clock;
pub use future::BackgroundAcquisition;
pub use handle::{HandleGuard, ScopeFuture};
pub use response::HttpOutcome;
pub use seen_tokens::{SeenTokenLookup, SeenTokens};
pub use timer::Timer;
pub use token_request::SendFuture;
pub use waiting::Waiting;

pub(crate) use call::{Call, Nesting, Reading};
pub(crate) use clock::ClockSource;
#[cfg(feature = "otel")]
pub(crate) use clock::Moment;
pub(crate) use current::Acquisition;
#[cfg(feature = "tower")]
pub(crate) use current::seen_request;
pub(crate) use current::{emit, parent_id};
#[cfg(feature = "tower")]
pub(crate) use handle::Handle;
pub(crate) use purpose::Purpose;
pub(crate) use record::{AcquisitionRecord, Outcome};
#[cfg(feature = "reqwest")]
pub(crate) use response::retry_after;
pub(crate) use state::State;
#[cfg(feature = "tower")]
pub(crate) use token_request::TokenRequest;
