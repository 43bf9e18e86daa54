//! Arguments of `tracing::instrument` have no use here.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken, skip_all, level = "debug", fields(name = "x"), err, ret)] //~ skip_all
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
