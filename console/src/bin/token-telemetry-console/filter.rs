//! Which acquisitions the list shows.

/// Words that an acquisition must contain, and whether cache hits are hidden.
///
/// A word after `!` must be missing.
#[derive(Debug)]
pub(crate) struct Filter {
    text: String,
    hides_hits: bool,
}

impl Filter {
    pub(crate) const fn new() -> Self {
        Self {
            text: String::new(),
            hides_hits: false,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn push(&mut self, char: char) {
        self.text.push(char);
    }

    pub(crate) fn pop(&mut self) {
        self.text.pop();
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    pub(crate) const fn hides_hits(&self) -> bool {
        self.hides_hits
    }

    pub(crate) const fn toggle_hits(&mut self) {
        self.hides_hits = !self.hides_hits;
    }

    /// Returns whether the filter accepts an acquisition with these texts, in lower case.
    pub(crate) fn accepts(&self, searched: &str, is_hit: bool) -> bool {
        if is_hit && self.hides_hits {
            return false;
        }
        let text = self.text.to_lowercase();
        text.split_whitespace()
            .all(|word| match word.strip_prefix('!') {
                // Nothing is excluded before the first letter of the word is typed.
                Some("") => true,
                Some(word) => !searched.contains(word),
                None => searched.contains(word),
            })
    }
}
