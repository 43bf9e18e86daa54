//! An `Option` has no error to record.

mod sdk;

use sdk::{ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> impl Future<Output = Option<String>> { //~ Option
    async move { None }
}

fn main() {}
