//! Reads the integer type of an enum: `#[repr(u16)]` or `#[repr(u32)]`.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Error, Meta, Path, Token};

use super::number::Number;
use crate::errors::Errors;

/// Integer types that `#[repr]` accepts, but an enum of API ids must not use.
const OTHERS: [&str; 10] = [
    "u8", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
];

/// The integer that represents the enum.
#[derive(Clone, Copy)]
pub(crate) enum Width {
    /// `#[repr(u16)]`.
    U16,
    /// `#[repr(u32)]`; also assumed after a rejected `#[repr]`.
    U32,
}

impl Width {
    /// Reads `#[repr(…)]`, and reports problems to `errors`.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        let named = |attribute: &&syn::Attribute| attribute.path().is_ident("repr");
        let words = input
            .attrs
            .iter()
            .filter(named)
            .filter_map(|attribute| attribute.parse_args_with(words).ok())
            .flatten();
        let widths: Vec<_> = words.filter_map(|word| Self::of(word.path())).collect();
        if widths.is_empty() {
            let message = format!(
                "missing `#[repr(u32)]` or `#[repr(u16)]` on `{}`: write one of them above the enum",
                input.ident
            );
            errors.at(input.ident.span(), &message);
        }
        let widths = widths.into_iter().filter_map(|width| errors.keep(width));
        widths.last().unwrap_or(Self::U32)
    }

    /// Returns the width that a word in `#[repr(…)]` selects, if it is an integer type.
    fn of(word: &Path) -> Option<Result<Self, Error>> {
        if word.is_ident("u16") {
            return Some(Ok(Self::U16));
        }
        if word.is_ident("u32") {
            return Some(Ok(Self::U32));
        }
        let other = OTHERS.iter().any(|other| word.is_ident(other));
        other.then(|| {
            let word_text = word.to_token_stream();
            let message = format!("an API id must be `u16` or `u32`, found `{word_text}`");
            Err(Error::new_spanned(word, message))
        })
    }

    /// Rejects a number that does not fit.
    pub(crate) fn admits(self, number: Number) -> Result<(), Error> {
        let value = number.value;
        match self {
            Self::U16 if value > u32::from(u16::MAX) => Err(number.error(&format!(
                "{value} does not fit in `u16`: write `#[repr(u32)]`, or use a number up to {}",
                u16::MAX
            ))),
            Self::U16 | Self::U32 => Ok(()),
        }
    }
}

fn words(input: syn::parse::ParseStream<'_>) -> syn::Result<Punctuated<Meta, Token![,]>> {
    Punctuated::parse_terminated(input)
}
