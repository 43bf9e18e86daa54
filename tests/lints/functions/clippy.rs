// Clippy's default lints.

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn needless_return() -> Result<u8, AuthError> {
    return fetch().await;
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn needless_return_blocking(left: u8) -> Result<u8, AuthError> {
    return left.checked_add(1).ok_or(AuthError(0));
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn let_and_return() -> Result<u8, AuthError> {
    let token = fetch().await;
    token
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn needless_question_mark() -> Result<u8, AuthError> {
    Ok(fetch().await?)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn needless_question_mark_blocking(left: Result<u8, AuthError>) -> Result<u8, AuthError> {
    Ok(left?)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn question_mark(left: Option<u8>) -> Result<Option<u8>, AuthError> {
    let token = match fetch().await {
        Ok(token) => token,
        Err(error) => return Err(error),
    };
    Ok(left.map(|left| left | token))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn single_match(left: Option<u8>) -> Result<u8, AuthError> {
    match left {
        Some(1) => return fetch().await,
        _ => {}
    }
    Ok(1)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn ptr_arg(tokens: &Vec<u8>) -> Result<u8, AuthError> {
    let token = fetch().await?;
    tokens.get(1).map_or(Ok(token), |token| Ok(*token))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn boxed_local(left: Box<u8>) -> Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub async fn too_many_arguments(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> Result<u8, AuthError> {
    fetch().await.map(|token| token | a | b | c | d | e | f | g | h)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub async fn result_unit_err() -> Result<u8, ()> {
    fetch().await.or(Err(()))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn result_large_err(error: [u8; 512]) -> Result<u8, [u8; 512]> {
    fetch().await.map_err(|_| error)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn result_large_err_blocking(error: [u8; 512]) -> Result<u8, [u8; 512]> {
    scope().checked_add(1).ok_or(error)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn type_complexity(left: u8) -> Result<Box<dyn Fn(&[u8]) -> Option<Vec<HashMap<u8, Box<dyn Debug>>>> + Send>, AuthError> {
    fetch().await?;
    Ok(Box::new(move |tokens| tokens.contains(&left).then(Vec::new)))
}

/// Has no section about safety.
#[token_telemetry::acquire_token(api = Api::Token)]
pub async unsafe fn missing_safety_doc() -> Result<u8, AuthError> {
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn manual_async_fn() -> impl Future<Output = Result<u8, AuthError>> {
    async move { fetch().await }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn await_holding_lock(lock: &Mutex<u8>) -> Result<u8, AuthError> {
    let guard = lock.lock().map_err(|_| AuthError(1))?;
    let token = fetch().await?;
    Ok(token | *guard)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn clone_on_copy(left: u8) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(left.clone())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn redundant_closure(tokens: &[u8]) -> Result<Vec<String>, AuthError> {
    fetch().await?;
    Ok(tokens.iter().map(|token| token.to_string()).map(|text| String::from(text)).collect())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn needless_lifetimes<'a>(token: &'a str) -> Result<&'a str, AuthError> {
    fetch().await?;
    Ok(token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn needless_lifetimes_blocking<'a>(token: &'a str) -> Result<&'a str, AuthError> {
    token.get(1..).ok_or(AuthError(1))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn async_yields_async(left: u8) -> Pin<Box<dyn Future<Output = Result<u8, AuthError>>>> {
    let _nested = async { ready(left) };
    Box::pin(async move { fetch().await.map(|token| token | left) })
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn collapsible_if(left: u8) -> Result<u8, AuthError> {
    if left > 1 {
        if left < 9 {
            return fetch().await;
        }
    }
    Ok(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn redundant_pattern_matching() -> Result<u8, AuthError> {
    if let Ok(_) = fetch().await {
        return Err(AuthError(1));
    }
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn needless_range_loop(tokens: [u8; 3]) -> Result<u8, AuthError> {
    let mut sum = fetch().await?;
    for at in 0..3 {
        sum |= tokens[at];
    }
    Ok(sum)
}

