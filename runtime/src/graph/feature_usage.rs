//! The feature bits of `featureUsage`.

use std::error::Error;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::str::FromStr;

/// A set of features behind a request, sent as a hexadecimal bitmap.
///
/// Specified by microsoftgraph/msgraph-sdk-design, `middleware/RequestContext.md`. There are two kinds
/// of bits: a *handler* bit is set if the client enables the handler, and a *task* bit is set if the
/// task makes the request. Set handlers once, with [`SdkVersionBuilder::feature_usage`], and tasks per
/// call, with [`feature_used`].
///
/// Nobody may base a security decision on `SdkVersion`, unless a documented bit shows that the security
/// feature is in use.
///
/// ```text
/// feature-usage = 1*16HEXDIG     ; written in lower case with at least two digits
/// ```
///
/// Example: `0f`
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::FeatureUsage;
///
/// let features = FeatureUsage::RETRY_HANDLER | FeatureUsage::FILE_UPLOAD_TASK;
/// assert_eq!(features.to_string(), "802");
/// assert_eq!(features.names().collect::<Vec<_>>(), ["RetryHandler", "FileUploadTask"]);
///
/// let parsed: FeatureUsage = "0x0000000F".parse()?;
/// assert!(parsed.contains(FeatureUsage::AUTH_HANDLER));
/// # Ok::<(), token_telemetry::graph::InvalidFeatureUsage>(())
/// ```
///
/// [`SdkVersionBuilder::feature_usage`]: super::SdkVersionBuilder::feature_usage
/// [`feature_used`]: super::feature_used
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeatureUsage(u64);

/// Writes the constants and the table of names from one list.
macro_rules! features {
    ($( $(#[$attribute:meta])* $constant:ident = $bit:literal, $name:literal; )+) => {
        impl FeatureUsage {
            $( $(#[$attribute])* pub const $constant: Self = Self(1 << $bit); )+
        }

        /// Names of the known bits, in ascending order.
        const NAMES: &[(u32, &str)] = &[$(($bit, $name)),+];
    };
}

features! {
    /// The redirect handler is enabled.
    REDIRECT_HANDLER = 0, "RedirectHandler";
    /// The retry handler is enabled.
    RETRY_HANDLER = 1, "RetryHandler";
    /// The authentication handler is enabled.
    AUTH_HANDLER = 2, "AuthHandler";
    /// The library's default HTTP client is enabled.
    DEFAULT_HTTP_PROVIDER = 3, "DefaultHttpProvider";
    /// The logging handler is enabled.
    LOGGING_HANDLER = 4, "LoggingHandler";
    /// The service discovery handler is enabled.
    SERVICE_DISCOVERY_HANDLER = 5, "ServiceDiscoveryHandler";
    /// The compression handler is enabled.
    COMPRESSION_HANDLER = 6, "CompressionHandler";
    /// The connection pool manager is enabled.
    CONNECTION_POOL_MANAGER = 7, "ConnectionPoolManager";
    /// The handler for long-running operations is enabled.
    LONG_RUNNING_OPERATION_HANDLER = 8, "LongRunningOperationHandler";
    /// The request is a batch.
    BATCH_REQUEST_CONTENT = 9, "BatchRequestContent";
    /// A page iterator makes the request.
    PAGE_ITERATOR_TASK = 10, "PageIteratorTask";
    /// A file upload task makes the request.
    FILE_UPLOAD_TASK = 11, "FileUploadTask";
    /// URL replacement, which the Java SDK sends; undocumented, so this crate only parses it.
    URL_REPLACEMENT = 12, "UrlReplacement";
}

impl FeatureUsage {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// The twelve bits in the design document.
    pub const DOCUMENTED: Self = Self(0xfff);

    /// Creates a set from a bitmap, keeping unknown bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// assert_eq!(FeatureUsage::from_bits(0b10), FeatureUsage::RETRY_HANDLER);
    /// ```
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the bitmap.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// assert_eq!(FeatureUsage::FILE_UPLOAD_TASK.bits(), 1 << 11);
    /// ```
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether this set contains all features of `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// assert!(FeatureUsage::DOCUMENTED.contains(FeatureUsage::AUTH_HANDLER));
    /// assert!(!FeatureUsage::DOCUMENTED.contains(FeatureUsage::URL_REPLACEMENT));
    /// ```
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the union of two sets, like `|` but usable in constants.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// const HANDLERS: FeatureUsage =
    ///     FeatureUsage::RETRY_HANDLER.union(FeatureUsage::REDIRECT_HANDLER);
    /// assert_eq!(HANDLERS.bits(), 0b11);
    /// ```
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the features that are in both sets.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// let all = FeatureUsage::from_bits(0x1003);
    /// assert_eq!(all.intersection(FeatureUsage::DOCUMENTED).bits(), 0x003);
    /// ```
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the names of the known bits, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// let names: Vec<_> = FeatureUsage::from_bits(0b11).names().collect();
    /// assert_eq!(names, ["RedirectHandler", "RetryHandler"]);
    /// ```
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .iter()
            .filter(move |(bit, _)| self.0 >> bit & 1 == 1)
            .map(|(_, name)| *name)
    }

    /// Returns the numbers of the unknown bits, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// let bits: Vec<_> = FeatureUsage::from_bits(1 << 40 | 1).unknown_bits().collect();
    /// assert_eq!(bits, [40]);
    /// ```
    pub fn unknown_bits(self) -> impl Iterator<Item = u32> {
        let is_named = |bit: &u32| NAMES.iter().any(|(named, _)| named == bit);
        (0..u64::BITS)
            .filter(move |bit| self.0 >> bit & 1 == 1)
            .filter(move |bit| !is_named(bit))
    }

    /// Recovers the set that the .NET SDK meant when it sent this one.
    ///
    /// The .NET SDK parses its own hexadecimal text as a decimal number and formats it as hexadecimal
    /// again, so that 0x47 is sent as 0x2f. Text with a letter fails to parse and is sent as zero.
    /// Returns `None` for a value that the SDK cannot have sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// let sent: FeatureUsage = "0000002F".parse()?;
    /// let meant = sent.undo_dotnet().expect("0x2f is 47");
    /// assert_eq!(meant.feature_usage, FeatureUsage::from_bits(0x47));
    /// assert!(meant.is_certain);
    ///
    /// let lost = FeatureUsage::NONE.undo_dotnet().expect("zero can be sent");
    /// assert!(!lost.is_certain);
    /// # Ok::<(), token_telemetry::graph::InvalidFeatureUsage>(())
    /// ```
    #[must_use]
    pub fn undo_dotnet(self) -> Option<DotnetFeatureUsage> {
        let meant = u64::from_str_radix(&self.0.to_string(), 16).ok()?;
        Some(DotnetFeatureUsage {
            feature_usage: Self(meant),
            is_certain: !self.is_empty(),
        })
    }

    /// Writes the set as in the header; the standard formatter takes two fifths of a value's time.
    pub(super) fn encode(self, buffer: &mut [u8; MAX_DIGITS]) -> &str {
        let count = (u64::BITS - self.0.leading_zeros()).div_ceil(4).max(2);
        let (_, digits) = buffer.split_at_mut(MAX_DIGITS - count as usize);
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = match (rest & 0xf) as u8 {
                value @ ..10 => b'0' + value,
                value => b'a' + value - 10,
            };
            rest >>= 4;
        }
        str::from_utf8(digits).unwrap_or_default()
    }
}

impl BitOr for FeatureUsage {
    type Output = Self;

    fn bitor(self, rhs: Self) -> Self {
        self.union(rhs)
    }
}

impl BitOrAssign for FeatureUsage {
    fn bitor_assign(&mut self, rhs: Self) {
        *self = self.union(rhs);
    }
}

/// Formats the set as in the header: lower case, at least two digits, no prefix.
impl fmt::Display for FeatureUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.encode(&mut [0; MAX_DIGITS]))
    }
}

