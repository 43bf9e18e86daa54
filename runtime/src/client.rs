//! The identity of an SDK: name, version, operating system, processor.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// The identity of an SDK, as the `x-client-*` headers and the metrics show it.
///
/// # Examples
///
/// ```
/// use token_telemetry::ClientInfo;
///
/// let client = ClientInfo::detect().with_sdk("Contoso.Auth", "1.2.0")?;
/// assert_eq!((client.sku(), client.version()), (Some("Contoso.Auth"), Some("1.2.0")));
/// # Ok::<(), token_telemetry::error::InvalidClientInfo>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo {
    sku: Option<Cow<'static, str>>,
    version: Option<Cow<'static, str>>,
    os: Option<&'static str>,
    cpu: Option<&'static str>,
    device_model: Option<Cow<'static, str>>,
    app: Option<(Cow<'static, str>, Cow<'static, str>)>,
    broker_version: Option<Cow<'static, str>>,
    source_sku: Option<Cow<'static, str>>,
}

impl ClientInfo {
    /// The longest SKU or version that is accepted, in bytes; MSAL's longest SKU has 19.
    pub const MAX_LEN: usize = 64;

    /// Creates the identity of an SDK whose name and version are known at compile time.
    ///
    /// # Panics
    ///
    /// If one of them is empty, too long, or contains a byte that a header cannot carry. In a
    /// `const`, that is a compile error. Use [`with_sdk`](Self::with_sdk) for text known only at run
    /// time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use token_telemetry::{ClientInfo, Telemetry};
    ///
    /// const CLIENT: ClientInfo = ClientInfo::from_static("Contoso.Auth", env!("CARGO_PKG_VERSION"));
    ///
    /// static TELEMETRY: LazyLock<Telemetry> = LazyLock::new(|| Telemetry::new(CLIENT));
    /// assert_eq!(TELEMETRY.client().sku(), Some("Contoso.Auth"));
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use token_telemetry::ClientInfo;
    /// const CLIENT: ClientInfo = ClientInfo::from_static("Contoso Auth", "1.0");
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn from_static(sku: &'static str, version: &'static str) -> Self {
        assert!(
            is_word(sku),
            "invalid SKU: expected 1 to 64 bytes of printable ASCII without space, `,` and `|`"
        );
        assert!(
            is_word(version),
            "invalid version: expected 1 to 64 bytes of printable ASCII without space, `,` and `|`"
        );
        Self {
            sku: Some(Cow::Borrowed(sku)),
            version: Some(Cow::Borrowed(version)),
            os: os_name(),
            cpu: Some(cpu_name()),
            device_model: None,
            app: None,
            broker_version: None,
            source_sku: None,
        }
    }

    /// Creates an identity with the platform of this build, but without an SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect();
    /// assert_eq!(client.sku(), None);
    /// assert!(client.cpu().is_some());
    /// ```
    #[must_use]
    pub const fn detect() -> Self {
        Self {
            sku: None,
            version: None,
            os: os_name(),
            cpu: Some(cpu_name()),
            device_model: None,
            app: None,
            broker_version: None,
            source_sku: None,
        }
    }

