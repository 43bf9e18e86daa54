//! API ids: which public function of an SDK was called, and with which parameters.
//!
//! [`ApiId`] derives ids for your own functions; [`MsalNet`] and its siblings are ready tables with
//! the numbers of the MSAL libraries.

mod catalog;
pub(crate) mod id;
#[cfg(feature = "test-util")]
pub(crate) mod lock;
mod parameters;
mod tables;

use std::fmt;

pub use catalog::Catalog;
pub(crate) use id::ApiId;
pub use parameters::{ApiParameters, Prompt};
pub use tables::{Msal, MsalJava, MsalNet, MsalNode, MsalPython};

/// The number and name of an SDK function.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ApiId, api::MsalNet};
///
/// let api = MsalNet::AcquireTokenForClient.api();
/// assert_eq!((api.number(), api.name()), (1004, "AcquireTokenForClient"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Api {
    number: u32,
    name: &'static str,
}

impl Api {
    /// Creates an id from its number on the wire and its name in metrics.
    ///
    /// For code that forwards ids of other libraries; SDKs derive [`ApiId`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Api;
    /// use token_telemetry::Acquisition;
    ///
    /// // A bridge to another language, which knows only at run time what was called.
    /// const BROWSER_SILENT: Api = Api::new(61, "BrowserSilent");
    /// Acquisition::current().record_api(BROWSER_SILENT);
    /// assert_eq!(BROWSER_SILENT.number(), 61);
    /// ```
    #[must_use]
    pub const fn new(number: u32, name: &'static str) -> Self {
        Self { number, name }
    }

    /// Returns the number in the headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Api;
    ///
    /// assert_eq!(Api::new(61, "BrowserSilent").number(), 61);
    /// ```
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// Returns the name in metrics and spans.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Api;
    ///
    /// assert_eq!(Api::new(61, "BrowserSilent").name(), "BrowserSilent");
    /// ```
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

/// One entry of a catalog of API ids.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ApiId, api::MsalNet};
///
/// for entry in MsalNet::CATALOG {
///     println!("{} {}: {}", entry.api().number(), entry.api(), entry.doc());
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiEntry {
    api: Api,
    doc: &'static str,
    owner: &'static str,
}

impl ApiEntry {
    /// Creates an entry; the derive calls this.
    #[must_use]
    pub const fn new(api: Api, doc: &'static str, owner: &'static str) -> Self {
        Self { api, doc, owner }
    }

    /// Returns the id.
    #[must_use]
    pub const fn api(&self) -> Api {
        self.api
    }

    /// Returns the first sentence of the variant's documentation, or an empty text.
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// Returns the name of the type that owns the number.
    #[must_use]
    pub const fn owner(&self) -> &'static str {
        self.owner
    }
}
