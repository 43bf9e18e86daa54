//! A method without a body has nothing to measure.

mod sdk;

use sdk::{AuthError, acquire_token};

pub trait Credential {
    #[acquire_token(api = ContosoApi::AcquireToken)]
    fn acquire_token(&self) -> Result<String, AuthError>; //~ acquire_token
}

fn main() {}
