//! The attribute is on a struct.

use token_telemetry::acquire_token;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub struct Client { //~ struct
    pub token: String,
}

fn main() {}
