//! An id is known before there is a client.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

pub struct Client(ContosoApi);

impl Client {
    #[acquire_token(api = self.0)] //~ self
    pub async fn acquire_token(&self) -> Result<String, AuthError> {
        Ok(String::new())
    }
}

fn main() {}
