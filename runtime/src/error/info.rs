//! Describes a failed acquisition: error codes and failure classes, never error texts.

use std::borrow::Cow;
use std::fmt;

use smallvec::SmallVec;

use super::kind::ErrorKind;
use crate::credential::Credential;
use crate::wire::bounded_code;

/// The longest error code that any dialect can report.
///
/// No more fits in the longest header of all dialects, which is MSAL.NET's.
pub(crate) const MAX_KEPT_CODE_LEN: usize = 3800;

/// Number of `AADSTS` codes that an error holds without an allocation; the server usually sends one.
const INLINE_STS_CODES: usize = 4;

/// Describes errors of type `E`; implemented by the type that owns the API ids.
///
/// The owner is local to the SDK, so error types of other crates need no wrapper. For errors that
/// wrap others, use [`ErrorInfo::from_sources`].
///
/// # Precedence
///
/// Several sources describe a failure. Each fills in the fields that those before it leave empty:
///
/// 1. what the function recorded with `Acquisition::current().record_error(…)`;
/// 2. the function named by `error_info = …` in the attribute, or else this trait;
/// 3. the same of an annotated function that was called inside and merged into the acquisition, if
///    it failed last and there is no code so far;
/// 4. the token requests, if no response arrived;
/// 5. a [fallback code](ErrorInfo::fallback);
/// 6. the name of the error's type, as its code.
///
/// # Examples
///
/// ```
/// use token_telemetry::{DescribeError, ErrorInfo};
///
/// pub struct Contoso;
///
/// impl DescribeError<std::num::ParseIntError> for Contoso {
///     fn describe(_: &std::num::ParseIntError) -> ErrorInfo {
///         ErrorInfo::new("bad_expires_in")
///     }
/// }
/// # let error = "x".parse::<u8>().unwrap_err();
/// assert_eq!(Contoso::describe(&error).code(), Some("bad_expires_in"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe errors of type `{E}`",
    label = "no error codes are known for this error type",
    note = "pass a function `fn(&{E}) -> ErrorInfo` to the attribute: `error_info = path::to::function`; if the error type, or `{Self}`, is of your crate, you can also write `impl DescribeError<{E}> for {Self}`"
)]
pub trait DescribeError<E: ?Sized> {
    /// Returns the codes and the class of an error.
    fn describe(error: &E) -> ErrorInfo;
}

/// How an HTTP request failed without a response.
///
/// # Examples
///
/// ```
/// use std::io;
/// use token_telemetry::TransportError;
///
/// let error = io::Error::from(io::ErrorKind::TimedOut);
/// assert_eq!(TransportError::of(&error), TransportError::Timeout);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportError {
    /// No response arrived in time.
    Timeout,
    /// The name of the host could not be resolved.
    Dns,
    /// No connection could be made.
    Connect,
    /// The TLS handshake or a certificate check failed.
    Tls,
    /// The connection broke during the request.
    Closed,
    /// Another failure.
    Other,
}

impl TransportError {
    /// Returns the code that is reported if the SDK gives none.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::TransportError;
    ///
    /// assert_eq!(TransportError::Dns.code(), "dns_error");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Timeout => "request_timeout",
            Self::Dns => "dns_error",
            Self::Connect => "connect_error",
            Self::Tls => "tls_error",
            Self::Closed => "connection_closed",
            Self::Other => "network_error",
        }
    }
}

/// Codes and failure class of a failed acquisition, as headers and metrics carry them.
///
/// Codes and suberrors are sanitized, so that hostile server text cannot break a header:
///
/// * Characters other than `[A-Za-z0-9_.-]` become `_`.
/// * Text that contains an e-mail address, or is a bare GUID, becomes `redacted`.
/// * Records keep [`ErrorInfo::MAX_CODE_LEN`] bytes of a code. Only under a
///   [dialect](crate::entra::Dialect) that reports longer codes, such as MSAL.NET's until 4.48, do
///   they keep as many as it needs; only its header shows them.
///
/// # Examples
///
/// ```
/// use token_telemetry::ErrorInfo;
///
/// let info = ErrorInfo::new("invalid_client").with_status(401).with_sts_codes([7_000_215]);
/// assert_eq!(info.code(), Some("invalid_client"));
/// assert_eq!(ErrorInfo::new("a,b|c\r\n".to_owned()).code(), Some("a_b_c__"));
/// assert_eq!(ErrorInfo::new("user@contoso.com").code(), Some("redacted"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ErrorInfo {
    code: Option<Cow<'static, str>>,
    suberror: Option<Cow<'static, str>>,
    status: Option<u16>,
    sts_codes: SmallVec<[u32; INLINE_STS_CODES]>,
    transport: Option<TransportError>,
    kind: Option<ErrorKind>,
    /// In a box, because few errors have it and every call returns room for an error.
    credential: Option<Box<Credential>>,
    foreign: bool,
    /// Whether a code from any other source takes precedence.
    fallback: bool,
    pending: bool,
}

