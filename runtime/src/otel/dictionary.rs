//! Texts that others choose, given small numbers until the room is used up.

use std::sync::{Arc, OnceLock};

/// Most distinct texts that one dictionary holds.
const CAPACITY: usize = 128;

/// How far from its place a text may lie; past that it counts as one too many.
const MAX_STEPS: usize = 32;

/// Number of a text, by which attribute sets are found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text(u8);

impl Text {
    /// No text.
    pub(super) const NONE: Self = Self(0);

    /// One text too many.
    pub(super) const OTHER: Self = Self(u8::MAX);

    pub(super) const fn number(self) -> u8 {
        self.0
    }
}

/// The first [`CAPACITY`] texts that came; they stay, and reading them takes no lock.
#[derive(Debug)]
pub(super) struct Dictionary(Box<[OnceLock<Arc<str>>]>);

impl Dictionary {
    pub(super) fn new() -> Self {
        Self((0..CAPACITY).map(|_| OnceLock::new()).collect())
    }

    /// Number of the text that the parts make up, [`Text::OTHER`] if there is no room for it.
    pub(super) fn number_of(&self, parts: &[&str]) -> Text {
        let start = hash(parts);
        for step in 0..MAX_STEPS {
            let at = (start + step) % CAPACITY;
            let Some(slot) = self.0.get(at) else { break };
            // Whoever comes second to a free place finds the first one's text in it.
            let text = slot.get_or_init(|| parts.concat().into());
            if spells(text, parts) {
                return u8::try_from(at + 1).map_or(Text::OTHER, Text);
            }
        }
        Text::OTHER
    }

    /// The text with this number; none for [`Text::NONE`] and [`Text::OTHER`].
    pub(super) fn text(&self, text: Text) -> Option<Arc<str>> {
        let at = usize::from(text.0).checked_sub(1)?;
        self.0.get(at)?.get().map(Arc::clone)
    }
}

fn spells(text: &str, parts: &[&str]) -> bool {
    let rest = parts
        .iter()
        .try_fold(text, |rest, part| rest.strip_prefix(part));
    rest == Some("")
}

/// FNV-1a: short texts, and a hash that anyone may guess only costs them the bucket `other`.
fn hash(parts: &[&str]) -> usize {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    usize::try_from(hash >> 8).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number_however_it_is_cut() {
        let dictionary = Dictionary::new();
        let number = dictionary.number_of(&["41", ",", "1.2"]);
        assert_eq!(dictionary.number_of(&["41,1.2"]), number);
        assert_ne!(dictionary.number_of(&["41", ",", "1.3"]), number);
        assert_eq!(dictionary.text(number).as_deref(), Some("41,1.2"));
    }

    #[test]
    fn texts_beyond_the_room_are_one() {
        let dictionary = Dictionary::new();
        let numbers: Vec<Text> = (0..10_000)
            .map(|n| dictionary.number_of(&[&n.to_string()]))
            .collect();
        let kept = numbers.iter().filter(|number| **number != Text::OTHER);
        assert!(kept.count() <= CAPACITY);
        assert_eq!(numbers.last(), Some(&Text::OTHER));
        assert_eq!(dictionary.number_of(&["0"]), numbers[0]);
        assert_eq!(dictionary.text(Text::OTHER), None);
        assert_eq!(dictionary.text(Text::NONE), None);
    }
}
