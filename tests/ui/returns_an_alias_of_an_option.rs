//! An alias hides that the type is not a `Result`.

mod sdk;

use sdk::{ContosoApi, acquire_token};

type Answer = Option<String>;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Answer { //~ Answer
    None
}

fn main() {}
