//! Collects errors, so that one compile reports them all.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

use crate::tokens::is_punct;

/// The errors of one macro invocation.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(earlier) => earlier.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Reports an error at one span.
    pub(crate) fn at(&mut self, span: Span, message: &str) {
        self.push(Error::new(span, message));
    }

    /// Reports an error that underlines all of these tokens.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: &str) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// Returns the value, or keeps the error.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Returns the errors as `compile_error!` invocations, or `None` if there are none.
    pub(crate) fn into_tokens(self) -> Option<TokenStream> {
        self.0.map(compile_errors)
    }
}

/// Returns the errors as `compile_error!` invocations that resolve in every edition.
///
/// They carry the user's spans; in edition 2015, `::core` would resolve inside the user's crate.
pub(crate) fn compile_errors(error: Error) -> TokenStream {
    let found_anywhere = |error: Error| {
        let tokens = error.into_compile_error().into_iter();
        let relative = tokens.skip_while(|tree| is_punct(tree, ':'));
        relative.map(|tree| match tree {
            TokenTree::Ident(word) if word == "core" => Ident::new("std", word.span()).into(),
            other => other,
        })
    };
    error.into_iter().flat_map(found_anywhere).collect()
}
