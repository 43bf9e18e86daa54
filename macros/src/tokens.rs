//! Helpers on plain tokens that several stages share.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned as _;

pub(crate) fn is(tree: &TokenTree, keyword: &str) -> bool {
    matches!(tree, TokenTree::Ident(word) if word == keyword)
}

pub(crate) fn is_punct(tree: &TokenTree, symbol: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == symbol)
}

pub(crate) fn is_braced(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Returns the braces, also from inside the invisible group of a macro's `$body:block`.
pub(crate) fn braced(tree: &TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = tree else {
        return None;
    };
    match group.delimiter() {
        Delimiter::Brace => Some(group.clone()),
        Delimiter::None => {
            let mut inside = group.stream().into_iter();
            let only = inside.next()?;
            inside.next().is_none().then(|| braced(&only)).flatten()
        }
        Delimiter::Parenthesis | Delimiter::Bracket => None,
    }
}

/// Finds the first of these words, at any depth.
pub(crate) fn word_in(tokens: TokenStream, words: &[&str]) -> Option<Ident> {
    tokens.into_iter().find_map(|tree| match tree {
        TokenTree::Ident(word) => {
            // Computed once for all words, because each `to_string` is a call into the compiler.
            let text = word.to_string();
            words.contains(&text.as_str()).then_some(word)
        }
        TokenTree::Group(group) => word_in(group.stream(), words),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// Puts tokens into braces with the user's span, so that compiler messages stay on the user's braces.
pub(crate) fn braces(user: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(user.span());
    group
}

/// Returns the location of the user's tokens, with the hygiene of generated code.
pub(crate) fn at(tokens: impl ToTokens) -> Span {
    Span::mixed_site().located_at(tokens.to_token_stream().span())
}

/// Moves generated tokens to another location.
pub(crate) fn respan(tokens: TokenStream, site: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(site));
        token
    });
    moved.collect()
}

/// Whether tokens come before a location, as those from another attribute macro do.
pub(crate) fn is_written_before(tokens: &TokenStream, location: Span) -> bool {
    let location = location.unwrap();
    let first = tokens.clone().into_iter().next();
    first.is_some_and(|first| {
        let first = first.span().unwrap();
        first.file() == location.file()
            && (first.line(), first.column()) < (location.line(), location.column())
    })
}
