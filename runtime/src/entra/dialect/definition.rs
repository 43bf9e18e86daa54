//! What a dialect is: which headers are sent and what they look like, as plain data.

use super::current_field::{CurrentField, FieldSpec};
use super::forms::{Carrier, CurrentForm, Header, HeaderSet, IdentityForm, LastForm, Measured};
use super::platform_field::PlatformField;

/// A description of the telemetry headers as one library sends them.
///
/// The default is schema 5 as MSAL.NET writes it today, with its six platform fields, plus a
/// last-telemetry header that is omitted when there is nothing to report.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Telemetry, entra::{Dialect, Header}};
///
/// let dialect = Dialect::msal_python().without(Header::Os);
/// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2").dialect(dialect).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub(crate) name: &'static str,
    pub(crate) schema: u8,
    pub(crate) current: CurrentForm,
    pub(crate) last: LastForm,
    pub(crate) identity: IdentityForm,
    pub(crate) carrier: Carrier,
    pub(crate) off: HeaderSet,
}

/// Defines the methods that return one part of the dialect.
macro_rules! getters {
    ($( $(#[$attribute:meta])* $name:ident -> $type:ty = $($part:ident).+; )+) => {
        $(
            $(#[$attribute])*
            #[must_use]
            pub const fn $name(&self) -> $type {
                self.$($part).+
            }
        )+
    };
}

impl Dialect {
    getters! {
        /// Returns the name of the dialect: the library that uses it, and since which version.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Dialect, MsalNetVersion};
        ///
        /// assert_eq!(Dialect::msal_net(MsalNetVersion::V4_82).name(), "MSAL.NET 4.82");
        /// ```
        name -> &'static str = name;

        /// Returns the schema number that both headers start with.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// assert_eq!(Dialect::default().schema(), 5);
        /// assert_eq!(Dialect::msal_android().schema(), 2);
        /// ```
        schema -> u8 = schema;

        /// Returns the slots in the second segment of the current-telemetry header.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
        ///
        /// let fields: Vec<_> = Dialect::msal_python().request().iter().map(FieldSpec::field).collect();
        /// assert_eq!(fields, [CurrentField::Api, CurrentField::CacheInfo]);
        /// ```
        request -> &'static [FieldSpec] = current.request;

        /// Returns the slots in the third segment of the current-telemetry header.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// assert_eq!(Dialect::default().platform().len(), 6);
        /// assert!(Dialect::msal_python().platform().is_empty());
        /// ```
        platform -> &'static [FieldSpec] = current.platform;

        /// Returns the fields in the last segment of the last-telemetry header.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Dialect, PlatformField};
        ///
        /// let fields = [PlatformField::Waiting, PlatformField::Overflow];
        /// assert_eq!(Dialect::msal_node().platform_fields(), fields);
        /// ```
        platform_fields -> &'static [PlatformField] = last.platform_fields;

        /// Returns the fields that the last-telemetry header repeats for each failure.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, Dialect, MsalNetVersion};
        ///
        /// let dialect = Dialect::msal_net(MsalNetVersion::V4_19);
        /// assert_eq!(dialect.per_failure(), [CurrentField::RegionDetected]);
        /// ```
        per_failure -> &'static [CurrentField] = last.per_failure;

        /// Returns the maximum length of the current-telemetry header, in bytes.
        ///
        /// A longer header is not sent.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// assert_eq!(Dialect::default().current_budget(), 100);
        /// ```
        current_budget -> usize = current.budget;

        /// Returns the maximum length of the last-telemetry header, in bytes.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// assert_eq!(Dialect::default().last_budget(), 350);
        /// ```
        last_budget -> usize = last.budget;

        /// Returns whether text may follow the fields of the third segment.
        has_open_platform -> bool = current.open;

        /// Returns where the telemetry is written.
        carrier -> Carrier = carrier;
    }

    /// Returns whether [`last_budget`](Self::last_budget) limits the whole header.
    ///
    /// Otherwise it limits only the failures in the header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// assert!(Dialect::default().last_budget_limits_header());
    /// assert!(!Dialect::msal_python().last_budget_limits_header());
    /// ```
    #[must_use]
    pub const fn last_budget_limits_header(&self) -> bool {
        matches!(self.last.measured, Measured::Header)
    }

    /// Returns whether a header is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header};
    ///
    /// assert!(Dialect::msal_go().sends(Header::Sku));
    /// assert!(!Dialect::msal_go().sends(Header::CurrentTelemetry));
    /// ```
    #[must_use]
    pub fn sends(&self, header: Header) -> bool {
        if matches!(header, Header::CurrentTelemetry | Header::LastTelemetry) {
            return !self.off.contains(header);
        }
        self.spelling(header).is_some()
    }

    /// Returns the name of an identity header, or `None` if it is not sent.
    pub(crate) fn spelling(&self, header: Header) -> Option<&'static str> {
        let is_listed = |(known, _): &&(Header, _)| *known == header;
        let (_, spelling) = self.identity.headers.iter().find(is_listed)?;
        (!self.off.contains(header)).then_some(*spelling)
    }

    /// Omits one header.
    ///
    /// Without the last-telemetry header, no failures are queued.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, entra::{Dialect, Header}};
    ///
    /// let dialect = Dialect::default().without(Header::Os).without(Header::DeviceModel);
    /// let telemetry = Telemetry::builder().dialect(dialect).build()?;
    /// # drop(telemetry);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub const fn without(mut self, header: Header) -> Self {
        self.off = self.off.with(header);
        self
    }

    /// Sends a header of the dialect that was omitted before.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header, MsalNetVersion};
    ///
    /// let today = Dialect::msal_net(MsalNetVersion::V4_82);
    /// assert!(today.with(Header::LastTelemetry).sends(Header::LastTelemetry));
    /// ```
    #[must_use]
    pub const fn with(mut self, header: Header) -> Self {
        self.off = self.off.except(header);
        self
    }

    /// Omits `x-client-current-telemetry`.
    #[must_use]
    pub const fn without_current(self) -> Self {
        self.without(Header::CurrentTelemetry)
    }

    /// Omits `x-client-last-telemetry` and queues no failures for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, entra::Dialect};
    ///
    /// // The SDK gets all tokens from the instance metadata service, which reads no reports.
    /// let telemetry = Telemetry::builder().dialect(Dialect::default().without_last()).build()?;
    /// # drop(telemetry);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub const fn without_last(self) -> Self {
        self.without(Header::LastTelemetry)
    }

    /// Omits every header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header};
    ///
    /// let only_id = Dialect::default().without_headers().with(Header::RequestId);
    /// assert!(only_id.sends(Header::RequestId));
    /// assert!(!only_id.sends(Header::Sku));
    /// ```
    #[must_use]
    pub const fn without_headers(mut self) -> Self {
        self.off = HeaderSet::ALL;
        self
    }
}
