//! Explains the telemetry headers of token requests, and of their answers, field by field.
//!
//! ```text
//! cargo run --example decode -- '5|1004,2,centralus,3,4|0,1,1,,,'
//! cargo run --example decode -- 'x-ms-clitelem: 1,50171,0,255.0643,I'
//! cargo run --example decode < headers.txt     # one value, or `name: value`, per line
//! cargo run --example decode -- --every-dialect # what every known library sends
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "examples talk to the person who runs them"
)]

mod dialects;
mod explain;
mod input;
mod words;

use std::io::{self, BufRead};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--every-dialect")
    {
        return decode(dialects::headers().into_iter().map(Ok));
    }
    if arguments.is_empty() {
        return decode(io::stdin().lock().lines());
    }
    decode(arguments.into_iter().map(Ok))
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
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("{error}");
                result = ExitCode::FAILURE;
            }
        }
    }
    if found == 0 {
        eprintln!("nothing to explain: give a header value, or lines on standard input");
        result = ExitCode::FAILURE;
    }
    result
}
