//! Catches panics of foreign code.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs foreign code; returns `None` if it panicked.
///
/// Catch every panic of foreign code here, and nowhere else: the payload of a panic is foreign code
/// too. In a program built with `panic = "abort"`, no panic can be caught.
pub(crate) fn contained<T>(code: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(output) => Some(output),
        Err(payload) => {
            discard(payload);
            None
        }
    }
}

/// Drops the payload of a panic, whose destructor may panic, too.
#[cold]
fn discard(payload: Box<dyn Any + Send>) {
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    if let Err(second) = dropped {
        #[expect(
            clippy::mem_forget,
            reason = "dropping it may panic again, without end"
        )]
        mem::forget(second);
    }
}
