//! `x-client-xtra-sku`: the libraries below and above the SDK that sends the request.

use std::fmt;

use http::HeaderName;

use crate::wire::FieldText;

/// Name of the header that lists the libraries above and below an SDK.
pub const EXTRA_SKU: HeaderName = HeaderName::from_static("x-client-xtra-sku");

/// Number of groups in the header.
pub(super) const GROUPS: usize = 4;

/// Value of the header: up to four libraries, each at its place.
///
/// Specified by AzureAD/microsoft-authentication-library-for-js, `ServerTelemetryManager`.
///
/// ```text
/// value = group 3( "," group )
/// group = [ name ] "|" [ version ]
/// ```
///
/// Example: `msal.js.browser|5.29.0,|,chrome|1.0.2,|`
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::FieldText;
/// use token_telemetry::entra::{ExtraSku, SkuGroup};
///
/// let (name, version) = (FieldText::new("Contoso.Auth")?, FieldText::new("1.2")?);
/// let extra = ExtraSku::new().with(SkuGroup::Library, name, version);
/// assert_eq!(extra.to_string(), "Contoso.Auth|1.2,|,|,|");
/// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraSku {
    groups: [Option<(FieldText<'static>, FieldText<'static>)>; GROUPS],
}

/// Place of a library in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum SkuGroup {
    /// Library that the application calls.
    Library = 0,
    /// Native runtime of MSAL.
    Runtime = 1,
    /// Extension of a browser.
    BrowserExtension = 2,
    /// Core of a browser.
    BrowserCore = 3,
}

impl SkuGroup {
    /// Every group, in the order of the header.
    pub const ALL: [Self; GROUPS] = [
        Self::Library,
        Self::Runtime,
        Self::BrowserExtension,
        Self::BrowserCore,
    ];
}

impl ExtraSku {
    /// A header that names no library.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names a library; one without name and version is not named at all.
    ///
    /// The name may be empty, as it is for the runtime and the browser core.
    #[must_use]
    pub fn with(mut self, group: SkuGroup, name: FieldText<'_>, version: FieldText<'_>) -> Self {
        let is_named = !(name.as_str().is_empty() && version.as_str().is_empty());
        if let Some(place) = self.groups.get_mut(usize::from(group as u8)) {
            *place = is_named.then(|| (name.into_owned(), version.into_owned()));
        }
        self
    }

    /// Name and version of a library, if it is named.
    #[must_use]
    pub fn get(&self, group: SkuGroup) -> Option<(&str, &str)> {
        let group = self.groups.get(usize::from(group as u8))?.as_ref()?;
        Some((group.0.as_str(), group.1.as_str()))
    }

    /// These libraries, and where a place is free the ones of `below`.
    #[must_use]
    pub fn merge(mut self, below: Self) -> Self {
        for (own, other) in self.groups.iter_mut().zip(below.groups) {
            *own = own.take().or(other);
        }
        self
    }
}

impl fmt::Display for ExtraSku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in SkuGroup::ALL.into_iter().enumerate() {
            let separator = if at == 0 { "" } else { "," };
            let (name, version) = self.get(group).unwrap_or_default();
            write!(f, "{separator}{name}|{version}")?;
        }
        Ok(())
    }
}
