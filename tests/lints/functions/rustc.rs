// The compiler's own lints.

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_variables(left: u8) -> Result<u8, AuthError> {
    let unused = fetch().await?;
    Ok(2)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unused_variables_blocking(left: u8) -> Result<u8, AuthError> {
    let unused = scope();
    Err(AuthError(2))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_mut(mut left: u8) -> Result<u8, AuthError> {
    let mut token = fetch().await?;
    Ok(token | left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_assignments() -> Result<u8, AuthError> {
    let mut token = 1;
    token = fetch().await?;
    Ok(token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
async fn dead_code() -> Result<u8, AuthError> {
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
fn dead_code_blocking(left: u8) -> Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unreachable_code() -> Result<u8, AuthError> {
    fetch().await?;
    return Err(AuthError(1));
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_must_use() -> Result<u8, AuthError> {
    scope();
    fetch();
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unused_must_use_blocking(left: u8) -> Result<u8, AuthError> {
    scope();
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn nonSnakeCase(leftToken: u8) -> Result<u8, AuthError> {
    let rightToken = fetch().await?;
    Ok(leftToken | rightToken)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn deprecated() -> Result<u8, AuthError> {
    fetch().await?;
    Ok(old())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_parens(left: bool) -> Result<u8, AuthError> {
    if (left) {
        return fetch().await;
    }
    Ok((1))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_braces() -> Result<u8, AuthError> {
    let token = { fetch().await? };
    Ok({ token })
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_imports() -> Result<u8, AuthError> {
    use std::time::Duration;
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_labels() -> Result<u8, AuthError> {
    'unused: for token in 0..3 {
        if fetch().await? == token {
            break;
        }
    }
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn path_statements() -> Result<u8, AuthError> {
    let token = fetch().await?;
    token;
    Ok(token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn while_true() -> Result<u8, AuthError> {
    while true {
        fetch().await?;
    }
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn redundant_semicolons() -> Result<u8, AuthError> {
    let token = fetch().await?;;
    Ok(token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn elided_lifetimes_in_paths(text: &str) -> Result<Cow<str>, AuthError> {
    text.get(1..).map(Cow::Borrowed).ok_or(AuthError(1))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_qualifications() -> Result<std::collections::HashMap<u8, u8>, AuthError> {
    let token = fetch().await?;
    Ok(std::collections::HashMap::from([(token, token)]))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unused_qualifications_blocking(left: u8) -> std::result::Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_lifetimes<'a>() -> Result<u8, AuthError> {
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub async fn missing_docs() -> Result<u8, AuthError> {
    fetch().await
}

mod inside {
    use super::{AuthError, fetch};

    #[token_telemetry::acquire_token(api = super::Api::Token)]
    pub async fn unreachable_pub() -> Result<u8, AuthError> {
        fetch().await
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_results(tokens: &mut Vec<u8>) -> Result<u8, AuthError> {
    tokens.pop();
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unconditional_recursion(left: u8) -> Result<u8, AuthError> {
    unconditional_recursion(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_unsafe() -> Result<u8, AuthError> {
    let token = unsafe { fetch().await? };
    Ok(token)
}

/// Its body calls another unsafe function.
#[token_telemetry::acquire_token(api = Api::Token)]
pub async unsafe fn unsafe_op_in_unsafe_fn(tokens: &str) -> Result<&str, AuthError> {
    fetch().await?;
    Ok(tokens.get_unchecked(1..))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) unsafe fn unsafe_op_blocking(tokens: &str) -> Result<&str, AuthError> {
    let first = tokens.get_unchecked(1..);
    first.get(1..).ok_or(AuthError(1))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_comparisons(left: u8) -> Result<u8, AuthError> {
    if left >= 0 {
        return fetch().await;
    }
    Ok(1)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unreachable_patterns(left: u8) -> Result<u8, AuthError> {
    match left {
        0..=9 => fetch().await,
        3 => Ok(3),
        _ => Err(AuthError(left)),
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn non_local_definitions() -> Result<u8, AuthError> {
    impl From<u8> for AuthError {
        fn from(code: u8) -> Self {
            Self(code)
        }
    }
    fetch().await
}

/// A trait that anyone may implement.
pub trait AsyncFnInTrait {
    /// Acquires a token.
    #[token_telemetry::acquire_token(api = Api::Token)]
    async fn async_fn_in_trait(&self) -> Result<u8, AuthError> {
        fetch().await
    }
}