    /// Sets name and version of the SDK.
    ///
    /// # Errors
    ///
    /// If one of them is empty, too long, or contains a byte that a header cannot carry.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect().with_sdk("Contoso.Auth", "1.2.0")?;
    /// assert_eq!(client.version(), Some("1.2.0"));
    /// # Ok::<(), token_telemetry::error::InvalidClientInfo>(())
    /// ```
    pub fn with_sdk(
        mut self,
        sku: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidClientInfo> {
        self.sku = Some(checked("SKU", sku.into(), is_word_byte)?);
        self.version = Some(checked("version", version.into(), is_word_byte)?);
        Ok(self)
    }

    /// Sets the model of the device, as `x-client-DM` sends it.
    ///
    /// # Errors
    ///
    /// If it is empty, too long, or contains a byte that a header cannot carry.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect().with_device_model("iPhone14,5")?;
    /// assert_eq!(client.device_model(), Some("iPhone14,5"));
    /// # Ok::<(), token_telemetry::error::InvalidClientInfo>(())
    /// ```
    pub fn with_device_model(
        mut self,
        model: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidClientInfo> {
        self.device_model = Some(checked("device model", model.into(), is_printable)?);
        Ok(self)
    }

    /// Sets name and version of the application that uses the SDK.
    ///
    /// # Errors
    ///
    /// If one of them is empty, too long, or contains a byte that a header cannot carry.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect().with_app("Contoso Mail", "7.0")?;
    /// assert_eq!(client.app(), Some(("Contoso Mail", "7.0")));
    /// # Ok::<(), token_telemetry::error::InvalidClientInfo>(())
    /// ```
    pub fn with_app(
        mut self,
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidClientInfo> {
        let name = checked("application name", name.into(), is_printable)?;
        let version = checked("application version", version.into(), is_printable)?;
        self.app = Some((name, version));
        Ok(self)
    }

    /// Sets the version of the broker that sends the requests, for `x-client-brkrver`.
    ///
    /// # Errors
    ///
    /// If it is empty, too long, or contains a byte that a header cannot carry.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect().with_broker_version("6.1.2")?;
    /// assert_eq!(client.broker_version(), Some("6.1.2"));
    /// # Ok::<(), token_telemetry::error::InvalidClientInfo>(())
    /// ```
    pub fn with_broker_version(
        mut self,
        version: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidClientInfo> {
        let version = checked("broker version", version.into(), is_word_byte)?;
        self.broker_version = Some(version);
        Ok(self)
    }

    /// Sets the SKU of the SDK for which a broker sends the requests, for `x-client-src-SKU`.
    ///
    /// # Errors
    ///
    /// If it is empty, too long, or contains a byte that a header cannot carry.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect().with_source_sku("MSAL.iOS")?;
    /// assert_eq!(client.source_sku(), Some("MSAL.iOS"));
    /// # Ok::<(), token_telemetry::error::InvalidClientInfo>(())
    /// ```
    pub fn with_source_sku(
        mut self,
        sku: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidClientInfo> {
        self.source_sku = Some(checked("source SKU", sku.into(), is_word_byte)?);
        Ok(self)
    }

    /// Sets the platform, for tests that must not depend on the machine.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    ///
    /// let client = ClientInfo::detect().with_platform("Linux", "x64");
    /// assert_eq!((client.os(), client.cpu()), (Some("Linux"), Some("x64")));
    /// ```
    #[must_use]
    pub fn with_platform(mut self, os: &'static str, cpu: &'static str) -> Self {
        self.os = Some(os);
        self.cpu = Some(cpu);
        self
    }

    /// Returns the name of the SDK, as the server knows it.
    #[must_use]
    pub fn sku(&self) -> Option<&str> {
        self.sku.as_deref()
    }

    /// Returns the version of the SDK.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Returns the operating system.
    ///
    /// The name is short and stable, because Conditional Access reads it.
    #[must_use]
    pub fn os(&self) -> Option<&'static str> {
        self.os
    }

    /// Returns the processor architecture.
    #[must_use]
    pub fn cpu(&self) -> Option<&'static str> {
        self.cpu
    }

    /// Returns the model of the device.
    #[must_use]
    pub fn device_model(&self) -> Option<&str> {
        self.device_model.as_deref()
    }

    /// Returns name and version of the application that uses the SDK.
    #[must_use]
    pub fn app(&self) -> Option<(&str, &str)> {
        self.app
            .as_ref()
            .map(|(name, version)| (&**name, &**version))
    }

    /// Returns the version of the broker that sends the requests.
    #[must_use]
    pub fn broker_version(&self) -> Option<&str> {
        self.broker_version.as_deref()
    }

    /// Returns the SKU of the SDK for which a broker sends the requests.
    #[must_use]
    pub fn source_sku(&self) -> Option<&str> {
        self.source_sku.as_deref()
    }
}

/// Returns whether a text may be a SKU or a version, by its bytes and its length.
const fn is_word(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > ClientInfo::MAX_LEN {
        return false;
    }
    while let [byte, rest @ ..] = bytes {
        if !is_word_byte(*byte) {
            return false;
        }
        bytes = rest;
    }
    true
}

/// A comma would split the attribute `MsalVersionPlatform`, which joins SKU and version.
const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b',' | b'|')
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn checked(
    field: &'static str,
    text: Cow<'static, str>,
    allowed: fn(u8) -> bool,
) -> Result<Cow<'static, str>, InvalidClientInfo> {
    if text.is_empty() {
        return Err(InvalidClientInfo {
            field,
            problem: Problem::Empty,
        });
    }
    if text.len() > ClientInfo::MAX_LEN {
        return Err(InvalidClientInfo {
            field,
            problem: Problem::TooLong(text.len()),
        });
    }
    match text.bytes().enumerate().find(|(_, byte)| !allowed(*byte)) {
        Some((at, byte)) => Err(InvalidClientInfo {
            field,
            problem: Problem::Byte { at, byte },
        }),
        None => Ok(text),
    }
}

/// Returns short names in MSAL.NET's spelling, which the server knows.
const fn os_name() -> Option<&'static str> {
    Some(if cfg!(target_os = "linux") {
        "Linux"
    } else if cfg!(target_os = "macos") {
        "MacOS"
    } else if cfg!(target_os = "windows") {
        "Windows"
    } else if cfg!(target_os = "android") {
        "Android"
    } else if cfg!(target_os = "ios") {
        "iOS"
    } else if cfg!(any(target_os = "unknown", target_os = "none")) {
        return None;
    } else {
        std::env::consts::OS
    })
}

