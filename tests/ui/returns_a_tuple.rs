//! Only a `Result` distinguishes success from failure.

mod sdk;

use sdk::{ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> (String, u8) { //~ (String
    (String::new(), 1)
}

fn main() {}
