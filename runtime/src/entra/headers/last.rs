//! `x-client-last-telemetry`: reports earlier failures and cache hits.

use std::borrow::Cow;

use http::HeaderName;

use super::segment::{write_extra, write_list};
use crate::entra::dialect::{CurrentField, Dialect, FieldValue, PlatformField};
use crate::wire::{FieldText, Scratch};

/// The header that reports failures and cache hits since the last report.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::LAST_TELEMETRY;
///
/// assert_eq!(LAST_TELEMETRY, "x-client-last-telemetry");
/// ```
pub const LAST_TELEMETRY: HeaderName = HeaderName::from_static("x-client-last-telemetry");

/// The value of `x-client-last-telemetry` for one token request.
///
/// Specified by AzureAD/microsoft-authentication-library-for-dotnet, `HttpTelemetryManager` up to
/// 4.61, and its counterparts in the other MSAL libraries; the [`Dialect`] defines the last segment.
///
/// ```text
/// value    = schema "|" hits "|" [ failed *( "," failed ) ] "|" [ code *( "," code ) ] "|" platform
/// failed   = api "," correlation-id
/// platform = [ field *( "," field ) ]
/// ```
///
/// Example: `5|3|1004,ad8c894a-557f-48c0-b045-c129590c344e|invalid_client|`
///
/// # Examples
///
/// ```
/// use token_telemetry::ClientRequestId;
/// use token_telemetry::entra::{Dialect, FieldText, LastTelemetry, ReportedFailure};
///
/// let id: ClientRequestId = "ad8c894a-557f-48c0-b045-c129590c344e".parse()?;
/// let failure = ReportedFailure::new(1004_u32, id, FieldText::new("invalid_client")?);
/// let last = LastTelemetry::new(3).with_failure(failure);
/// assert_eq!(
///     last.render(&Dialect::default()),
///     "5|3|1004,ad8c894a-557f-48c0-b045-c129590c344e|invalid_client|",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastTelemetry<'a> {
    hits: u64,
    failures: Vec<ReportedFailure<'a>>,
    platform_fields: Vec<(PlatformField, FieldValue<'a>)>,
    extra: Vec<FieldText<'a>>,
}

impl<'a> LastTelemetry<'a> {
    /// Creates a value that reports `hits` cache hits and no failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, LastTelemetry};
    ///
    /// assert_eq!(LastTelemetry::new(3).render(&Dialect::default()), "5|3|||");
    /// ```
    #[must_use]
    pub fn new(hits: u64) -> Self {
        Self {
            hits,
            ..Self::default()
        }
    }

    /// Appends a failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{FieldText, FieldValue, LastTelemetry, ReportedFailure};
    ///
    /// let code = FieldText::new("invalid_client")?;
    /// let failure = ReportedFailure::new(1004_u32, FieldValue::Blank, code);
    /// let last = LastTelemetry::new(0).with_failure(failure);
    /// assert_eq!(last.failures()[0].code(), "invalid_client");
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn with_failure(mut self, failure: ReportedFailure<'a>) -> Self {
        self.failures.push(failure);
        self
    }

    /// Sets a field of the last segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, LastTelemetry, PlatformField};
    ///
    /// let last = LastTelemetry::new(0)
    ///     .with_platform_field(PlatformField::Waiting, 2_u32)
    ///     .with_platform_field(PlatformField::Overflow, true);
    /// assert_eq!(last.render(&Dialect::msal_node()), "5|0|||2,1");
    /// ```
    #[must_use]
    pub fn with_platform_field(
        mut self,
        field: PlatformField,
        value: impl Into<FieldValue<'a>>,
    ) -> Self {
        self.platform_fields.retain(|(known, _)| *known != field);
        self.platform_fields.push((field, value.into()));
        self
    }

    /// Appends text after the fields of the last segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, FieldText, LastTelemetry};
    ///
    /// let last = LastTelemetry::new(0).with_extra(FieldText::new("future")?);
    /// assert_eq!(last.render(&Dialect::msal_apple()), "4|0|||future");
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn with_extra(mut self, text: FieldText<'a>) -> Self {
        self.extra.push(text);
        self
    }

