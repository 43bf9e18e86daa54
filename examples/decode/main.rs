//! Explains the telemetry headers of token requests and responses, field by field.
//!
//! ```text
//! cargo run --example decode -- '5|1004,2,centralus,3,4|0,1,1,,,'
//! cargo run --example decode -- 'x-ms-clitelem: 1,50171,0,255.0643,I'
//! cargo run --example decode < headers.txt     # one value, or `name: value`, per line
//! cargo run --example decode -- --every-dialect # the headers of every known library
//! ```

mod dialects;
mod explain;
mod input;
mod words;

use std::io::{self, BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use token_telemetry_examples::arguments::{Arguments, complain};
use token_telemetry_examples::say;

const HELP: &str = "\
Explains the telemetry headers of token requests and responses, field by field.

Usage: cargo run --example decode [-- OPTIONS HEADER...]

  HEADER...         header values such as '5|1004,2,,,|0,1,1,,,', or `name: value` lines;
                    the default is to read lines from standard input
  --every-dialect   explain the headers of every known library
  --help            print this help
";

fn main() -> ExitCode {
    let arguments = match Arguments::read(HELP) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    if arguments.has("every-dialect") {
        return decode(dialects::headers().into_iter().map(Ok));
    }
    if !arguments.words().is_empty() {
        return decode(arguments.words().iter().cloned().map(Ok));
    }
    if io::stdin().is_terminal() {
        complain(
            "Enter one header per line; press Ctrl-D to finish (Ctrl-Z and Enter on Windows).",
        );
    }
    decode(io::stdin().lock().lines())
}

/// Explains each line; fails if a line is not a telemetry header or there are no lines.
fn decode(lines: impl Iterator<Item = io::Result<String>>) -> ExitCode {
    let mut result = ExitCode::SUCCESS;
    let mut found = 0;
    for line in lines {
        let explained = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) if line.starts_with('#') => Ok(format!("{line}\n")),
            Ok(line) => input::explain(&line),
            Err(error) => Err(error.to_string()),
        };
        found += 1;
        match explained {
            Ok(text) => say!("{text}"),
            Err(error) => {
                complain(&error);
                result = ExitCode::FAILURE;
            }
        }
    }
    if found == 0 {
        complain("expected a header value as an argument, or lines on standard input");
        result = ExitCode::FAILURE;
    }
    result
}
