//! Explains the telemetry headers of token requests, and of their answers, field by field.
//!
//! ```text
//! cargo run --example decode -- '5|1004,2,centralus,3,4|0,1,1,,,'
//! cargo run --example decode -- 'x-ms-clitelem: 1,50171,0,255.0643,I'
//! cargo run --example decode < headers.txt     # one value, or `name: value`, per line
//! cargo run --example decode -- --every-dialect # what every known library sends
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
Explains the telemetry headers of token requests, and of their responses, field by field.

Usage: cargo run --example decode [-- OPTIONS HEADER...]

  HEADER...         a value such as '5|1004,2,,,|0,1,1,,,' or a line `name: value`;
                    unless given, lines are read from standard input
  --every-dialect   explains what every known library sends
  --help            prints this text
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
            "Paste headers, one on each line; Ctrl-D ends the input (Ctrl-Z, Enter on Windows).",
        );
    }
    decode(io::stdin().lock().lines())
}

/// Explains each line; fails if one of them is no telemetry header, or if there is none.
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
        complain("nothing to explain: pass a header value, or lines on standard input");
        result = ExitCode::FAILURE;
    }
    result
}
