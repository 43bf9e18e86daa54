//! Functions that return a boxed future.

use std::pin::Pin;

use token_telemetry::acquire_token;

use crate::{Client, ContosoApi, TokenResult, check};

impl Client {
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, err)]
    fn boxed_above_err(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[tracing::instrument(skip_all, err)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn boxed_below_err(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, ret)]
    fn boxed_above_ret(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[tracing::instrument(skip_all, ret)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn boxed_below_ret(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[logcall::logcall("debug")]
    fn boxed_above_logcall(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[logcall::logcall("debug")]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn boxed_below_logcall(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[logcall::logcall(ok = "debug", err = "info")]
    fn boxed_above_logcall_of_results(
        &self,
    ) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[logcall::logcall(ok = "debug", err = "info")]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn boxed_below_logcall_of_results(
        &self,
    ) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[fastrace::trace]
    fn boxed_above_fastrace(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[autometrics::autometrics]
    fn boxed_above_autometrics(&self) -> Pin<Box<dyn Future<Output = TokenResult> + Send + '_>> {
        Box::pin(async move { self.work().await })
    }
}

#[test]
fn each_order_records_once() {
    let (client, recorder) = Client::new();
    check(client.boxed_above_err(), &recorder);
    check(client.boxed_below_err(), &recorder);
    check(client.boxed_above_ret(), &recorder);
    check(client.boxed_below_ret(), &recorder);
    check(client.boxed_above_logcall(), &recorder);
    check(client.boxed_below_logcall(), &recorder);
    check(client.boxed_above_logcall_of_results(), &recorder);
    check(client.boxed_below_logcall_of_results(), &recorder);
    check(client.boxed_above_fastrace(), &recorder);
    check(client.boxed_above_autometrics(), &recorder);
}
