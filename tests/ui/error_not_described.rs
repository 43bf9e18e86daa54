//! The owner of the ids does not describe this type of error.

mod sdk;

use sdk::{ContosoApi, acquire_token};

pub struct BrokerError;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, BrokerError> { //~ BrokerError
    Ok(String::new())
}

fn main() {}
