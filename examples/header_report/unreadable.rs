//! Counts what could not be read.

/// One reason: what could not be read, why, how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) subject: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) count: u64,
    pub(crate) first_line: u64,
    pub(crate) first_file: String,
}

/// The problems of all files. There are as many as reasons, which are constants.
#[derive(Default)]
pub(crate) struct Unreadable {
    problems: Vec<Problem>,
    file: String,
}

impl Unreadable {
    pub(crate) fn set_file(&mut self, name: &str) {
        name.clone_into(&mut self.file);
    }

    pub(crate) fn add(&mut self, subject: &'static str, reason: &'static str, line: u64) {
        let is_same = |known: &&mut Problem| known.subject == subject && known.reason == reason;
        if let Some(known) = self.problems.iter_mut().find(is_same) {
            known.count += 1;
            return;
        }
        self.problems.push(Problem {
            subject,
            reason,
            count: 1,
            first_line: line,
            first_file: self.file.clone(),
        });
    }

    /// Returns how many lines could not be read.
    pub(crate) fn lines(&self) -> u64 {
        let lines = self.problems.iter().filter(|it| it.subject == "line");
        lines.map(|problem| problem.count).sum()
    }

    /// Returns the problems, the most frequent first.
    pub(crate) fn sorted(&self) -> Vec<&Problem> {
        let mut problems: Vec<&Problem> = self.problems.iter().collect();
        problems.sort_by_key(|problem| (std::cmp::Reverse(problem.count), problem.first_line));
        problems
    }
}
