//! Situations in real SDKs, each rebuilt as a small example.

mod codes;
mod merging;
mod pending;
mod resending;
mod retry_after;
mod seen_tokens;
mod sources;
mod statics;
mod transport;
mod waiting;
