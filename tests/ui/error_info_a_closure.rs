//! A closure in place of the path of a function.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken, error_info = |_| ErrorInfo::unknown())] //~ |_|
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
