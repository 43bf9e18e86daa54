//! The headers of one request, and the names under which logs keep them.

use std::borrow::Cow;

use token_telemetry::entra::ReceivedHeaders;

/// What a log says about a request, as far as this report reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Current,
    Last,
    Sku,
    Version,
    RequestId,
    Time,
    Date,
}

const COUNT: usize = 7;

/// A name of a field: in lower case, with hyphens.
const NAMES: &[(&[u8], Field)] = &[
    (b"x-client-current-telemetry", Field::Current),
    (b"x-client-last-telemetry", Field::Last),
    (b"x-client-sku", Field::Sku),
    (b"x-client-ver", Field::Version),
    (b"client-request-id", Field::RequestId),
    (b"time", Field::Time),
    (b"timestamp", Field::Time),
    (b"@timestamp", Field::Time),
    (b"ts", Field::Time),
    (b"time-local", Field::Time),
    (b"time-iso8601", Field::Time),
    (b"date", Field::Date),
];

/// Prefixes that web servers put before the name of a header.
const PREFIXES: &[&[u8]] = &[b"http-", b"request-header-", b"req-header-"];

impl Field {
    /// Finds the field by its name: in any case, with `-` or `_`, bare or as `cs(Name)`.
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        let inner = name
            .strip_prefix(b"cs(")
            .and_then(|rest| rest.strip_suffix(b")"));
        let name = inner.unwrap_or(name);
        let exact = |name: &[u8]| {
            let mut all = NAMES.iter();
            all.find_map(|(known, field)| same(known, name).then_some(*field))
        };
        exact(name).or_else(|| {
            let mut prefixes = PREFIXES.iter();
            prefixes.find_map(|prefix| {
                let (start, rest) = name.split_at_checked(prefix.len())?;
                same(prefix, start).then(|| exact(rest)).flatten()
            })
        })
    }
}

fn same(known: &[u8], name: &[u8]) -> bool {
    let fold = |byte: u8| match byte {
        b'_' => b'-',
        other => other.to_ascii_lowercase(),
    };
    known.len() == name.len()
        && known
            .iter()
            .zip(name)
            .all(|(known, byte)| *known == fold(*byte))
}

/// The values of one request.
#[derive(Default)]
pub(crate) struct Request<'a> {
    values: [Option<Cow<'a, [u8]>>; COUNT],
}

impl<'a> Request<'a> {
    /// Keeps the first value of a field. Logs write `-` or an empty text if there was none.
    pub(crate) fn set(&mut self, field: Field, value: Cow<'a, [u8]>) {
        let slot = self.values.get_mut(field as usize);
        if let Some(slot @ None) = slot
            && !value.is_empty()
            && *value != *b"-"
        {
            *slot = Some(value);
        }
    }

    pub(crate) fn get(&self, field: Field) -> Option<&[u8]> {
        self.values.get(field as usize)?.as_deref()
    }

    /// Returns the headers as the readers expect them.
    pub(crate) fn received(&self) -> ReceivedHeaders<'_> {
        ReceivedHeaders::from_lookup(|name| match name {
            "x-client-current-telemetry" => self.get(Field::Current),
            "x-client-last-telemetry" => self.get(Field::Last),
            "x-client-sku" => self.get(Field::Sku),
            _ => None,
        })
    }

    /// Returns whether any telemetry header arrived.
    pub(crate) fn has_telemetry(&self) -> bool {
        let telemetry = [Field::Current, Field::Last, Field::Sku];
        telemetry.into_iter().any(|field| self.get(field).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields() {
        for name in [
            "x-client-SKU",
            "X_CLIENT_SKU",
            "http_x_client_sku",
            "cs(X-Client-Sku)",
        ] {
            assert!(
                matches!(Field::of(name.as_bytes()), Some(Field::Sku)),
                "{name}"
            );
        }
        for name in ["", "http_", "x-client-sku2", "cs(", "cs()", "skú"] {
            assert!(Field::of(name.as_bytes()).is_none(), "{name}");
        }
    }

    #[test]
    fn first_value_is_kept() {
        let mut request = Request::default();
        request.set(Field::Sku, Cow::Borrowed(b"-"));
        request.set(Field::Sku, Cow::Borrowed(b""));
        assert!(!request.has_telemetry());
        request.set(Field::Sku, Cow::Borrowed(b"a"));
        request.set(Field::Sku, Cow::Borrowed(b"b"));
        assert_eq!(request.get(Field::Sku), Some(&b"a"[..]));
    }
}
