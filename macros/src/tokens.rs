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

pub(crate) fn is_one_of(word: &Ident, words: &[&str]) -> bool {
    // Each `to_string` is a call into the compiler.
    words.contains(&word.to_string().as_str())
}

pub(crate) fn braced(tree: &TokenTree) -> Option<&Group> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

/// Opens an invisible group at the end, such as that of a macro's `$body:block`.
pub(crate) fn open(trees: &mut Vec<TokenTree>) {
    while let Some(TokenTree::Group(group)) = trees.last()
        && group.delimiter() == Delimiter::None
    {
        let inside = group.stream();
        trees.pop();
        trees.extend(inside);
    }
}

/// Finds a word, at any depth.
pub(crate) fn word_in<W>(tokens: impl ToTokens, wanted: &W) -> Option<Ident>
where
    Ident: PartialEq<W>,
    W: ?Sized,
{
    let mut trees = tokens.into_token_stream().into_iter();
    trees.find_map(|tree| match tree {
        TokenTree::Ident(word) => (word == *wanted).then_some(word),
        TokenTree::Group(group) => word_in(group.stream(), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// Replaces the content of a group, whose span keeps compiler messages on the user's braces.
pub(crate) fn regroup(user: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(user.delimiter(), inside);
    group.set_span(user.span());
    group
}

/// Returns the location of the user's tokens, with the hygiene of generated code.
pub(crate) fn at(tokens: impl ToTokens) -> Span {
    Span::mixed_site().located_at(tokens.to_token_stream().span())
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
