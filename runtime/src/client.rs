//! Which SDK is calling: name, version, operating system, processor.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Identity of the SDK: what the `x-client-*` headers and the metric tags say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo {
    sku: Option<Cow<'static, str>>,
    version: Option<Cow<'static, str>>,
    os: Option<&'static str>,
    cpu: Option<&'static str>,
    device_model: Option<Cow<'static, str>>,
    app: Option<(Cow<'static, str>, Cow<'static, str>)>,
}

impl ClientInfo {
    /// Longest SKU or version that is accepted, in bytes; MSAL's longest SKU has 19.
    pub const MAX_LEN: usize = 64;

    /// An SDK whose name and version are known when the program is compiled.
    ///
    /// # Panics
    ///
    /// If one of them is empty, too long, or holds a byte that a header cannot carry. In a `const`
    /// that is a compile error, which is what this function is for; use
    /// [`with_sdk`](Self::with_sdk) for text that comes later.
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
            "the SKU must be 1 to 64 bytes of printable ASCII without space, `,` and `|`"
        );
        assert!(
            is_word(version),
            "the version must be 1 to 64 bytes of printable ASCII without space, `,` and `|`"
        );
        Self {
            sku: Some(Cow::Borrowed(sku)),
            version: Some(Cow::Borrowed(version)),
            os: os_name(),
            cpu: Some(cpu_name()),
            device_model: None,
            app: None,
        }
    }

    /// The platform this program was built for, and no SDK yet.
    #[must_use]
    pub const fn detect() -> Self {
        Self {
            sku: None,
            version: None,
            os: os_name(),
            cpu: Some(cpu_name()),
            device_model: None,
            app: None,
        }
    }

    /// Sets name and version of the SDK.
    ///
    /// # Errors
    ///
    /// When one of them is empty, too long, or holds a byte that a header cannot carry.
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
    /// When it is empty, too long, or holds a byte that a header cannot carry.
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
    /// When one of them is empty, too long, or holds a byte that a header cannot carry.
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

    /// Sets the platform by hand, for tests that must not depend on the machine.
    #[must_use]
    pub fn with_platform(mut self, os: &'static str, cpu: &'static str) -> Self {
        self.os = Some(os);
        self.cpu = Some(cpu);
        self
    }

    /// Name of the SDK, as the server's tables know it.
    #[must_use]
    pub fn sku(&self) -> Option<&str> {
        self.sku.as_deref()
    }

    /// Version of the SDK.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Operating system: short and stable, because Conditional Access reads it.
    #[must_use]
    pub fn os(&self) -> Option<&'static str> {
        self.os
    }

    /// Processor architecture.
    #[must_use]
    pub fn cpu(&self) -> Option<&'static str> {
        self.cpu
    }

    /// Model of the device.
    #[must_use]
    pub fn device_model(&self) -> Option<&str> {
        self.device_model.as_deref()
    }

    /// Name and version of the application that uses the SDK.
    #[must_use]
    pub fn app(&self) -> Option<(&str, &str)> {
        self.app
            .as_ref()
            .map(|(name, version)| (&**name, &**version))
    }
}

/// Whether every byte may stand in a SKU or a version, and there are not too many.
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

/// A comma would split the tag `MsalVersionPlatform`, which joins SKU and version.
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

/// Short names in the spelling of MSAL.NET, whose values the server knows.
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

/// Names that MSAL.NET sent in `x-client-CPU`.
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

/// SKU or version text that cannot be sent.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let error = Telemetry::builder().sdk("Contoso Auth", "1.0").build().unwrap_err();
/// assert_eq!(error.to_string(), "unusable SKU: byte 0x20 at offset 7, expected printable ASCII without space, `,` and `|`");
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
    /// Name of the refused field.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// Offset of the refused byte, if one byte is at fault.
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
        write!(f, "unusable {}: ", self.field)?;
        match self.problem {
            Problem::Empty => f.write_str("it is empty"),
            Problem::TooLong(len) => {
                write!(
                    f,
                    "{len} bytes, at most {} are allowed",
                    ClientInfo::MAX_LEN
                )
            }
            Problem::Byte { at, byte } => {
                let expected = match self.field {
                    "SKU" | "version" => "printable ASCII without space, `,` and `|`",
                    _ => "printable ASCII",
                };
                write!(f, "byte {byte:#04x} at offset {at}, expected {expected}")
            }
        }
    }
}

impl Error for InvalidClientInfo {}
