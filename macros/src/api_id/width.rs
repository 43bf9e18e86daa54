//! Reads the integer type of an enum: `#[repr(u16)]` or `#[repr(u32)]`.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Error, Meta, Token};

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
        let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
        let attributes = input.attrs.iter().filter(|it| it.path().is_ident("repr"));
        let words = attributes
            .filter_map(|it| it.parse_args_with(parse).ok())
            .flatten();
        let mut width = None;
        for word in words {
            let word = word.path();
            if word.is_ident("u16") {
                width = Some(Self::U16);
            } else if word.is_ident("u32") {
                width = Some(Self::U32);
            } else if OTHERS.iter().any(|other| word.is_ident(other)) {
                width = Some(Self::U32);
                let message = format!(
                    "an API id must be `u16` or `u32`, found `{}`",
                    word.to_token_stream()
                );
                errors.on(word, &message);
            }
        }
        width.unwrap_or_else(|| {
            let message = format!(
                "missing `#[repr(u32)]` or `#[repr(u16)]` on `{}`: write one of them above the enum",
                input.ident
            );
errors.at(input.ident.span(), &message);
            Self::U32
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
