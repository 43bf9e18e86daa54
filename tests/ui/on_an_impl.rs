//! The attribute is on an `impl`.

mod sdk;

use sdk::{AuthError, acquire_token};

pub struct Client;

#[acquire_token(api = ContosoApi::AcquireToken)]
impl Client { //~ impl
    pub async fn acquire_token(&self) -> Result<String, AuthError> {
        Ok(String::new())
    }
}

fn main() {}
