//! Which public function of an SDK was called, by its number on the wire.

mod catalog;
pub(crate) mod id;
#[cfg(feature = "test-util")]
pub(crate) mod lock;
mod tables;

use std::fmt;

pub use catalog::Catalog;
pub(crate) use id::ApiId;
pub use tables::{Msal, MsalJava, MsalNet, MsalNode, MsalPython};

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
    /// use token_telemetry::api::Api;
    /// use token_telemetry::Acquisition;
    ///
    /// // A bridge to another language, which learns at run time what was called.
    /// const BROWSER_SILENT: Api = Api::new(61, "BrowserSilent");
    /// Acquisition::current().record_api(BROWSER_SILENT);
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

/// One line of the catalog of API ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiEntry {
    api: Api,
    doc: &'static str,
    owner: &'static str,
}

impl ApiEntry {
    /// A line of the catalog; the derive writes them.
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
