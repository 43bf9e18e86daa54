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
/// [`api_tables`](crate::api_tables).
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
///     ContosoApi::CATALOGUE[0].doc(),
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
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, Api};
    ///
    /// // A bridge to another language, which learns at run time what was called.
    /// const BROWSER_SILENT: Api = Api::new(61, "BrowserSilent");
    /// Acquisition::current().api(BROWSER_SILENT);
    /// assert_eq!(BROWSER_SILENT.number(), 61);
    /// ```
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
