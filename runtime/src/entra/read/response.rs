//! Parses the response headers of the token endpoint: `x-ms-clitelem` and `x-ms-clientdata`.

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderName;
use percent_encoding::percent_decode_str;

use super::span::Span;
use crate::entra::dialect::FieldValue;
use crate::wire::FieldText;
use crate::wire::{ReadError, Reason};

/// The response header that explains an error.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read::CLIENT_TELEMETRY;
///
/// assert_eq!(CLIENT_TELEMETRY, "x-ms-clitelem");
/// ```
pub const CLIENT_TELEMETRY: HeaderName = HeaderName::from_static("x-ms-clitelem");

/// The response header that describes the account and the cloud.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read::CLIENT_DATA;
///
/// assert_eq!(CLIENT_DATA, "x-ms-clientdata");
/// ```
pub const CLIENT_DATA: HeaderName = HeaderName::from_static("x-ms-clientdata");

/// The query parameter that asks for client data in the redirect of the authorize endpoint.
///
/// SDKs that build the authorize URL add it there, as MSAL for Android, Apple and browsers do. The
/// token endpoint sends [`CLIENT_DATA`] without being asked, so token requests do not carry it. The
/// value in the redirect is parsed by [`client_data`], too.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read::CLIENT_DATA_QUERY;
///
/// let (name, value) = CLIENT_DATA_QUERY;
/// assert_eq!(format!("{name}={value}"), "clidata=1");
/// ```
pub const CLIENT_DATA_QUERY: (&str, &str) = ("clidata", "1");

/// The parsed value of `x-ms-clitelem`, the server's telemetry about a request.
///
/// Specified by AzureAD/microsoft-authentication-library-for-java, `XmsClientTelemetryInfo`.
///
/// ```text
/// value = "1," [ error ] "," [ suberror ] "," [ token-age ] "," [ ring ]
/// ```
///
/// Example: `1,50171,0,255.0643,I`
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use token_telemetry::entra::read;
///
/// let telemetry = read::client_telemetry("1,50171,0,255.5,I")?.ok_or("empty")?;
/// assert_eq!(telemetry.token_age(), Some(Duration::from_micros(255_500)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientTelemetry<'a> {
    error: Option<FieldValue<'a>>,
    suberror: Option<FieldValue<'a>>,
    token_age: Option<FieldText<'a>>,
    ring: Option<FieldText<'a>>,
}

impl<'a> ClientTelemetry<'a> {
    /// Returns the AADSTS error number; zero means no error.
    #[must_use]
    pub fn error(&self) -> Option<&FieldValue<'a>> {
        self.error.as_ref()
    }

    /// Returns the AADSTS suberror number; zero means none.
    #[must_use]
    pub fn suberror(&self) -> Option<&FieldValue<'a>> {
        self.suberror.as_ref()
    }

    /// Returns the age of the refresh token, if it is a number of milliseconds.
    #[must_use]
    pub fn token_age(&self) -> Option<Duration> {
        let milliseconds: f64 = self.token_age.as_ref()?.as_str().parse().ok()?;
        Duration::try_from_secs_f64(milliseconds / 1000.0).ok()
    }

    /// Returns the age of the refresh token as text.
    #[must_use]
    pub fn token_age_text(&self) -> Option<&str> {
        self.token_age.as_ref().map(FieldText::as_str)
    }

    /// Returns the deployment ring of the server that responded.
    #[must_use]
    pub fn ring(&self) -> Option<&str> {
        self.ring.as_ref().map(FieldText::as_str)
    }
}

/// Parses `x-ms-clitelem`; returns `None` for an empty value.
///
/// # Errors
///
/// Returns an error with the offset and the reason if the value is malformed.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{FieldValue, read};
///
/// let telemetry = read::client_telemetry("1,50171,0,255.0643,I")?.ok_or("empty")?;
/// assert_eq!(telemetry.error(), Some(&FieldValue::Number(50171)));
/// assert_eq!(telemetry.ring(), Some("I"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn client_telemetry(
    value: &(impl AsRef<[u8]> + ?Sized),
) -> Result<Option<ClientTelemetry<'_>>, ReadError> {
    let Some(value) = Span::of(value.as_ref())? else {
        return Ok(None);
    };
    let fields: Vec<_> = value.split(',').collect();
    let [version, error, suberror, token_age, ring] = fields[..] else {
        return Err(value.error(Reason::WrongFieldCount));
    };
    if version.text != "1" {
        return Err(version.error(Reason::UnknownSchema));
    }
    Ok(Some(ClientTelemetry {
        error: number_or_text(error)?,
        suberror: number_or_text(suberror)?,
        token_age: text(token_age)?,
        ring: text(ring)?,
    }))
}

