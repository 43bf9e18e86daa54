//! The alias hides the error, and the owner describes another one.

mod sdk;

use futures::future::BoxFuture;
use sdk::{ContosoApi, acquire_token};

pub struct BrokerError;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> BoxFuture<'static, Result<String, BrokerError>> { //~ BoxFuture
    Box::pin(async move { Err(BrokerError) })
}

fn main() {}
