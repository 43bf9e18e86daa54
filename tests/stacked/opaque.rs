//! Functions that return an opaque future, which `logcall` cannot log.

use token_telemetry::acquire_token;

use crate::{Client, ContosoApi, TokenResult, check};

impl Client {
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, err)]
    fn opaque_above_err(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }

    #[tracing::instrument(skip_all, err)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn opaque_below_err(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[tracing::instrument(skip_all, ret)]
    fn opaque_above_ret(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }

    #[tracing::instrument(skip_all, ret)]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn opaque_below_ret(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[fastrace::trace]
    fn opaque_above_fastrace(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }

    #[fastrace::trace]
    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    fn opaque_below_fastrace(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }

    #[acquire_token(api = ContosoApi::AcquireToken, telemetry = self.telemetry)]
    #[autometrics::autometrics]
    fn opaque_above_autometrics(&self) -> impl Future<Output = TokenResult> + Send {
        async move { self.work().await }
    }
}

#[test]
fn each_order_records_once() {
    let (client, recorder) = Client::new();
    check(client.opaque_above_err(), &recorder);
    check(client.opaque_below_err(), &recorder);
    check(client.opaque_above_ret(), &recorder);
    check(client.opaque_below_ret(), &recorder);
    check(client.opaque_above_fastrace(), &recorder);
    check(client.opaque_below_fastrace(), &recorder);
    check(client.opaque_above_autometrics(), &recorder);
}