fn text(field: Span<'_>) -> Result<Option<FieldText<'_>>, ReadError> {
    let checked = FieldText::new(field.text).map_err(|error| ReadError {
        reason: Reason::ExtraSegment,
        offset: field.offset + error.offset(),
    })?;
    Ok((!field.text.is_empty()).then_some(checked))
}

fn number_or_text(field: Span<'_>) -> Result<Option<FieldValue<'_>>, ReadError> {
    let text = text(field)?;
    Ok(text.map(|text| FieldValue::number(field.text).unwrap_or(FieldValue::Text(text))))
}

/// The parsed value of `x-ms-clientdata`, the server's data about the account and the cloud.
///
/// Specified by AzureAD/microsoft-authentication-library-common-for-android, pull request 3128.
///
/// ```text
/// value = account-type "|" error "|" suberror "|" cloud-instance "|" data-boundary
/// ```
///
/// The text is percent-encoded in the header but not in a redirect; both forms are accepted.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let data = read::client_data("AAD|invalid_grant|basic_action||EU")?.ok_or("empty")?;
/// assert_eq!(data.suberror(), Some("basic_action"));
/// assert_eq!(data.cloud_instance(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientData<'a> {
    fields: [Cow<'a, str>; 5],
}

impl ClientData<'_> {
    fn field(&self, at: usize) -> Option<&str> {
        self.fields
            .get(at)
            .map(|field| &**field)
            .filter(|field| !field.is_empty())
    }

    /// Returns the account type: organizational or personal.
    #[must_use]
    pub fn account_type(&self) -> Option<&str> {
        self.field(0)
    }

    /// Returns the error code.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.field(1)
    }

    /// Returns the suberror code.
    #[must_use]
    pub fn suberror(&self) -> Option<&str> {
        self.field(2)
    }

    /// Returns the account's cloud instance.
    #[must_use]
    pub fn cloud_instance(&self) -> Option<&str> {
        self.field(3)
    }

    /// Returns the boundary that the caller's data must stay within.
    #[must_use]
    pub fn data_boundary(&self) -> Option<&str> {
        self.field(4)
    }
}

/// Parses `x-ms-clientdata`; returns `None` for an empty value.
///
/// # Errors
///
/// Returns an error with the offset and the reason if the value is malformed.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let data = read::client_data("AAD%7Cinvalid_grant%7Cbasic_action%7C%7CEU")?.ok_or("empty")?;
/// assert_eq!((data.account_type(), data.error()), (Some("AAD"), Some("invalid_grant")));
/// assert_eq!((data.cloud_instance(), data.data_boundary()), (None, Some("EU")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn client_data(
    value: &(impl AsRef<[u8]> + ?Sized),
) -> Result<Option<ClientData<'_>>, ReadError> {
    let Some(value) = Span::of(value.as_ref())? else {
        return Ok(None);
    };
    let mut fields: [Cow<'_, str>; 5] = Default::default();
    let is_encoded = !value.text.contains('|');
    let parts = if is_encoded {
        bars(value)
    } else {
        value.split('|').collect()
    };
    for (at, part) in parts.iter().enumerate() {
        let field = fields
            .get_mut(at)
            .ok_or_else(|| part.error(Reason::ExtraSegment))?;
        *field = if is_encoded {
            decoded(*part)?
        } else {
            part.text.into()
        };
    }
    if parts.len() < fields.len() {
        return Err(value.end().error(Reason::MissingSegment));
    }
    Ok(Some(ClientData { fields }))
}

/// Splits the value at percent-encoded `|`.
fn bars(value: Span<'_>) -> Vec<Span<'_>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in value.text.match_indices('%') {
        let escape = value.text.get(at..at + 3).unwrap_or_default();
        if escape.eq_ignore_ascii_case("%7c") {
            parts.push(part(value, start, at));
            start = at + 3;
        }
    }
    parts.push(part(value, start, value.text.len()));
    parts
}

fn part(value: Span<'_>, start: usize, end: usize) -> Span<'_> {
    Span {
        text: value.text.get(start..end).unwrap_or_default(),
        offset: value.offset + start,
    }
}

/// Decodes the percent-escapes of a field, all of which must be complete.
fn decoded(field: Span<'_>) -> Result<Cow<'_, str>, ReadError> {
    for (at, _) in field.text.match_indices('%') {
        let digits = field.text.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(ReadError {
                reason: Reason::BadEscape,
                offset: field.offset + at,
            });
        }
    }
    let text = percent_decode_str(field.text).decode_utf8();
    text.map_err(|_not_text| field.error(Reason::NotText))
}
