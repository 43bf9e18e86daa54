//! The argument `api`: any constant expression of an id type.

use token_telemetry::{ApiId, Telemetry, acquire_token};

use super::{succeeded, work};
use crate::support::{self, Lab, LabApi, LabError, only, telemetry};

const FOR_CLIENT: LabApi = LabApi::ForClient;

const fn for_client(number: u32) -> LabApi {
    match number {
        1004 => LabApi::ForClient,
        _ => LabApi::Silent,
    }
}

macro_rules! api_of_the_lab {
    () => {
        LabApi::ForClient
    };
}

#[acquire_token(api = FOR_CLIENT, telemetry = telemetry)]
async fn by_constant(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = for_client(1000 + 4), telemetry = telemetry)]
async fn by_const_fn(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = if cfg!(any()) { LabApi::Silent } else { LabApi::ForClient }, telemetry = telemetry)]
async fn by_condition(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = api_of_the_lab!(), telemetry = telemetry)]
async fn by_macro(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[expect(
    unused_qualifications,
    reason = "a long path is what this shape is about"
)]
#[acquire_token(api = support::LabApi::ForClient, telemetry = telemetry)]
async fn by_long_path(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

trait Flow {
    type Api: ApiId<Owner = Lab>;
    const API: Self::Api;

    #[acquire_token(api = Self::API, telemetry = telemetry)]
    async fn by_self(telemetry: &Telemetry) -> Result<(), LabError> {
        work().await;
        Ok(())
    }
}

struct ForClient;

impl Flow for ForClient {
    type Api = LabApi;
    const API: LabApi = LabApi::ForClient;
}

impl ForClient {
    const OWN: LabApi = LabApi::ForClient;

    #[acquire_token(api = Self::OWN, telemetry = telemetry)]
    fn by_self_while_blocking(&self, telemetry: &Telemetry) -> Result<&Self, LabError> {
        super::work_now();
        Ok(self)
    }
}

#[acquire_token(api = F::API, telemetry = telemetry)]
async fn by_parameter<F: Flow>(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = <F as Flow>::API, telemetry = telemetry)]
fn by_qualified_path<F: Flow>(telemetry: &Telemetry) -> impl Future<Output = Result<(), LabError>> {
    async {
        work().await;
        Ok(())
    }
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn another(telemetry: &Telemetry) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[tokio::test]
async fn constant_expression() {
    let (telemetry, recorder) = telemetry();
    by_constant(&telemetry).await.unwrap();
    succeeded(&recorder);
    by_const_fn(&telemetry).await.unwrap();
    succeeded(&recorder);
    by_condition(&telemetry).await.unwrap();
    succeeded(&recorder);
    by_macro(&telemetry).await.unwrap();
    succeeded(&recorder);
    by_long_path(&telemetry).await.unwrap();
    succeeded(&recorder);
}

#[tokio::test]
async fn associated_constant() {
    let (telemetry, recorder) = telemetry();
    ForClient::by_self(&telemetry).await.unwrap();
    succeeded(&recorder);
    assert!(ForClient.by_self_while_blocking(&telemetry).is_ok());
    succeeded(&recorder);
}

#[tokio::test]
async fn constant_of_type_parameter() {
    let (telemetry, recorder) = telemetry();
    by_parameter::<ForClient>(&telemetry).await.unwrap();
    succeeded(&recorder);
    by_qualified_path::<ForClient>(&telemetry).await.unwrap();
    succeeded(&recorder);
}

#[tokio::test]
async fn different_apis_are_told_apart() {
    let (telemetry, recorder) = telemetry();
    another(&telemetry).await.unwrap();
    assert_eq!(only(&recorder).api(), LabApi::Silent.api());
}
