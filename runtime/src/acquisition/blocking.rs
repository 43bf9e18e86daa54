//! The blocking twin of the future of an annotated function.

use std::sync::Arc;

use super::backend::Backend;
use super::finish::{End, finish};
use super::future::{Nesting, Reading, Seed, begin};
use super::record::Outcome;
use super::running::Seat;
use super::scope::Entered;
use crate::api::Api;

/// Runs a blocking annotated function.
pub(crate) fn acquire_blocking<T, E>(
    backend: Arc<dyn Backend>,
    api: Api,
    nesting: Nesting,
    reading: Reading<T, E>,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let Some(seat) = begin(Seed {
        backend,
        api,
        nesting,
        parent: None,
    }) else {
        return body();
    };
    let mut call = BlockingCall(None);
    let entered = Entered::new(seat, &mut call.0);
    let output = body();
    finish(entered.leave(), &End::Returned(&output, reading));
    output
}

/// A blocking call under way; it holds the acquisition again only if the body unwound.
struct BlockingCall(Option<Seat>);

impl Drop for BlockingCall {
    fn drop(&mut self) {
        finish(self.0.take(), &End::<(), ()>::Dropped(Outcome::Panicked));
    }
}
