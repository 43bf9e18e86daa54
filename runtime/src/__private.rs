//! What generated code calls; no part of the public interface.

use std::cell::Ref;
use std::fmt;
pub use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, MutexGuard, RwLockReadGuard};

pub use crate::acquisition::call::{Call, Nesting, Reading};
pub use crate::acquisition::future::IntoInstrumented;
pub use crate::api::id::{ApiId, OneApiIdPerNumber, OneReservedListPerOwner, UnknownOwner};
pub use crate::api::{Api, ApiEntry};
pub use crate::error::info::{DescribeError, ErrorInfo};
use crate::telemetry::Telemetry;
pub use crate::token::TokenInfo;

/// Return type of an annotated function, known before its body is checked.
pub struct FunctionReturning<R>(PhantomData<fn() -> R>);

impl<R> FunctionReturning<R> {
    /// The witness; not `Copy`, so that a block without `move` takes it along.
    pub const HERE: Self = Self(PhantomData);

    /// Stands in a branch that is never taken, to give the body its type.
    #[must_use]
    pub fn never(self) -> R {
        loop {
            std::hint::spin_loop();
        }
    }

    /// Checks that the argument `api` is an id.
    ///
    /// Nothing else asks for the trait, so that a value that is none is refused once.
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

/// What an annotated function returns.
///
/// On the witness, because the compiler reads the message only for what a method is called on.
#[diagnostic::on_unimplemented(
    message = "`{R}` is no `Result`",
    label = "expected a `Result`, which tells a token from a failure"
)]
pub trait MustReturnResult<R> {
    /// Of a success.
    type Token;
    /// Of a failure.
    type Error;
}

impl<T, E> MustReturnResult<Result<T, E>> for FunctionReturning<Result<T, E>> {
    type Token = T;
    type Error = E;
}

/// Of a success of an annotated function.
type TokenOf<R> = <FunctionReturning<R> as MustReturnResult<R>>::Token;

/// Of a failure of an annotated function.
type ErrorOf<R> = <FunctionReturning<R> as MustReturnResult<R>>::Error;

/// Whatever the argument `telemetry` may name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no `Telemetry`",
    label = "expected a `Telemetry`, a reference to one, or a smart pointer to one",
    note = "a client that need not have one of its own can keep `Telemetry::global()`"
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

/// Stands for the process-wide instance, where the attribute names no other.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only generated code names it")]
pub struct Global;

impl AsTelemetry for Global {
    fn as_telemetry(&self) -> &Telemetry {
        Telemetry::global_ref()
    }
}

// Methods from here on: where one is missing, the compiler says so once and is silent on the rest.
impl<R> FunctionReturning<R>
where
    Self: MustReturnResult<R>,
{
    /// One call, whose errors are read through the owner of the id.
    #[must_use]
    pub fn call<O: DescribeError<ErrorOf<R>>>(
        &self,
        id: Id<O>,
        telemetry: &(impl AsTelemetry + ?Sized),
        nesting: Nesting,
    ) -> Call<TokenOf<R>, ErrorOf<R>> {
        self.call_with(O::describe, id, telemetry, nesting)
    }

    /// One call, whose errors are read with the function that the argument `err` names.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an id that is borrowed once would take room in the future for good"
    )]
    pub fn call_with<O>(
        &self,
        describe: fn(&ErrorOf<R>) -> ErrorInfo,
        id: Id<O>,
        telemetry: &(impl AsTelemetry + ?Sized),
        nesting: Nesting,
    ) -> Call<TokenOf<R>, ErrorOf<R>> {
        let reading = Reading {
            error: describe,
            token: None,
        };
        Call::new(telemetry.as_telemetry().backend(), id.api, nesting, reading)
    }
}