/// Returns the names that MSAL.NET sends in `x-client-CPU`.
const fn cpu_name() -> &'static str {
    if cfg!(target_arch = "x86_64") {
        "x64"
    } else if cfg!(target_arch = "x86") {
        "x86"
    } else if cfg!(target_arch = "aarch64") {
        "ARM64"
    } else if cfg!(target_arch = "arm") {
        "ARM"
    } else {
        std::env::consts::ARCH
    }
}

/// An error: a SKU, a version or another text of [`ClientInfo`] cannot be sent.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let error = Telemetry::builder().sdk("Contoso Auth", "1.0").build().unwrap_err();
/// assert_eq!(error.to_string(), "invalid SKU: expected printable ASCII without space, `,` and `|`, found byte 0x20 at offset 7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidClientInfo {
    field: &'static str,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Empty,
    TooLong(usize),
    Byte { at: usize, byte: u8 },
}

impl InvalidClientInfo {
    /// Returns the name of the invalid field.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// Returns the offset of the invalid byte, if there is one.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match self.problem {
            Problem::Byte { at, .. } => Some(at),
            Problem::Empty | Problem::TooLong(_) => None,
        }
    }
}

impl fmt::Display for InvalidClientInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {}: ", self.field)?;
        match self.problem {
            Problem::Empty => write!(f, "expected 1 to {} bytes, found none", ClientInfo::MAX_LEN),
            Problem::TooLong(len) => {
                write!(
                    f,
                    "expected at most {} bytes, found {len}",
                    ClientInfo::MAX_LEN
                )
            }
            Problem::Byte { at, byte } => {
                let expected = match self.field {
                    "SKU" | "version" | "broker version" | "source SKU" => {
                        "printable ASCII without space, `,` and `|`"
                    }
                    _ => "printable ASCII",
                };
                write!(
                    f,
                    "expected {expected}, found byte {byte:#04x} at offset {at}"
                )
            }
        }
    }
}

impl Error for InvalidClientInfo {}
