//! JSON objects that reject unknown keys.

use std::fmt::Debug;

use serde_json::{Map, Value};

/// The keys of an object that were not read yet.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn of(value: Value) -> Result<Self, String> {
        if let Value::Object(map) = value {
            return Ok(Self(map));
        }
        Err(format!("expected an object, found {value}"))
    }

    /// Takes a key; treats `null` as absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        self.convert(key, "text", |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn number(&mut self, key: &str) -> Result<Option<u64>, String> {
        self.convert(key, "a number", Value::as_u64)
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<Option<bool>, String> {
        self.convert(key, "true or false", Value::as_bool)
    }

    pub(crate) fn object(&mut self, key: &str) -> Result<Self, String> {
        Self::of(self.take(key).unwrap_or_else(|| Value::Object(Map::new())))
    }

    pub(crate) fn list(&mut self, key: &str) -> Result<Option<Vec<Value>>, String> {
        self.convert(key, "a list", |value| value.as_array().cloned())
    }

    pub(crate) fn texts(&mut self, key: &str) -> Result<Option<Vec<String>>, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.convert(key, "a list of texts", |value| {
            value.as_array()?.iter().map(text).collect()
        })
    }

    fn convert<T>(
        &mut self,
        key: &str,
        kind: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let refused = || format!("`{key}` should be {kind}, found {value}");
        convert(&value).map(Some).ok_or_else(refused)
    }

    pub(crate) fn needed<T>(key: &str, value: Option<T>) -> Result<T, String> {
        value.ok_or_else(|| format!("`{key}` is missing"))
    }

    /// Returns whether a key is left, even if it is `null`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Returns the remaining keys with their values.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = (String, Value)> {
        self.0.into_iter()
    }

    /// Fails if a key was not read.
    pub(crate) fn finish(self) -> Result<(), String> {
        let unknown: Vec<_> = self.0.keys().map(String::as_str).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(format!("unknown keys: {}", unknown.join(", ")))
    }
}

/// Counts assertions, and fails at the first false one.
#[derive(Debug, Default)]
pub(crate) struct Check {
    pub(crate) assertions: usize,
    /// Expectations that were not compared, because only MSAL.NET can meet them.
    pub(crate) not_applicable: usize,
}

impl Check {
    pub(crate) fn add(&mut self, other: &Self) {
        self.assertions += other.assertions;
        self.not_applicable += other.not_applicable;
    }

    /// Fails if nothing was compared.
    pub(crate) fn is_used(&self) -> Result<(), String> {
        let missing = || "nothing was compared".to_owned();
        (self.assertions > 0).then_some(()).ok_or_else(missing)
    }

    /// Compares with an expectation, if the vector has it.
    pub(crate) fn given<F: PartialEq<E> + Debug, E: Debug>(
        &mut self,
        what: &str,
        found: F,
        expected: Option<E>,
    ) -> Result<(), String> {
        expected.map_or(Ok(()), |expected| self.same(what, found, expected))
    }

    #[expect(clippy::needless_pass_by_value, reason = "a check reads better")]
    pub(crate) fn same<F: PartialEq<E> + Debug, E: Debug>(
        &mut self,
        what: &str,
        found: F,
        expected: E,
    ) -> Result<(), String> {
        self.assertions += 1;
        if found == expected {
            return Ok(());
        }
        Err(format!("{what}: found {found:?}, expected {expected:?}"))
    }

    pub(crate) fn holds(&mut self, what: &str, condition: bool) -> Result<(), String> {
        self.same(what, condition, true)
    }
}
