//! Bodies whose types are inferred from the return type, and every way to exit a body.

use std::collections::HashMap;
use std::fmt::Display;

use token_telemetry::{DescribeError, ErrorInfo, Telemetry, acquire_token};

use super::{succeeded, work};
use crate::support::{Lab, LabApi, LabError, only, telemetry};

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn collecting(telemetry: &Telemetry) -> Result<HashMap<u8, Vec<char>>, LabError> {
    work().await;
    Ok([(1, "ab".chars().collect())].into_iter().collect())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn collecting_results(telemetry: &Telemetry, texts: &[&str]) -> Result<Vec<u8>, LabError> {
    work().await;
    texts.iter().map(|text| Ok(text.parse()?)).collect()
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn converting(telemetry: &Telemetry) -> Result<u64, LabError> {
    work().await;
    Ok(7_u8.into())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn converting_errors(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Err("from_text")?
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn boxing_a_closure(
    telemetry: &Telemetry,
) -> Result<Box<dyn Fn(&str) -> usize + Send>, LabError> {
    work().await;
    Ok(Box::new(|scope| scope.len() + 1))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn boxing_a_trait_object(
    telemetry: &Telemetry,
    number: bool,
) -> Result<Box<dyn Display>, LabError> {
    work().await;
    if number {
        return Ok(Box::new(1));
    }
    Ok(Box::new("text"))
}

type Named<'a> = (&'a str, Box<dyn Display + 'a>);

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn naming_lifetimes<'a, 'b>(
    telemetry: &'b Telemetry,
    scope: &'a str,
) -> Result<(Named<'a>, Box<dyn for<'c> Fn(&'c str) -> &'c str + 'b>), LabError> {
    work().await;
    let trim: Box<dyn Fn(&str) -> &str + 'b> = Box::new(|text| {
        let _used = telemetry.totals();
        text.trim()
    });
    Ok(((scope, Box::new(scope)), trim))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn naming_lifetimes_while_blocking<'a>(
    telemetry: &Telemetry,
    scopes: &'a [String],
) -> Result<Box<dyn Iterator<Item = &'a str> + 'a>, LabError> {
    super::work_now();
    Ok(Box::new(scopes.iter().map(String::as_str)))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn looping(telemetry: &Telemetry) -> Result<u8, LabError> {
    let mut attempts = 0;
    loop {
        work().await;
        attempts += 1;
        if attempts == 3 {
            break Ok(attempts);
        }
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn matching(telemetry: &Telemetry, choice: u8) -> Result<&'static str, LabError> {
    work().await;
    if choice == 0 {
        return Ok("zero");
    }
    match choice {
        1 => Err(LabError::new("one")),
        _ => Ok("many"),
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn opaque_token(telemetry: &Telemetry) -> Result<impl Display + use<>, LabError> {
    work().await;
    Ok(format!("{}", 8))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn recursing(telemetry: &Telemetry, depth: u8) -> Result<u8, LabError> {
    if depth == 0 {
        work().await;
        return Ok(0);
    }
    let below = Box::pin(recursing(telemetry, depth - 1)).await?;
    Ok(below + 1)
}

type LabResult<T = u8> = Result<T, LabError>;

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn behind_an_alias(telemetry: &Telemetry) -> LabResult {
    work().await;
    Ok(1)
}

#[derive(Debug)]
struct BorrowingError<'a>(&'a str);

impl DescribeError<BorrowingError<'_>> for Lab {
    fn describe(error: &BorrowingError<'_>) -> ErrorInfo {
        ErrorInfo::new(error.0)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn borrowing_error<'a>(
    telemetry: &Telemetry,
    text: &'a str,
) -> Result<(), BorrowingError<'a>> {
    work().await;
    Err(BorrowingError(text.trim()))
}

#[tokio::test]
async fn collections_are_inferred() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(collecting(&telemetry).await.unwrap()[&1], ['a', 'b']);
    succeeded(&recorder);
    assert_eq!(
        collecting_results(&telemetry, &["1", "2"]).await,
        Ok(vec![1, 2])
    );
    succeeded(&recorder);
}

#[tokio::test]
async fn conversions_are_inferred() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(converting(&telemetry).await, Ok(7));
    succeeded(&recorder);
    assert!(converting_errors(&telemetry).await.is_err());
    assert_eq!(only(&recorder).error_code(), Some("from_text"));
}

#[tokio::test]
async fn coercions_are_kept() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(boxing_a_closure(&telemetry).await.unwrap()("abc"), 4);
    succeeded(&recorder);
    for (number, text) in [(true, "1"), (false, "text")] {
        let boxed = boxing_a_trait_object(&telemetry, number).await;
        assert_eq!(boxed.unwrap().to_string(), text);
        succeeded(&recorder);
    }
}

#[tokio::test]
async fn named_lifetimes_are_kept() {
    let (telemetry, recorder) = telemetry();
    let scope = "scope".to_owned();
    let ((lent, shown), trim) = naming_lifetimes(&telemetry, &scope).await.unwrap();
    assert_eq!(
        (lent, shown.to_string().as_str(), trim(" a ")),
        ("scope", "scope", "a")
    );
    succeeded(&recorder);
    let scopes = ["scope".to_owned()];
    let mut lent = naming_lifetimes_while_blocking(&telemetry, &scopes).unwrap();
    assert_eq!(lent.next(), Some("scope"));
    succeeded(&recorder);
}

#[tokio::test]
async fn loop_as_last_expression() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(looping(&telemetry).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn match_with_returning_arms() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(matching(&telemetry, 0).await, Ok("zero"));
    succeeded(&recorder);
    assert!(matching(&telemetry, 1).await.is_err());
    assert_eq!(only(&recorder).error_code(), Some("one"));
    assert_eq!(matching(&telemetry, 2).await, Ok("many"));
    succeeded(&recorder);
}

#[tokio::test]
async fn token_of_opaque_type() {
    let (telemetry, recorder) = telemetry();
    let token = opaque_token(&telemetry).await.unwrap();
    assert_eq!(format!("{token}"), "8");
    succeeded(&recorder);
}

#[tokio::test]
async fn recursive_function_is_recorded_once() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(recursing(&telemetry, 3).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn result_alias() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(behind_an_alias(&telemetry).await, Ok(1));
    succeeded(&recorder);
}

#[tokio::test]
async fn error_that_borrows() {
    let (telemetry, recorder) = telemetry();
    assert!(borrowing_error(&telemetry, " borrowed ").await.is_err());
    assert_eq!(only(&recorder).error_code(), Some("borrowed"));
}
