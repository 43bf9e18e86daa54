//! A trait of another crate that wants a named future, as credential providers of AWS do.

mod sdk;

use std::pin::Pin;
use std::task::{Context, Poll};

use sdk::{AuthError, ContosoApi, acquire_token};

type Inner<'a> = Pin<Box<dyn Future<Output = Result<String, AuthError>> + Send + 'a>>;

pub struct ProvideToken<'a>(Inner<'a>);

impl<'a> ProvideToken<'a> {
    pub fn new(token: impl Future<Output = Result<String, AuthError>> + Send + 'a) -> Self {
        Self(Box::pin(token))
    }
}

impl Future for ProvideToken<'_> {
    type Output = Result<String, AuthError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn provide_token<'a>() -> ProvideToken<'a> { //~ ProvideToken
    ProvideToken::new(async move { Ok(String::new()) })
}

fn main() {}
