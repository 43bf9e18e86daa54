//! The derive is on the owner instead of the enum.

use token_telemetry::ApiId;

#[derive(ApiId)]
#[api_id(owner = Contoso)]
pub struct Contoso; //~ Contoso

fn main() {}
