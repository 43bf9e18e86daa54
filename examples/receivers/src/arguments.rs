//! `--name value` on the command line.

use std::collections::HashMap;
use std::str::FromStr;

use crate::Failure;

/// Values by name, each of them known to the example.
#[derive(Debug)]
pub struct Arguments {
    values: HashMap<String, String>,
}

impl Arguments {
    /// What the command line says.
    ///
    /// # Errors
    ///
    /// When a name is not among `known`, or has no value.
    pub fn read(known: &[&str]) -> Result<Self, Failure> {
        Self::parse(std::env::args().skip(1), known)
    }

    fn parse(words: impl Iterator<Item = String>, known: &[&str]) -> Result<Self, Failure> {
        let expected = || format!("expected --{} with a value each", known.join(", --"));
        let mut words = words;
        let mut values = HashMap::new();
        while let Some(word) = words.next() {
            let name = word
                .strip_prefix("--")
                .filter(|name| known.contains(name))
                .ok_or_else(|| format!("unknown argument `{word}`: {}", expected()))?;
            let value = words
                .next()
                .ok_or_else(|| format!("`{word}` has no value: {}", expected()))?;
            values.insert(name.to_owned(), value);
        }
        Ok(Self { values })
    }

    /// Value under a name, if one was given.
    ///
    /// # Errors
    ///
    /// When the value cannot be read.
    pub fn get<T>(&self, name: &str) -> Result<Option<T>, Failure>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let parse = |text: &String| {
            text.parse()
                .map_err(|error| format!("--{name} {text}: {error}").into())
        };
        self.values.get(name).map(parse).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, Failure> {
        Arguments::parse(line.split_whitespace().map(str::to_owned), &["port", "url"])
    }

    #[test]
    fn values_are_found_by_name() {
        let arguments = parse("--url here --port 8").unwrap();
        assert_eq!(arguments.get::<u16>("port").unwrap(), Some(8));
        assert_eq!(
            arguments.get::<String>("url").unwrap().as_deref(),
            Some("here")
        );
        assert_eq!(parse("").unwrap().get::<u16>("port").unwrap(), None);
    }

    #[test]
    fn unknown_names_missing_values_and_bad_numbers_are_refused() {
        assert!(parse("--host here").is_err());
        assert!(parse("--port").is_err());
        assert!(parse("--port many").unwrap().get::<u16>("port").is_err());
    }
}
