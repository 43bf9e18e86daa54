//! Past bugs: edge cases of contexts, requests and spans.

mod attempt_spans;
mod authorities;
mod bombs;
mod contexts;
mod ends;
mod foreign_code;
mod requests;
mod span_fields;
mod spans;
mod subscribers;
mod traits;

use token_telemetry::acquisition::HandleGuard;

use crate::support::prelude::*;

/// Returns the handle of an acquisition that is over.
fn handle_of(telemetry: &Telemetry) -> Handle {
    acquire(telemetry, || Acquisition::current().handle())
}

fn forget(guard: HandleGuard) {
    #[expect(clippy::mem_forget, reason = "the leak is what is tested")]
    std::mem::forget(guard);
}
