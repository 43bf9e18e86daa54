//! `x-client-last-telemetry`: failures and cache hits that the server has not heard of yet.

use http::HeaderName;

use super::dialect::Dialect;
use super::field::CurrentField;
use super::platform_field::PlatformField;
use super::value::FieldValue;
use crate::wire::{FieldText, Scratch};

/// Name of the header that tells what happened since the last report.
pub const LAST_TELEMETRY: HeaderName = HeaderName::from_static("x-client-last-telemetry");

/// Value of `x-client-last-telemetry` for one token request.
///
/// Specified by AzureAD/microsoft-authentication-library-for-dotnet, `HttpTelemetryManager` until
/// 4.61, and its siblings; the [`Dialect`] says what stands in the last segment.
///
/// ```text
/// value    = schema "|" hits "|" [ failed *( "," failed ) ] "|" [ code *( "," code ) ] "|" tail
/// failed   = api "," correlation-id
/// tail     = [ field *( "," field ) ]
/// ```
///
/// Example: `5|3|1004,ad8c894a-557f-48c0-b045-c129590c344e|invalid_client|`
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::FieldText;
/// use token_telemetry::ClientRequestId;
/// use token_telemetry::entra::{Dialect, LastTelemetry, ReportedFailure};
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
    tail: Vec<(PlatformField, FieldValue<'a>)>,
    extra: Vec<FieldText<'a>>,
}

impl<'a> LastTelemetry<'a> {
    /// A header that reports so many cache hits and no failure.
    #[must_use]
    pub fn new(hits: u64) -> Self {
        Self {
            hits,
            ..Self::default()
        }
    }

    /// Adds a failure behind the others.
    #[must_use]
    pub fn with_failure(mut self, failure: ReportedFailure<'a>) -> Self {
        self.failures.push(failure);
        self
    }

    /// Sets a field of the last segment.
    #[must_use]
    pub fn with_tail(mut self, field: PlatformField, value: impl Into<FieldValue<'a>>) -> Self {
        self.tail.retain(|(known, _)| *known != field);
        self.tail.push((field, value.into()));
        self
    }

    /// Adds text behind the fields of the last segment.
    #[must_use]
    pub fn with_extra(mut self, text: FieldText<'a>) -> Self {
        self.extra.push(text);
        self
    }

    /// Cache hits that the server had not heard of.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// Failures that the server had not heard of, in the order of the header.
    #[must_use]
    pub fn failures(&self) -> &[ReportedFailure<'a>] {
        &self.failures
    }

    /// Value of a field of the last segment; absent if it is not known.
    #[must_use]
    pub fn tail(&self, field: PlatformField) -> Option<&FieldValue<'a>> {
        let found = self.tail.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value)
    }

    /// Text behind the fields of the last segment.
    #[must_use]
    pub fn extra(&self) -> &[FieldText<'a>] {
        &self.extra
    }

    /// The value on its own, free of what it was borrowed from.
    #[must_use]
    pub fn into_owned(self) -> LastTelemetry<'static> {
        let Self {
            hits,
            failures,
            tail,
            extra,
        } = self;
        let owned = |(field, value): (_, FieldValue<'a>)| (field, value.into_owned());
        LastTelemetry {
            hits,
            failures: failures
                .into_iter()
                .map(ReportedFailure::into_owned)
                .collect(),
            tail: tail.into_iter().map(owned).collect(),
            extra: extra.into_iter().map(FieldText::into_owned).collect(),
        }
    }

    /// The value of the header in a dialect.
    #[must_use]
    pub fn render(&self, dialect: &Dialect) -> String {
        let own: Vec<String> = self
            .failures
            .iter()
            .map(|failure| failure.own_tail(dialect))
            .collect();
        let failures = self
            .failures
            .iter()
            .zip(&own)
            .map(|(failure, own)| Written {
                api: failure.api.clone(),
                id: failure.correlation_id.clone(),
                code: failure.code.as_str(),
                tail: own,
            });
        let mut out = Scratch::new();
        let tail = |field| self.tail(field).cloned();
        write(dialect, self.hits, failures, tail, &mut out);
        let per_failure = dialect.last.per_failure.len() * self.failures.len();
        let places = per_failure + dialect.last.tail.len();
        for (at, text) in self.extra.iter().enumerate() {
            if at > 0 || places > 0 {
                out.push(b',');
            }
            out.push_str(text.as_str());
        }
        out.as_str().to_owned()
    }
}

