//! One compile reports all mistakes.

use token_telemetry::acquire_token;

#[acquire_token(
    telemtry = telemetry, //~ telemtry
    nested = record, //~ nested
    own_record,
    own_record, //~ own_record
    background = true, //~ background
    crate = token_telemetry, //~ token_telemetry
    api = , //~ api
)]
pub const extern "C" fn acquire_token() -> Option<String> { //~ const //~ extern //~ Option
    None
}

fn main() {}
