//! Parses numbers: integer literals, and ranges of them.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{Error, Expr, ExprLit, ExprRange, ExprUnary, Lit, LitInt, RangeLimits, UnOp};

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
        if let Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr: positive,
            ..
        }) = expression
        {
            // rustc rejects the sign itself, because the enum is unsigned.
            return Self::read(positive);
        }
        Self::read(expression)
    }

    /// Parses a literal; the derive cannot evaluate other expressions.
    fn read(expression: &Expr) -> Result<Self, Error> {
        if let Expr::Group(group) = expression {
            return Self::read(&group.expr);
        }
        if let Expr::Lit(ExprLit {
            lit: Lit::Int(int), ..
        }) = expression
        {
            return Self::of_literal(int);
        }
        let message = format!(
            "expected an integer literal, found `{}`: write the number itself, such as `1004`",
            expression.to_token_stream()
        );
        Err(Error::new_spanned(expression, message))
    }

    fn of_literal(int: &LitInt) -> Result<Self, Error> {
        let span = int.span();
        let Ok(value) = int.base10_parse() else {
            let largest = u32::MAX;
            let message =
                format!("expected a number up to {largest}, found {int}: use a smaller one");
            return Err(Error::new(span, message));
        };
        Ok(Self { value, span })
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
        let Expr::Range(range) = expression else {
            let first = Number::read(expression)?;
            return Self { first, last: first }.checked(expression);
        };
        let ExprRange {
            start: Some(start),
            limits,
            end: Some(end),
            ..
        } = range
        else {
            let message = "expected a range with both ends: write one such as `3000..=3099`";
            return Err(Error::new_spanned(range, message));
        };
        let (first, last) = (Number::read(start)?, Number::read(end)?);
        if let RangeLimits::HalfOpen(dots) = limits {
            let message = format!(
                "expected an inclusive range, found `..`: write `{}..={}`",
                first.value,
                last.value.saturating_sub(1).max(first.value)
            );
            return Err(Error::new_spanned(dots, message));
        }
        Self { first, last }.checked(expression)
    }

    fn checked(self, expression: &Expr) -> Result<Self, Error> {
        let (first, last) = (self.first.value, self.last.value);
        if first == 0 {
            return Err(self.first.error(
                "expected a nonzero number, because 0 is never an API id: remove it from the list",
            ));
        }
        if first > last {
            let message = format!("expected an ascending range: write `{last}..={first}`");
            return Err(Error::new_spanned(expression, message));
        }
        Ok(self)
    }

    pub(crate) fn numbers(self) -> RangeInclusive<u32> {
        self.first.value..=self.last.value
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
    count: u64,
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
        let (first, last) = (u64::from(entry.first.value), u64::from(entry.last.value));
        let count = self.count + last - first + 1;
        if count > MAX_RESERVED {
            let message = format!(
                "expected at most {MAX_RESERVED} reserved numbers, found {count}: \
                 reserve only numbers that were used or promised"
            );
            return Err(Error::new_spanned(expression, message));
        }
        self.count = count;
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
        let next = largest
            .map_or(1, |largest| largest.saturating_add(1))
            .max(1);
        (next..=u32::MAX)
            .chain(1..next)
            .find(|number| !used(number))
            .unwrap_or(1)
    }
}
