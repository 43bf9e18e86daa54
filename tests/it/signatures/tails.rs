//! Ways in which a function may end with an async block, and items before it.

use std::marker::PhantomData;
use std::pin::Pin;

use futures::future::BoxFuture;
use token_telemetry::{DescribeError, ErrorInfo, Telemetry, acquire_token};

use super::{Client, failed, succeeded, work, work_now};
use crate::support::{Lab, LabApi, LabError, telemetry};

type Answer = Result<u8, LabError>;
type Boxed<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

macro_rules! from_a_block {
    ($name:ident, $telemetry:ident, $body:block) => {
        #[acquire_token(api = LabApi::ForClient, telemetry = $telemetry)]
        fn $name($telemetry: &Telemetry) -> impl Future<Output = Answer> {
            async move $body
        }
    };
}

from_a_block!(block_of_a_macro, telemetry, {
    work().await;
    Ok(1)
});

macro_rules! from_an_expression {
    ($name:ident, $telemetry:ident, $future:expr) => {
        #[acquire_token(api = LabApi::ForClient, telemetry = $telemetry)]
        fn $name($telemetry: &Telemetry) -> Boxed<'_> {
            return $future;
        }
    };
}

from_an_expression!(
    expression_of_a_macro,
    telemetry,
    Box::pin(async move {
        work().await;
        Ok(2)
    })
);

macro_rules! pair {
    ($first:expr, $second:block) => {
        ($first, $second)
    };
}

macro_rules! boxing_an_expression {
    ($name:ident, $telemetry:ident, $future:expr) => {
        #[acquire_token(api = LabApi::ForClient, telemetry = $telemetry)]
        fn $name($telemetry: &Telemetry) -> Boxed<'_> {
            Box::pin($future)
        }
    };
}

boxing_an_expression!(boxed_expression_of_a_macro, telemetry, async move {
    work().await;
    Ok(3)
});

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn behind_a_macro_that_returns(telemetry: &Telemetry) -> impl Future<Output = Answer> {
    macro_rules! give {
        ($token:expr) => {
            return Ok($token)
        };
    }
    async move {
        work().await;
        give!(4)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn behind_a_function_that_returns(telemetry: &Telemetry) -> impl Future<Output = Answer> {
    struct Sized<const LENGTH: usize>;
    #[expect(
        clippy::needless_return,
        reason = "it must not count as one of the function"
    )]
    fn sized() -> Sized<{ 4 + 1 }> {
        return Sized;
    }
    let Sized::<5> = sized();
    async move {
        work().await;
        Ok(5)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn behind_a_closure_in_a_macro(telemetry: &Telemetry) -> impl Future<Output = Answer> {
    #[expect(
        clippy::needless_return,
        reason = "it must not count as one of the function"
    )]
    let [six, _] = <[u8; 2]>::from(pair!((|| return 6)(), { (|| return 7)() }));
    async move {
        work().await;
        Ok(six)
    }
}

#[expect(trivial_casts, reason = "macros write them")]
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn cast(telemetry: &Telemetry) -> Boxed<'_> {
    Box::pin(async move {
        work().await;
        Ok(6)
    }) as _
}

#[expect(
    trivial_casts,
    clippy::cast_lossless,
    clippy::needless_return,
    reason = "the word may stand in front and inside of it"
)]
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn cast_to_a_type(telemetry: &Telemetry) -> Boxed<'_> {
    let seven = u32::from(b'7') as u64;
    return Box::pin(async move {
        work().await;
        Ok(u8::try_from(seven).map_or(0, |_| 7))
    }) as Pin<Box<dyn Future<Output = <Vec<Answer> as IntoIterator>::Item> + Send>>;
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn in_a_block(telemetry: &Telemetry, scopes: &[&str]) -> impl Future<Output = Answer> + use<> {
    let count = scopes.len();
    {
        let count = count.min(8);
        async move {
            work().await;
            Ok(u8::try_from(count).unwrap_or(8))
        }
    }
}

#[tokio::test]
async fn block_around_async_block() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(in_a_block(&telemetry, &["scope"; 9]).await, Ok(8));
    succeeded(&recorder);
}

