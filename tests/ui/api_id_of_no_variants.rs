//! rustc alone rejects an enum without variants.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)] //~ u32
#[api_id(owner = Contoso)]
pub enum ContosoApi {}

fn main() {}
