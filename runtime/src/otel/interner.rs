//! Texts that others choose, given small numbers until the capacity is used up.

use std::sync::{Arc, OnceLock};

use super::quota::{Quota, Source, fnv};

/// Most distinct texts that one interner holds.
const CAPACITY: usize = 160;

/// Slots for them: more than texts, so that a search soon meets an empty one, and prime.
const SLOTS: usize = 251;

/// Most names of functions that are told apart.
pub(super) const MAX_APIS: usize = 64;

/// Number of a text, by which attribute sets are found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol(u8);

impl Symbol {
    /// No text.
    pub(super) const NONE: Self = Self(0);

    /// One text too many.
    pub(super) const OTHER: Self = Self(u8::MAX);

    pub(super) const fn number(self) -> u8 {
        self.0
    }
}

/// The first texts that came; they stay, and reading them takes no lock.
#[derive(Debug)]
pub(super) struct Interner {
    /// Made when the first text comes; most clients never see a caller or a failure.
    slots: OnceLock<Box<[OnceLock<Arc<str>>]>>,
    quota: Quota,
}

impl Interner {
    pub(super) fn new() -> Self {
        Self {
            slots: OnceLock::new(),
            quota: Quota::new(CAPACITY),
        }
    }

    /// Number of the text that the parts make up, [`Symbol::OTHER`] if there is no capacity left.
    pub(super) fn number_of(&self, parts: &[&str], source: Source<'_>) -> Symbol {
        let empty = || (0..SLOTS).map(|_| OnceLock::new()).collect();
        let slots = self.slots.get_or_init(empty);
        let start = fnv(parts);
        let mut may_add = false;
        for step in 0..SLOTS {
            let at = (start + step) % SLOTS;
            let Some(slot) = slots.get(at) else { break };
            if slot.get().is_none() && !may_add {
                may_add = self.quota.take(source);
                if !may_add {
                    break;
                }
            }
            let mut is_new = false;
            // Whoever comes second to an empty slot finds the first one's text in it.
            let text = slot.get_or_init(|| {
                is_new = true;
                parts.concat().into()
            });
            if spells(text, parts) {
                if may_add && !is_new {
                    self.quota.give_back(source);
                }
                return u8::try_from(at + 1).map_or(Symbol::OTHER, Symbol);
            }
        }
        Symbol::OTHER
    }

    /// The text with this number; none for [`Symbol::NONE`] and [`Symbol::OTHER`].
    pub(super) fn text(&self, text: Symbol) -> Option<Arc<str>> {
        let at = usize::from(text.0).checked_sub(1)?;
        self.slots.get()?.get(at)?.get().map(Arc::clone)
    }
}

fn spells(text: &str, parts: &[&str]) -> bool {
    let rest = parts
        .iter()
        .try_fold(text, |rest, part| rest.strip_prefix(part));
    rest == Some("")
}

/// The first names of functions that came.
///
/// They are the SDK's own, so nobody needs a share. They are looked for only when a new attribute
/// set is made.
#[derive(Debug)]
pub(super) struct ApiNames([OnceLock<&'static str>; MAX_APIS]);

impl ApiNames {
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; MAX_APIS])
    }

    /// This name, as it came first; none if there is no capacity for it.
    pub(super) fn admit(&self, name: &'static str) -> Option<&'static str> {
        let mut slots = self.0.iter().map(|slot| *slot.get_or_init(|| name));
        slots.find(|known| *known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::quota::tests::source;
    use super::*;

    #[test]
    fn a_text_keeps_its_number_however_it_is_cut() {
        let interner = Interner::new();
        let a = source("a");
        let number = interner.number_of(&["41", ",", "1.2"], a);
        assert_eq!(interner.number_of(&["41,1.2"], a), number);
        assert_ne!(interner.number_of(&["41", ",", "1.3"], a), number);
        assert_eq!(interner.text(number).as_deref(), Some("41,1.2"));
    }

    #[test]
    fn texts_beyond_the_capacity_are_one() {
        let interner = Interner::new();
        let number = |n: u32, host| interner.number_of(&[&n.to_string()], source(host));
        let first: Vec<Symbol> = (0..10_000).map(|n| number(n, "a")).collect();
        let kept = first.iter().filter(|number| **number != Symbol::OTHER);
        assert_eq!(kept.count(), 128, "the share of one source");
        assert_eq!(number(0, "b"), first[0]);
        assert_ne!(number(9_999, "b"), Symbol::OTHER);
        let other = (10_000..20_000).map(|n| number(n, "b"));
        assert!(other.filter(|number| *number != Symbol::OTHER).count() < 32);
        assert_eq!(interner.text(Symbol::OTHER), None);
        assert_eq!(interner.text(Symbol::NONE), None);
    }

    #[test]
    fn names_of_functions_are_bounded() {
        let names = ApiNames::new();
        let name = |n: usize| -> &'static str { n.to_string().leak() };
        let admitted = (0..1_000).filter_map(|n| names.admit(name(n)));
        assert_eq!(admitted.count(), MAX_APIS);
        assert_eq!(
            names.admit(name(0)),
            Some("0"),
            "by its text, wherever it lies"
        );
    }
}
