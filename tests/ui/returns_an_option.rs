//! An `Option` has no error to record.

mod sdk;

use sdk::{ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Option<String> { //~ Option
    None
}

fn main() {}