impl fmt::LowerHex for FeatureUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// Parses all spellings in use: either case, padded or not, with or without `0x`.
impl FromStr for FeatureUsage {
    type Err = InvalidFeatureUsage;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let prefixed = s.strip_prefix("0x").or_else(|| s.strip_prefix("0X"));
        let digits = prefixed.unwrap_or(s);
        // The standard parser also accepts a sign.
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u64::from_str_radix(digits, 16).ok();
        bits.filter(|_| is_hex && digits.len() <= MAX_DIGITS)
            .map(Self)
            .ok_or(InvalidFeatureUsage(()))
    }
}

/// Maximum number of hexadecimal digits of a 64-bit bitmap.
pub(super) const MAX_DIGITS: usize = 16;

/// The result of [`FeatureUsage::undo_dotnet`].
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{DotnetFeatureUsage, FeatureUsage};
///
/// let meant: Option<DotnetFeatureUsage> = FeatureUsage::from_bits(0x2f).undo_dotnet();
/// assert_eq!(meant.map(|meant| meant.feature_usage.bits()), Some(0x47));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DotnetFeatureUsage {
    /// The original set.
    pub feature_usage: FeatureUsage,
    /// Whether this is the only set that is sent as the same text; `false` for zero.
    pub is_certain: bool,
}

/// The error for text that is not a hexadecimal number of at most 16 digits.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::FeatureUsage;
///
/// let error = "retry".parse::<FeatureUsage>().unwrap_err();
/// assert_eq!(error.to_string(), "expected 1 to 16 hex digits, as in `0f`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidFeatureUsage(());

impl fmt::Display for InvalidFeatureUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected 1 to {MAX_DIGITS} hex digits, as in `0f`")
    }
}

impl Error for InvalidFeatureUsage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_bits_are_the_first_twelve() {
        let documented: Vec<_> = FeatureUsage::DOCUMENTED.names().collect();
        assert_eq!(documented.len(), 12);
        assert_eq!(documented.last(), Some(&"FileUploadTask"));
        assert_eq!(FeatureUsage::DOCUMENTED.unknown_bits().count(), 0);
    }

    #[test]
    fn undo_dotnet_rejects_impossible_values() {
        let sent = FeatureUsage::from_bits(u64::MAX);
        assert_eq!(sent.undo_dotnet(), None);
    }
}
