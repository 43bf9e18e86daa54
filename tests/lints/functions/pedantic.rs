// `pedantic` and `nursery`.

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn unused_async(left: u8) -> Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub async fn missing_errors_doc() -> Result<u8, AuthError> {
    fetch().await
}

/// Acquires.
///
/// # Errors
///
/// Never.
#[token_telemetry::acquire_token(api = Api::Token)]
pub async fn missing_panics_doc(left: Option<u8>) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(left.unwrap())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn needless_pass_by_value(text: String) -> Result<u8, AuthError> {
    text.parse().or(Err(AuthError(1)))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn needless_pass_by_value_async(text: String) -> Result<u8, AuthError> {
    fetch().await?;
    text.parse().or(Err(AuthError(1)))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unnecessary_wraps(left: u8) -> Result<u8, AuthError> {
    if left == 1 {
        return Ok(2);
    }
    Ok(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn missing_const_for_fn(left: u8) -> Result<u8, AuthError> {
    if left == 1 { Err(AuthError(left)) } else { Ok(left) }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn items_after_statements() -> Result<u8, AuthError> {
    let token = fetch().await?;
    const MASK: u8 = 7;
    Ok(token & MASK)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn items_before_statements() -> Result<u8, AuthError> {
    const MASK: u8 = 7;
    let token = fetch().await?;
    Ok(token & MASK)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn used_underscore_binding(_left: u8) -> Result<u8, AuthError> {
    let token = fetch().await?;
    Ok(_left | token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn cast_possible_truncation(left: u64) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(left as u8)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn semicolon_if_nothing_returned(tokens: &mut Vec<u8>) -> Result<(), AuthError> {
    let token = fetch().await?;
    if token > 1 {
        tokens.clear()
    }
    Ok(())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn redundant_else(left: u8) -> Result<u8, AuthError> {
    if left > 1 {
        return fetch().await;
    } else {
        fetch().await?;
    }
    Ok(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn future_not_send(token: Rc<u8>) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(*token)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn large_futures(tokens: [u8; 20_000]) -> Result<usize, AuthError> {
    fetch().await?;
    Ok(tokens.len())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn calling_a_large_future() -> Result<usize, AuthError> {
    large_futures([0; 20_000]).await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn too_many_lines(left: u8) -> Result<u8, AuthError> {
    let a = fetch().await?;
    let b = fetch().await?;
    let c = fetch().await?;
    let d = fetch().await?;
    let e = fetch().await?;
    let f = fetch().await?;
    let g = fetch().await?;
    let h = fetch().await?;
    let i = fetch().await?;
    let j = fetch().await?;
    let k = fetch().await?;
    let l = fetch().await?;
    Ok(left | a | b | c | d | e | f | g | h | i | j | k | l)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn cognitive_complexity(left: u8, right: bool) -> Result<u8, AuthError> {
    for token in 0..left {
        if right && token > 3 {
            if fetch().await? == token || token > 7 {
                continue;
            }
            match token {
                4 => fetch().await?,
                5 if right => break,
                _ => 1,
            };
        }
    }
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn cognitive_complexity_blocking(left: u8, right: bool) -> Result<u8, AuthError> {
    for token in 0..left {
        if right && token > 3 {
            if left == token || token > 7 {
                continue;
            }
            match token {
                4 => return Ok(1),
                5 if right => break,
                _ => {}
            };
        }
    }
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn redundant_clone(token: String) -> Result<String, AuthError> {
    fetch().await?;
    Ok(token.clone())
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn significant_drop_tightening(lock: &Mutex<u8>) -> Result<u8, AuthError> {
    let token = {
        let guard = lock.lock().or(Err(AuthError(1)))?;
        let doubled = guard.wrapping_mul(2);
        doubled.wrapping_add(scope())
    };
    fetch().await.map(|other| other | token)
}