impl ErrorInfo {
    /// The longest error code that is reported, in bytes; longer codes are truncated.
    pub const MAX_CODE_LEN: usize = 64;

    /// The most `AADSTS` numbers that are kept.
    ///
    /// Entra lists the number of the error and those of its causes, which are fewer. The limit bounds what
    /// a hostile server can store.
    pub const MAX_STS_CODES: usize = 8;

    /// Creates a description with a code: the OAuth `error`, or the SDK's own.
    ///
    /// The code is copied, so that it may be borrowed from the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// assert_eq!(ErrorInfo::new("invalid_grant").code(), Some("invalid_grant"));
    /// ```
    #[must_use]
    pub fn new(code: impl AsRef<str>) -> Self {
        Self::of_code(Cow::Owned(start_of(code.as_ref()).to_owned()))
    }

    /// Creates a description with one of our own codes, without a copy.
    pub(crate) fn of_static(code: &'static str) -> Self {
        Self::of_code(Cow::Borrowed(code))
    }

    fn of_code(code: Cow<'static, str>) -> Self {
        let code = bounded_code(code, MAX_KEPT_CODE_LEN);
        Self {
            code: (!code.is_empty()).then_some(code),
            ..Self::default()
        }
    }

    /// Describes an error of another library by the name of its type.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// let info = ErrorInfo::foreign("reqwest.Error");
    /// assert_eq!(info.code(), Some("reqwest.Error"));
    /// assert!(info.is_foreign());
    /// ```
    #[must_use]
    pub fn foreign(type_name: impl AsRef<str>) -> Self {
        Self {
            foreign: true,
            ..Self::new(type_name)
        }
    }

    /// Describes an error about which nothing is known.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// assert_eq!(ErrorInfo::unknown().code(), None);
    /// ```
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Creates a description whose code any other source overrides.
    ///
    /// Other sources are the token requests and merged calls.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::{ErrorInfo, TransportError};
    ///
    /// fn describe(_: &io::Error) -> ErrorInfo {
    ///     ErrorInfo::fallback("io_error")
    /// }
    ///
    /// let info = describe(&io::ErrorKind::Other.into());
    /// assert_eq!(info.code(), Some("io_error"));
    /// assert_eq!(info.or(ErrorInfo::new("timeout")).code(), Some("timeout"));
    /// ```
    #[must_use]
    pub fn fallback(code: impl AsRef<str>) -> Self {
        Self {
            fallback: true,
            ..Self::new(code)
        }
    }

    /// Describes an error that means "not yet".
    ///
    /// The caller calls again, or the user has to act first. The acquisition ends as
    /// [`Outcome::Pending`](crate::Outcome::Pending), which does not count as a failure in totals,
    /// metrics or headers. For functions that poll once per call (device code, MFA), and for results
    /// such as "consent required". In a flow that polls inside one call, return
    /// [`Polled`](crate::Polled) from `send` instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// enum AuthError {
    ///     MfaPending,
    ///     Refused,
    /// }
    ///
    /// fn describe(error: &AuthError) -> ErrorInfo {
    ///     match error {
    ///         AuthError::MfaPending => ErrorInfo::pending(),
    ///         AuthError::Refused => ErrorInfo::new("access_denied"),
    ///     }
    /// }
    ///
    /// assert!(describe(&AuthError::MfaPending).is_pending());
    /// assert!(!describe(&AuthError::Refused).is_pending());
    /// ```
    #[must_use]
    pub fn pending() -> Self {
        Self {
            pending: true,
            ..Self::default()
        }
    }

