//! Parameters: patterns, `mut`, attributes, unused ones.

use token_telemetry::{Telemetry, acquire_token};

use super::{succeeded, work};
use crate::support::{LabApi, LabError, telemetry};

struct Credential {
    id: u32,
    secret: &'static str,
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_struct_pattern(
    telemetry: &Telemetry,
    Credential { id, secret }: Credential,
) -> Result<usize, LabError> {
    work().await;
    Ok(secret.len() + id as usize)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_tuple_pattern(
    (telemetry, mut count): (&Telemetry, u8),
    [first, ..]: [u8; 3],
) -> Result<u8, LabError> {
    work().await;
    count += first;
    Ok(count)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_reference_pattern(telemetry: &Telemetry, &id: &u8) -> Result<u8, LabError> {
    work().await;
    Ok(id)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_wildcards(telemetry: &Telemetry, _: u8, _unused: u8) -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_mut(telemetry: &Telemetry, mut scopes: Vec<&str>) -> Result<usize, LabError> {
    work().await;
    scopes.push("scope");
    Ok(scopes.len())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_attributes(
    telemetry: &Telemetry,
    #[cfg(not(test))] missing: u8,
    #[cfg(test)] present: u8,
    #[expect(unused_variables, reason = "the attribute of a parameter must survive")] unused: u8,
) -> Result<u8, LabError> {
    work().await;
    Ok(present)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry,)]
async fn with_raw_names(telemetry: &Telemetry, r#type: u8) -> Result<u8, LabError> {
    work().await;
    Ok(r#type)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn r#async(telemetry: Telemetry) -> Result<(), LabError> {
    work().await;
    drop(telemetry);
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn lending(telemetry: &Telemetry, buffer: &mut [u8; 4]) -> Result<(), LabError> {
    work().await;
    if let Some(last) = buffer.last_mut() {
        *last = 9;
    }
    Ok(())
}

#[tokio::test]
async fn destructured_struct() {
    let (telemetry, recorder) = telemetry();
    let credential = Credential {
        id: 2,
        secret: "abc",
    };
    assert_eq!(with_struct_pattern(&telemetry, credential).await, Ok(5));
    succeeded(&recorder);
}

#[tokio::test]
async fn telemetry_in_destructured_tuple() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_tuple_pattern((&telemetry, 1), [2, 3, 4]).await, Ok(3));
    succeeded(&recorder);
}

#[tokio::test]
async fn reference_pattern() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_reference_pattern(&telemetry, &7).await, Ok(7));
    succeeded(&recorder);
}

#[tokio::test]
async fn unnamed_parameters() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_wildcards(&telemetry, 1, 2).await, Ok(()));
    succeeded(&recorder);
}

#[tokio::test]
async fn mutable_parameter() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_mut(&telemetry, vec!["one"]).await, Ok(2));
    succeeded(&recorder);
}

#[tokio::test]
async fn parameters_keep_attributes() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_attributes(&telemetry, 4, 5).await, Ok(4));
    succeeded(&recorder);
}

#[tokio::test]
async fn raw_names() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_raw_names(&telemetry, 6).await, Ok(6));
    succeeded(&recorder);
    assert_eq!(r#async(telemetry).await, Ok(()));
    succeeded(&recorder);
}

#[tokio::test]
async fn mutable_borrow_across_await() {
    let (telemetry, recorder) = telemetry();
    let mut buffer = [0; 4];
    assert_eq!(lending(&telemetry, &mut buffer).await, Ok(()));
    assert_eq!(buffer, [0, 0, 0, 9]);
    succeeded(&recorder);
}
