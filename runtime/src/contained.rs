//! Containment of panics in code that is not ours.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code of others; returns `None` if it panicked.
///
/// Every panic of such code must end here, and nowhere else: the payload is code of others too. In a
/// program built with `panic = "abort"` nothing can be contained.
pub(crate) fn contained<T>(code: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(output) => Some(output),
        Err(payload) => {
            discard(payload);
            None
        }
    }
}

/// Drops the payload of a panic, whose destructor may panic in turn.
#[cold]
fn discard(payload: Box<dyn Any + Send>) {
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    if let Err(second) = dropped {
        #[expect(
            clippy::mem_forget,
            reason = "it may panic without end, and each time anew"
        )]
        mem::forget(second);
    }
}
