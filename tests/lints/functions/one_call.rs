// Bodies that are one call, which a closure or an async block around them could make redundant.

fn helper() -> Result<u8, AuthError> {
    u8::from_str_radix("1", 10).or(Err(AuthError(1)))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn delegating() -> Result<u8, AuthError> {
    helper()
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn delegating_by_return() -> Result<u8, AuthError> {
    return helper();
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn delegating_with_arguments(text: &str, radix: u32) -> Result<u8, AuthError> {
    parse(text, radix)
}

fn parse(text: &str, radix: u32) -> Result<u8, AuthError> {
    u8::from_str_radix(text, radix).or(Err(AuthError(1)))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn delegating_async() -> Result<u8, AuthError> {
    return fetch().await;
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn delegating_future() -> Pin<Box<dyn Future<Output = Result<u8, AuthError>> + Send>> {
    Box::pin(async move { fetch().await })
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn matching_blocking(left: Option<u8>) -> Result<u8, AuthError> {
    match left {
        Some(left) => Ok(left),
        None => helper(),
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn matching_async(left: Option<u8>) -> Result<u8, AuthError> {
    match left {
        Some(left) => Ok(left),
        None => fetch().await,
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn looping_blocking(tokens: &mut Vec<u8>) -> Result<u8, AuthError> {
    loop {
        if let Some(token) = tokens.pop() {
            return Ok(token);
        }
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn block_in_block() -> Result<u8, AuthError> {
    {
        fetch().await
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn block_in_block_blocking() -> Result<u8, AuthError> {
    { helper() }
}

