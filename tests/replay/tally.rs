//! Results of a replay.

/// The number of passed cases, and the failures.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) total: usize,
    pub(crate) assertions: usize,
    pub(crate) not_applicable: usize,
    pub(crate) skipped: usize,
    pub(crate) failures: Vec<String>,
}

/// Counts of one case that passed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) assertions: usize,
    pub(crate) not_applicable: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    pub(crate) fn case(&mut self, name: &str, result: Result<Counts, String>) {
        self.total += 1;
        match result {
            Ok(counts) => {
                self.passed += 1;
                self.assertions += counts.assertions;
                self.not_applicable += counts.not_applicable;
                self.skipped += counts.skipped;
            }
            Err(problem) => self.failures.push(format!("{name}: {problem}")),
        }
    }
}
