//! The derive on the owner in place of the ids.

use token_telemetry::ApiId;

#[derive(ApiId)]
#[api_id(owner = Contoso)]
pub struct Contoso; //~ Contoso

fn main() {}
