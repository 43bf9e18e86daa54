//! Other attributes and qualifiers on the function.

use token_telemetry::{Telemetry, acquire_token};

use super::{succeeded, work, work_now};
use crate::support::{LabApi, LabError, telemetry};

/// Documented above the attribute.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
/// Documented below the attribute.
#[must_use = "a token costs a request"]
#[inline]
#[cold]
async fn with_outer_attributes(telemetry: &Telemetry) -> Result<u8, LabError> {
    work().await;
    Ok(1)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_inner_attributes(telemetry: &Telemetry) -> Result<u8, LabError> {
    #![expect(unused_variables, reason = "it must reach the variable below")]
    //! Documented inside the body.
    let unused = 1;
    work().await;
    Ok(2)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn with_inner_attributes_of_the_block(
    telemetry: &Telemetry,
) -> impl Future<Output = Result<u8, LabError>> {
    #![expect(unused_variables, reason = "it must reach both variables below")]
    let unused = 1;
    async {
        #![expect(unused_mut, reason = "it must reach the variable below")]
        let mut unused = 1;
        work().await;
        Ok(3)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn with_inner_attributes_while_blocking(telemetry: &Telemetry) -> Result<u8, LabError> {
    #![expect(unused_variables, reason = "it must reach the variable below")]
    let unused = 1;
    work_now();
    Ok(4)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
pub(crate) async fn with_visibility(telemetry: &Telemetry) -> Result<u8, LabError> {
    work().await;
    Ok(5)
}

#[cfg_attr(all(), acquire_token(api = LabApi::ForClient, telemetry = telemetry))]
async fn with_conditional_attribute(telemetry: &Telemetry) -> Result<u8, LabError> {
    work().await;
    Ok(6)
}

#[token_telemetry::acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_a_path_to_the_attribute(telemetry: &Telemetry) -> Result<u8, LabError> {
    work().await;
    Ok(7)
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_leading_items(telemetry: &Telemetry) -> Result<usize, LabError> {
    use std::fmt::{self, Display};
    macro_rules! token {
        () => {
            Token::<{ LENGTH }>([b't'; LENGTH])
        };
    }
    const LENGTH: usize = 3;
    static SCOPES: [&str; 2] = ["a", "b"];
    type Scopes = [&'static str; 2];
    #[derive(Clone, Copy)]
    pub(super) struct Token<const N: usize>([u8; N]);
    struct Unit;
    enum Never {}
    impl Display for Token<{ LENGTH }> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{:?}", self.0)
        }
    }
    trait Length {
        const LENGTH: usize;
    }
    impl<const N: usize> Length for Token<N>
    where
        Self: Clone,
    {
        const LENGTH: usize = N;
    }
    const fn scopes() -> &'static Scopes {
        &SCOPES
    }
    async fn wait() {
        work().await;
    }
    const { assert!(LENGTH == <Token<LENGTH> as Length>::LENGTH) }
    wait().await;
    Ok(token!().to_string().len() + scopes().len() + size_of::<Unit>() + size_of::<Never>())
}

/// Functions written by macros: the body, the function or its parts are fragments.
macro_rules! written_by_a_macro {
    ($body:block $api:expr, $output:ty, $telemetry:ident) => {
        #[acquire_token(api = $api, telemetry = $telemetry)]
        async fn with_fragments($telemetry: &Telemetry) -> $output $body
    };
    ($telemetry:ident $function:item) => {
        #[acquire_token(api = LabApi::ForClient, telemetry = $telemetry)]
        $function
    };
}

written_by_a_macro! { { work().await; Ok(8) } LabApi::ForClient, Result<u8, LabError>, telemetry }

written_by_a_macro! {
    telemetry
    async fn as_an_item(telemetry: &Telemetry) -> Result<u8, LabError> {
        work().await;
        Ok(9)
    }
}

#[tokio::test]
async fn attributes_above_and_below_are_kept() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_outer_attributes(&telemetry).await, Ok(1));
    succeeded(&recorder);
}

#[tokio::test]
async fn inner_attributes_are_kept() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_inner_attributes(&telemetry).await, Ok(2));
    succeeded(&recorder);
    assert_eq!(with_inner_attributes_of_the_block(&telemetry).await, Ok(3));
    succeeded(&recorder);
    assert_eq!(with_inner_attributes_while_blocking(&telemetry), Ok(4));
    succeeded(&recorder);
}

#[tokio::test]
async fn visibility_is_kept() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_visibility(&telemetry).await, Ok(5));
    succeeded(&recorder);
}

#[tokio::test]
async fn attribute_in_cfg_attr_or_by_path() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_conditional_attribute(&telemetry).await, Ok(6));
    succeeded(&recorder);
    assert_eq!(with_a_path_to_the_attribute(&telemetry).await, Ok(7));
    succeeded(&recorder);
}

#[tokio::test]
async fn body_starting_with_items() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_leading_items(&telemetry).await, Ok(17));
    succeeded(&recorder);
}

#[tokio::test]
async fn function_from_macro() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(with_fragments(&telemetry).await, Ok(8));
    succeeded(&recorder);
    assert_eq!(as_an_item(&telemetry).await, Ok(9));
    succeeded(&recorder);
}

#[tokio::test]
async fn nested_function() {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn inside(telemetry: &Telemetry) -> Result<u8, LabError> {
        work().await;
        Ok(10)
    }
    let (telemetry, recorder) = telemetry();
    assert_eq!(inside(&telemetry).await, Ok(10));
    succeeded(&recorder);
}
