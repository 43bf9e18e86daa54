//! Features behind a request, as the bits of `featureUsage`.

use std::error::Error;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::str::FromStr;

/// Set of features behind a request: a bitmap that is sent as hex text.
///
/// microsoftgraph/msgraph-sdk-design, `middleware/RequestContext.md`. The document gives the
/// bits two senses: a *handler* is reported when it is enabled, that is, part of the client;
/// a *task* is reported when the request is made by it. Set handlers once, with
/// [`SdkVersionBuilder::feature_usage`], and tasks per call, with [`feature_used`].
///
/// ```text
/// feature-usage = 1*16HEXDIG     ; written in lower case with at least two digits: 0f
/// ```
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
/// let read: FeatureUsage = "0x0000000F".parse()?;
/// assert!(read.contains(FeatureUsage::AUTH_HANDLER));
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

        /// Names of the bits that somebody gave a meaning, in their order.
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
    /// The HTTP client of the library's own default is enabled.
    DEFAULT_HTTP_PROVIDER = 3, "DefaultHttpProvider";
    /// The logging handler is enabled.
    LOGGING_HANDLER = 4, "LoggingHandler";
    /// The service discovery handler is enabled.
    SERVICE_DISCOVERY_HANDLER = 5, "ServiceDiscoveryHandler";
    /// The compression handler is enabled.
    COMPRESSION_HANDLER = 6, "CompressionHandler";
    /// The connection pool manager is enabled.
    CONNECTION_POOL_MANAGER = 7, "ConnectionPoolManager";
    /// The handler of long-running operations is enabled.
    LONG_RUNNING_OPERATION_HANDLER = 8, "LongRunningOperationHandler";
    /// The request was made with a batch.
    BATCH_REQUEST_CONTENT = 9, "BatchRequestContent";
    /// The request was made by a page iterator.
    PAGE_ITERATOR_TASK = 10, "PageIteratorTask";
    /// The request was made by a file upload.
    FILE_UPLOAD_TASK = 11, "FileUploadTask";
    /// URL replacement, as Java sends it; no document has this bit, so we only read it.
    URL_REPLACEMENT = 12, "UrlReplacement";
}

impl FeatureUsage {
    /// No feature.
    pub const NONE: Self = Self(0);

    /// The twelve bits of the design document.
    pub const DOCUMENTED: Self = Self(0xfff);

    /// The set with these bits, also unknown ones.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bitmap.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether no bit is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every bit of the other set is in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together; `|` in constants.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets have.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Names of the known bits, from the lowest.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .iter()
            .filter(move |(bit, _)| self.0 >> bit & 1 == 1)
            .map(|(_, name)| *name)
    }

    /// Numbers of the bits that have no name here, from the lowest.
    pub fn unknown_bits(self) -> impl Iterator<Item = u32> {
        let is_named = |bit: &u32| NAMES.iter().any(|(named, _)| named == bit);
        (0..u64::BITS)
            .filter(move |bit| self.0 >> bit & 1 == 1)
            .filter(move |bit| !is_named(bit))
    }

    /// What .NET's handler meant when it sent this set.
    ///
    /// It reads its own hex text as a decimal number before it writes it as hex again, so
    /// 0x47 leaves as 0x2f. Text with a letter is lost on that way and leaves as zero.
    /// `None` for what the handler cannot have sent.
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

/// Form of the header: lower case, at least two digits, no prefix.
impl fmt::Display for FeatureUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}

impl fmt::LowerHex for FeatureUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// Reads every spelling that is sent: either case, padded or not, with or without `0x`.
impl FromStr for FeatureUsage {
    type Err = InvalidFeatureUsage;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let prefixed = s.strip_prefix("0x").or_else(|| s.strip_prefix("0X"));
        let digits = prefixed.unwrap_or(s);
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || digits.len() > MAX_DIGITS {
            return Err(InvalidFeatureUsage(()));
        }
        u64::from_str_radix(digits, 16)
            .map(Self)
            .or(Err(InvalidFeatureUsage(())))
    }
}

/// Most digits of the hex text; a bitmap of 64 bits needs no more.
pub(super) const MAX_DIGITS: usize = 16;

/// What .NET's handler meant by a set it sent; see [`FeatureUsage::undo_dotnet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DotnetFeatureUsage {
    /// The set before it was mangled.
    pub feature_usage: FeatureUsage,
    /// Whether no other set leaves as the same text; false for zero.
    pub is_certain: bool,
}

/// Text that is no hex number of at most 16 digits.
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
    fn the_documented_bits_are_the_first_twelve_names() {
        let documented: Vec<_> = FeatureUsage::DOCUMENTED.names().collect();
        assert_eq!(documented.len(), 12);
        assert_eq!(documented.last(), Some(&"FileUploadTask"));
        assert_eq!(FeatureUsage::DOCUMENTED.unknown_bits().count(), 0);
    }

    #[test]
    fn a_number_that_cannot_be_undone_says_so() {
        let sent = FeatureUsage::from_bits(u64::MAX);
        assert_eq!(sent.undo_dotnet(), None);
    }
}
