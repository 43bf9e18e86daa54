//! The blocking twin of the future of an annotated function.

use std::sync::Arc;

use super::backend::Backend;
use super::finish::{End, finish};
use super::future::{Nesting, Phase, Reading, begin};
use super::record::Outcome;
use super::scope::Entered;
use super::state::{Facts, Running};
use crate::api::Api;

/// Runs a blocking annotated function.
pub(crate) fn acquire_blocking<T, E>(
    backend: Arc<dyn Backend>,
    api: Api,
    nesting: Nesting,
    reading: Reading<T, E>,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut running = Some(Running::new(backend, Facts::new(api)));
    if begin(&mut running, nesting) == Phase::Transparent {
        return body();
    }
    let mut call = BlockingCall(running);
    let output = {
        let _entered = Entered::new(&mut call.0);
        body()
    };
    finish(&mut call.0, &End::Returned(&output, reading));
    output
}

/// A blocking call under way; still there when dropped means that the body unwound.
struct BlockingCall(Option<Running>);

impl Drop for BlockingCall {
    fn drop(&mut self) {
        finish(&mut self.0, &End::<(), ()>::Dropped(Outcome::Panicked));
    }
}
