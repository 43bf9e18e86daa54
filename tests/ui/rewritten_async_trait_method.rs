//! An attribute above this one rewrote the async block of `#[async_trait]`.

mod sdk;

use std::pin::Pin;

use sdk::{AuthError, ContosoApi, acquire_token};

pub struct Client;

impl Client {
    // As `#[async_trait]` and an attribute above this one leave it.
    #[acquire_token(api = ContosoApi::AcquireToken)]
    pub fn acquire_token<'life0, 'async_trait>( //~ acquire_token
        &'life0 self,
    ) -> Pin<Box<dyn Future<Output = Result<String, AuthError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
    {
        Box::pin(traced(async move { Ok(String::new()) }))
    }
}

fn traced<F: Future>(future: F) -> F {
    future
}

fn main() {}
