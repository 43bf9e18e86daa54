//! What an acquisition that has ended comes down to.

use serde_json::Value;

use crate::message::{Entry, Record};

/// How an acquisition ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Cache,
    Fetched,
    Broker,
    Token,
    NoToken,
    Pending,
    Failed,
    Panicked,
    Cancelled,
    Unknown,
}

impl End {
    pub(crate) fn of(record: &Record) -> Self {
        match &*record.outcome {
            "ok" => match record.token_source.as_deref() {
                Some("Cache") => Self::Cache,
                Some("IdentityProvider") => Self::Fetched,
                Some("Broker") => Self::Broker,
                _ => Self::Token,
            },
            "no_token" => Self::NoToken,
            "pending" => Self::Pending,
            "error" => Self::Failed,
            "panicked" => Self::Panicked,
            "cancelled" => Self::Cancelled,
            _ => Self::Unknown,
        }
    }

    /// Returns the word in the list, which filters find as well.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cache => "cache hit",
            Self::Fetched => "fetched",
            Self::Broker => "broker",
            Self::Token => "token",
            Self::NoToken => "no token",
            Self::Pending => "pending",
            Self::Failed => "FAILED",
            Self::Panicked => "PANICKED",
            Self::Cancelled => "cancelled",
            Self::Unknown => "ended",
        }
    }
}

/// Returns the error code or the reason of a fetch: why it ended as it did.
pub(crate) fn cause(record: &Record) -> &str {
    let code = record
        .error
        .as_ref()
        .and_then(|error| error.code.as_deref());
    let reason = record.refresh_reason.as_deref();
    let reason = reason.filter(|reason| *reason != "NotApplicable");
    code.or(reason).unwrap_or_default()
}

/// Returns the texts that filters search, in lower case.
pub(crate) fn searched(entry: &Entry) -> String {
    let record = &entry.record;
    let mut texts = vec![
        record.api.clone(),
        record.api_number.to_string(),
        End::of(record).word().to_owned(),
        record.outcome.clone(),
        cause(record).to_owned(),
    ];
    texts.extend(record.refresh_reason.clone());
    texts.extend(record.cache_level.clone());
    texts.extend(record.background.then(|| "background".to_owned()));
    texts.extend(
        record
            .rest
            .values()
            .filter_map(Value::as_str)
            .map(str::to_owned),
    );
    let error = record.error.iter().flat_map(|error| error.rest.values());
    texts.extend(error.map(Value::to_string));
    for attempt in &record.attempts {
        texts.extend(attempt.host.clone());
        texts.extend(attempt.status.map(|status| status.to_string()));
        texts.extend(attempt.transport_error.clone());
    }
    texts.join("\n").to_lowercase()
}
