//! The client has no such field.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

pub struct Client {
    token: String,
}

impl Client {
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)] //~ telemetry
    pub async fn acquire_token(&self) -> Result<String, AuthError> {
        Ok(self.token.clone())
    }
}

fn main() {}
