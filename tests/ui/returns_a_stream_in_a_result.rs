//! The stream yields its items after the call ends.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_tokens() -> Result<futures::stream::BoxStream<'static, String>, AuthError> { //~ BoxStream
    Ok(Box::pin(futures::stream::empty()))
}

fn main() {}
