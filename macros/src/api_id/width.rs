//! How wide the numbers of an enum are: `#[repr(u16)]` or `#[repr(u32)]`.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Error, Meta, Path, Token};

use super::number::Number;
use crate::errors::Errors;

/// Integers that may represent an enum, but not an enum of API ids.
const OTHERS: [&str; 10] = [
    "u8", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
];

/// The integer that represents the enum.
#[derive(Clone, Copy)]
pub(crate) enum Width {
    /// `#[repr(u16)]`.
    U16,
    /// `#[repr(u32)]`; also assumed where the representation is refused.
    U32,
}

impl Width {
    /// Reads `#[repr(…)]`; what is wrong with it goes to `errors`.
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
                "`{}` does not say how wide its numbers are; \
                 write `#[repr(u32)]` or `#[repr(u16)]` above it",
                input.ident
            );
            errors.at(input.ident.span(), &message);
        }
        let widths = widths.into_iter().filter_map(|width| errors.keep(width));
        widths.last().unwrap_or(Self::U32)
    }

    /// The width that a word in `#[repr(…)]` means, if it means one.
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
            let message = format!("an API id is no `{word_text}`; write `u16` or `u32` here");
            Err(Error::new_spanned(word, message))
        })
    }

    /// Refuses a number that does not fit.
    pub(crate) fn admits(self, number: Number) -> Result<(), Error> {
        let value = number.value;
        match self {
            Self::U16 if value > u32::from(u16::MAX) => Err(number.error(&format!(
                "{value} does not fit in `u16`; write `#[repr(u32)]`, or a number up to {}",
                u16::MAX
            ))),
            Self::U16 | Self::U32 => Ok(()),
        }
    }
}

fn words(input: syn::parse::ParseStream<'_>) -> syn::Result<Punctuated<Meta, Token![,]>> {
    Punctuated::parse_terminated(input)
}
