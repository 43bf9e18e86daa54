//! What generated code calls; no part of the public interface.

use std::cell::Ref;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, MutexGuard, RwLockReadGuard};

pub use crate::acquisition::{Acquire, Nesting, Reading};
pub use crate::api::{
    Api, ApiEntry, ApiId, OneApiIdPerNumber, OneReservedListPerOwner, UnknownOwner,
};
pub use crate::error::{DescribeError, ErrorInfo};
pub use crate::telemetry::Telemetry;
pub use crate::token::TokenInfo;

use crate::acquisition;

/// Return type of an annotated function, known before its body is checked.
pub struct Returns<R>(PhantomData<fn() -> R>);

impl<R> Returns<R> {
    /// The witness; not `Copy`, so that a block without `move` takes it along.
    pub const HERE: Self = Self(PhantomData);

    /// Stands in a branch that is never taken, to give the body its type.
    #[must_use]
    pub fn never(self) -> R {
        loop {
            std::hint::spin_loop();
        }
    }
}

impl<R> fmt::Debug for Returns<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Returns")
    }
}

/// Checks that the argument `api` is an id.
pub const fn id<I: ApiId>(id: I) -> I {
    id
}

/// Whatever the argument `telemetry` may name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no `Telemetry`",
    label = "expected a `Telemetry`, a reference to one, or a smart pointer to one"
)]
pub trait AsTelemetry {
    /// The instance to report through.
    fn as_telemetry(&self) -> &Telemetry;
}

impl AsTelemetry for Telemetry {
    fn as_telemetry(&self) -> &Telemetry {
        self
    }
}

/// Looks through pointers; a blanket implementation would collide with the one above.
macro_rules! look_through {
    ($( $pointer:ty ),+ $(,)?) => {$(
        impl<T: AsTelemetry + ?Sized> AsTelemetry for $pointer {
            fn as_telemetry(&self) -> &Telemetry {
                (**self).as_telemetry()
            }
        }
    )+};
}

look_through! {
    &T,
    &mut T,
    Arc<T>,
    Box<T>,
    Rc<T>,
    Ref<'_, T>,
    MutexGuard<'_, T>,
    RwLockReadGuard<'_, T>,
}

impl<T: AsTelemetry, F: FnOnce() -> T> AsTelemetry for LazyLock<T, F> {
    fn as_telemetry(&self) -> &Telemetry {
        (**self).as_telemetry()
    }
}

/// The instance that the argument `telemetry` names.
pub fn telemetry<T: AsTelemetry + ?Sized>(named: &T) -> Telemetry {
    named.as_telemetry().clone()
}

/// Reads errors through the owner of the id.
#[must_use]
pub fn reading<I, T, E>(_: I, _: &Returns<Result<T, E>>) -> Reading<T, E>
where
    I: ApiId<Owner: DescribeError<E>>,
{
    Reading {
        error: <I::Owner as DescribeError<E>>::describe,
        token: None,
    }
}

/// Reads errors with the function that the argument `err` names.
pub fn reading_with<T, E>(
    _: &Returns<Result<T, E>>,
    describe: fn(&E) -> ErrorInfo,
) -> Reading<T, E> {
    Reading {
        error: describe,
        token: None,
    }
}

impl<T, E> Reading<T, E> {
    /// Reads tokens with the function that the argument `ok` names.
    #[must_use]
    pub fn token(mut self, read: fn(&T) -> TokenInfo) -> Self {
        self.token = Some(read);
        self
    }
}

/// One call of an annotated function, before its body runs.
#[derive(Debug)]
pub struct Call<T, E> {
    telemetry: Telemetry,
    api: Api,
    nesting: Nesting,
    reading: Reading<T, E>,
}

/// What the attribute says about a call.
pub fn call<T, E>(
    id: impl ApiId,
    telemetry: Telemetry,
    nesting: Nesting,
    reading: Reading<T, E>,
) -> Call<T, E> {
    Call {
        telemetry,
        api: id.api(),
        nesting,
        reading,
    }
}

/// Wraps the body of an annotated function that is asynchronous.
pub fn acquire<F, T, E>(call: Call<T, E>, body: F) -> Acquire<F, T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let Call {
        telemetry,
        api,
        nesting,
        reading,
    } = call;
    Acquire::new(telemetry.into_backend(), api, nesting, reading, body)
}

/// Wraps the body of an annotated function that blocks.
///
/// # Errors
///
/// Those of the body, untouched.
pub fn acquire_blocking<T, E>(
    call: Call<T, E>,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let Call {
        telemetry,
        api,
        nesting,
        reading,
    } = call;
    acquisition::acquire_blocking(telemetry.into_backend(), api, nesting, reading, body)
}
