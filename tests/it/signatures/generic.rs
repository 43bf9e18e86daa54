//! Generic functions and types.

use std::fmt::{Debug, Display};

use token_telemetry::{ApiId, DescribeError, Telemetry, acquire_token};

use super::{failed, succeeded, work};
use crate::support::{Lab, LabApi, LabError, telemetry};

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_a_type<T: Display>(telemetry: &Telemetry, scope: T) -> Result<String, LabError> {
    work().await;
    Ok(scope.to_string())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_a_length<const N: usize>(
    telemetry: &Telemetry,
    scopes: [&str; N],
) -> Result<usize, LabError> {
    work().await;
    Ok(scopes.len() + N)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_lifetimes<'a, 'b: 'a>(
    telemetry: &Telemetry,
    first: &'a str,
    second: &'b str,
) -> Result<(&'a str, &'b str), LabError> {
    work().await;
    Ok((if first.is_empty() { second } else { first }, second))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_where_clause<T>(telemetry: &Telemetry, scopes: T) -> Result<usize, LabError>
where
    T: IntoIterator,
    T::Item: Debug,
{
    work().await;
    Ok(scopes.into_iter().count())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_an_opaque_argument(
    telemetry: &Telemetry,
    scopes: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<String, LabError> {
    work().await;
    let scopes: Vec<_> = scopes
        .into_iter()
        .map(|scope| scope.as_ref().to_owned())
        .collect();
    Ok(scopes.join(" "))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_a_closure<F: Future<Output = u8>>(
    telemetry: &Telemetry,
    fetch: impl Fn() -> F,
) -> Result<u8, LabError> {
    work().await;
    Ok(fetch().await)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_the_error<E>(telemetry: &Telemetry, error: E) -> Result<(), E>
where
    Lab: DescribeError<E>,
{
    work().await;
    Err(error)
}

#[acquire_token(api = api, telemetry = telemetry)]
async fn over_the_id<const NUMBER: u32>(telemetry: &Telemetry) -> Result<u32, LabError> {
    work().await;
    Ok(NUMBER)
}

/// Found by name at the attribute of [`over_the_id`].
#[expect(
    non_upper_case_globals,
    reason = "a constant may be named as its author likes"
)]
const api: LabApi = LabApi::ForClient;

struct Typed<'a, T> {
    telemetry: &'a Telemetry,
    token: T,
}

impl<'a, T: Clone> Typed<'a, T> {
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire(&self) -> Result<(T, &'a Telemetry), LabError> {
        work().await;
        Ok((self.token.clone(), self.telemetry))
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_a_dynamic_argument(
    telemetry: &Telemetry,
    scope: &dyn Display,
) -> Result<String, LabError> {
    work().await;
    Ok(scope.to_string())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn over_higher_ranked<F>(telemetry: &Telemetry, read: F) -> Result<usize, LabError>
where
    F: for<'a> Fn(&'a str) -> &'a str,
{
    work().await;
    Ok(read("scope").len())
}

#[tokio::test]
async fn generic_type() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(over_a_type(&telemetry, 7).await.unwrap(), "7");
    succeeded(&recorder);
}

#[tokio::test]
async fn generic_length() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(over_a_length(&telemetry, ["a", "b"]).await, Ok(4));
    succeeded(&recorder);
}

#[tokio::test]
async fn lifetimes_with_bounds() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(over_lifetimes(&telemetry, "", "b").await, Ok(("b", "b")));
    succeeded(&recorder);
}

#[tokio::test]
async fn where_clause() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_where_clause(&telemetry, [1, 2]).await, Ok(2));
    succeeded(&recorder);
}

#[tokio::test]
async fn opaque_argument() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(
        over_an_opaque_argument(&telemetry, ["a", "b"])
            .await
            .unwrap(),
        "a b"
    );
    succeeded(&recorder);
}

#[tokio::test]
async fn future_returning_closure() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(over_a_closure(&telemetry, async || 3).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn generic_error() {
    let (telemetry, recorder) = telemetry();
    let error = LabError::new("lab_failure");
    assert_eq!(over_the_error(&telemetry, error.clone()).await, Err(error));
    failed(&recorder);
}

#[tokio::test]
async fn const_parameter_with_constant_id() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(over_the_id::<3>(&telemetry).await, Ok(3));
    assert_eq!(succeeded(&recorder).api(), LabApi::ForClient.api());
}

#[tokio::test]
async fn method_of_generic_type() {
    let (telemetry, recorder) = telemetry();
    let typed = Typed {
        telemetry: &telemetry,
        token: 5,
    };
    assert_eq!(typed.acquire().await.unwrap().0, 5);
    succeeded(&recorder);
}

#[tokio::test]
async fn dynamic_argument() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(
        over_a_dynamic_argument(&telemetry, &"s").await.unwrap(),
        "s"
    );
    succeeded(&recorder);
}

#[tokio::test]
async fn higher_ranked_closure() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(over_higher_ranked(&telemetry, str::trim).await, Ok(5));
    succeeded(&recorder);
}
