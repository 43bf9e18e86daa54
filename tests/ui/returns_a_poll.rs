//! One acquisition would be many calls.

mod sdk;

use std::task::Poll;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn poll_token(token: Option<String>) -> Poll<Result<String, AuthError>> { //~ Poll
    token.map_or(Poll::Pending, |token| Poll::Ready(Ok(token)))
}

fn main() {}
