//! The caller needs a future that may change its thread.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<usize, AuthError> {
    let token = std::rc::Rc::new(1);
    std::future::ready(()).await;
    Ok(*token)
}

pub fn spawn() {
    fn is_send(_: impl Send) {}
    is_send(acquire_token()); //~ acquire_token
}

fn main() {}
