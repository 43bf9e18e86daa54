//! Functions that return a future instead of being `async`.

use std::pin::Pin;
use std::{boxed, future, pin};

use futures::FutureExt as _;
use futures::future::{BoxFuture, LocalBoxFuture, poll_immediate};
use token_telemetry::{Outcome, Telemetry, acquire_token};

use super::{Client, failed, succeeded, work};
use crate::support::{LabApi, LabError, only, telemetry};

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn opaque(telemetry: Telemetry) -> impl Future<Output = Result<u8, LabError>> + Send + 'static {
    async move {
        work().await;
        drop(telemetry);
        Ok(1)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn opaque_without_move(telemetry: &Telemetry) -> impl Future<Output = Result<u8, LabError>> {
    async {
        work().await;
        Ok(2)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn opaque_with_statements(
    telemetry: &Telemetry,
    scopes: &[&str],
) -> impl Future<Output = Result<String, LabError>> + use<> {
    let mut scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    scopes.sort_by(|one, other| {
        if one == other {
            return std::cmp::Ordering::Equal;
        }
        one.cmp(other)
    });
    async move {
        work().await;
        Ok(scopes.join(" "))
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn opaque_with_closures(telemetry: &Telemetry) -> impl Future<Output = Result<u8, LabError>> {
    #[expect(
        clippy::needless_return,
        reason = "it must not count as one of the function"
    )]
    let (one, other) = (|more: u8| return more, |more: u8| -> u8 { return more + 1 });
    let sum = one(1) | other(2);
    return async move {
        work().await;
        Ok(sum)
    };
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn boxed<'a>(
    telemetry: &'a Telemetry,
    scope: &'a str,
) -> Pin<Box<dyn Future<Output = Result<usize, LabError>> + Send + 'a>> {
    Box::pin(async move {
        work().await;
        Ok(scope.len())
    })
}

#[expect(
    unused_qualifications,
    clippy::needless_return,
    reason = "long paths and the `return` are what this shape is about"
)]
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn boxed_with_return(
    telemetry: &Telemetry,
) -> pin::Pin<boxed::Box<dyn future::Future<Output = Result<u8, LabError>> + '_>> {
    if telemetry.totals().cache > 0 {
        drop(telemetry.clone());
    }
    return boxed::Box::pin(async {
        work().await;
        drop(telemetry.clone());
        Ok(3)
    });
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn behind_an_alias(telemetry: &Telemetry) -> BoxFuture<'_, Result<u8, LabError>> {
    Box::pin(async move {
        super::fail().await?;
        drop(telemetry.clone());
        Ok(4)
    })
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn by_a_method(telemetry: &Telemetry) -> BoxFuture<'_, Result<u8, LabError>> {
    async move {
        work().await;
        drop(telemetry.clone());
        Ok(5)
    }
    .boxed()
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn by_a_local_method(telemetry: &Telemetry) -> LocalBoxFuture<'_, Result<u8, LabError>> {
    async move {
        let local = std::rc::Rc::new(6);
        work().await;
        drop(telemetry.clone());
        Ok(*local)
    }
    .boxed_local()
}

impl Client {
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    fn opaque(&mut self) -> impl Future<Output = Result<&str, LabError>> {
        self.token.push('!');
        async {
            work().await;
            self.token.push('?');
            Ok(self.token.as_str())
        }
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    fn consuming(self) -> impl Future<Output = Result<String, LabError>> {
        async move {
            work().await;
            Ok(self.token)
        }
    }
}

#[tokio::test]
async fn opaque_future() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(opaque(telemetry).await, Ok(1));
    succeeded(&recorder);
}

#[tokio::test]
async fn opaque_future_without_move() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(opaque_without_move(&telemetry).await, Ok(2));
    succeeded(&recorder);
}

#[tokio::test]
async fn opaque_future_after_statements() {
    let (telemetry, recorder) = telemetry();
    let acquired = opaque_with_statements(&telemetry, &["b", "a"]).await;
    assert_eq!(acquired.unwrap(), "a b");
    succeeded(&recorder);
}

#[tokio::test]
async fn opaque_future_after_returning_closures() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(opaque_with_closures(&telemetry).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn boxed_future() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(boxed(&telemetry, "scope").await, Ok(5));
    succeeded(&recorder);
}

#[tokio::test]
async fn boxed_future_with_return_and_long_paths() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(boxed_with_return(&telemetry).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn boxed_future_alias() {
    let (telemetry, recorder) = telemetry();
    assert!(behind_an_alias(&telemetry).await.is_err());
    failed(&recorder);
}

#[tokio::test]
async fn future_boxed_by_method() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(by_a_method(&telemetry).await, Ok(5));
    succeeded(&recorder);
    assert_eq!(by_a_local_method(&telemetry).await, Ok(6));
    succeeded(&recorder);
}

#[tokio::test]
async fn method_that_lends() {
    let (mut client, recorder) = Client::new();
    assert_eq!(client.opaque().await, Ok("token!?"));
    succeeded(&recorder);
}

#[tokio::test]
async fn consuming_method() {
    let (client, recorder) = Client::new();
    assert_eq!(client.consuming().await.unwrap(), "token");
    succeeded(&recorder);
}

#[tokio::test]
async fn unpolled_future_records_nothing() {
    let (telemetry, recorder) = telemetry();
    drop(opaque(telemetry));
    assert!(recorder.records().is_empty());
}

#[tokio::test]
async fn dropped_future_is_cancelled() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(poll_immediate(boxed(&telemetry, "scope")).await, None);
    assert_eq!(only(&recorder).outcome(), Outcome::Cancelled);
}
