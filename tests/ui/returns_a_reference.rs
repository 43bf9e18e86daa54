//! Only a `Result` distinguishes success from failure.

mod sdk;

use sdk::{ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token(token: &str) -> &str { //~ &str
    token
}

fn main() {}
