//! The stream yields its items after the call ends.

mod sdk;

use futures::stream::BoxStream;
use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_tokens() -> Result<BoxStream<'static, String>, AuthError> { //~ BoxStream
    Ok(Box::pin(futures::stream::empty()))
}

fn main() {}
