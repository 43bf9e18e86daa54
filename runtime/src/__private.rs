//! Items that generated code calls; not part of the public API.

use std::cell::Ref;
use std::fmt;
pub use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, MutexGuard, RwLockReadGuard};

pub use crate::acquisition::call::{Call, Nesting};
pub use crate::acquisition::end::Reading;
pub use crate::acquisition::future::IntoInstrumented;
pub use crate::api::id::{ApiId, OneApiIdPerNumber, OneReservedListPerOwner, UnknownOwner};
pub use crate::api::{Api, ApiEntry};
pub use crate::error::info::{DescribeError, ErrorInfo};
use crate::telemetry::Telemetry;
pub use crate::token::TokenInfo;

/// A witness of an annotated function's return type, known before its body is type-checked.
pub struct FunctionReturning<R>(PhantomData<fn() -> R>);

impl<R> FunctionReturning<R> {
    /// The witness; not `Copy`, so that a block without `move` captures it by value.
    pub const HERE: Self = Self(PhantomData);

    /// Fixes the type of the body, in a branch that is never taken.
    #[must_use]
    pub fn never(self) -> R {
        loop {
            std::hint::spin_loop();
        }
    }

    /// Converts the argument `api` to an id.
    ///
    /// Nothing else requires the trait, so that a value of another type causes one error only.
    #[must_use]
    pub fn id<I: ApiId>(&self, id: I) -> Id<I::Owner> {
        Id {
            api: id.api(),
            owner: PhantomData,
        }
    }
}

impl<R> fmt::Debug for FunctionReturning<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FunctionReturning")
    }
}

/// The argument `api`, and the type that owns its number.
pub struct Id<O> {
    api: Api,
    owner: PhantomData<fn() -> O>,
}

impl<O> fmt::Debug for Id<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.api.fmt(f)
    }
}

/// A bound on the return type of an annotated function.
///
/// Implemented for the witness, because the compiler shows the message only for the receiver of a
/// method call.
#[diagnostic::on_unimplemented(
    message = "expected `Result`, found `{R}`",
    label = "return the token or the error as a `Result`"
)]
pub trait MustReturnResult<R> {
    /// The success type.
    type Token;
    /// The error type.
    type Error;
}

impl<T, E> MustReturnResult<Result<T, E>> for FunctionReturning<Result<T, E>> {
    type Token = T;
    type Error = E;
}

/// The success type of an annotated function.
type TokenOf<R> = <FunctionReturning<R> as MustReturnResult<R>>::Token;

/// The error type of an annotated function.
type ErrorOf<R> = <FunctionReturning<R> as MustReturnResult<R>>::Error;

/// A value that the argument `telemetry` accepts.
#[diagnostic::on_unimplemented(
    message = "expected a `Telemetry`, found `{Self}`",
    label = "expected `Telemetry`, a reference to it, or a smart pointer to it",
    note = "store a `Telemetry` in the client; `Telemetry::global()` returns the process-wide one"
)]
pub trait AsTelemetry {
    /// Returns the instance that the acquisition reports to.
    fn as_telemetry(&self) -> &Telemetry;
}

impl AsTelemetry for Telemetry {
    fn as_telemetry(&self) -> &Telemetry {
        self
    }
}

/// Implements the trait for pointers; a blanket implementation would conflict with the one above.
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

/// The process-wide instance, for attributes without `telemetry`.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only generated code names it")]
pub struct Global;

impl AsTelemetry for Global {
    fn as_telemetry(&self) -> &Telemetry {
        Telemetry::global_ref()
    }
}

// Methods rather than functions: if a bound is not met, the compiler reports one error and skips the
// rest of the expression.
impl<R> FunctionReturning<R>
where
    Self: MustReturnResult<R>,
{
    /// Starts a call whose errors the owner of the id describes.
    #[must_use]
    pub fn call<O: DescribeError<ErrorOf<R>>>(
        &self,
        id: Id<O>,
        telemetry: &(impl AsTelemetry + ?Sized),
        nesting: Nesting,
    ) -> Call<TokenOf<R>, ErrorOf<R>> {
        self.call_with(O::describe, id, telemetry, nesting)
    }

    /// Starts a call whose errors the function in the argument `error_info` describes.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a borrowed id would stay in the future and enlarge it"
    )]
    pub fn call_with<O>(
        &self,
        describe: fn(&ErrorOf<R>) -> ErrorInfo,
        id: Id<O>,
        telemetry: &(impl AsTelemetry + ?Sized),
        nesting: Nesting,
    ) -> Call<TokenOf<R>, ErrorOf<R>> {
        let reading = Reading {
            error_info: describe,
            token_info: None,
        };
        Call::new(telemetry.as_telemetry().backend(), id.api, nesting, reading)
    }
}
