//! Detects which header a line contains.

use token_telemetry::entra::read::{self, ReadError};

use super::explain;

/// A header name in lower case, and the function that explains its value.
type Header = (&'static str, fn(&str) -> Result<String, ReadError>);

const TELEMETRY: &[Header] = &[
    ("x-client-current-telemetry", explain::current),
    ("x-client-last-telemetry", explain::last),
    ("x-client-xtra-sku", explain::extra_sku),
    ("x-ms-clitelem", explain::client_telemetry),
    ("x-ms-clientdata", explain::client_data),
];

/// Headers whose value needs no parsing.
const PLAIN: &[(&str, &str)] = &[
    (
        "client-request-id",
        "id of the acquisition, also in the server's logs",
    ),
    (
        "x-ms-client-request-id",
        "id of the acquisition, for the instance metadata service",
    ),
    (
        "return-client-request-id",
        "asks the server to return the request id",
    ),
    ("x-client-sku", "name of the SDK"),
    ("x-client-ver", "version of the SDK"),
    ("x-client-os", "operating system"),
    ("x-client-cpu", "processor"),
    ("x-client-dm", "device model"),
    (
        "x-client-brkrver",
        "version of the broker that sends the request",
    ),
    (
        "x-client-src-sku",
        "name of the SDK for which a broker sends the request",
    ),
    ("x-app-name", "name of the application"),
    ("x-app-ver", "version of the application"),
    (
        "x-ms-lib-capability",
        "the SDK honors Retry-After and handles 429",
    ),
];

/// Explains a value, or a line `name: value`.
pub(crate) fn explain(line: &str) -> Result<String, String> {
    let line = line.trim_end_matches(['\r', '\n']);
    match named(line) {
        Some((name, value)) => explain_named(&name, value),
        None => explain_value(line),
    }
}

/// Splits a raw header line into name and value.
fn named(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_header = !name.is_empty() && name.bytes().all(is_name);
    is_header.then(|| (name.to_ascii_lowercase(), value.trim_start_matches(' ')))
}

fn explain_named(name: &str, value: &str) -> Result<String, String> {
    if let Some((_, meaning)) = PLAIN.iter().find(|(known, _)| *known == name) {
        return Ok(format!("{name}\n  {value:<36}  {meaning}\n"));
    }
    let known = TELEMETRY.iter().find(|(known, _)| *known == name);
    let (name, explain) = known.ok_or_else(|| unknown(name))?;
    with_name(name, value, explain(value))
}

/// Explains a bare value, detecting the header by its format.
fn explain_value(value: &str) -> Result<String, String> {
    let bars = value.matches('|').count();
    let schema = value.split_once('|').map(|(schema, _)| schema.as_bytes());
    let has_schema = matches!(schema, Some([digit]) if digit.is_ascii_digit());
    let name = match (has_schema, bars) {
        (true, 0..=2) => "x-client-current-telemetry",
        (true, _) => "x-client-last-telemetry",
        (false, _) if read::extra_sku(value).is_ok_and(|sku| sku.is_some()) => "x-client-xtra-sku",
        (false, 0) if value.matches(',').count() == 4 => "x-ms-clitelem",
        (false, _) if read::client_data(value).is_ok_and(|data| data.is_some()) => {
            "x-ms-clientdata"
        }
        (false, _) => return Err(unknown(value)),
    };
    explain_named(name, value)
}

fn with_name(
    name: &str,
    value: &str,
    explained: Result<String, ReadError>,
) -> Result<String, String> {
    match explained {
        Ok(text) => Ok(format!("{name}: {value}\n{text}")),
        Err(error) => Err(format!(
            "{name}: {value}\n{:>place$} {error}",
            '^',
            place = name.len() + 3 + error.offset(),
        )),
    }
}

fn unknown(what: &str) -> String {
    let names: Vec<&str> = TELEMETRY.iter().map(|(name, _)| *name).collect();
    format!(
        "expected a telemetry header ({}), found `{what}`",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::explain;

    fn lines(line: &str) -> Vec<String> {
        explain(line).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn value_is_explained_field_by_field() {
        let lines = lines("5|1004,2,centralus,3,4|0,1,1,41,3.2,");
        assert_eq!(
            lines[0],
            "x-client-current-telemetry: 5|1004,2,centralus,3,4|0,1,1,41,3.2,"
        );
        for expected in [
            "  api_id                   1004             MSAL.NET AcquireTokenForClient: Acquires a token for the application itself.",
            "  cache_info               2                NoCachedAccessToken: the cache had no access token for the request",
            "  region_used              centralus",
            "  region_autodetection     3                EnvVariable: from an environment variable",
            "  is_legacy_cache_enabled  1                yes",
            "  is_managed_cert_used     -                unknown",
        ] {
            assert!(
                lines.iter().any(|line| line == expected),
                "{expected}\n{lines:#?}"
            );
        }
    }

    #[test]
    fn header_is_detected_by_format_and_name() {
        for (value, name) in [
            ("4|730,2|", "x-client-current-telemetry"),
            ("4|0|||", "x-client-last-telemetry"),
            ("MSAL|5.0.0,|,|,|", "x-client-xtra-sku"),
            ("|,|,|,|", "x-client-xtra-sku"),
            ("1,50171,0,255.0643,I", "x-ms-clitelem"),
            ("AAD%7Cinvalid_grant%7C%7C%7CEU", "x-ms-clientdata"),
        ] {
            let head = format!("{name}: {value}");
            assert_eq!(lines(value)[0], head);
            assert_eq!(
                lines(&head.to_uppercase().replace(&value.to_uppercase(), value))[0],
                head
            );
        }
        assert!(lines("X-Client-SKU: MSAL.NetCore")[1].ends_with("name of the SDK"));
    }

    #[test]
    fn unknown_input_is_an_error() {
        for line in ["hello", "content-type: text/plain", "5", "|||", "a|b"] {
            let error = explain(line).unwrap_err();
            assert!(error.contains("expected a telemetry header"), "{error}");
        }
    }

    #[test]
    fn fault_is_marked() {
        let error = explain("4|0|730,id|a,b|").unwrap_err();
        let mut lines = error.lines();
        let (value, mark) = (lines.next().unwrap(), lines.next().unwrap());
        let fault = value.get(mark.find('^').unwrap()..);
        assert_eq!(fault, Some("b|"));
        assert!(mark.contains("at byte 13"), "{mark}");
    }
}
