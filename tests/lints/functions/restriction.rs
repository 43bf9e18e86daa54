// Lints of `restriction`.

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn implicit_return() -> Result<u8, AuthError> {
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn implicit_return_blocking(left: u8) -> Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unwrap_used(left: Option<u8>) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(left.unwrap())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn expect_used(left: Option<u8>) -> Result<u8, AuthError> {
    left.expect("a token").checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn panic() -> Result<u8, AuthError> {
    fetch().await?;
    panic!("no token")
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn todo() -> Result<u8, AuthError> {
    todo!()
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unimplemented() -> Result<u8, AuthError> {
    unimplemented!()
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn print_stdout() -> Result<u8, AuthError> {
    println!("token");
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn print_stderr(left: u8) -> Result<u8, AuthError> {
    eprintln!("token");
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn dbg_macro() -> Result<u8, AuthError> {
    dbg!(fetch().await)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn indexing_slicing(tokens: &[u8]) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(tokens[1])
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn arithmetic_side_effects(left: u8) -> Result<u8, AuthError> {
    Ok(fetch().await? + left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn infinite_loop() -> Result<u8, AuthError> {
    loop {
        let _token = fetch().await;
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn let_underscore_must_use() -> Result<u8, AuthError> {
    let _ = fetch().await;
    let _ = fetch();
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn map_err_ignore(text: &str) -> Result<u8, AuthError> {
    fetch().await?;
    text.parse().map_err(|_| AuthError(1))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn question_mark_used() -> Result<u8, AuthError> {
    let token = fetch().await?;
    Ok(token | 1)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn try_err() -> Result<u8, AuthError> {
    Err(AuthError(fetch().await?))?
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn shadow_unrelated(token: u8) -> Result<u8, AuthError> {
    let other = token;
    let token = fetch().await?;
    Ok(token | other)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn str_to_string(token: &str) -> Result<String, AuthError> {
    fetch().await?;
    Ok(token.to_string())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn impl_trait_in_params(token: impl Into<u8>) -> Result<u8, AuthError> {
    let token = token.into();
    fetch().await.map(|other| other | token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
async fn missing_docs_in_private_items() -> Result<u8, AuthError> {
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn default_numeric_fallback() -> Result<usize, AuthError> {
    let numbers = [1, 2];
    fetch().await?;
    Ok(numbers.len())
}

impl Client {
    #[token_telemetry::acquire_token(api = Api::Token, telemetry = self.telemetry)]
    pub(crate) async fn unused_self(&self) -> Result<u8, AuthError> {
        fetch().await
    }

    #[token_telemetry::acquire_token(api = Api::Token)]
    pub(crate) fn unused_self_blocking(&self, left: u8) -> Result<u8, AuthError> {
        left.checked_add(1).ok_or(AuthError(0))
    }

    #[token_telemetry::acquire_token(api = Api::Token, telemetry = self.telemetry)]
    pub(crate) async fn await_holding_refcell_ref(&self) -> Result<usize, AuthError> {
        let tokens = self.tokens.borrow_mut();
        fetch().await?;
        Ok(tokens.len())
    }

    #[token_telemetry::acquire_token(api = Api::Token, telemetry = self.telemetry)]
    pub(crate) fn mismatched_lifetime_syntaxes(&self) -> Result<Ref<HashMap<u8, String>>, AuthError> {
        self.tokens.try_borrow().or(Err(AuthError(1)))
    }

    #[token_telemetry::acquire_token(api = Api::Token, telemetry = self.telemetry)]
    pub(crate) async fn into_wrong_self_convention(&self) -> Result<u8, AuthError> {
        fetch().await
    }

    #[token_telemetry::acquire_token(api = Api::Token, telemetry = self.telemetry)]
    pub(crate) async fn use_self(&self) -> Result<(&Client, u8), AuthError> {
        let token = fetch().await?;
        Ok((self, token))
    }
}

/// Names that an expansion could mistake for its own.
mod shadowed {
    #![no_implicit_prelude]

    use super::{AuthError, fetch};

    mod core {}
    mod std {}
    struct Result;
    struct Option;
    struct Ok;
    struct Err;

    #[::token_telemetry::acquire_token(api = super::Api::Token)]
    pub(crate) async fn unused_variables_without_prelude() -> ::std::result::Result<u8, AuthError> {
        let unused = fetch().await?;
        ::std::result::Result::Ok(1)
    }

    #[::token_telemetry::acquire_token(api = super::Api::Token)]
    pub(crate) fn unused_variables_without_prelude_blocking(left: u8) -> ::std::result::Result<u8, AuthError> {
        let unused = 1;
        left.checked_add(1).ok_or(AuthError(1))
    }
}

