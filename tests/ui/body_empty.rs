//! The error about an empty body is the same as without the attribute.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, AuthError> {} //~ {}

fn main() {}
