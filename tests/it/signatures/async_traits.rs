//! Methods under `#[async_trait]`, which already return boxed futures when our attribute runs.

use async_trait::async_trait;
use token_telemetry::{Telemetry, acquire_token};

use super::{Client, failed, succeeded, work};
use crate::support::{LabApi, LabError};

#[async_trait]
trait Credential: Send + Sync {
    fn telemetry(&self) -> &Telemetry;

    async fn acquire(&self, scopes: &[&str]) -> Result<usize, LabError>;

    async fn acquire_mut(&mut self, scope: &str) -> Result<&str, LabError>;

    async fn acquire_failing(&self) -> Result<u8, LabError>;

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry())]
    async fn acquire_default(&self, mut count: u8) -> Result<u8, LabError> {
        work().await;
        count += 1;
        Ok(count)
    }

    async fn acquire_generic<T: Send + Into<String>>(&self, scope: T) -> Result<String, LabError>
    where
        Self: Sized;
}

#[async_trait]
impl Credential for Client {
    fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire(&self, scopes: &[&str]) -> Result<usize, LabError> {
        work().await;
        Ok(self.token.len() + scopes.len())
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire_mut(&mut self, scope: &str) -> Result<&str, LabError> {
        work().await;
        self.token.push_str(scope);
        Ok(&self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire_failing(&self) -> Result<u8, LabError> {
        super::fail().await?;
        Ok(1)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire_generic<T: Send + Into<String>>(&self, scope: T) -> Result<String, LabError> {
        work().await;
        Ok(scope.into())
    }
}

#[async_trait(?Send)]
trait LocalCredential {
    async fn acquire_local(&self) -> Result<usize, LabError>;
}

#[async_trait(?Send)]
impl LocalCredential for Client {
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn acquire_local(&self) -> Result<usize, LabError> {
        let local = std::rc::Rc::new(self.token.len());
        work().await;
        Ok(*local)
    }
}

/// The parameters of a call.
struct Context {
    telemetry: Telemetry,
    count: u8,
}

#[async_trait]
trait ContextCredential {
    async fn acquire_with(&self, context: Context) -> Result<u8, LabError>;
    async fn acquire_with_pair(&mut self, pair: (Telemetry, u8), more: u8) -> Result<u8, LabError>;
}

#[async_trait]
impl ContextCredential for Client {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn acquire_with(&self, Context { telemetry, count }: Context) -> Result<u8, LabError> {
        work().await;
        Ok(count)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = &telemetry)]
    async fn acquire_with_pair(
        &mut self,
        (telemetry, mut count): (Telemetry, u8),
        mut more: u8,
    ) -> Result<u8, LabError> {
        work().await;
        more += 1;
        count += more;
        self.telemetry = telemetry;
        Ok(count)
    }
}

#[tokio::test]
async fn telemetry_from_a_destructured_argument() {
    let (mut client, recorder) = Client::new();
    let telemetry = client.telemetry.clone();
    let context = Context {
        telemetry: telemetry.clone(),
        count: 1,
    };
    assert_eq!(client.acquire_with(context).await, Ok(1));
    succeeded(&recorder);
    assert_eq!(client.acquire_with_pair((telemetry, 1), 2).await, Ok(4));
    succeeded(&recorder);
}

#[tokio::test]
async fn method_behind_trait_object() {
    let (client, recorder) = Client::new();
    let credential: &dyn Credential = &client;
    assert_eq!(credential.acquire(&["scope"]).await, Ok(6));
    succeeded(&recorder);
}

#[tokio::test]
async fn mutable_method_that_lends() {
    let (mut client, recorder) = Client::new();
    assert_eq!(client.acquire_mut("!").await, Ok("token!"));
    succeeded(&recorder);
}

#[tokio::test]
async fn failing_method() {
    let (client, recorder) = Client::new();
    assert!(client.acquire_failing().await.is_err());
    failed(&recorder);
}

#[tokio::test]
async fn default_method() {
    let (client, recorder) = Client::new();
    let credential: Box<dyn Credential> = Box::new(client);
    assert_eq!(credential.acquire_default(1).await, Ok(2));
    succeeded(&recorder);
}

#[tokio::test]
async fn generic_method() {
    let (client, recorder) = Client::new();
    assert_eq!(client.acquire_generic("scope").await.unwrap(), "scope");
    succeeded(&recorder);
}

#[tokio::test]
async fn method_with_non_send_future() {
    let (client, recorder) = Client::new();
    assert_eq!(client.acquire_local().await, Ok(5));
    succeeded(&recorder);
}
