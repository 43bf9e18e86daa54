//! Functions that the lints look at, with the attribute and without it.
//!
//! Most provoke the lint they are named after. The test copies this file twice, once with the
//! lines of the attribute left empty, and compares what the compiler and clippy say.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::fmt::Debug;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;

use token_telemetry::{ApiId, DescribeError, ErrorInfo, Telemetry};

/// The SDK.
#[derive(Debug)]
pub struct Contoso;

/// Its ids.
#[derive(ApiId, Clone, Copy, Debug)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum Api {
    /// The only one.
    Token = 1004,
}

/// Its error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthError(u8);

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("auth_error")
    }
}

impl DescribeError<()> for Contoso {
    fn describe((): &()) -> ErrorInfo {
        ErrorInfo::unknown()
    }
}

impl DescribeError<[u8; 512]> for Contoso {
    fn describe(_: &[u8; 512]) -> ErrorInfo {
        ErrorInfo::unknown()
    }
}

/// Its client.
#[derive(Debug)]
pub struct Client {
    telemetry: Telemetry,
    tokens: RefCell<HashMap<u8, String>>,
}

async fn fetch() -> Result<u8, AuthError> {
    ready(Ok(1)).await
}

#[must_use]
fn scope() -> u8 {
    1
}

#[deprecated(note = "use something else")]
fn old() -> u8 {
    1
}

// Part 1: the compiler's own lints.

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

// Part 2: clippy's default lints.

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

/// Says nothing of what makes it unsafe.
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

// Part 3: `pedantic` and `nursery`.

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

// Part 4: lints of `restriction`.

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

// Part 5: bodies that are one call, which a closure or an async block around them could make redundant.

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

// Part 6: functions that no lint of the list minds.

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
