//! Which public function of an SDK was called, by its number on the wire.

mod catalogue;
#[cfg(feature = "test-util")]
pub(crate) mod lock;
pub mod tables;

use std::fmt;

pub use catalogue::Catalogue;

use crate::error::{DescribeError, ErrorInfo};

/// Id of a public function that acquires tokens; derive it.
///
/// The derive takes the enum's own numbers: they are what goes on the wire, so they are forever.
/// Two ids of one owner cannot share a number: that is a compile error at both numbers.
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
/// #[api_id(owner = Contoso)]
/// pub enum ContosoApi {
///     /// Acquires a token for the application itself.
///     AcquireTokenForClient = 1004,
/// }
///
/// let api = ContosoApi::AcquireTokenForClient.api();
/// assert_eq!((api.number(), api.name()), (1004, "AcquireTokenForClient"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a registered API id",
    label = "expected a value of an enum that derives `ApiId`",
    note = "write `#[derive(ApiId)]`, `#[repr(u32)]` and `#[api_id(owner = YourSdk)]` on the enum"
)]
pub trait ApiId: Copy + 'static {
    /// Type that owns the number space, and describes the SDK's errors.
    type Owner: 'static;

    /// Every id of the enum, in the order of its declaration.
    const CATALOGUE: &'static [ApiEntry];

    /// The id as a plain value.
    fn api(self) -> Api;
}

/// Number and name of the function that was called.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Api {
    number: u32,
    name: &'static str,
}

impl Api {
    /// An id with this wire number and this name in metrics.
    ///
    /// Ids of an SDK come from [`ApiId`]; this is for code that forwards ids of others.
    #[must_use]
    pub const fn new(number: u32, name: &'static str) -> Self {
        Self { number, name }
    }

    /// Number in the headers.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// Name in metrics and spans.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, self.number)
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<T: ApiId> From<T> for Api {
    fn from(id: T) -> Self {
        id.api()
    }
}

/// One line of the catalogue of API ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiEntry {
    api: Api,
    doc: &'static str,
    owner: &'static str,
}

impl ApiEntry {
    /// A line of the catalogue; the derive writes them.
    #[must_use]
    pub const fn new(api: Api, doc: &'static str, owner: &'static str) -> Self {
        Self { api, doc, owner }
    }

    /// The id.
    #[must_use]
    pub const fn api(&self) -> Api {
        self.api
    }

    /// First sentence of the variant's documentation, empty if there is none.
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// Name of the type that owns the number.
    #[must_use]
    pub const fn owner(&self) -> &'static str {
        self.owner
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
