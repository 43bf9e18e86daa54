//! Reports the health of applications from the telemetry headers in logs of a token endpoint.
//!
//! ```text
//! cargo run --release --example header-report -- access.log
//! cargo run --release --example header-report -- --html report.html access.log app.jsonl
//! zcat access.log.gz | cargo run --release --example header-report -- -
//! ```

mod arrivals;
mod check;
mod cost;
mod current;
mod fields;
mod generate;
mod input;
mod json;
mod lags;
mod lines;
mod memo;
mod output;
mod plain;
mod report;
mod request;
mod sink;
mod table;
mod time;
mod timeline;
mod unreadable;
mod words;

use std::fs::{self, File};
use std::io;
use std::process::ExitCode;
use std::time::Instant;

use token_telemetry_examples::arguments::{Arguments, complain};
use token_telemetry_examples::{Failure, say};

use generate::Plan;
use input::Format;
use report::Report;

const HELP: &str = r#"Reports the health of applications from the telemetry headers in logs of a token endpoint:
requests by SDK, version and API, the reasons for them, cache hits that caused no request,
failures that the clients reported later, and headers that could not be read.

Usage: cargo run --release --example header-report -- [OPTIONS] FILE...

  FILE...         logs to read; `-` is standard input
  --format FORMAT plain, json, logfmt or columns; the default is to detect it for each file
  --json          print all counts as JSON
  --html PAGE     also write a page with plots to this file
  --check COUNTS  fail unless the result equals these counts, which --generate wrote
  --generate SIZE write a log of about this many bytes to FILE instead, and its counts to COUNTS
  --counts COUNTS where --generate writes the counts
  --seed N        another log; the default is 1
  --help          print this help

Formats
  plain    header lines `name: value`; a blank line or a repeated name starts the next request
  json     an object per line, with the names of headers as keys, also below `headers` or `request`
  logfmt   pairs name=value or name="value"; a line is a request
  columns  a `#Fields:` line with the name of each column, as IIS and the W3C format have it
Names of headers are found in any case, with `-` or `_`, and as `cs(Name)` or `http_name`. A time is
read from `time`, `timestamp`, `ts`, or the columns `date` and `time`.

nginx writes no `#Fields:` line, but it can write json. Put this into its `http` block, and
`access_log /var/log/nginx/token.jsonl token_telemetry;` into the location of the token endpoint:
    log_format token_telemetry escape=json '{'
        '"time":"$time_iso8601",'
        '"x-client-sku":"$http_x_client_sku",'
        '"x-client-ver":"$http_x_client_ver",'
        '"x-client-current-telemetry":"$http_x_client_current_telemetry",'
        '"x-client-last-telemetry":"$http_x_client_last_telemetry",'
        '"client-request-id":"$http_client_request_id"'
    '}';

The memory does not grow with the input: a table has at most 4096 rows, and the rarest become `other`.
"#;

fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run(&arguments)),
        Err(code) => code,
    }
}

fn run(arguments: &Arguments) -> Result<String, Failure> {
    let files = arguments.words();
    if files.is_empty() {
        return Err("expected a FILE, or `-` for standard input".into());
    }
    let format: Option<Format> = arguments.get("format")?;
    if let Some(size) = arguments.get("generate")? {
        let seed = arguments.get("seed")?.unwrap_or(1);
        let plan = Plan {
            size,
            seed,
            format: format.unwrap_or(Format::Json),
        };
        return write_log(arguments, &plan);
    }
    let start = now();
    let report = read(files, format)?;
    complain(&cost::cost(report.amount.bytes, start.elapsed()));
    if let Some(page) = arguments.get::<String>("html")? {
        fs::write(&page, output::html(&report)).map_err(|error| format!("{page}: {error}"))?;
    }
    let counts = output::json(&report);
    let text = if arguments.has("json") {
        format!("{counts:#}")
    } else {
        output::text(&report)
    };
    let Some(expected) = arguments.get::<String>("check")? else {
        return Ok(text);
    };
    let checked = check::check(&fs::read_to_string(expected)?, &counts)?;
    say!("{text}");
    Ok(checked)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program reports how fast it is"
)]
fn now() -> Instant {
    Instant::now()
}

