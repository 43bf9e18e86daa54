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

/// The argument `api`, with the type that owns its number.
pub struct Id<O> {
    api: Api,
    owner: PhantomData<fn() -> O>,
}

impl<O> fmt::Debug for Id<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.api.fmt(f)
    }
}

/// Checks that the argument `api` is an id.
///
/// Nothing else asks for the trait, so that a value that is none is refused once.
pub fn id<I: ApiId>(id: I) -> Id<I::Owner> {
    Id {
        api: id.api(),
        owner: PhantomData,
    }
}

/// What an annotated function returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Result`",
    label = "expected a `Result`, which tells a token from a failure"
)]
pub trait IsResult {
    /// Of a success.
    type Token;
    /// Of a failure.
    type Error;
}

impl<T, E> IsResult for Result<T, E> {
    type Token = T;
    type Error = E;
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

// Methods from here on: where one is missing, the compiler says so once and is silent on the rest.
impl<R: IsResult> Returns<R> {
    /// Reads errors through the owner of the id.
    #[must_use]
    pub fn reading<O: DescribeError<R::Error>>(&self, _: &Id<O>) -> Reading<R::Token, R::Error> {
        Reading {
            error: O::describe,
            token: None,
        }
    }

    /// Reads errors with the function that the argument `err` names.
    #[must_use]
    pub fn reading_with(
        &self,
        describe: fn(&R::Error) -> ErrorInfo,
    ) -> Reading<R::Token, R::Error> {
        Reading {
            error: describe,
            token: None,
        }
    }
}

impl<T, E> Reading<T, E> {
    /// Reads tokens with the function that the argument `ok` names.
    #[must_use]
    pub fn token(mut self, read: fn(&T) -> TokenInfo) -> Self {
        self.token = Some(read);
        self
    }

    /// One call whose output is read so.
    #[must_use]
    pub fn call<O>(self, id: &Id<O>, telemetry: Telemetry, nesting: Nesting) -> Call<T, E> {
        Call {
            telemetry,
            api: id.api,
            nesting,
            reading: self,
        }
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

impl<T, E> Call<T, E> {
    /// Wraps the body of an annotated function that is asynchronous.
    pub fn acquire<F>(self, body: F) -> Acquire<F, T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let Self {
            telemetry,
            api,
            nesting,
            reading,
        } = self;
        Acquire::new(telemetry.into_backend(), api, nesting, reading, body)
    }

    /// Runs the body of an annotated function that blocks.
    ///
    /// # Errors
    ///
    /// Those of the body, untouched.
    pub fn acquire_blocking(self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let Self {
            telemetry,
            api,
            nesting,
            reading,
        } = self;
        acquisition::acquire_blocking(telemetry.into_backend(), api, nesting, reading, body)
    }
}
