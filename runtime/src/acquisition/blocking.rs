//! The blocking twin of the future of an annotated function.

use super::call::{Call, FinishOnDrop};

impl<T, E> Call<T, E> {
    /// Measures a body that blocks.
    ///
    /// # Errors
    ///
    /// Those of the body, untouched.
    pub fn acquire_blocking(self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        // Dropped in this order if the body unwinds: the call_state, then what makes the record.
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