    /// Returns the number of cache hits since the last report.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// Returns the failures since the last report, in the order of the header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let last = Dialect::msal_python().read_last("4|2|301,id|invalid_grant|")?.ok_or("empty")?;
    /// let codes: Vec<_> = last.failures().iter().map(|failure| failure.code()).collect();
    /// assert_eq!((last.hits(), codes), (2, vec!["invalid_grant"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn failures(&self) -> &[ReportedFailure<'a>] {
        &self.failures
    }

    /// Returns the value of a field of the last segment, or `None` if it is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, FieldValue, PlatformField};
    ///
    /// let last = Dialect::msal_node().read_last("5|0|||2,1")?.ok_or("empty")?;
    /// assert_eq!(last.platform_field(PlatformField::Overflow), Some(&FieldValue::Flag(true)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn platform_field(&self, field: PlatformField) -> Option<&FieldValue<'a>> {
        let found = self
            .platform_fields
            .iter()
            .find(|(known, _)| *known == field);
        found.map(|(_, value)| value)
    }

    /// Returns the text after the fields of the last segment.
    #[must_use]
    pub fn extra(&self) -> &[FieldText<'a>] {
        &self.extra
    }

    /// Converts to a value that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> LastTelemetry<'static> {
        let Self {
            hits,
            failures,
            platform_fields,
            extra,
        } = self;
        let owned = |(field, value): (_, FieldValue<'a>)| (field, value.into_owned());
        LastTelemetry {
            hits,
            failures: failures
                .into_iter()
                .map(ReportedFailure::into_owned)
                .collect(),
            platform_fields: platform_fields.into_iter().map(owned).collect(),
            extra: extra.into_iter().map(FieldText::into_owned).collect(),
        }
    }

    /// Renders the header in a dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, LastTelemetry};
    ///
    /// assert_eq!(LastTelemetry::new(3).render(&Dialect::msal_python()), "4|3|||");
    /// assert_eq!(LastTelemetry::new(3).render(&Dialect::msal_android()), "2|3|||2,");
    /// ```
    #[must_use]
    pub fn render(&self, dialect: &Dialect) -> String {
        let failures = || {
            self.failures.iter().map(|failure| FailureText {
                api: failure.api.clone(),
                id: failure.correlation_id.clone(),
                code: failure.code.as_str(),
                fields: failure_fields(dialect, |field| failure.get(field).cloned()).into(),
            })
        };
        let platform_fields = |field| self.platform_field(field).cloned();
        let mut out = Scratch::new();
        write_last(dialect, self.hits, failures, platform_fields, &mut out);
        let per_failure = dialect.last.per_failure.len() * self.failures.len();
        let follows_fields = per_failure + dialect.last.platform_fields.len() > 0;
        let extra = self.extra.iter().map(FieldText::as_str);
        write_extra(extra, follows_fields, &mut out);
        out.as_str().to_owned()
    }
}

/// A failure in the last-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ClientRequestId, entra::{FieldText, ReportedFailure}};
///
/// let id = ClientRequestId::new();
/// let failure = ReportedFailure::new(1004_u32, id, FieldText::new("invalid_client")?);
/// assert_eq!(failure.correlation_id(), &id.into());
/// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFailure<'a> {
    api: FieldValue<'a>,
    correlation_id: FieldValue<'a>,
    code: FieldText<'a>,
    fields: Vec<(CurrentField, FieldValue<'a>)>,
}

impl<'a> ReportedFailure<'a> {
    /// Creates a failure from the API id, the correlation id and the error code.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{FieldText, FieldValue, ReportedFailure};
    ///
    /// let code = FieldText::new("timeout")?;
    /// let failure = ReportedFailure::new(1004_u32, FieldValue::Blank, code);
    /// assert_eq!(failure.api(), &FieldValue::Number(1004));
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn new(
        api: impl Into<FieldValue<'a>>,
        correlation_id: impl Into<FieldValue<'a>>,
        code: FieldText<'a>,
    ) -> Self {
        Self {
            api: api.into(),
            correlation_id: correlation_id.into(),
            code,
            fields: Vec::new(),
        }
    }

