//! The headers of a token request that a dialect may send.

/// A header of a token request that can be switched off.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, Header};
///
/// let dialect = Dialect::default().without(Header::DeviceModel);
/// assert!(!dialect.sends(Header::DeviceModel));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Header {
    /// `x-client-current-telemetry`.
    CurrentTelemetry,
    /// `x-client-last-telemetry`.
    LastTelemetry,
    /// `x-client-SKU`: the name of the SDK.
    Sku,
    /// `x-client-Ver`: the version of the SDK.
    Version,
    /// `x-client-OS`: the operating system.
    Os,
    /// `x-client-CPU`: the processor architecture.
    Cpu,
    /// `x-client-DM`: the device model.
    DeviceModel,
    /// `client-request-id`: the correlation id of the acquisition.
    RequestId,
    /// `return-client-request-id`: asks the server to return the id.
    ReturnRequestId,
    /// `x-ms-lib-capability`: the SDK honors `Retry-After` and 429.
    LibCapability,
    /// `x-app-name`: the name of the application.
    AppName,
    /// `x-app-ver`: the version of the application.
    AppVersion,
    /// `x-client-xtra-sku`: the libraries above and below the SDK.
    ExtraSku,
}

/// A set of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderSet(u16);

impl HeaderSet {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u16::MAX);

    pub(crate) const fn with(self, header: Header) -> Self {
        Self(self.0 | 1 << header as u8)
    }

    pub(crate) const fn except(self, header: Header) -> Self {
        Self(self.0 & !(1 << header as u8))
    }

    pub(crate) const fn contains(self, header: Header) -> bool {
        self.0 & 1 << header as u8 != 0
    }
}
