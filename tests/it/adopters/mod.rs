//! What SDKs in the field do: each situation rebuilt small.

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