/// Failure as the header reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFailure<'a> {
    api: FieldValue<'a>,
    correlation_id: FieldValue<'a>,
    code: FieldText<'a>,
    fields: Vec<(CurrentField, FieldValue<'a>)>,
}

impl<'a> ReportedFailure<'a> {
    /// A failure of this function, in this acquisition, with this code.
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

    /// Sets a field that the dialect tells of each failure.
    #[must_use]
    pub fn with(mut self, field: CurrentField, value: impl Into<FieldValue<'a>>) -> Self {
        self.fields.retain(|(known, _)| *known != field);
        self.fields.push((field, value.into()));
        self
    }

    /// Function that failed.
    #[must_use]
    pub fn api(&self) -> &FieldValue<'a> {
        &self.api
    }

    /// Id of the failed acquisition: a GUID, or whatever the SDK took for one.
    #[must_use]
    pub fn correlation_id(&self) -> &FieldValue<'a> {
        &self.correlation_id
    }

    /// Code of the failure.
    #[must_use]
    pub fn code(&self) -> &str {
        self.code.as_str()
    }

    /// Value of a field that the dialect tells of each failure.
    #[must_use]
    pub fn get(&self, field: CurrentField) -> Option<&FieldValue<'a>> {
        let found = self.fields.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value)
    }

    /// The failure on its own, free of what it was borrowed from.
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

    fn own_tail(&self, dialect: &Dialect) -> String {
        own_tail(dialect, |field| self.get(field).cloned())
    }
}

/// What a dialect tells of one failure in the last segment.
pub(super) fn own_tail<'v>(
    dialect: &Dialect,
    value: impl Fn(CurrentField) -> Option<FieldValue<'v>>,
) -> String {
    let mut out = Scratch::new();
    for (at, field) in dialect.last.per_failure.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if let Some(value) = value(*field) {
            field.write(&value, &mut out);
        }
    }
    out.as_str().to_owned()
}

/// One failure on its way into the header.
pub(super) struct Written<'v> {
    pub(super) api: FieldValue<'v>,
    pub(super) id: FieldValue<'v>,
    pub(super) code: &'v str,
    pub(super) tail: &'v str,
}

/// Writes the header, without what follows behind the known fields.
pub(super) fn write<'v>(
    dialect: &Dialect,
    hits: u64,
    failures: impl Iterator<Item = Written<'v>> + Clone,
    tail: impl Fn(PlatformField) -> Option<FieldValue<'v>>,
    out: &mut Scratch,
) {
    out.push_number(dialect.schema.into());
    out.push(b'|');
    out.push_number(hits);
    out.push(b'|');
    list(failures.clone(), out, |failure, out| {
        failure.api.write(out);
        out.push(b',');
        failure.id.write(out);
    });
    out.push(b'|');
    list(failures.clone(), out, |failure, out| {
        out.push_str(failure.code);
    });
    out.push(b'|');
    if dialect.last.per_failure.is_empty() {
        list(dialect.last.tail.iter(), out, |field, out| {
            match tail(*field) {
                Some(value) => value.write(out),
                None => out.push_str(field.blank()),
            }
        });
    } else {
        list(failures, out, |failure, out| out.push_str(failure.tail));
    }
}

fn list<T>(items: impl Iterator<Item = T>, out: &mut Scratch, write: impl Fn(T, &mut Scratch)) {
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
}