#[tokio::test]
async fn async_blocks_from_macro_variables() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(block_of_a_macro(&telemetry).await, Ok(1));
    succeeded(&recorder);
    assert_eq!(expression_of_a_macro(&telemetry).await, Ok(2));
    succeeded(&recorder);
    assert_eq!(boxed_expression_of_a_macro(&telemetry).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn returns_in_preceding_items_and_macros() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(behind_a_macro_that_returns(&telemetry).await, Ok(4));
    succeeded(&recorder);
    assert_eq!(behind_a_function_that_returns(&telemetry).await, Ok(5));
    succeeded(&recorder);
    assert_eq!(behind_a_closure_in_a_macro(&telemetry).await, Ok(6));
    succeeded(&recorder);
}

#[tokio::test]
async fn cast_after_the_block() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(cast(&telemetry).await, Ok(6));
    succeeded(&recorder);
    assert_eq!(cast_to_a_type(&telemetry).await, Ok(7));
    succeeded(&recorder);
}

/// Any error of a provider.
trait Provider: Sync {
    type Error;
}

impl Provider for () {
    type Error = LabError;
}

struct Of<P>(Telemetry, PhantomData<P>);

impl<P: Provider> Of<P>
where
    Lab: DescribeError<P::Error>,
{
    #[acquire_token(api = LabApi::ForClient, telemetry = self.0)]
    fn acquire(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async move { super::fail().await.map(|()| 1) })
    }
}

/// A local error; the owner also describes another one.
#[derive(Debug)]
struct Second;

impl From<LabError> for Second {
    fn from(_: LabError) -> Self {
        Self
    }
}

fn describe(_: &Second) -> ErrorInfo {
    ErrorInfo::new("lab_failure")
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = describe)]
fn converting(telemetry: &Telemetry) -> BoxFuture<'_, Result<u8, Second>> {
    Box::pin(async move {
        super::fail().await?;
        Ok(1)
    })
}

#[tokio::test]
async fn output_alias() {
    let (client, recorder) = Client::new();
    let of = Of::<()>(client.telemetry.clone(), PhantomData);
    assert!(of.acquire().await.is_err());
    failed(&recorder);
    assert!(converting(&client.telemetry).await.is_err());
    failed(&recorder);
}

mod own {
    //! Types with names that are common for futures and streams.

    pub(super) struct Future;
    pub(super) struct Stream;
    pub(super) struct JoinHandle<T>(pub(super) T);
    pub(super) struct BoxFuture<'a, T>(pub(super) &'a T);

    pub(super) mod stream {
        pub(in super::super) struct BoxStream<T>(pub(in super::super) T);
    }
}

use own::{JoinHandle, stream};

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn own_stream(telemetry: &Telemetry) -> Result<own::Stream, LabError> {
    work().await;
    Ok(own::Stream)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn own_future(telemetry: &Telemetry) -> Result<own::Future, LabError> {
    work().await;
    Ok(own::Future)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn own_handle(telemetry: &Telemetry) -> Result<JoinHandle<u8>, LabError> {
    work().await;
    Ok(JoinHandle(1))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn own_boxes<'a>(
    telemetry: &Telemetry,
    token: &'a u8,
) -> Result<(own::BoxFuture<'a, u8>, stream::BoxStream<u8>), LabError> {
    work_now();
    Ok((own::BoxFuture(token), stream::BoxStream(*token)))
}

#[tokio::test]
async fn types_named_future_and_stream() {
    let (telemetry, recorder) = telemetry();
    let own::Stream = own_stream(&telemetry).await.unwrap();
    succeeded(&recorder);
    let own::Future = own_future(&telemetry).await.unwrap();
    succeeded(&recorder);
}

#[tokio::test]
async fn generic_types_named_like_futures() {
    let (telemetry, recorder) = telemetry();
    let JoinHandle(one) = own_handle(&telemetry).await.unwrap();
    succeeded(&recorder);
    let (own::BoxFuture(two), stream::BoxStream(three)) = own_boxes(&telemetry, &2).unwrap();
    succeeded(&recorder);
    assert_eq!((one, *two, three), (1, 2, 2));
}
