//! An iterator of tokens has no single end.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_tokens() -> impl Iterator<Item = Result<String, AuthError>> { //~ impl
    std::iter::empty()
}

fn main() {}
