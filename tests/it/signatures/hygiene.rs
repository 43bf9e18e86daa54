//! User names that collide with those of the expansion or of the standard library.

use token_telemetry::{Telemetry, acquire_token};

use super::{succeeded, work};
use crate::support::{LabApi, LabError, telemetry};

#[acquire_token(api = LabApi::ForClient, telemetry = call)]
async fn with_the_names_of_the_expansion(
    returns: u8,
    id: u8,
    call: &Telemetry,
) -> Result<u8, LabError> {
    work().await;
    drop(call.clone());
    Ok(returns + id)
}

#[acquire_token(api = LabApi::ForClient, telemetry = id)]
fn with_the_names_of_the_expansion_while_blocking(
    id: &Telemetry,
    returns: u8,
) -> Result<u8, LabError> {
    super::work_now();
    drop(id.clone());
    Ok(returns)
}

enum Answer {
    Result,
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_a_shadowed_return_type(telemetry: &Telemetry) -> Result<usize, LabError> {
    use Answer::*;
    struct LabError;
    work().await;
    let value = Result;
    Ok(size_of_val(&value) + size_of::<LabError>())
}

/// User items with all names that an expansion might use, and no prelude.
#[expect(
    dead_code,
    non_camel_case_types,
    reason = "the names need only be there"
)]
mod shadowed {
    #![no_implicit_prelude]

    use crate::signatures::work;
    use crate::support::{LabApi, LabError};

    mod core {}
    mod std {}
    mod token_telemetry {}
    struct Option;
    struct Result;
    struct Ok;
    struct Err;
    struct Some;
    struct None;
    struct Box;
    struct Future;
    struct Send;
    struct bool;
    struct u32;

    #[::token_telemetry::acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    pub(super) async fn asynchronous(
        telemetry: &::token_telemetry::Telemetry,
    ) -> ::std::result::Result<u8, LabError> {
        work().await;
        ::std::result::Result::Ok(1)
    }

    #[::token_telemetry::acquire_token(api = LabApi::ForClient, telemetry = telemetry, own_record)]
    pub(super) fn blocking(
        telemetry: &::token_telemetry::Telemetry,
    ) -> ::std::result::Result<u8, LabError> {
        crate::signatures::work_now();
        ::std::result::Result::Ok(2)
    }

    #[::token_telemetry::acquire_token(api = LabApi::ForClient, telemetry = telemetry, background)]
    pub(super) fn returned(
        telemetry: ::token_telemetry::Telemetry,
    ) -> impl ::std::future::Future<Output = ::std::result::Result<u8, LabError>> {
        async move {
            work().await;
            ::std::mem::drop(telemetry);
            ::std::result::Result::Ok(3)
        }
    }
}

#[tokio::test]
async fn parameters_named_like_the_expansion() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(
        with_the_names_of_the_expansion(1, 2, &telemetry).await,
        Ok(3)
    );
    succeeded(&recorder);
    assert_eq!(
        with_the_names_of_the_expansion_while_blocking(&telemetry, 2),
        Ok(2)
    );
    succeeded(&recorder);
}

#[tokio::test]
async fn body_shadows_return_type() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_a_shadowed_return_type(&telemetry).await, Ok(0));
    succeeded(&recorder);
}

#[tokio::test]
async fn module_shadows_prelude_and_crates() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(shadowed::asynchronous(&telemetry).await, Ok(1));
    succeeded(&recorder);
    assert_eq!(shadowed::blocking(&telemetry), Ok(2));
    succeeded(&recorder);
    assert_eq!(shadowed::returned(telemetry).await, Ok(3));
    succeeded(&recorder);
}
