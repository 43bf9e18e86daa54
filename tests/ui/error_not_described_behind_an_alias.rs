//! The owner of the ids does not describe this type of error.

mod sdk;

use sdk::{ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> std::io::Result<String> { //~ std
    Ok(String::new())
}

fn main() {}
