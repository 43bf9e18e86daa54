//! The blocking twin of the future of an annotated function.

use super::finish::{End, finish};
use super::future::{Call, begin};
use super::record::Outcome;
use super::running::Seat;
use super::scope::Entered;

impl<T, E> Call<T, E> {
    /// Measures a body that blocks.
    ///
    /// # Errors
    ///
    /// Those of the body, untouched.
    pub fn acquire_blocking(self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let (seed, reading) = self.into_parts();
        let Some(seat) = seed.and_then(begin) else {
            return body();
        };
        let mut call = BlockingCall(None);
        let entered = Entered::new(seat, &mut call.0);
        let output = body();
        finish(entered.leave(), &End::Returned(&output, reading));
        output
    }
}

/// A blocking call under way; it holds the acquisition again only if the body unwound.
struct BlockingCall(Option<Seat>);

impl Drop for BlockingCall {
    fn drop(&mut self) {
        finish(self.0.take(), &End::<(), ()>::Dropped(Outcome::Panicked));
    }
}
