//! Results of a replay.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fields::Check;

/// The number of passed cases, what was compared in them, and the failures.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) total: usize,
    pub(crate) compared: Check,
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// Replays each case of a file; a file without cases is a failure.
    pub(crate) fn replay(
        &mut self,
        dir: &Path,
        file: &str,
        name: impl Fn(usize, &Value) -> String,
        replay: impl Fn(Value, &mut Check) -> Result<(), String>,
    ) {
        let cases = cases(&dir.join(file)).unwrap_or_else(|problem| {
            self.total += 1;
            self.failures.push(format!("{file}: {problem}"));
            Vec::new()
        });
        for (at, case) in cases.into_iter().enumerate() {
            self.total += 1;
            let name = name(at, &case);
            let mut check = Check::default();
            match replay(case, &mut check).and_then(|()| check.is_used()) {
                Ok(()) => {
                    self.passed += 1;
                    self.compared.add(&check);
                }
                Err(problem) => self.failures.push(format!("{name}: {problem}")),
            }
        }
    }
}

fn cases(file: &Path) -> Result<Vec<Value>, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let cases: Vec<Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if cases.is_empty() {
        return Err("it has no cases".to_owned());
    }
    Ok(cases)
}
