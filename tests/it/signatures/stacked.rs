//! The attribute above and below `#[tracing::instrument]`: both cover the whole call.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use token_telemetry::test_util::Recorder;
use token_telemetry::{Telemetry, acquire_token};
use tracing::subscriber::DefaultGuard;
use tracing::{Id, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::{Client, succeeded, work, work_now};
use crate::support::{LabApi, LabError, telemetry};

/// Names of entered spans, in order.
#[derive(Clone, Default)]
struct Entered(Arc<Mutex<Vec<&'static str>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Entered {
    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        let name = ctx.span(id).unwrap().name();
        self.0.lock().unwrap().push(name);
    }
}

impl Entered {
    fn listen() -> (Self, DefaultGuard) {
        let entered = Self::default();
        let subscriber = tracing_subscriber::registry().with(entered.clone());
        (entered, tracing::subscriber::set_default(subscriber))
    }

    /// Returns how often the span of a function was entered: once per poll.
    fn times(&self, name: &str) -> usize {
        let entered = self.0.lock().unwrap();
        entered.iter().filter(|entered| **entered == name).count()
    }
}

/// Asserts that a call was polled twice, with both attributes active each time.
fn measured_by_both(recorder: &Recorder, entered: &Entered, name: &str) {
    succeeded(recorder);
    assert!(entered.times(name) >= 2, "{:?}", entered.0);
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
#[tracing::instrument(skip_all, err(Debug))]
async fn above(telemetry: &Telemetry) -> Result<u8, LabError> {
    work().await;
    Ok(1)
}

#[tracing::instrument(skip_all, err(Debug))]
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn below(telemetry: &Telemetry) -> Result<u8, LabError> {
    work().await;
    Ok(2)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
#[tracing::instrument(skip_all)]
fn above_returned(telemetry: Telemetry) -> impl Future<Output = Result<u8, LabError>> {
    async move {
        work().await;
        drop(telemetry);
        Ok(3)
    }
}

#[tracing::instrument(skip_all)]
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn below_returned(telemetry: Telemetry) -> impl Future<Output = Result<u8, LabError>> {
    async move {
        work().await;
        drop(telemetry);
        Ok(4)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
#[tracing::instrument(skip_all)]
fn above_boxed(
    telemetry: &Telemetry,
) -> Pin<Box<dyn Future<Output = Result<u8, LabError>> + Send + '_>> {
    Box::pin(async move {
        work().await;
        drop(telemetry.clone());
        Ok(5)
    })
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
#[tracing::instrument(skip_all)]
fn above_blocking(telemetry: &Telemetry) -> Result<u8, LabError> {
    work_now();
    Ok(6)
}

#[tracing::instrument(skip_all)]
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn below_blocking(telemetry: &Telemetry) -> Result<u8, LabError> {
    work_now();
    Ok(7)
}

#[async_trait]
trait Credential {
    async fn above_in_trait(&self) -> Result<usize, LabError>;
    async fn below_in_trait(&self) -> Result<usize, LabError>;
}

#[async_trait]
impl Credential for Client {
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all)]
    async fn above_in_trait(&self) -> Result<usize, LabError> {
        work().await;
        Ok(self.token.len())
    }

    #[tracing::instrument(skip_all)]
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn below_in_trait(&self) -> Result<usize, LabError> {
        work().await;
        Ok(self.token.len())
    }
}

/// Functions and methods with the attribute and `instrument` in both orders.
macro_rules! both_orders {
    ($module:ident, $($argument:tt)*) => {
        mod $module {
            use super::*;

            type Answer = Result<usize, LabError>;

            #[async_trait]
            trait Credential {
                async fn above(&self) -> Answer;
                async fn below(&self) -> Answer;
            }

            #[async_trait]
            impl Credential for Client {
                #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
                #[tracing::instrument(skip_all, $($argument)*)]
                async fn above(&self) -> Answer {
                    work().await;
                    Ok(self.token.len())
                }

                #[tracing::instrument(skip_all, $($argument)*)]
                #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
                async fn below(&self) -> Answer {
                    work().await;
                    Ok(self.token.len())
                }
            }

            #[acquire_token(api = LabApi::ForClient, telemetry = client.telemetry)]
            #[tracing::instrument(skip_all, $($argument)*)]
            fn above_opaque(client: &Client) -> impl Future<Output = Answer> {
                async move {
                    work().await;
                    Ok(client.token.len())
                }
            }

            #[tracing::instrument(skip_all, $($argument)*)]
            #[acquire_token(api = LabApi::ForClient, telemetry = client.telemetry)]
            fn below_opaque(client: &Client) -> impl Future<Output = Answer> {
                async move {
                    work().await;
                    Ok(client.token.len())
                }
            }

            #[acquire_token(api = LabApi::ForClient, telemetry = client.telemetry)]
            #[tracing::instrument(skip_all, $($argument)*)]
            fn above_boxed(
                client: &Client,
            ) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
                let length = client.token.len();
                Box::pin(async move {
                    work().await;
                    Ok(length)
                })
            }

            #[tracing::instrument(skip_all, $($argument)*)]
            #[acquire_token(api = LabApi::ForClient, telemetry = client.telemetry)]
            fn below_boxed(
                client: &Client,
            ) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
                Box::pin(async move {
                    work().await;
                    Ok(client.token.len())
                })
            }

            #[tokio::test]
            async fn on_methods() {
                let (client, recorder) = Client::new();
                let (entered, _guard) = Entered::listen();
                client.above().await.unwrap();
                measured_by_both(&recorder, &entered, "above");
                client.below().await.unwrap();
                measured_by_both(&recorder, &entered, "below");
            }

            #[tokio::test]
            async fn on_returned_futures() {
                let (client, recorder) = Client::new();
                let (entered, _guard) = Entered::listen();
                above_opaque(&client).await.unwrap();
                measured_by_both(&recorder, &entered, "above_opaque");
                below_opaque(&client).await.unwrap();
                succeeded(&recorder);
                above_boxed(&client).await.unwrap();
                measured_by_both(&recorder, &entered, "above_boxed");
                below_boxed(&client).await.unwrap();
                measured_by_both(&recorder, &entered, "below_boxed");
            }
        }
    };
}

