//! Finds the async block that a function ends with, on tokens alone.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

use crate::function::Body;

/// Methods that box the block they are called on.
const BOXING: [&str; 2] = ["boxed", "boxed_local"];

/// A body that ends with `async move {…}`, `Box::pin(async move {…})` or `async move {…}.boxed()`.
pub(crate) struct Tail {
    /// Statements before the block, and the path of the function around it.
    before: Vec<TokenTree>,
    /// The parentheses of `Box::pin(…)`.
    call: Option<Group>,
    pub(crate) keywords: Vec<TokenTree>,
    pub(crate) block: Body,
    /// `.boxed()`, or the comma in the parentheses.
    after: Vec<TokenTree>,
    /// The semicolon of a `return`.
    end: Option<TokenTree>,
}

impl Tail {
    pub(crate) fn find(statements: &[TokenTree]) -> Option<Self> {
        let mut trees = statements.to_vec();
        let end = trees.pop_if(|last| is_punct(last, ';'));
        if let [.., TokenTree::Ident(pin), TokenTree::Group(call)] = trees.as_slice()
            && pin == "pin"
            && call.delimiter() == Delimiter::Parenthesis
        {
            let call = call.clone();
            let inside = Self::split(call.stream().into_iter().collect())?;
            trees.pop();
            return inside.before.is_empty().then_some(Self {
                before: trees,
                call: Some(call),
                end,
                ..inside
            });
        }
        Self::split(trees).map(|tail| Self { end, ..tail })
    }

    /// Takes tokens apart around the async block at their end.
    fn split(mut before: Vec<TokenTree>) -> Option<Self> {
        let end = match before.as_slice() {
            [
                ..,
                TokenTree::Punct(dot),
                TokenTree::Ident(method),
                TokenTree::Group(_),
            ] if dot.as_char() == '.' && BOXING.iter().any(|name| method == name) => {
                before.len() - 3
            }
            [.., comma] if is_punct(comma, ',') => before.len() - 1,
            _ => before.len(),
        };
        let after = before.split_off(end);
        let Some(TokenTree::Group(block)) = before.pop() else {
            return None;
        };
        let begin = match before.as_slice() {
            [.., one, other] if is(one, "async") && is(other, "move") => before.len() - 2,
            [.., one] if is(one, "async") => before.len() - 1,
            _ => return None,
        };
        let keywords = before.split_off(begin);
        (block.delimiter() == Delimiter::Brace).then_some(Self {
            before,
            call: None,
            keywords,
            block: Body::new(block),
            after,
            end: None,
        })
    }

    /// The body with another expression in place of the block.
    pub(crate) fn with_block(&self, expression: TokenStream) -> TokenStream {
        let Self {
            before,
            call,
            after,
            end,
            ..
        } = self;
        let mut tokens: TokenStream = before.iter().cloned().collect();
        let inside = expression.into_iter().chain(after.iter().cloned());
        match call {
            None => tokens.extend(inside),
            Some(call) => {
                let mut wrapped = Group::new(Delimiter::Parenthesis, inside.collect());
                wrapped.set_span(call.span());
                wrapped.to_tokens(&mut tokens);
            }
        }
        tokens.extend(end.clone());
        tokens
    }

    /// A `return` that leaves the function with another future than the block.
    pub(crate) fn early_return(&self) -> Option<Span> {
        // The path of the function around the block, and a `return` before it, belong to the block.
        let is_path = |tree: &TokenTree| match tree {
            TokenTree::Ident(_) => true,
            TokenTree::Punct(punct) => punct.as_char() == ':',
            TokenTree::Group(_) | TokenTree::Literal(_) => false,
        };
        let others = self.before.iter().rposition(|tree| !is_path(tree));
        early_return(self.before.get(..=others?)?)
    }
}

/// Looks for `return` where it leaves this function: not in closures, functions and async blocks.
fn early_return(trees: &[TokenTree]) -> Option<Span> {
    let mut in_signature = false;
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if word == "return" => return Some(word.span()),
            TokenTree::Ident(word) => {
                in_signature |=
                    word == "fn" && matches!(trees.get(at + 1), Some(TokenTree::Ident(_)));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && in_signature => {
                in_signature = false;
            }
            TokenTree::Group(group) if !begins_own_body(trees.get(..at)?) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                if let Some(span) = early_return(&inside) {
                    return Some(span);
                }
            }
            TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    None
}

/// Whether what comes next is the body of a closure or an async block.
fn begins_own_body(before: &[TokenTree]) -> bool {
    match before {
        [.., one] => is_punct(one, '|') || is(one, "async") || is(one, "move"),
        [] => false,
    }
}

pub(crate) fn is(tree: &TokenTree, keyword: &str) -> bool {
    matches!(tree, TokenTree::Ident(word) if word == keyword)
}

pub(crate) fn is_punct(tree: &TokenTree, symbol: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == symbol)
}

/// The statement that a body ends with.
pub(crate) fn last_statement(statements: &[TokenTree]) -> TokenStream {
    let end = match statements {
        [rest @ .., last] if is_punct(last, ';') => rest,
        all => all,
    };
    let begin = end
        .iter()
        .rposition(|tree| is_punct(tree, ';'))
        .map_or(0, |at| at + 1);
    end.iter().skip(begin).cloned().collect()
}