fn read(files: &[String], format: Option<Format>) -> Result<Report, Failure> {
    let mut report = Report::new();
    for name in files {
        let failed = |error: io::Error| format!("{name}: {error}");
        if name == "-" {
            report
                .read("standard input", io::stdin().lock(), format)
                .map_err(failed)?;
        } else {
            let file = File::open(name).map_err(failed)?;
            report.read(name, file, format).map_err(failed)?;
        }
    }
    Ok(report)
}

fn write_log(arguments: &Arguments, plan: &Plan) -> Result<String, Failure> {
    let [log] = arguments.words() else {
        return Err("expected one FILE to generate".into());
    };
    let counts: Option<String> = arguments.get("counts")?;
    let counts = counts.ok_or("expected --counts COUNTS with --generate")?;
    let expected = generate::write(File::create(log)?, plan)?;
    fs::write(&counts, serde_json::to_string_pretty(&expected)?)?;
    Ok(format!("wrote {log} and {counts}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the error for a log with this text.
    fn error_of(name: &str, text: &str, format: Option<Format>) -> String {
        let path = std::env::temp_dir().join(format!("{name}-{}.log", std::process::id()));
        fs::write(&path, text).unwrap();
        let path = path.to_string_lossy().into_owned();
        let read = read(std::slice::from_ref(&path), format);
        fs::remove_file(&path).unwrap();
        let error = read.map(drop).unwrap_err().to_string();
        error.replace(&path, "LOG")
    }

    #[test]
    fn log_without_readable_lines() {
        let combined =
            "127.0.0.1 - - [22/Nov/2026:02:31:35 +0000] \"POST /token HTTP/1.1\" 200 9\n";
        let error = error_of("combined", &combined.repeat(2), None);
        let expected = "LOG: none of its 2 lines could be read; expected plain, json, logfmt or \
            columns, which --help describes";
        assert_eq!(error, expected);
        let error = error_of("not-json", combined, Some(Format::Json));
        assert!(error.contains("none of its 1 lines"), "{error}");
    }

    #[test]
    fn empty_log_is_no_error() {
        let mut report = Report::new();
        for text in ["", "\n\n", "# a comment\n"] {
            report.read("log", text.as_bytes(), None).unwrap();
        }
        assert_eq!(report.total.requests, 0);
    }

    /// Writes a line as nginx does with the format of the help; unknown variables are empty.
    fn nginx_line(headers: &[(&str, &str)]) -> String {
        let (_, format) = HELP.split_once("escape=json").unwrap();
        let (format, _) = format.split_once(';').unwrap();
        let mut line: String = format.split('\'').skip(1).step_by(2).collect();
        for (variable, value) in headers {
            line = line.replace(&format!("${variable}\""), &format!("{value}\""));
        }
        let mut parts = line.split('$');
        let start = parts.next().unwrap().to_owned();
        let rest = parts.filter_map(|part| part.get(part.find('"')?..));
        start + &rest.collect::<String>() + "\n"
    }

    #[test]
    fn nginx_format_of_the_help() {
        let mut report = Report::new();
        let line = nginx_line(&[
            ("time_iso8601", "2026-11-22T02:31:35+00:00"),
            ("http_x_client_sku", "MSAL.Python"),
            ("http_x_client_current_telemetry", "4|730,2|"),
            ("http_x_client_last_telemetry", "4|3|||"),
        ]);
        let without_headers = nginx_line(&[("time_iso8601", "2026-11-22T02:31:35+00:00")]);
        let log = line + &without_headers;
        report.read("log", log.as_bytes(), None).unwrap();
        let counts = (
            report.total.requests,
            report.total.hits,
            report.without_telemetry,
        );
        assert_eq!(counts, (1, 3, 1), "{log}");
        assert_eq!(report.with_time, 1);
        assert_eq!(report.total.unreadable, 0);
    }
}
