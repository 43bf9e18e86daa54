//! The trait of API ids, and what the derive claims for them.

use super::{Api, ApiEntry};
use crate::error::{DescribeError, ErrorInfo};

/// Id of a public function that acquires tokens; derive it.
///
/// The derive takes the enum's own numbers: they are what goes on the wire, so they are forever.
/// `#[repr(u16)]` or `#[repr(u32)]` says how wide they are, each is a literal, and none is 0.
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[api_id(owner = Contoso)]` | enum | type whose number space this is; `Self` for the enum itself |
/// | `#[api_id(reserved = [2002, 3000..=3099])]` | enum | numbers that no id of the owner may take |
/// | `#[api_id(crate = ::contoso::token_telemetry)]` | enum | where this crate is, if another one re-exports it |
/// | `#[api_id(name = "silent")]` | variant | name in metrics, if it is not the variant's own |
///
/// The owner is a type of the crate that holds the enum, by itself: no reference to one, and nothing
/// around it. An SDK that is split into several crates has an owner in each of them. Two ids of one
/// owner cannot share a number, in whatever modules they are: that is a compile error at both numbers. One enum of an
/// owner may reserve, at most 256 numbers. Nothing of this exists at run time, and two versions of
/// an SDK in one program have an owner each.
///
/// An SDK that follows the numbering of an MSAL library finds its ids in
/// [`api`](crate::api).
///
/// # Examples
///
/// ```
/// use token_telemetry::ApiId;
///
/// pub struct Contoso;
///
/// #[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
/// #[repr(u32)]
/// #[api_id(owner = Contoso, reserved = [2002])]
/// pub enum ContosoApi {
///     /// Acquires a token for the application itself.
///     AcquireTokenForClient = 1004,
///     #[api_id(name = "AcquireTokenSilent")]
///     Silent = 1007,
/// }
///
/// let api = ContosoApi::AcquireTokenForClient.api();
/// assert_eq!((api.number(), api.name()), (1004, "AcquireTokenForClient"));
/// assert_eq!(ContosoApi::Silent.api().name(), "AcquireTokenSilent");
/// assert_eq!(
///     ContosoApi::CATALOG[0].doc(),
///     "Acquires a token for the application itself."
/// );
/// ```
///
/// A number that is taken does not compile:
///
/// ```compile_fail,E0119
/// # use token_telemetry::ApiId;
/// # pub struct Contoso;
/// # #[derive(ApiId, Clone, Copy)]
/// # #[repr(u32)]
/// # #[api_id(owner = Contoso)]
/// # pub enum ContosoApi { AcquireTokenForClient = 1004 }
/// #[derive(ApiId, Clone, Copy)]
/// #[repr(u32)]
/// #[api_id(owner = Contoso)]
/// pub enum BrokerApi {
///     AcquireToken = 1004,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "expected an API id, found `{Self}`",
    label = "expected a value of an enum that derives `ApiId`",
    note = "add `#[derive(ApiId)]`, `#[repr(u32)]` and `#[api_id(owner = YourSdk)]` to the enum"
)]
pub trait ApiId: Copy + 'static {
    /// Type that owns the number space, and describes the SDK's errors.
    type Owner: 'static;

    /// Every id of the enum, in the order of its declaration.
    const CATALOG: &'static [ApiEntry];

    /// The id as a plain value.
    fn api(self) -> Api;
}

impl<T: ApiId> From<T> for Api {
    fn from(id: T) -> Self {
        id.api()
    }
}

/// Claim of one number in the space of `Self`; the derive writes one per id.
///
/// A second claim of the same number by the same owner is refused by the compiler.
#[doc(hidden)]
pub trait OneApiIdPerNumber<const NUMBER: u32> {}

/// Right of one enum per owner to reserve numbers; the derive writes it.
#[doc(hidden)]
pub trait OneReservedListPerOwner {}

/// Stands for the owner that a refused enum did not name, so that its uses are not refused too.
#[doc(hidden)]
#[derive(Debug)]
#[non_exhaustive]
pub struct UnknownOwner;

impl<E: ?Sized> DescribeError<E> for UnknownOwner {
    fn describe(_: &E) -> ErrorInfo {
        ErrorInfo::unknown()
    }
}
