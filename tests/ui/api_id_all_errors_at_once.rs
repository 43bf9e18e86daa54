//! One compile reports all mistakes, and suggests a different number for each variant.

use token_telemetry::ApiId;

#[derive(ApiId, Clone, Copy)]
#[repr(i8)] //~ i8
#[api_id(ovner = Contoso, reserved = [0, 5..3, 1..])] //~ ovner //~ 0 //~ .. //~ 1
pub enum ContosoApi<T> { //~ <T>
    #[api_id(name = "")] //~ ""
    A = 0, //~ 0
    B, //~ B
    C = 1 + 1, //~ 1
    D(T) = 7, //~ (T)
    E, //~ E
}

fn main() {}
