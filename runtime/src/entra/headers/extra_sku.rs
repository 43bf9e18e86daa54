//! `x-client-xtra-sku`: the libraries above and below the SDK that sends the request.

use std::fmt;

use http::HeaderName;

use crate::wire::FieldText;

/// The header that lists the libraries above and below an SDK.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::EXTRA_SKU;
///
/// assert_eq!(EXTRA_SKU, "x-client-xtra-sku");
/// ```
pub const EXTRA_SKU: HeaderName = HeaderName::from_static("x-client-xtra-sku");

/// The number of groups in the header.
pub(crate) const GROUPS: usize = 4;

/// The value of `x-client-xtra-sku`: up to four libraries in fixed positions.
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
/// use token_telemetry::entra::{ExtraSku, FieldText, SkuGroup};
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

/// The position of a library in [`ExtraSku`].
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{ExtraSku, FieldText, SkuGroup};
///
/// let (name, version) = (FieldText::new("chrome")?, FieldText::new("1.0.2")?);
/// let extra = ExtraSku::new().with(SkuGroup::BrowserExtension, name, version);
/// assert_eq!(extra.to_string(), "|,|,chrome|1.0.2,|");
/// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum SkuGroup {
    /// The library that the application calls.
    Library = 0,
    /// The native MSAL runtime.
    Runtime = 1,
    /// A browser extension.
    BrowserExtension = 2,
    /// The browser core.
    BrowserCore = 3,
}

impl SkuGroup {
    /// All groups, in the order of the header.
    pub const ALL: [Self; GROUPS] = [
        Self::Library,
        Self::Runtime,
        Self::BrowserExtension,
        Self::BrowserCore,
    ];
}

impl ExtraSku {
    /// Creates a value without libraries.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::ExtraSku;
    ///
    /// assert_eq!(ExtraSku::new().to_string(), "|,|,|,|");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a library; an empty name and version remove it.
    ///
    /// The name alone may be empty, as it is for the runtime and the browser core.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{ExtraSku, FieldText, SkuGroup};
    ///
    /// let version = FieldText::new("0.16.2")?;
    /// let extra = ExtraSku::new().with(SkuGroup::Runtime, FieldText::new("")?, version);
    /// assert_eq!(extra.to_string(), "|,|0.16.2,|,|");
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn with(mut self, group: SkuGroup, name: FieldText<'_>, version: FieldText<'_>) -> Self {
        let is_named = !(name.as_str().is_empty() && version.as_str().is_empty());
        if let Some(slot) = self.groups.get_mut(usize::from(group as u8)) {
            *slot = is_named.then(|| (name.into_owned(), version.into_owned()));
        }
        self
    }

    /// Returns the name and version of a library, if it is set.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{SkuGroup, read};
    ///
    /// let extra = read::extra_sku("Contoso.Auth|1.2,|,|,|")?.ok_or("empty")?;
    /// assert_eq!(extra.get(SkuGroup::Library), Some(("Contoso.Auth", "1.2")));
    /// assert_eq!(extra.get(SkuGroup::Runtime), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self, group: SkuGroup) -> Option<(&str, &str)> {
        let group = self.groups.get(usize::from(group as u8))?.as_ref()?;
        Some((group.0.as_str(), group.1.as_str()))
    }

    /// Fills the missing libraries from `below`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::read;
    ///
    /// let own = read::extra_sku("Contoso.Auth|1.2,|,|,|")?.unwrap_or_default();
    /// let below = read::extra_sku("MSAL|5.0,|0.16.2,|,|")?.unwrap_or_default();
    /// assert_eq!(own.merge(below).to_string(), "Contoso.Auth|1.2,|0.16.2,|,|");
    /// # Ok::<(), read::ReadError>(())
    /// ```
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
