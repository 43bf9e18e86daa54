//! What several stages do with plain tokens.

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

/// The braces themselves, also from inside the invisible group of a macro's `$body:block`.
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

/// The first of these words, at any depth.
pub(crate) fn word_in(tokens: TokenStream, words: &[&str]) -> Option<Ident> {
    tokens.into_iter().find_map(|tree| match tree {
        TokenTree::Ident(word) => {
            // Once for all words, since the compiler is asked for the text.
            let text = word.to_string();
            words.contains(&text.as_str()).then_some(word)
        }
        TokenTree::Group(group) => word_in(group.stream(), words),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// The user's own braces around other tokens, so that the compiler's messages stay on them.
pub(crate) fn surround(user: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(user.span());
    group
}

/// Where the user's tokens stand, with the hygiene of generated code.
pub(crate) fn at(tokens: impl ToTokens) -> Span {
    Span::mixed_site().located_at(tokens.to_token_stream().span())
}

/// Generated tokens as if they were written somewhere else.
pub(crate) fn located(tokens: TokenStream, site: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(site));
        token
    });
    moved.collect()
}

/// Whether tokens stand in front of a place, as those do that an attribute macro wrote there.
pub(crate) fn is_written_before(tokens: &TokenStream, place: Span) -> bool {
    let place = place.unwrap();
    let first = tokens.clone().into_iter().next();
    first.is_some_and(|first| {
        let first = first.span().unwrap();
        first.file() == place.file()
            && (first.line(), first.column()) < (place.line(), place.column())
    })
}