    /// Sets a field that the dialect writes for each failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{
    ///     CurrentField, Dialect, FieldText, FieldValue, LastTelemetry, MsalNetVersion,
    ///     ReportedFailure,
    /// };
    ///
    /// let code = FieldText::new("timeout")?;
    /// let failure = ReportedFailure::new(1004_u32, FieldValue::Blank, code)
    ///     .with(CurrentField::RegionDetected, FieldText::new("westus")?);
    /// let value = LastTelemetry::new(0)
    ///     .with_failure(failure)
    ///     .render(&Dialect::msal_net(MsalNetVersion::V4_19));
    /// assert_eq!(value, "2|0|1004,|timeout|westus");
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    #[must_use]
    pub fn with(mut self, field: CurrentField, value: impl Into<FieldValue<'a>>) -> Self {
        self.fields.retain(|(known, _)| *known != field);
        self.fields.push((field, value.into()));
        self
    }

    /// Returns the API id of the function that failed.
    #[must_use]
    pub fn api(&self) -> &FieldValue<'a> {
        &self.api
    }

    /// Returns the correlation id: a GUID, or the text that was sent instead.
    #[must_use]
    pub fn correlation_id(&self) -> &FieldValue<'a> {
        &self.correlation_id
    }

    /// Returns the error code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.code.as_str()
    }

    /// Returns the value of a field that the dialect writes for each failure.
    #[must_use]
    pub fn get(&self, field: CurrentField) -> Option<&FieldValue<'a>> {
        let found = self.fields.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value)
    }

    /// Converts to a failure that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> ReportedFailure<'static> {
        let Self {
            api,
            correlation_id,
            code,
            fields,
        } = self;
        let owned = |(field, value): (_, FieldValue<'a>)| (field, value.into_owned());
        ReportedFailure {
            api: api.into_owned(),
            correlation_id: correlation_id.into_owned(),
            code: code.into_owned(),
            fields: fields.into_iter().map(owned).collect(),
        }
    }
}

/// Renders what a dialect writes about one failure in the last segment.
pub(crate) fn failure_fields<'v>(
    dialect: &Dialect,
    value: impl Fn(CurrentField) -> Option<FieldValue<'v>>,
) -> String {
    let mut out = Scratch::new();
    write_list(dialect.last.per_failure.iter(), &mut out, |field, out| {
        if let Some(value) = value(*field) {
            field.write(&value, out);
        }
    });
    out.as_str().to_owned()
}

/// The parts of one failure, ready to be written.
pub(crate) struct FailureText<'v> {
    pub(crate) api: FieldValue<'v>,
    pub(crate) id: FieldValue<'v>,
    pub(crate) code: &'v str,
    /// What the dialect writes about it in the last segment.
    pub(crate) fields: Cow<'v, str>,
}

/// Writes the header up to the last known field; each segment goes through the failures again.
pub(crate) fn write_last<'v, I: Iterator<Item = FailureText<'v>>>(
    dialect: &Dialect,
    hits: u64,
    failures: impl Fn() -> I,
    platform_fields: impl Fn(PlatformField) -> Option<FieldValue<'v>>,
    out: &mut Scratch,
) {
    out.push_number(dialect.schema.into());
    out.push('|');
    out.push_number(hits);
    out.push('|');
    write_list(failures(), out, |failure, out| {
        failure.api.write(out);
        out.push(',');
        failure.id.write(out);
    });
    out.push('|');
    write_list(failures(), out, |failure, out| out.push_str(failure.code));
    out.push('|');
    if !dialect.last.per_failure.is_empty() {
        write_list(failures(), out, |failure, out| {
            out.push_str(&failure.fields);
        });
        return;
    }
    let fields = dialect.last.platform_fields.iter();
    write_list(fields, out, |field, out| match platform_fields(*field) {
        Some(value) => value.write(out),
        None => out.push_str(field.default_text()),
    });
}
