//! The telemetry headers of one token request, as a server receives them.

use std::fmt;

use http::HeaderMap;

use super::dialect::{Dialect, Header};
use super::headers::ExtraSku;
use super::read::{self, Current, Last, ReadError};

/// The telemetry headers of one token request, as a server or a log reader sees them.
///
/// Reads the requests of this crate and of all libraries in [`Dialect::presets`], whether they send
/// headers or form fields. Creating the value borrows the texts, allocates nothing, and parses
/// nothing: [`current`](Self::current), [`last`](Self::last), and [`extra_sku`](Self::extra_sku)
/// parse their header when you call them, and an error in one of them does not affect the others. If
/// a header is repeated, the first one counts.
///
/// # Unknown layouts
///
/// The schema number and the number of fields select the layout of a header, and a known SKU decides
/// between libraries whose layouts look the same. If the library with that SKU could not have written
/// the header, the layouts of the other libraries are tried, because SDKs may send any SKU. Fields
/// after the longest known layout stay text, and [`Current::dialects`] is empty. Everything else is
/// an error with its offset.
///
/// # Examples
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use token_telemetry::CacheRefreshReason;
/// use token_telemetry::entra::ReceivedHeaders;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-client-SKU", HeaderValue::from_static("MSAL.Python"));
/// headers.insert("x-client-Ver", HeaderValue::from_static("1.39.0"));
/// headers.insert("x-client-current-telemetry", HeaderValue::from_static("4|730,2|"));
///
/// let received = ReceivedHeaders::from_map(&headers);
/// assert_eq!((received.library(), received.version()), (Some("msal-python"), Some("1.39.0")));
/// let current = received.current()?.ok_or("no telemetry")?;
/// assert_eq!(current.telemetry().cache_info(), Some(CacheRefreshReason::NoCachedAccessToken));
/// assert!(received.last()?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReceivedHeaders<'a> {
    /// The values in the order of [`Header::ALL`].
    values: [Option<&'a [u8]>; Header::ALL.len()],
}

impl<'a> ReceivedHeaders<'a> {
    /// The longest text that [`text`](Self::text) returns, in bytes.
    ///
    /// Four times what [`ClientInfo`](crate::ClientInfo) accepts, because some libraries send a
    /// description of the operating system.
    pub const MAX_TEXT_LEN: usize = 256;

    /// Takes the telemetry headers from a map.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::HeaderMap;
    /// use token_telemetry::entra::ReceivedHeaders;
    ///
    /// let headers = HeaderMap::new();
    /// assert_eq!(ReceivedHeaders::from_map(&headers).sku(), None);
    /// ```
    #[must_use]
    pub fn from_map(headers: &'a HeaderMap) -> Self {
        Self::from_lookup(|name| headers.get(name))
    }

    /// Looks up each telemetry header by its name in lower case.
    ///
    /// If the names are not in lower case, as in form fields, collect an iterator of pairs instead:
    /// `ReceivedHeaders` implements [`FromIterator`], which ignores the case of names.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use token_telemetry::entra::ReceivedHeaders;
    ///
    /// let line = HashMap::from([("x-client-sku", "MSAL.Go"), ("x-client-ver", "1.9.0")]);
    /// let received = ReceivedHeaders::from_lookup(|name| line.get(name).copied());
    /// assert_eq!((received.sku(), received.version()), (Some("MSAL.Go"), Some("1.9.0")));
    /// ```
    #[must_use]
    pub fn from_lookup<V: AsRef<[u8]> + ?Sized + 'a>(
        mut lookup: impl FnMut(&'static str) -> Option<&'a V>,
    ) -> Self {
        Self {
            values: Header::ALL.map(|header| lookup(header.name()).map(AsRef::as_ref)),
        }
    }