    /// Describes an HTTP request that got no response.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ErrorInfo, TransportError};
    ///
    /// let info = ErrorInfo::transport(TransportError::Tls);
    /// assert_eq!(info.transport_error(), Some(TransportError::Tls));
    /// ```
    #[must_use]
    pub fn transport(class: TransportError) -> Self {
        Self {
            transport: Some(class),
            ..Self::default()
        }
    }

    /// Sets the status of the HTTP response that carried the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// let info = ErrorInfo::new("invalid_client").with_status(401);
    /// assert_eq!(info.status(), Some(401));
    /// ```
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the `AADSTS` numbers of the error, the most specific first.
    ///
    /// These are the `error_codes` in the body of the response, of which the first eight are kept;
    /// [`sts_codes_in`](crate::error::sts_codes_in) reads them from its `error_description`. Records show
    /// all of them, metrics the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    /// use token_telemetry::error::sts_codes_in;
    ///
    /// // As deserialized from `{"error":"invalid_grant","error_codes":[70043,500133]}`.
    /// let error_codes = vec![70_043, 500_133];
    /// let info = ErrorInfo::new("invalid_grant").with_sts_codes(error_codes);
    /// assert_eq!(info.sts_codes(), [70_043, 500_133]);
    ///
    /// let same = ErrorInfo::new("invalid_grant")
    ///     .with_sts_codes(sts_codes_in("AADSTS70043, AADSTS500133"));
    /// assert_eq!(same, info);
    /// ```
    #[must_use]
    pub fn with_sts_codes(mut self, codes: impl IntoIterator<Item = u32>) -> Self {
        self.sts_codes = codes.into_iter().take(Self::MAX_STS_CODES).collect();
        self
    }