both_orders!(with_err, err(Debug));
both_orders!(with_ret, ret);
both_orders!(with_err_and_ret, err(Debug), ret);

#[tokio::test]
async fn above_and_below_instrument() {
    let (telemetry, recorder) = telemetry();
    let (entered, _guard) = Entered::listen();
    above(&telemetry).await.unwrap();
    measured_by_both(&recorder, &entered, "above");
    below(&telemetry).await.unwrap();
    measured_by_both(&recorder, &entered, "below");
}

#[tokio::test]
async fn above_and_below_instrument_on_returned_futures() {
    let (telemetry, recorder) = telemetry();
    let (entered, _guard) = Entered::listen();
    above_returned(telemetry.clone()).await.unwrap();
    measured_by_both(&recorder, &entered, "above_returned");
    below_returned(telemetry).await.unwrap();
    measured_by_both(&recorder, &entered, "below_returned");
}

#[tokio::test]
async fn above_instrument_on_a_boxed_future() {
    let (telemetry, recorder) = telemetry();
    let (entered, _guard) = Entered::listen();
    above_boxed(&telemetry).await.unwrap();
    measured_by_both(&recorder, &entered, "above_boxed");
}

#[test]
fn above_and_below_instrument_when_blocking() {
    let (telemetry, recorder) = telemetry();
    let (entered, _guard) = Entered::listen();
    above_blocking(&telemetry).unwrap();
    succeeded(&recorder);
    below_blocking(&telemetry).unwrap();
    succeeded(&recorder);
    assert_eq!(entered.times("above_blocking"), 1);
    assert_eq!(entered.times("below_blocking"), 1);
}

#[tokio::test]
async fn above_and_below_instrument_in_async_trait() {
    let (client, recorder) = Client::new();
    let (entered, _guard) = Entered::listen();
    client.above_in_trait().await.unwrap();
    measured_by_both(&recorder, &entered, "above_in_trait");
    client.below_in_trait().await.unwrap();
    measured_by_both(&recorder, &entered, "below_in_trait");
}
