//! Maps texts from outside to small numbers, up to a limit.

use std::sync::{Arc, OnceLock};

use super::quota::{Origin, Quota, fnv};

/// Maximum number of distinct texts in one interner.
const CAPACITY: usize = 160;

/// Number of slots: more than texts, so that a search soon reaches an empty one, and prime.
const SLOTS: usize = 251;

/// Maximum number of distinct function names.
pub(super) const MAX_APIS: usize = 64;

/// A number that identifies an interned text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol(u8);

impl Symbol {
    /// The symbol for no text.
    pub(super) const NONE: Self = Self(0);

    /// The symbol for all texts beyond the limit.
    pub(super) const OTHER: Self = Self(u8::MAX);

    pub(super) const fn number(self) -> u8 {
        self.0
    }
}

/// A set of texts that only grows; reading it takes no lock.
#[derive(Debug)]
pub(super) struct Interner {
    /// Allocated with the first text; most clients never see a caller or a failure.
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

    /// Returns the symbol of the concatenated parts, or [`Symbol::OTHER`] beyond the limit.
    pub(super) fn intern(&self, parts: &[&str], origin: Origin<'_>) -> Symbol {
        let empty = || (0..SLOTS).map(|_| OnceLock::new()).collect();
        let slots = self.slots.get_or_init(empty);
        let start = fnv(parts);
        let mut may_add = false;
        for step in 0..SLOTS {
            let at = (start + step) % SLOTS;
            let Some(slot) = slots.get(at) else { break };
            if slot.get().is_none() && !may_add {
                may_add = self.quota.claim(origin);
                if !may_add {
                    break;
                }
            }
            let mut is_new = false;
            // The thread that loses the race for an empty slot finds the winner's text in it.
            let text = slot.get_or_init(|| {
                is_new = true;
                parts.concat().into()
            });
            if matches(text, parts) {
                if may_add && !is_new {
                    self.quota.release(origin);
                }
                return u8::try_from(at + 1).map_or(Symbol::OTHER, Symbol);
            }
        }
        Symbol::OTHER
    }

    /// Returns the text of a symbol; [`Symbol::NONE`] and [`Symbol::OTHER`] have none.
    pub(super) fn resolve(&self, symbol: Symbol) -> Option<Arc<str>> {
        let at = usize::from(symbol.0).checked_sub(1)?;
        self.slots.get()?.get(at)?.get().map(Arc::clone)
    }
}

fn matches(text: &str, parts: &[&str]) -> bool {
    let rest = parts
        .iter()
        .try_fold(text, |rest, part| rest.strip_prefix(part));
    rest == Some("")
}

/// The names of the first functions seen.
///
/// They come from the SDK itself, so they need no quota. They are searched only when a new series
/// is created.
#[derive(Debug)]
pub(super) struct ApiNames([OnceLock<&'static str>; MAX_APIS]);

impl ApiNames {
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; MAX_APIS])
    }

    /// Returns the first address of this name, unless it is beyond the limit.
    pub(super) fn admit(&self, name: &'static str) -> Option<&'static str> {
        let mut slots = self.0.iter().map(|slot| *slot.get_or_init(|| name));
        slots.find(|known| *known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::quota::tests::origin;
    use super::*;

    #[test]
    fn symbol_does_not_depend_on_how_text_is_split() {
        let interner = Interner::new();
        let a = origin("a");
        let symbol = interner.intern(&["41", ",", "1.2"], a);
        assert_eq!(interner.intern(&["41,1.2"], a), symbol);
        assert_ne!(interner.intern(&["41", ",", "1.3"], a), symbol);
        assert_eq!(interner.resolve(symbol).as_deref(), Some("41,1.2"));
    }

    #[test]
    fn texts_beyond_capacity_share_one_symbol() {
        let interner = Interner::new();
        let symbol = |n: u32, host| interner.intern(&[&n.to_string()], origin(host));
        let first: Vec<Symbol> = (0..10_000).map(|n| symbol(n, "a")).collect();
        let kept = first.iter().filter(|symbol| **symbol != Symbol::OTHER);
        assert_eq!(kept.count(), 128, "the share of one source");
        assert_eq!(symbol(0, "b"), first[0]);
        assert_ne!(symbol(9_999, "b"), Symbol::OTHER);
        let other = (10_000..20_000).map(|n| symbol(n, "b"));
        assert!(other.filter(|symbol| *symbol != Symbol::OTHER).count() < 32);
        assert_eq!(interner.resolve(Symbol::OTHER), None);
        assert_eq!(interner.resolve(Symbol::NONE), None);
    }

    #[test]
    fn function_names_are_bounded() {
        let names = ApiNames::new();
        let name = |n: usize| -> &'static str { n.to_string().leak() };
        let admitted = (0..1_000).filter_map(|n| names.admit(name(n)));
        assert_eq!(admitted.count(), MAX_APIS);
        assert_eq!(
            names.admit(name(0)),
            Some("0"),
            "by its text, at any address"
        );
    }
}
