//! A public enum cannot hide its owner.

use token_telemetry::ApiId;

struct Hidden;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Hidden)] //~ Hidden
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