    /// Returns the bytes of a header as they were received, which may be empty or hostile.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Header, ReceivedHeaders};
    ///
    /// let received = ReceivedHeaders::from_iter([("x-client-sku", "two\nlines")]);
    /// assert_eq!(received.get(Header::Sku), Some(&b"two\nlines"[..]));
    /// assert_eq!(received.sku(), None);
    /// ```
    #[must_use]
    pub fn get(&self, header: Header) -> Option<&'a [u8]> {
        self.values.get(header as usize).copied().flatten()
    }

    /// Returns the text of a header if it is safe to log.
    ///
    /// That means 1 to [`MAX_TEXT_LEN`](Self::MAX_TEXT_LEN) bytes of printable ASCII. Clients choose
    /// the text, so limit how many values you accept before you use it as a metric attribute.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Header, ReceivedHeaders};
    ///
    /// let received = ReceivedHeaders::from_iter([("x-client-DM", "iPhone14,5")]);
    /// assert_eq!(received.text(Header::DeviceModel), Some("iPhone14,5"));
    /// assert_eq!(received.text(Header::AppName), None);
    /// ```
    #[must_use]
    pub fn text(&self, header: Header) -> Option<&'a str> {
        let bytes = self.get(header)?;
        let has_length = (1..=Self::MAX_TEXT_LEN).contains(&bytes.len());
        let is_safe = has_length && bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
        str::from_utf8(bytes).ok().filter(|_| is_safe)
    }

    /// Returns the name of the SDK: the text of `x-client-SKU`.
    #[must_use]
    pub fn sku(&self) -> Option<&'a str> {
        self.text(Header::Sku)
    }

    /// Returns the version of the SDK: the text of `x-client-Ver`.
    #[must_use]
    pub fn version(&self) -> Option<&'a str> {
        self.text(Header::Version)
    }

    /// Returns the operating system as the library spells it: the text of `x-client-OS`.
    #[must_use]
    pub fn os(&self) -> Option<&'a str> {
        self.text(Header::Os)
    }

    /// Returns the processor as the library spells it: the text of `x-client-CPU`.
    #[must_use]
    pub fn cpu(&self) -> Option<&'a str> {
        self.text(Header::Cpu)
    }

    /// Returns the text of `client-request-id`, which is usually a GUID.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientRequestId;
    /// use token_telemetry::entra::ReceivedHeaders;
    ///
    /// let text = "ad8c894a-557f-48c0-b045-c129590c344e";
    /// let received = ReceivedHeaders::from_iter([("Client-Request-Id", text)]);
    /// let id: ClientRequestId = received.client_request_id().ok_or("no id")?.parse()?;
    /// assert_eq!(id.to_string(), text);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn client_request_id(&self) -> Option<&'a str> {
        self.text(Header::RequestId)
    }

    /// Returns the library that the SKU belongs to, or `None` for another SDK.
    ///
    /// This is the [name](Dialect::name) of its dialects without the version.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::ReceivedHeaders;
    ///
    /// let library = |sku| ReceivedHeaders::from_iter([("x-client-sku", sku)]).library();
    /// assert_eq!(library("MSAL.NetCore"), Some("MSAL.NET"));
    /// assert_eq!(library("Contoso.Auth"), None);
    /// ```
    #[must_use]
    pub fn library(&self) -> Option<&'static str> {
        let sku = self.sku()?;
        let mut presets = Dialect::presets().iter();
        let name = presets
            .find(|dialect| dialect.identity.has_sku(sku))?
            .name();
        name.split(' ').next()
    }

    /// Parses `x-client-current-telemetry`; returns `None` if it is absent or empty.
    ///
    /// # Errors
    ///
    /// Returns an error with the offset and the reason if the value is malformed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, ReceivedHeaders};
    ///
    /// let pairs = [("x-client-sku", "MSAL.iOS"), ("x-client-current-telemetry", "4|30,3|")];
    /// let received = ReceivedHeaders::from_iter(pairs);
    /// let current = received.current()?.ok_or("no telemetry")?;
    /// assert_eq!(current.telemetry().api_number(), Some(30));
    /// // MSAL for Python writes the same layout, but under another SKU.
    /// assert_eq!(current.dialects(), [&Dialect::msal_apple()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn current(&self) -> Result<Option<Current<'a>>, ReadError> {
        let value = self.get(Header::CurrentTelemetry).unwrap_or_default();
        read::current_of_sku(value, self.sku())
    }

    /// Parses `x-client-last-telemetry`; returns `None` if it is absent or empty.
    ///
    /// # Errors
    ///
    /// Returns an error with the offset and the reason if the value is malformed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::ReceivedHeaders;
    ///
    /// let pairs = [("x-client-sku", "msal.js.node"), ("x-client-last-telemetry", "5|3|||0,0")];
    /// let received = ReceivedHeaders::from_iter(pairs);
    /// let last = received.last()?.ok_or("no telemetry")?;
    /// assert_eq!(last.telemetry().hits(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last(&self) -> Result<Option<Last<'a>>, ReadError> {
        let value = self.get(Header::LastTelemetry).unwrap_or_default();
        read::last_of_sku(value, self.sku())
    }

    /// Parses `x-client-xtra-sku`; returns `None` if it is absent or empty.
    ///
    /// # Errors
    ///
    /// Returns an error with the offset and the reason if the value is malformed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{ReceivedHeaders, SkuGroup};
    ///
    /// let received = ReceivedHeaders::from_iter([("x-client-xtra-sku", "Contoso.Auth|1.2,|,|,|")]);
    /// let extra = received.extra_sku()?.ok_or("no libraries")?;
    /// assert_eq!(extra.get(SkuGroup::Library), Some(("Contoso.Auth", "1.2")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extra_sku(&self) -> Result<Option<ExtraSku>, ReadError> {
        read::extra_sku(self.get(Header::ExtraSku).unwrap_or_default())
    }
}

/// Takes the telemetry headers from pairs of name and value, ignoring the case of the names.
///
/// Suits the iterator of a [`HeaderMap`], the fields of a log line, and form fields.
impl<'a, N, V> FromIterator<(&'a N, &'a V)> for ReceivedHeaders<'a>
where
    N: AsRef<[u8]> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    fn from_iter<I: IntoIterator<Item = (&'a N, &'a V)>>(iter: I) -> Self {
        let mut received = Self::default();
        for (name, value) in iter {
            let name = name.as_ref();
            let is_named = |header: &Header| header.name().as_bytes().eq_ignore_ascii_case(name);
            let header = Header::ALL.into_iter().find(is_named);
            let slot = header.and_then(|header| received.values.get_mut(header as usize));
            if let Some(slot) = slot {
                slot.get_or_insert(value.as_ref());
            }
        }
        received
    }
}

impl fmt::Debug for ReceivedHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = Header::ALL.into_iter().filter_map(|header| {
            // Only the start of a hostile value is printed.
            let bytes = self.get(header)?.iter().take(Self::MAX_TEXT_LEN);
            let shown: String = bytes
                .flat_map(|byte| byte.escape_ascii())
                .map(char::from)
                .collect();
            Some((header.name(), shown))
        });
        f.debug_map().entries(present).finish()
    }
}
