//! Merges two sorted sequences.

use std::iter::Peekable;

/// An iterator over two sorted sequences that keeps their common order.
#[derive(Clone)]
pub(super) struct InOrder<I: Iterator> {
    left: Peekable<I>,
    right: Peekable<I>,
    /// Whether the first item comes before the second.
    precedes: fn(&I::Item, &I::Item) -> bool,
}

impl<I: Iterator> InOrder<I> {
    pub(super) fn new(left: I, right: I, precedes: fn(&I::Item, &I::Item) -> bool) -> Self {
        Self {
            left: left.peekable(),
            right: right.peekable(),
            precedes,
        }
    }
}

impl<I: Iterator> Iterator for InOrder<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<Self::Item> {
        match (self.left.peek(), self.right.peek()) {
            (Some(left), Some(right)) if (self.precedes)(right, left) => self.right.next(),
            (Some(_), _) => self.left.next(),
            (None, _) => self.right.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_both_sequences_in_order() {
        for (left, right) in [
            (&[1, 4, 5][..], &[2, 3, 6][..]),
            (&[], &[1, 2]),
            (&[1, 2], &[]),
        ] {
            let mut sorted = [left, right].concat();
            sorted.sort_unstable();
            let merged = InOrder::new(left.iter(), right.iter(), |one, other| one < other);
            assert_eq!(merged.copied().collect::<Vec<_>>(), sorted);
        }
    }
}
