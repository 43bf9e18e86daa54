//! The argument `telemetry`.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock, Mutex};

use token_telemetry::{Acquisition, Telemetry, acquire_token, capture};

use super::{Client, succeeded, work};
use crate::support::{LabApi, LabError, telemetry};

#[acquire_token(api = LabApi::ForClient)]
async fn global() -> Result<(), LabError> {
    work().await;
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn in_an_arc(telemetry: Arc<Telemetry>) -> Result<usize, LabError> {
    work().await;
    Ok(Arc::strong_count(&telemetry))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry.lock().unwrap())]
async fn behind_a_lock(telemetry: &Mutex<Telemetry>) -> Result<bool, LabError> {
    work().await;
    Ok(telemetry.try_lock().is_ok())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry.borrow())]
async fn in_a_cell(telemetry: &RefCell<Telemetry>) -> Result<bool, LabError> {
    work().await;
    Ok(telemetry.try_borrow_mut().is_ok())
}

#[acquire_token(api = LabApi::ForClient, telemetry = if let Some(last) = telemetry.last() { *last } else { fallback })]
async fn chosen(telemetry: &[&Telemetry], fallback: &Telemetry) -> Result<usize, LabError> {
    work().await;
    Ok(telemetry.len())
}

static SHARED: LazyLock<Telemetry> = LazyLock::new(|| telemetry().0);

#[acquire_token(api = LabApi::ForClient, telemetry = SHARED)]
async fn in_a_static() -> Result<(), LabError> {
    work().await;
    Ok(())
}

impl Client {
    fn telemetry(&self) -> Telemetry {
        self.telemetry.clone()
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry())]
    async fn made_by_a_method(&self) -> Result<&str, LabError> {
        work().await;
        Ok(&self.token)
    }

    #[acquire_token(api = LabApi::ForClient, telemetry = self.telemetry)]
    async fn replacing(&mut self, other: Telemetry) -> Result<(), LabError> {
        self.telemetry = other;
        work().await;
        Ok(())
    }
}

#[tokio::test]
async fn global_by_default() {
    let captured = capture(global()).await;
    assert_eq!(captured.output, Ok(()));
    assert!(
        captured
            .last()
            .is_some_and(|record| record.cache_level().is_some())
    );
    assert!(Telemetry::global().totals().cache > 0);
}

#[tokio::test]
async fn telemetry_in_arc() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(in_an_arc(Arc::new(telemetry)).await, Ok(1));
    succeeded(&recorder);
}

#[tokio::test]
async fn lock_is_released_before_the_body() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(
        behind_a_lock(&Mutex::new(telemetry.clone())).await,
        Ok(true)
    );
    succeeded(&recorder);
    assert_eq!(in_a_cell(&RefCell::new(telemetry)).await, Ok(true));
    succeeded(&recorder);
}

#[tokio::test]
async fn telemetry_from_any_expression() {
    let (telemetry, recorder) = telemetry();
    let (other, other_recorder) = self::telemetry();
    assert_eq!(chosen(&[], &telemetry).await, Ok(0));
    succeeded(&recorder);
    assert_eq!(chosen(&[&other], &telemetry).await, Ok(1));
    succeeded(&other_recorder);
}

#[tokio::test]
async fn static_telemetry() {
    let before = SHARED.totals().cache;
    assert_eq!(in_a_static().await, Ok(()));
    assert_eq!(SHARED.totals().cache, before + 1);
}

#[tokio::test]
async fn telemetry_from_method() {
    let (client, recorder) = Client::new();
    assert_eq!(client.made_by_a_method().await, Ok("token"));
    succeeded(&recorder);
}

#[tokio::test]
async fn telemetry_is_read_before_the_body() {
    let (mut client, recorder) = Client::new();
    let (other, unused) = telemetry();
    assert_eq!(client.replacing(other).await, Ok(()));
    succeeded(&recorder);
    assert!(unused.records().is_empty());
    assert!(!Acquisition::current().is_active());
}
