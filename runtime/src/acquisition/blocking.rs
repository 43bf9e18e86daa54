//! The blocking twin of the future of an annotated function.

use super::call::{Call, Closing};

impl<T, E> Call<T, E> {
    /// Measures a body that blocks.
    ///
    /// # Errors
    ///
    /// Those of the body, untouched.
    pub fn acquire_blocking(self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        // Dropped in this order if the body unwinds: the opening, then what makes the record.
        let Self {
            mut closing,
            mut opening,
        } = self;
        let Closing { reading, is_live } = &mut closing;
        let mut running = opening.enter(is_live);
        let output = body();
        if let Some(running) = &mut running {
            running.finish(&|facts| reading.end(&output, facts));
        } else {
            drop(running);
            opening.finish_merged(&|| reading.merged(&output));
        }
        output
    }
}
