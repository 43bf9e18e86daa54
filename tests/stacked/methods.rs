//! Methods that `#[async_trait]` rewrote, in both orders.

use async_trait::async_trait;
use token_telemetry::acquire_token;

use crate::{Client, ContosoApi, TokenResult, check};

#[async_trait]
trait Methods {
    async fn above_err(&self) -> TokenResult;
    async fn below_err(&self) -> TokenResult;
    async fn above_ret(&self) -> TokenResult;
    async fn below_ret(&self) -> TokenResult;
    async fn above_logcall(&self) -> TokenResult;
    async fn below_logcall(&self) -> TokenResult;
    async fn above_logcall_of_results(&self) -> TokenResult;
    async fn below_logcall_of_results(&self) -> TokenResult;
    async fn above_fastrace(&self) -> TokenResult;
    async fn above_autometrics(&self) -> TokenResult;
}

#[async_trait]
impl Methods for Client {
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, err)]
    async fn above_err(&self) -> TokenResult {
        self.work().await
    }

    #[tracing::instrument(skip_all, err)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_err(&self) -> TokenResult {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, ret)]
    async fn above_ret(&self) -> TokenResult {
        self.work().await
    }

    #[tracing::instrument(skip_all, ret)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_ret(&self) -> TokenResult {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[logcall::logcall("debug")]
    async fn above_logcall(&self) -> TokenResult {
        self.work().await
    }

    #[logcall::logcall("debug")]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_logcall(&self) -> TokenResult {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[logcall::logcall(ok = "debug", err = "info")]
    async fn above_logcall_of_results(&self) -> TokenResult {
        self.work().await
    }

    #[logcall::logcall(ok = "debug", err = "info")]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_logcall_of_results(&self) -> TokenResult {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[fastrace::trace]
    async fn above_fastrace(&self) -> TokenResult {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[autometrics::autometrics]
    async fn above_autometrics(&self) -> TokenResult {
        self.work().await
    }
}

#[test]
fn each_order_records_once() {
    let (client, recorder) = Client::new();
    check(client.above_err(), &recorder);
    check(client.below_err(), &recorder);
    check(client.above_ret(), &recorder);
    check(client.below_ret(), &recorder);
    check(client.above_logcall(), &recorder);
    check(client.below_logcall(), &recorder);
    check(client.above_logcall_of_results(), &recorder);
    check(client.below_logcall_of_results(), &recorder);
    check(client.above_fastrace(), &recorder);
    check(client.above_autometrics(), &recorder);
}
