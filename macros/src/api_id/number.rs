//! Parses numbers: integer literals, and ranges of them.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{Error, Expr, ExprLit, ExprRange, ExprUnary, Lit, RangeLimits, UnOp};

/// Most numbers that one enum may reserve; each becomes a claim that the compiler checks.
const MAX_RESERVED: u64 = 256;

/// A number and where it is written.
#[derive(Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) span: Span,
}

impl Number {
    /// Parses the number of a discriminant.
    pub(crate) fn of_discriminant(expression: &Expr) -> Result<Self, Error> {
        match expression {
            // rustc rejects the sign itself, because the enum is unsigned.
            Expr::Unary(ExprUnary {
                op: UnOp::Neg(_),
                expr: positive,
                ..
            }) => Self::read(positive),
            other => Self::read(other),
        }
    }

    /// Parses a literal; the derive cannot evaluate other expressions.
    fn read(expression: &Expr) -> Result<Self, Error> {
        match expression {
            Expr::Group(group) => Self::read(&group.expr),
            Expr::Lit(ExprLit {
                lit: Lit::Int(int), ..
            }) => {
                let span = int.span();
                let value = int.base10_parse().map_err(|_overflow| {
                    let largest = u32::MAX;
                    let message = format!(
                        "expected a number up to {largest}, found {int}: use a smaller one"
                    );
                    Error::new(span, message)
                })?;
                Ok(Self { value, span })
            }
            other => {
                let message = format!(
                    "expected an integer literal, found `{}`: write the number itself, such as `1004`",
                    other.to_token_stream()
                );
                Err(Error::new_spanned(other, message))
            }
        }
    }

    /// Creates an error that points at this number.
    pub(crate) fn error(self, message: &str) -> Error {
        Error::new(self.span, message)
    }
}

/// Numbers that no variant may take: `2002` or `3000..=3099`.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) first: Number,
    pub(crate) last: Number,
}

impl Entry {
    fn read(expression: &Expr) -> Result<Self, Error> {
        let (first, last) = match expression {
            Expr::Range(range) => Self::ends(range)?,
            single => {
                let number = Number::read(single)?;
                (number, number)
            }
        };
        if first.value == 0 {
            return Err(first.error(
                "expected a nonzero number, because 0 is never an API id: remove it from the list",
            ));
        }
        if first.value > last.value {
            let (first, last) = (first.value, last.value);
            let message = format!("expected an ascending range: write `{last}..={first}`");
            return Err(Error::new_spanned(expression, message));
        }
        Ok(Self { first, last })
    }

    fn ends(range: &ExprRange) -> Result<(Number, Number), Error> {
        let (Some(start), Some(end)) = (&range.start, &range.end) else {
            let message = "expected a range with both ends: write one such as `3000..=3099`";
            return Err(Error::new_spanned(range, message));
        };
        let (first, last) = (Number::read(start)?, Number::read(end)?);
        match range.limits {
            RangeLimits::Closed(_) => Ok((first, last)),
            RangeLimits::HalfOpen(dots) => {
                let first = first.value;
                let last = last.value.saturating_sub(1).max(first);
                let message =
                    format!("expected an inclusive range, found `..`: write `{first}..={last}`");
                Err(Error::new_spanned(dots, message))
            }
        }
    }

    pub(crate) fn numbers(self) -> RangeInclusive<u32> {
        self.first.value..=self.last.value
    }

    fn count(self) -> u64 {
        u64::from(self.last.value - self.first.value) + 1
    }

    fn overlaps(self, other: Self) -> bool {
        self.first.value <= other.last.value && other.first.value <= self.last.value
    }

    fn text(self) -> String {
        match (self.first.value, self.last.value) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}..={last}"),
        }
    }
}

/// All numbers that an enum reserves.
#[derive(Default)]
pub(crate) struct Reserved {
    /// The key `reserved`, if it is given.
    pub(crate) word: Option<Span>,
    entries: Vec<Entry>,
}

impl Reserved {
    pub(crate) fn new(word: Span) -> Self {
        Self {
            word: Some(word),
            ..Self::default()
        }
    }

    /// Adds one item of the list.
    pub(crate) fn add(&mut self, expression: &Expr) -> Result<(), Error> {
        let entry = Entry::read(expression)?;
        if let Some(earlier) = self.entries.iter().find(|earlier| earlier.overlaps(entry)) {
            let message = format!(
                "duplicate number, already reserved by `{}`: remove it here",
                earlier.text()
            );
            return Err(Error::new_spanned(expression, message));
        }
        let entries = self.entries().chain([entry]);
        let count: u64 = entries.map(Entry::count).sum();
        if count > MAX_RESERVED {
            let message = format!(
                "expected at most {MAX_RESERVED} reserved numbers, found {count}: \
                 reserve only numbers that were used or promised"
            );
            return Err(Error::new_spanned(expression, message));
        }
        self.entries.push(entry);
        Ok(())
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.entries.iter().copied()
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        self.entries()
            .any(|entry| entry.numbers().contains(&number))
    }

    /// Returns an unused number to suggest: the one after the largest in use, if possible.
    pub(crate) fn free_after(&self, written: &BTreeSet<u32>) -> u32 {
        let used = |number: &u32| written.contains(number) || self.contains(*number);
        let largest = written.iter().rfind(|number| !self.contains(**number));
        let next = largest.map_or(1, |largest| largest.saturating_add(1));
        let mut free = (next..=u32::MAX).chain(1..next);
        free.find(|number| !used(number)).unwrap_or(1)
    }
}
