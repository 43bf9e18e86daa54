//! The trait of API ids, and the markers that the derive implements.

use super::{Api, ApiEntry};
use crate::error::{DescribeError, ErrorInfo};

/// The id of a public function that acquires tokens; derive it.
///
/// The derive uses the discriminants of the enum as numbers on the wire, so never change a released
/// one. The enum needs `#[repr(u16)]` or `#[repr(u32)]`; each number is a literal other than 0.
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[api_id(owner = Contoso)]` | enum | type that owns the numbers; `Self` for the enum itself |
/// | `#[api_id(reserved = [2002, 3000..=3099])]` | enum | numbers that no id of the owner may use |
/// | `#[api_id(crate = ::contoso::token_telemetry)]` | enum | path of this crate, if another one re-exports it |
/// | `#[api_id(name = "silent")]` | variant | name in metrics, if it differs from the variant |
///
/// The owner is a type of the same crate as the enum, not a reference to it or a wrapper around it.
/// An SDK that is split into several crates has one owner in each of them. Two ids of one owner cannot
/// share a number, in whatever modules they are: that is a compile error at both numbers. One enum
/// of an owner may reserve numbers, at most 256. None of this exists at run time, and two versions of
/// an SDK in one program have separate owners.
///
/// For the numbering of an existing MSAL library, use the enums in [`api`](crate::api).
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
/// A number that is already in use does not compile:
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
    /// The type that owns the numbers and describes the SDK's errors.
    type Owner: 'static;

    /// Every id of the enum, in the order of declaration.
    const CATALOG: &'static [ApiEntry];

    /// Returns the id as a plain value.
    fn api(self) -> Api;
}

impl<T: ApiId> From<T> for Api {
    fn from(id: T) -> Self {
        id.api()
    }
}

/// Claims one number of the owner `Self`; the derive implements it for each id.
///
/// The compiler rejects a second implementation for the same number and owner.
#[doc(hidden)]
pub trait OneApiIdPerNumber<const NUMBER: u32> {}

/// Claims the right to reserve numbers, for one enum per owner; the derive implements it.
#[doc(hidden)]
pub trait OneReservedListPerOwner {}

/// Replaces the missing owner of a rejected enum, so that its uses cause no further errors.
#[doc(hidden)]
#[derive(Debug)]
#[non_exhaustive]
pub struct UnknownOwner;

impl<E: ?Sized> DescribeError<E> for UnknownOwner {
    fn describe(_: &E) -> ErrorInfo {
        ErrorInfo::unknown()
    }
}
