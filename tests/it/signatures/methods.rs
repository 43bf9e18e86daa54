//! Methods, with every kind of `self`.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use token_telemetry::acquire_token;

use super::{Client, failed, succeeded, work};
use crate::support::{LabApi, LabError};

impl Client {
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_ref(&self) -> Result<&str, LabError> {
        work().await;
        Ok(&self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_mut(&mut self) -> Result<&mut String, LabError> {
        work().await;
        self.token.push('!');
        Ok(&mut self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_value(self) -> Result<String, LabError> {
        work().await;
        Ok(self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_mut_value(mut self) -> Result<String, LabError> {
        work().await;
        self.token.push('?');
        Ok(self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_box(self: Box<Self>) -> Result<String, LabError> {
        work().await;
        Ok(self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_rc(self: Rc<Self>) -> Result<usize, LabError> {
        work().await;
        Ok(Rc::strong_count(&self))
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_arc(self: Arc<Self>) -> Result<String, LabError> {
        work().await;
        Ok(self.token.clone())
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_ref_to_arc(self: &Arc<Self>) -> Result<Arc<Self>, LabError> {
        work().await;
        Ok(Self::clone_of(self))
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn by_pin(self: Pin<&mut Self>) -> Result<usize, LabError> {
        work().await;
        Ok(self.token.len())
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = client.telemetry)]
    async fn associated(client: &Self) -> Result<usize, LabError> {
        work().await;
        Ok(client.token.len())
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn failing(&self) -> Result<&str, LabError> {
        super::fail().await?;
        Ok(&self.token)
    }

    fn clone_of(this: &Arc<Self>) -> Arc<Self> {
        Arc::clone(this)
    }
}

#[tokio::test]
async fn self_by_reference() {
    let (client, recorder) = Client::new();
    assert_eq!(client.by_ref().await, Ok("token"));
    succeeded(&recorder);
}

#[tokio::test]
async fn self_by_mutable_reference_lends() {
    let (mut client, recorder) = Client::new();
    client.by_mut().await.unwrap().push('!');
    assert_eq!(client.token, "token!!");
    succeeded(&recorder);
}

#[tokio::test]
async fn self_by_value() {
    let (client, recorder) = Client::new();
    assert_eq!(client.by_value().await.unwrap(), "token");
    succeeded(&recorder);
}

#[tokio::test]
async fn self_by_mutable_value() {
    let (client, recorder) = Client::new();
    assert_eq!(client.by_mut_value().await.unwrap(), "token?");
    succeeded(&recorder);
}

#[tokio::test]
async fn self_in_a_box() {
    let (client, recorder) = Client::new();
    assert_eq!(Box::new(client).by_box().await.unwrap(), "token");
    succeeded(&recorder);
}

#[tokio::test]
async fn self_in_an_rc() {
    let (client, recorder) = Client::new();
    assert_eq!(Rc::new(client).by_rc().await, Ok(1));
    succeeded(&recorder);
}

#[tokio::test]
async fn self_in_an_arc() {
    let (client, recorder) = Client::new();
    assert_eq!(Arc::new(client).by_arc().await.unwrap(), "token");
    succeeded(&recorder);
}

#[tokio::test]
async fn self_by_reference_to_an_arc() {
    let (client, recorder) = Client::new();
    let client = Arc::new(client);
    assert!(Arc::ptr_eq(&client.by_ref_to_arc().await.unwrap(), &client));
    succeeded(&recorder);
}

#[tokio::test]
async fn self_pinned() {
    let (mut client, recorder) = Client::new();
    assert_eq!(Pin::new(&mut client).by_pin().await, Ok(5));
    succeeded(&recorder);
}

#[tokio::test]
async fn no_self() {
    let (client, recorder) = Client::new();
    assert_eq!(Client::associated(&client).await, Ok(5));
    succeeded(&recorder);
}

#[tokio::test]
async fn method_failing_through_question_mark() {
    let (client, recorder) = Client::new();
    assert_eq!(client.failing().await, Err(LabError::new("lab_failure")));
    failed(&recorder);
}
