//! The future of an annotated function keeps its auto traits and grows by a constant only.

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::UnwindSafe;
use std::rc::Rc;
use std::sync::mpsc::Receiver;

use token_telemetry::{Telemetry, acquire_token};

use super::work;
use crate::support::{LabApi, LabError, only, telemetry};

/// Maximum bytes that the attribute may add to a future.
const MAX_GROWTH: usize = 320;

/// The same body with and without the attribute, with an argument of varying size.
macro_rules! with_and_without {
    ($plain:ident, $annotated:ident) => {
        async fn $plain<const N: usize>(_: &Telemetry, scope: [u8; N]) -> Result<usize, LabError> {
            work().await;
            Ok(scope.len())
        }

        #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
        async fn $annotated<const N: usize>(
            telemetry: &Telemetry,
            scope: [u8; N],
        ) -> Result<usize, LabError> {
            work().await;
            Ok(scope.len())
        }
    };
}

with_and_without!(plain, annotated);

fn growth<const N: usize>(telemetry: &Telemetry) -> usize {
    let plain = size_of_val(&plain(telemetry, [0; N]));
    let annotated = size_of_val(&annotated(telemetry, [0; N]));
    println!(
        "arguments {N:>5} B: plain {plain:>5} B, annotated {annotated:>5} B, growth {} B",
        annotated - plain
    );
    annotated - plain
}

#[tokio::test]
async fn future_grows_by_a_constant() {
    let (telemetry, recorder) = telemetry();
    let growths = [
        growth::<0>(&telemetry),
        growth::<64>(&telemetry),
        growth::<256>(&telemetry),
        growth::<1024>(&telemetry),
        growth::<16384>(&telemetry),
    ];
    assert!(
        growths.iter().all(|growth| *growth <= MAX_GROWTH),
        "{growths:?}"
    );
    // An extra copy of the argument would add its whole size.
    assert!(
        growths
            .iter()
            .all(|growth| growth.abs_diff(growths[0]) < 64),
        "{growths:?}"
    );
    assert_eq!(plain(&telemetry, [0; 3]).await, Ok(3));
    assert_eq!(annotated(&telemetry, [0; 3]).await, Ok(3));
    only(&recorder);
}

/// Maximum bytes that the attribute may add to a returned future.
const MAX_GROWTH_OF_RETURNED: usize = 128;

fn plain_returned<const N: usize>(
    _: &Telemetry,
    scope: [u8; N],
) -> impl Future<Output = Result<usize, LabError>> + use<N> {
    async move {
        let length = scope.len();
        work().await;
        Ok(length)
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn annotated_returned<const N: usize>(
    telemetry: &Telemetry,
    scope: [u8; N],
) -> impl Future<Output = Result<usize, LabError>> + use<N> {
    async move {
        let length = scope.len();
        work().await;
        Ok(length)
    }
}

fn growth_of_returned<const N: usize>(telemetry: &Telemetry) -> usize {
    let plain = size_of_val(&plain_returned(telemetry, [0; N]));
    let annotated = size_of_val(&annotated_returned(telemetry, [0; N]));
    println!(
        "returned, arguments {N:>5} B: growth {} B",
        annotated - plain
    );
    annotated - plain
}

#[tokio::test]
async fn returned_futures_grow_by_the_call() {
    let (telemetry, recorder) = telemetry();
    let growths = [
        growth_of_returned::<0>(&telemetry),
        growth_of_returned::<1024>(&telemetry),
    ];
    let is_small = |growth: &usize| *growth <= MAX_GROWTH_OF_RETURNED;
    assert!(growths.iter().all(is_small), "{growths:?}");
    assert_eq!(plain_returned(&telemetry, [0; 3]).await, Ok(3));
    assert_eq!(annotated_returned(&telemetry, [0; 3]).await, Ok(3));
    only(&recorder);
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn is_sync_and_unwind_safe<T: Sync + UnwindSafe>(value: T) -> T {
    value
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn calm(telemetry: &Telemetry) -> Result<u8, LabError> {
    std::future::ready(()).await;
    Ok(3)
}

/// Detects `Send` values: the inherent method takes precedence over the trait method.
macro_rules! is_send {
    ($value:expr) => {{
        struct Probe<T>(PhantomData<T>);
        #[expect(
            clippy::allow_attributes,
            reason = "only some of its uses meet the lint"
        )]
        #[allow(dead_code, reason = "the method of the type may come first each time")]
        trait Otherwise {
            fn is_send(&self) -> bool;
        }
        impl<T> Otherwise for Probe<T> {
            fn is_send(&self) -> bool {
                false
            }
        }
        #[expect(
            clippy::allow_attributes,
            reason = "only some of its uses meet the lint"
        )]
        #[allow(dead_code, reason = "found for `Send` values only")]
        impl<T: Send> Probe<T> {
            fn is_send(&self) -> bool {
                true
            }
        }
        Probe(type_of($value)).is_send()
    }};
}

fn type_of<T>(_: &T) -> PhantomData<T> {
    PhantomData
}

/// Not `Sync`, so a future that holds it across an await is `Send` only if it was moved.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_receiver(telemetry: Telemetry, tokens: Receiver<u8>) -> Result<u8, LabError> {
    work().await;
    tokens.recv().map_err(|_| LabError::new("closed"))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_cell(telemetry: Telemetry, count: Cell<u8>) -> Result<u8, LabError> {
    count.set(count.get() + 1);
    work().await;
    Ok(count.get())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_rc(telemetry: Telemetry, token: Rc<u8>) -> Result<u8, LabError> {
    work().await;
    Ok(*token)
}

#[tokio::test]
async fn non_sync_argument_keeps_future_send() {
    let (telemetry, recorder) = telemetry();
    let (sender, receiver) = std::sync::mpsc::channel();
    sender.send(7).unwrap();
    let acquired = tokio::spawn(is_send(with_receiver(telemetry.clone(), receiver)));
    assert_eq!(acquired.await.unwrap(), Ok(7));
    only(&recorder);
    let acquired = tokio::spawn(is_send(with_cell(telemetry, Cell::new(1))));
    assert_eq!(acquired.await.unwrap(), Ok(2));
    only(&recorder);
}

#[tokio::test]
async fn future_stays_sync_and_unwind_safe() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(is_sync_and_unwind_safe(calm(&telemetry)).await, Ok(3));
    only(&recorder);
}

#[tokio::test]
async fn non_send_future_stays_non_send() {
    let (telemetry, recorder) = telemetry();
    let future = with_rc(telemetry.clone(), Rc::new(8));
    assert!(!is_send!(&future));
    assert!(is_send!(&with_cell(telemetry, Cell::new(1))));
    assert_eq!(future.await, Ok(8));
    only(&recorder);
}
