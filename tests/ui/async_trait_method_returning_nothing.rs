//! `#[async_trait]` writes the output type, so the error points at the name.

mod sdk;

use async_trait::async_trait;
use sdk::{ContosoApi, acquire_token};

pub struct Client;

#[async_trait]
pub trait Credential {
    async fn acquire_token(&self);
}

#[async_trait]
impl Credential for Client {
    #[acquire_token(api = ContosoApi::AcquireToken)]
    async fn acquire_token(&self) {} //~ acquire_token
}

fn main() {}
