//! The alias hides that the type is not a `Result`.

mod sdk;

use sdk::{ContosoApi, acquire_token};

type Answer<'a> = Option<&'a str>;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token(scope: &str) -> Answer<'_> { //~ Answer
    Some(scope)
}

fn main() {}
