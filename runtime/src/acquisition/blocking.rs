//! Runs the body of a blocking function.

use super::call::{Call, FinishOnDrop};

impl<T, E> Call<T, E> {
    /// Runs a blocking body and records it.
    ///
    /// # Errors
    ///
    /// Those of the body, unchanged.
    pub fn acquire_blocking(self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        // If the body panics, the call state is dropped first, then the guard completes the record.
        let Self {
            mut finish_on_drop,
            mut call_state,
        } = self;
        let FinishOnDrop { reading, is_live } = &mut finish_on_drop;
        let mut running = call_state.enter(is_live);
        let output = body();
        if let Some(running) = &mut running {
            running.complete(&|state| reading.end(&output, state));
        } else {
            drop(running);
            call_state.complete_merged(&|| reading.merged(&output));
        }
        output
    }
}
