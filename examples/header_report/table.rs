//! Counts by name in bounded memory.

use std::collections::HashMap;

/// Counts that can be added up.
pub(crate) trait Counts: Clone + Default {
    fn add(&mut self, other: &Self);

    /// The number by which rows are compared: the rarest make room for new ones.
    fn weight(&self) -> u64;
}

impl Counts for u64 {
    fn add(&mut self, other: &Self) {
        *self = self.saturating_add(*other);
    }

    fn weight(&self) -> u64 {
        *self
    }
}

/// Separates the parts of a name.
pub(crate) const PART: char = '\u{1f}';

/// Rows with counts. If there are too many, the rarer half becomes part of the row `other`, so that a
/// flood of names that appear once cannot hide one that appears often.
pub(crate) struct Table<C> {
    /// The position of each name in `rows`, so that a known name is looked up once.
    positions: HashMap<Box<str>, usize>,
    rows: Vec<C>,
    other: C,
    merged: u64,
    limit: usize,
}

impl<C: Counts> Table<C> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            positions: HashMap::new(),
            rows: Vec::new(),
            other: C::default(),
            merged: 0,
            limit,
        }
    }

    /// Returns the row of a name, a new one if it has none.
    pub(crate) fn row(&mut self, name: &str) -> &mut C {
        let known = self.positions.get(name).copied();
        let at = known.unwrap_or_else(|| self.insert(name));
        self.rows.get_mut(at).unwrap_or(&mut self.other)
    }

    fn insert(&mut self, name: &str) -> usize {
        if self.rows.len() >= self.limit {
            self.merge_rarest();
        }
        self.positions.insert(name.into(), self.rows.len());
        self.rows.push(C::default());
        self.rows.len() - 1
    }

    fn merge_rarest(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let mut weights: Vec<u64> = rows.iter().map(Counts::weight).collect();
        let middle = weights.len() / 2;
        let (_, median, _) = weights.select_nth_unstable(middle);
        let median = *median;
        // Of the rows at the median, only as many are merged as it takes to halve the table.
        let below = rows.iter().filter(|row| row.weight() < median).count();
        let mut at_median = middle.saturating_sub(below).max(1);
        self.positions.retain(|_, at| {
            let Some(row) = rows.get(*at) else {
                return false;
            };
            let is_at_median = row.weight() == median && at_median > 0;
            if row.weight() < median || is_at_median {
                at_median -= usize::from(is_at_median);
                self.other.add(row);
                self.merged += 1;
                return false;
            }
            *at = self.rows.len();
            self.rows.push(row.clone());
            true
        });
    }

    /// Returns the rows, those with the highest counts first.
    pub(crate) fn sorted(&self) -> Vec<(&str, &C)> {
        let rows = self.positions.iter();
        let rows = rows.filter_map(|(name, at)| Some((&**name, self.rows.get(*at)?)));
        let mut rows: Vec<(&str, &C)> = rows.collect();
        rows.sort_by(|(a, left), (b, right)| right.weight().cmp(&left.weight()).then(a.cmp(b)));
        rows
    }

    /// Returns the counts of the rows that were merged, and how many there were.
    pub(crate) fn other(&self) -> (&C, u64) {
        (&self.other, self.merged)
    }
}

/// Makes a client's text safe to keep: at most 48 bytes of printable ASCII.
pub(crate) fn clean(text: &[u8], into: &mut String) {
    const MOST: usize = 48;
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '?',
    };
    if text.trim_ascii().is_empty() {
        into.push_str("(none)");
        return;
    }
    into.extend(text.iter().take(MOST).map(printable));
    if text.len() > MOST {
        into.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flood_cannot_hide_frequent_names() {
        let mut table = Table::<u64>::new(64);
        for number in 0..100_000_u32 {
            *table.row(&number.to_string()) += 1;
            if number % 10 == 0 {
                *table.row("frequent") += 1;
            }
        }
        assert_eq!(table.sorted()[0], ("frequent", &10_000));
        assert!(table.sorted().len() <= 64);
        let kept: u64 = table.sorted().iter().map(|(_, count)| **count).sum();
        assert_eq!(kept + table.other().0, 110_000);
    }

    #[test]
    fn hostile_text_is_bounded() {
        let mut text = String::new();
        clean("a\u{1f}\n<ü>".as_bytes(), &mut text);
        assert_eq!(text, "a??<??>");
        text.clear();
        clean(&[b'x'; 1000], &mut text);
        assert_eq!(text.chars().count(), 49);
    }
}
