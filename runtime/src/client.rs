//! Which SDK is calling: name, version, operating system, processor.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Longest SKU or version that is accepted, in bytes; MSAL's longest SKU has 19.
pub const MAX_CLIENT_TEXT_LEN: usize = 64;

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
    /// The platform this program was built for, and no SDK yet.
    #[must_use]
    pub fn detect() -> Self {
        Self {
            sku: None,
            version: None,
            os: os_name(std::env::consts::OS),
            cpu: cpu_name(std::env::consts::ARCH),
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
    if text.len() > MAX_CLIENT_TEXT_LEN {
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
fn os_name(os: &'static str) -> Option<&'static str> {
    match os {
        "" | "unknown" => None,
        "linux" => Some("Linux"),
        "macos" => Some("MacOS"),
        "windows" => Some("Windows"),
        "android" => Some("Android"),
        "ios" => Some("iOS"),
        other => Some(other),
    }
}

/// Names that MSAL.NET sent in `x-client-CPU`.
fn cpu_name(architecture: &'static str) -> Option<&'static str> {
    match architecture {
        "" => None,
        "x86_64" => Some("x64"),
        "x86" => Some("x86"),
        "aarch64" => Some("ARM64"),
        "arm" => Some("ARM"),
        other => Some(other),
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
                write!(f, "{len} bytes, at most {MAX_CLIENT_TEXT_LEN} are allowed")
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
