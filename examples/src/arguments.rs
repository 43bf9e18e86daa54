//! The command line of the examples; the `--help` text defines the accepted options.

use std::collections::HashMap;
use std::process::ExitCode;
use std::str::FromStr;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::Failure;

/// The options and positional words of the command line.
#[derive(Debug)]
pub struct Arguments {
    program: String,
    values: HashMap<String, String>,
    words: Vec<String>,
}

impl Arguments {
    /// Reads the command line; prints `help` or an error if there is nothing to run.
    ///
    /// In `help`, a line starting with `  --name` declares a flag, `  --name VALUE` an option with a
    /// value, and `  WORD` allows positional words.
    ///
    /// # Errors
    ///
    /// Returns the exit code if the example must not run.
    pub fn read(help: &str) -> Result<Self, ExitCode> {
        let mut parser = Parser::from_env();
        let program = program(parser.bin_name());
        match Self::parse(&mut parser, &program, help) {
            Ok(Some(arguments)) => Ok(arguments),
            Ok(None) => {
                say!("{}", help.trim_end());
                Err(ExitCode::SUCCESS)
            }
            Err(error) => {
                complain(&format!("{program}: {error}"));
                complain(&format!("Options: cargo run --example {program} -- --help"));
                Err(ExitCode::from(2))
            }
        }
    }

    /// Parses all arguments; returns `None` for `--help`.
    fn parse(
        parser: &mut Parser,
        program: &str,
        help: &str,
    ) -> Result<Option<Self>, lexopt::Error> {
        let mut values = HashMap::new();
        let mut words = Vec::new();
        while let Some(argument) = parser.next()? {
            let name = match &argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long(name) => (*name).to_owned(),
                Arg::Value(word) if allows_words(help) => {
                    words.push(word.clone().string()?);
                    continue;
                }
                Arg::Short(_) | Arg::Value(_) => return Err(argument.unexpected()),
            };
            let value = match takes_value(help, &name) {
                Some(true) => parser.value()?.string()?,
                Some(false) => String::new(),
                None => return Err(argument.unexpected()),
            };
            values.insert(name, value);
        }
        Ok(Some(Self {
            program: program.to_owned(),
            values,
            words,
        }))
    }

    /// Returns the value of an option, if present.
    ///
    /// # Errors
    ///
    /// Fails if the value cannot be parsed.
    pub fn get<T>(&self, name: &str) -> Result<Option<T>, Failure>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let parse = |text: &String| {
            text.parse()
                .map_err(|error| format!("invalid value `{text}` for --{name}: {error}").into())
        };
        self.values.get(name).map(parse).transpose()
    }

    /// Returns whether a flag is present.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Returns the positional words, in order.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Prints the last line of a run or its error, and returns the exit code.
    #[must_use]
    pub fn finish(&self, ran: Result<String, Failure>) -> ExitCode {
        match ran {
            Ok(last_line) => {
                say!("{last_line}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                complain(&format!("{}: {error}", self.program));
                ExitCode::FAILURE
            }
        }
    }
}

/// Runs an example whose only option is `--help`.
pub async fn run_without_options(
    help: &str,
    example: impl Future<Output = Result<String, Failure>>,
) -> ExitCode {
    match Arguments::read(help) {
        Ok(arguments) => arguments.finish(example.await),
        Err(code) => code,
    }
}

/// Prints a line to standard error.
#[expect(
    clippy::print_stderr,
    reason = "an example reports errors on standard error"
)]
pub fn complain(text: &str) {
    eprintln!("{text}");
}

/// Returns the name of the running program, without directory and extension.
fn program(path: Option<&str>) -> String {
    let stem = path.and_then(|path| std::path::Path::new(path).file_stem());
    stem.map_or_else(
        || "example".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// Returns whether an option takes a value; `None` if `help` does not list it.
fn takes_value(help: &str, name: &str) -> Option<bool> {
    let mut declared = help.lines().filter_map(|line| line.strip_prefix("  --"));
    let rest = declared.find_map(|line| {
        let rest = line.strip_prefix(name)?;
        (rest.is_empty() || rest.starts_with(' ')).then_some(rest)
    })?;
    Some(rest.starts_with(' ') && is_placeholder(rest.trim_start()))
}

fn allows_words(help: &str) -> bool {
    let mut indented = help.lines().filter_map(|line| line.strip_prefix("  "));
    indented.any(is_placeholder)
}

/// Returns whether a text starts with a word in capitals.
fn is_placeholder(text: &str) -> bool {
    let word = text.split([' ', '.']).next().unwrap_or_default();
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "\
Does something.

Usage: cargo run --example something [-- OPTIONS]

  --port N      port to listen on
  --url URL     where to send
  --all         everything; HTTP too
  --help        shows this text
";

    fn parse_with(help: &str, line: &str) -> Result<Option<Arguments>, lexopt::Error> {
        let mut parser = Parser::from_args(line.split_whitespace());
        Arguments::parse(&mut parser, "test", help)
    }

    fn parse(line: &str) -> Result<Arguments, lexopt::Error> {
        parse_with(HELP, line).map(|arguments| arguments.unwrap())
    }

    #[test]
    fn values_by_name() {
        let arguments = parse("--url here --port=8 --all").unwrap();
        assert_eq!(arguments.get::<u16>("port").unwrap(), Some(8));
        assert_eq!(
            arguments.get::<String>("url").unwrap().as_deref(),
            Some("here")
        );
        assert!(arguments.has("all"));
        assert_eq!(parse("").unwrap().get::<u16>("port").unwrap(), None);
        assert!(!parse("").unwrap().has("all"));
    }

    #[test]
    fn bad_arguments_are_errors() {
        for line in ["--host here", "--por 1", "--port", "--all=1", "-p", "word"] {
            assert!(parse(line).is_err(), "{line}");
        }
        let error = parse("--port many").unwrap().get::<u16>("port");
        let expected = "invalid value `many` for --port: invalid digit found in string";
        assert_eq!(error.unwrap_err().to_string(), expected);
    }

    #[test]
    fn help_wins() {
        assert!(parse_with(HELP, "--port 8 --help").unwrap().is_none());
        assert!(parse_with(HELP, "-h").unwrap().is_none());
    }

    #[test]
    fn words_need_a_placeholder_in_help() {
        let help = "Usage: x [HEADER...]\n\n  HEADER...  what to read\n  --all      everything\n";
        let arguments = parse_with(help, "one --all two").unwrap().unwrap();
        assert_eq!(arguments.words(), ["one", "two"]);
        assert!(arguments.has("all"));
    }
}
