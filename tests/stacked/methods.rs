//! Methods that `#[async_trait]` made functions of; the order says which comes first.

use async_trait::async_trait;
use token_telemetry::acquire_token;

use crate::{Answer, Client, ContosoApi, check};

#[async_trait]
trait Methods {
    async fn above_err(&self) -> Answer;
    async fn below_err(&self) -> Answer;
    async fn above_ret(&self) -> Answer;
    async fn below_ret(&self) -> Answer;
    async fn above_logcall(&self) -> Answer;
    async fn below_logcall(&self) -> Answer;
    async fn above_logcall_of_results(&self) -> Answer;
    async fn below_logcall_of_results(&self) -> Answer;
    async fn above_fastrace(&self) -> Answer;
    async fn above_autometrics(&self) -> Answer;
}

#[async_trait]
impl Methods for Client {
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, err)]
    async fn above_err(&self) -> Answer {
        self.work().await
    }

    #[tracing::instrument(skip_all, err)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_err(&self) -> Answer {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, ret)]
    async fn above_ret(&self) -> Answer {
        self.work().await
    }

    #[tracing::instrument(skip_all, ret)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_ret(&self) -> Answer {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[logcall::logcall("debug")]
    async fn above_logcall(&self) -> Answer {
        self.work().await
    }

    #[logcall::logcall("debug")]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_logcall(&self) -> Answer {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[logcall::logcall(ok = "debug", err = "info")]
    async fn above_logcall_of_results(&self) -> Answer {
        self.work().await
    }

    #[logcall::logcall(ok = "debug", err = "info")]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    async fn below_logcall_of_results(&self) -> Answer {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[fastrace::trace]
    async fn above_fastrace(&self) -> Answer {
        self.work().await
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[autometrics::autometrics]
    async fn above_autometrics(&self) -> Answer {
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
