//! A stream has no single end.

mod sdk;

use futures::Stream;
use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_tokens() -> impl Stream<Item = Result<String, AuthError>> { //~ Stream
    futures::stream::empty()
}

fn main() {}
