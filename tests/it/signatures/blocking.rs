//! Blocking functions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use token_telemetry::{Outcome, Telemetry, acquire_token};

use super::{Client, succeeded, work_now};
use crate::support::{LabApi, LabError, only, telemetry};

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn free(telemetry: &Telemetry, scopes: &[&str]) -> Result<usize, LabError> {
    work_now();
    Ok(scopes.len())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn early(telemetry: &Telemetry, scope: Option<&str>) -> Result<usize, LabError> {
    work_now();
    let Some(scope) = scope else {
        return Err(LabError::new("no_scope"));
    };
    let parsed: u8 = scope.parse().map_err(|_| LabError::new("bad_scope"))?;
    Ok(parsed.into())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn opaque(telemetry: &Telemetry) -> Result<impl Iterator<Item = u8>, LabError> {
    work_now();
    Ok(std::iter::repeat_n(7, 2))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn lending<'a, 'b>(
    telemetry: &Telemetry,
    first: &'a mut String,
    second: &'b mut String,
) -> Result<(&'a mut String, &'b str), LabError> {
    work_now();
    second.push('2');
    first.push('1');
    Ok((first, second))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn panicking(telemetry: &Telemetry) -> Result<(), LabError> {
    panic!("the body panics")
}

impl Client {
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    fn lend(&self) -> Result<&str, LabError> {
        work_now();
        Ok(&self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    fn lend_mut(&mut self, mut suffix: String) -> Result<&mut String, LabError> {
        work_now();
        suffix.push('!');
        self.token.push_str(&suffix);
        Ok(&mut self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    fn consume(self) -> Result<String, LabError> {
        work_now();
        Ok(self.token)
    }

    /// The blocking version of an async method, as SDKs write it.
    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    fn block_on(&self) -> Result<usize, LabError> {
        futures::executor::block_on(async {
            super::work().await;
            Ok(self.token.len())
        })
    }
}

#[test]
fn free_function() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(free(&telemetry, &["scope"]), Ok(1));
    succeeded(&recorder);
}

#[test]
fn early_returns_are_recorded() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(early(&telemetry, Some("7")), Ok(7));
    succeeded(&recorder);
    assert!(early(&telemetry, None).is_err());
    assert_eq!(only(&recorder).error_code(), Some("no_scope"));
    assert!(early(&telemetry, Some("x")).is_err());
    assert_eq!(only(&recorder).error_code(), Some("bad_scope"));
}

#[test]
fn opaque_token() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(opaque(&telemetry).unwrap().count(), 2);
    succeeded(&recorder);
}

#[test]
fn result_borrows_mutable_arguments() {
    let (telemetry, recorder) = telemetry();
    let (mut first, mut second) = (String::new(), String::new());
    let lent = lending(&telemetry, &mut first, &mut second).unwrap();
    lent.0.push('!');
    assert_eq!((lent.0.as_str(), lent.1), ("1!", "2"));
    succeeded(&recorder);
}

#[test]
fn method_that_lends() {
    let (client, recorder) = Client::new();
    assert_eq!(client.lend(), Ok("token"));
    succeeded(&recorder);
}

#[test]
fn mutable_method_that_lends() {
    let (mut client, recorder) = Client::new();
    client.lend_mut("s".to_owned()).unwrap().push('?');
    assert_eq!(client.token, "tokens!?");
    succeeded(&recorder);
}

#[test]
fn consuming_method() {
    let (client, recorder) = Client::new();
    assert_eq!(client.consume().unwrap(), "token");
    succeeded(&recorder);
}

#[test]
fn function_that_blocks_on_a_future() {
    let (client, recorder) = Client::new();
    assert_eq!(client.block_on(), Ok(5));
    succeeded(&recorder);
}

#[test]
fn panic_is_recorded_and_resumed() {
    let (telemetry, recorder) = telemetry();
    let caught = catch_unwind(AssertUnwindSafe(|| panicking(&telemetry)));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"the body panics"));
    assert_eq!(only(&recorder).outcome(), Outcome::Panicked);
}
