//! Trait methods with native `async fn`.

use token_telemetry::{Telemetry, acquire_token};

use super::{Client, succeeded, work};
use crate::support::{LabApi, LabError};

trait Credential {
    fn telemetry(&self) -> &Telemetry;

    fn acquire(&self, scopes: &[&str]) -> impl Future<Output = Result<usize, LabError>> + Send;

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry())]
    async fn acquire_default(&self) -> Result<&'static str, LabError> {
        work().await;
        Ok("default")
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry())]
    fn acquire_returned(&self) -> impl Future<Output = Result<usize, LabError>> + Send
    where
        Self: Sync,
    {
        async move {
            work().await;
            Ok(size_of_val(self.telemetry()))
        }
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry())]
    fn acquire_blocking(&self) -> Result<u8, LabError> {
        super::work_now();
        Ok(1)
    }
}

impl Credential for Client {
    fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire(&self, scopes: &[&str]) -> Result<usize, LabError> {
        work().await;
        Ok(scopes.len() + self.token.len())
    }
}

#[tokio::test]
async fn async_method_implements_returned_future() {
    let (client, recorder) = Client::new();
    assert_eq!(client.acquire(&["scope"]).await, Ok(6));
    succeeded(&recorder);
}

#[tokio::test]
async fn async_default_method() {
    let (client, recorder) = Client::new();
    assert_eq!(client.acquire_default().await, Ok("default"));
    succeeded(&recorder);
}

#[tokio::test]
async fn default_method_returning_future() {
    let (client, recorder) = Client::new();
    assert_eq!(client.acquire_returned().await, Ok(size_of::<Telemetry>()));
    succeeded(&recorder);
}

#[tokio::test]
async fn blocking_default_method() {
    let (client, recorder) = Client::new();
    assert_eq!(client.acquire_blocking(), Ok(1));
    succeeded(&recorder);
}