    /// Sets the kind of the error, which is otherwise derived; see [`ErrorKind`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    /// use token_telemetry::error::ErrorKind;
    ///
    /// let info = ErrorInfo::new("no_environment").with_kind(ErrorKind::CredentialUnavailable);
    /// assert_eq!(info.kind(), ErrorKind::CredentialUnavailable);
    /// ```
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets the credential with which the acquisition failed.
    ///
    /// For the members of a chain that fail before another one succeeds.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::CredentialKind;
    /// use token_telemetry::error::ErrorKind;
    /// use token_telemetry::{Acquisition, ErrorInfo};
    ///
    /// let info = ErrorInfo::new("no_environment_variables")
    ///     .with_kind(ErrorKind::CredentialUnavailable)
    ///     .with_credential(CredentialKind::Environment);
    /// assert_eq!(info.credential(), Some(CredentialKind::Environment.into()));
    /// Acquisition::current().record_suppressed_error(info);
    /// ```
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<Credential>) -> Self {
        self.credential = Some(Box::new(credential.into()));
        self
    }

    /// Sets the OAuth `suberror`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// let info = ErrorInfo::new("invalid_grant").with_suberror("basic_action");
    /// assert_eq!(info.suberror(), Some("basic_action"));
    /// ```
    #[must_use]
    pub fn with_suberror(mut self, suberror: impl AsRef<str>) -> Self {
        let suberror = start_of(suberror.as_ref()).to_owned();
        let suberror = bounded_code(suberror.into(), Self::MAX_CODE_LEN);
        self.suberror = (!suberror.is_empty()).then_some(suberror);
        self
    }

    /// Returns the code, if one is known.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code
            .as_deref()
            .map(|code| truncated(code, Self::MAX_CODE_LEN))
    }

    /// Returns whether the code is the name of a type of another library.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Returns whether the error means "not yet" instead of a failure.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// Returns whether there is a code that is not just a fallback.
    pub(crate) fn has_own_code(&self) -> bool {
        self.code.is_some() && !self.fallback
    }

    /// Returns a copy of the code, truncated to `limit` bytes.
    pub(crate) fn code_up_to(&self, limit: usize) -> Option<Cow<'static, str>> {
        Some(match self.code.as_ref()? {
            Cow::Borrowed(code) => Cow::Borrowed(truncated(code, limit)),
            Cow::Owned(code) => Cow::Owned(truncated(code, limit).to_owned()),
        })
    }

    /// Truncates the code to `limit` bytes, and frees the rest.
    pub(crate) fn truncate_code(&mut self, limit: usize) {
        if self.code.as_ref().is_some_and(|code| code.len() > limit) {
            self.code = self.code_up_to(limit);
        }
    }

    /// Uses the name of the error's type as code if there is none.
    pub(crate) fn or_else_foreign(self, type_name: Cow<'static, str>) -> Self {
        if self.code.is_some() {
            return self;
        }
        Self {
            foreign: true,
            ..self.or(Self::of_code(type_name))
        }
    }

    /// Returns the kind of the error: the one that was set, or the one that its codes mean.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    /// use token_telemetry::error::ErrorKind;
    ///
    /// assert_eq!(ErrorInfo::new("slow_down").kind(), ErrorKind::Throttled);
    /// assert_eq!(ErrorInfo::unknown().kind(), ErrorKind::Unknown);
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind.unwrap_or_else(|| ErrorKind::derive(self))
    }

    /// Returns the kind, derived from the last request if the description does not reveal it.
    pub(crate) fn kind_after(
        &self,
        status: Option<u16>,
        transport: Option<TransportError>,
    ) -> ErrorKind {
        let kind = self.kind();
        if kind != ErrorKind::Unknown || self.kind.is_some() {
            return kind;
        }
        ErrorKind::of_requests(status, transport).unwrap_or(ErrorKind::Unknown)
    }

    /// Returns the credential with which the acquisition failed, if that is known.
    #[must_use]
    pub fn credential(&self) -> Option<Credential> {
        self.credential.as_deref().copied()
    }

    /// Returns the OAuth `suberror`, if there is one.
    #[must_use]
    pub fn suberror(&self) -> Option<&str> {
        self.suberror.as_deref()
    }

    /// Returns the status of the HTTP response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns the `AADSTS` numbers, in the order of the server.
    #[must_use]
    pub fn sts_codes(&self) -> &[u32] {
        &self.sts_codes
    }

    /// Returns how the HTTP request failed, if no response arrived.
    #[must_use]
    pub fn transport_error(&self) -> Option<TransportError> {
        self.transport
    }

    /// Fills missing fields from `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    ///
    /// let info = ErrorInfo::new("invalid_grant").or(ErrorInfo::new("http_400").with_status(400));
    /// assert_eq!((info.code(), info.status()), (Some("invalid_grant"), Some(400)));
    /// ```
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let Self {
            code,
            suberror,
            status,
            sts_codes,
            transport,
            kind,
            credential,
            foreign,
            fallback,
            pending,
        } = self;
        let keeps_code = code.is_some() && (!fallback || !other.has_own_code());
        let (code, foreign, fallback) = if keeps_code {
            (code, foreign, fallback)
        } else {
            (other.code, other.foreign, other.fallback)
        };
        Self {
            code,
            kind: kind.or(other.kind),
            credential: credential.or(other.credential),
            foreign,
            fallback,
            pending: pending || other.pending,
            suberror: suberror.or(other.suberror),
            status: status.or(other.status),
            sts_codes: if sts_codes.is_empty() {
                other.sts_codes
            } else {
                sts_codes
            },
            transport: transport.or(other.transport),
        }
    }
}

/// Returns the part of a text that can matter: hostile servers send megabytes.
fn start_of(text: &str) -> &str {
    let mut end = text.len().min(4 * MAX_KEPT_CODE_LEN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Truncates a code to `limit` bytes; codes are ASCII, so every offset is a boundary.
fn truncated(code: &str, limit: usize) -> &str {
    code.get(..limit).unwrap_or(code)
}

/// Shows at most the part of the code that [`ErrorInfo::code`] returns.
impl fmt::Debug for ErrorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorInfo")
            .field("code", &self.code())
            .field("suberror", &self.suberror)
            .field("status", &self.status)
            .field("sts_codes", &self.sts_codes())
            .field("transport", &self.transport)
            .field("kind", &self.kind())
            .field("credential", &self.credential)
            .field("foreign", &self.foreign)
            .field("fallback", &self.fallback)
            .field("pending", &self.pending)
            .finish()
    }
}
