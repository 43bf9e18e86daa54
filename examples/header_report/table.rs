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
    rows: HashMap<Box<str>, C>,
    other: C,
    merged: u64,
    limit: usize,
}

impl<C: Counts> Table<C> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            rows: HashMap::new(),
            other: C::default(),
            merged: 0,
            limit,
        }
    }

    /// Returns the row of a name, a new one if it has none.
    pub(crate) fn row(&mut self, name: &str) -> &mut C {
        if !self.rows.contains_key(name) {
            if self.rows.len() >= self.limit {
                self.merge_rarest();
            }
            self.rows.insert(name.into(), C::default());
        }
        self.rows.get_mut(name).unwrap_or(&mut self.other)
    }

    fn merge_rarest(&mut self) {
        let mut weights: Vec<u64> = self.rows.values().map(Counts::weight).collect();
        let middle = weights.len() / 2;
        let (_, median, _) = weights.select_nth_unstable(middle);
        let (median, mut left) = (*median, weights.len() - middle);
        let (other, merged) = (&mut self.other, &mut self.merged);
        self.rows.retain(|_, row| {
            // Of the rows at the median, the first ones found go.
            let goes = row.weight() < median || (row.weight() == median && left > 0);
            if goes {
                left = left.saturating_sub(1);
                other.add(row);
                *merged += 1;
            }
            !goes
        });
    }

    /// Returns the rows, those with the highest counts first.
    pub(crate) fn sorted(&self) -> Vec<(&str, &C)> {
        let mut rows: Vec<(&str, &C)> =
            self.rows.iter().map(|(name, row)| (&**name, row)).collect();
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
