//! The expression is not a `Telemetry`.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken, telemetry = client)] //~ client
pub async fn acquire_token(client: String) -> Result<String, AuthError> {
    Ok(client)
}

fn main() {}
