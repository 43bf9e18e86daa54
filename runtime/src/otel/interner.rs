//! Maps texts from outside to small numbers, up to a limit.

use std::sync::Arc;

use super::bounded_table::{BoundedTable, fnv};
use super::quota::{Origin, Quota};

/// Maximum number of distinct texts in one interner.
const CAPACITY: usize = 160;

/// Maximum number of distinct function names.
pub(super) const MAX_APIS: usize = 64;

/// Maximum number of distinct names of custom credentials.
const MAX_CREDENTIALS: usize = 16;

/// A number that identifies an interned text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol(u16);

impl Symbol {
    /// The symbol for no text.
    pub(super) const NONE: Self = Self(0);

    /// The symbol for all texts beyond the limit.
    pub(super) const OTHER: Self = Self((1 << Self::BITS) - 1);

    /// Number of bits of the largest symbol.
    pub(super) const BITS: u32 = 9;

    pub(super) const fn number(self) -> u16 {
        self.0
    }
}

/// A set of texts that only grows.
#[derive(Debug)]
pub(super) struct Interner {
    texts: BoundedTable<Arc<str>>,
    quota: Quota,
}

impl Interner {
    pub(super) const fn new() -> Self {
        Self {
            texts: BoundedTable::new(CAPACITY),
            quota: Quota::new(CAPACITY),
        }
    }

    /// Returns the symbol of the concatenated parts, or [`Symbol::OTHER`] beyond the limit.
    pub(super) fn intern(&self, parts: &[&str], origin: Origin<'_>) -> Symbol {
        let hash = fnv(parts).into();
        let matches = |text: &Arc<str>| matches(text, parts);
        let insert = || self.texts.insert(hash, matches, || parts.concat().into());
        let found = self.texts.find(hash, matches);
        let entry = found.or_else(|| self.quota.admit(origin, insert));
        let number = entry.and_then(|entry| u16::try_from(entry.at + 1).ok());
        number.map_or(Symbol::OTHER, Symbol)
    }

    /// Returns the symbol of a text that was interned before.
    #[cfg(feature = "tower")]
    pub(super) fn find(&self, text: &str) -> Option<Symbol> {
        let hash = fnv(&[text]).into();
        let entry = self.texts.find(hash, |known| **known == *text)?;
        u16::try_from(entry.at + 1).ok().map(Symbol)
    }

    /// Returns the text of a symbol; [`Symbol::NONE`] and [`Symbol::OTHER`] have none.
    pub(super) fn resolve(&self, symbol: Symbol) -> Option<Arc<str>> {
        let at = usize::from(symbol.0).checked_sub(1)?;
        self.texts.get(at).map(Arc::clone)
    }
}

fn matches(text: &str, parts: &[&str]) -> bool {
    let rest = parts
        .iter()
        .try_fold(text, |rest, part| rest.strip_prefix(part));
    rest == Some("")
}

/// The first names seen of functions, or of custom credentials.
///
/// They come from the SDK itself, so they need no quota. They are searched only when a new series
/// is created.
#[derive(Debug)]
pub(super) struct Names(BoundedTable<&'static str>);

impl Names {
    pub(super) const fn of_apis() -> Self {
        Self(BoundedTable::new(MAX_APIS))
    }

    pub(super) const fn of_credentials() -> Self {
        Self(BoundedTable::new(MAX_CREDENTIALS))
    }

    /// Returns the first address of this name, unless it is beyond the limit.
    pub(super) fn admit(&self, name: &'static str) -> Option<&'static str> {
        let hash = fnv(&[name]).into();
        let Self(names) = self;
        let found = names.find(hash, |known| *known == name);
        let admitted = found.or_else(|| names.insert(hash, |known| *known == name, || name));
        admitted.map(|entry| *entry.value)
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
        let names = Names::of_apis();
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
