// Functions without any diagnostic.

/// Acquires a token.
///
/// # Errors
///
/// When the cache holds no token.
#[token_telemetry::acquire_token(api = Api::Token)]
pub async fn quiet() -> Result<u8, AuthError> {
    return fetch().await.map(|token| return token | 1);
}

/// Acquires a token.
///
/// # Errors
///
/// When the cache holds no token.
#[token_telemetry::acquire_token(api = Api::Token)]
pub fn quiet_blocking(text: &str) -> Result<&str, AuthError> {
    return text.get(1..).ok_or(AuthError(1));
}

/// Acquires a token.
///
/// # Errors
///
/// When the cache holds no token.
#[token_telemetry::acquire_token(api = Api::Token)]
pub fn quiet_boxed(text: &str) -> Pin<Box<dyn Future<Output = Result<u8, AuthError>> + Send + '_>> {
    return Box::pin(async move {
        return fetch().await.map(|token| return token | u8::from(text.is_empty()));
    });
}
