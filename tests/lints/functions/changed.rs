// Lints that an attribute macro easily changes.

/// More than one number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair(pub(crate) u8, pub(crate) u8);

impl Pair {
    #[token_telemetry::acquire_token(api = Api::Token)]
    pub(crate) async fn changing_itself(mut self) -> Result<u8, AuthError> {
        self.0 = fetch().await?;
        Ok(1)
    }

    #[token_telemetry::acquire_token(api = Api::Token)]
    pub(crate) fn changing_itself_blocking(mut self) -> Result<u8, AuthError> {
        self.0 = scope();
        scope().checked_add(1).ok_or(AuthError(0))
    }
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn argument_assigned_in_vain(mut left: u8) -> Result<u8, AuthError> {
    left = 3;
    fetch().await
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn argument_assigned_in_vain_blocking(mut left: u8) -> Result<u8, AuthError> {
    left = 3;
    scope().checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn argument_overwritten(mut left: u8) -> Result<u8, AuthError> {
    left = fetch().await?;
    Ok(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn argument_overwritten_blocking(mut left: u8) -> Result<u8, AuthError> {
    left = scope();
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn argument_counted(mut left: u8, right: u8) -> Result<u8, AuthError> {
    left += fetch().await?;
    left <<= right;
    Ok(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn argument_with_a_field(mut left: Pair) -> Result<u8, AuthError> {
    left.0 = fetch().await?;
    Ok(2)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn argument_in_a_pattern((mut left, right): (u8, u8)) -> Result<u8, AuthError> {
    left = fetch().await?;
    Ok(right)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn argument_that_no_one_changes(mut left: u8) -> Result<u8, AuthError> {
    if left == 3 || left <= fetch().await? {
        return Ok(left);
    }
    Ok(3)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn semicolon_behind_an_item() -> Result<u8, AuthError> {
    struct Mask(u8);;
    impl Mask {
        const fn apply(&self, token: u8) -> u8 {
            token & self.0
        }
    }
    Ok(Mask(7).apply(fetch().await?))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn items_before_a_block() -> Pin<Box<dyn Future<Output = Result<u8, AuthError>>>> {
    const MASK: u8 = 7;
    let mask = scope() | MASK;
    Box::pin(async move { Ok(mask | fetch().await?) })
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[inline(always)]
pub(crate) fn inline_always() -> Result<u8, AuthError> {
    panic!()
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[inline(always)]
pub(crate) fn inline_always_behind_an_item() -> Result<u8, AuthError> {
    const TOKEN: u8 = 1;
    scope().checked_add(TOKEN).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[inline(always)]
pub(crate) fn inline_always_todo() -> Result<u8, AuthError> {
    todo!("later")
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[inline(always)]
pub(crate) async fn inline_always_async() -> Result<u8, AuthError> {
    fetch().await?;
    panic!()
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[inline(always)]
pub(crate) fn inline_always_with_a_body(left: u8) -> Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

fn count(tokens: impl IntoIterator<Item = u8>) -> u8 {
    tokens.into_iter().fold(0, u8::saturating_add)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn useless_conversion(tokens: Vec<u8>) -> Result<u8, AuthError> {
    fetch().await?;
    Ok(count(tokens.into_iter()))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn useless_conversion_blocking(tokens: Vec<u8>) -> Result<u8, AuthError> {
    let sum = count(tokens.into_iter());
    sum.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn redundant_clone_of_an_argument(tokens: Vec<u8>) -> Result<Vec<u8>, AuthError> {
    let copy = tokens.clone();
    Ok(copy)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn assigning_clones(mut text: String, other: &String) -> Result<String, AuthError> {
    text.push('1');
    text = other.clone();
    fetch().await?;
    Ok(text)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn assigning_clones_blocking(mut text: String, other: &String) -> Result<String, AuthError> {
    text.push('1');
    text = other.clone();
    text.get(1..).map(str::to_owned).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn unwrap_in_result(left: Result<u8, AuthError>) -> Result<u8, AuthError> {
    let token = left.unwrap();
    token.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) fn cognitive_complexity_of_loops(left: u8, right: u8) -> Result<u8, AuthError> {
    let mut token = scope();
    for other in 0..left {
        if other == right && other != 7 {
            token |= other;
        } else if other > 3 || other < left {
            token &= other;
        }
        while token > 4 && token < 7 {
            token ^= 1;
        }
        if token == 9 || other == 9 {
            token -= 1;
        }
    }
    token.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn cfg_not_test(left: u8) -> Result<u8, AuthError> {
    #[cfg(not(test))]
    fetch().await?;
    Ok(left)
}

#[token_telemetry::acquire_token(api = Api::Token)]
pub(crate) async fn large_stack_frames() -> Result<usize, AuthError> {
    let bytes = [1_u8; 600_000];
    fetch().await?;
    Ok(bytes.len())
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[expect(clippy::unused_async)]
pub(crate) async fn expecting_unused_async(left: u8) -> Result<u8, AuthError> {
    left.checked_add(1).ok_or(AuthError(0))
}

#[token_telemetry::acquire_token(api = Api::Token)]
#[expect(clippy::needless_pass_by_value, clippy::implicit_return, reason = "an interface")]
pub(crate) fn expecting_several(text: String) -> Result<u8, AuthError> {
    text.parse().or(Err(AuthError(1)))
}
