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
        let ends_statement = |tree: &TokenTree| is_punct(tree, ';') || is_braced(tree);
        // A `return` of the block itself is none.
        let own = self.before.iter().rposition(|tree| is(tree, "return"));
        let own = own.filter(|at| !self.before.iter().skip(*at).any(ends_statement));
        early_return(self.before.get(..own.unwrap_or(self.before.len()))?)
    }
}

/// Looks for `return` where it leaves this function: not in closures, functions and async blocks.
fn early_return(trees: &[TokenTree]) -> Option<Span> {
    let mut in_signature = false;
    let mut closure = 0;
    for (at, tree) in trees.iter().enumerate() {
        if at < closure {
            continue;
        }
        closure = end_of_closure(trees, at).unwrap_or(closure);
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

/// Whether what comes next is the body of an async block.
fn begins_own_body(before: &[TokenTree]) -> bool {
    matches!(before, [.., one] if is(one, "async") || is(one, "move"))
}

/// Where the closure ends that begins with the `|` at this place, if one does.
fn end_of_closure(trees: &[TokenTree], begin: usize) -> Option<usize> {
    if !is_punct(trees.get(begin)?, '|') || is_behind_operand(trees.get(..begin)?) {
        return None;
    }
    let find = |from: usize, is_end: fn(&TokenTree) -> bool| {
        let found = trees.iter().skip(from).position(is_end);
        found.map(|steps| from + steps)
    };
    let behind = find(begin + 1, |tree| is_punct(tree, '|'))? + 1;
    if is_punct(trees.get(behind)?, '-') {
        return Some(find(behind, is_braced)? + 1);
    }
    let end = find(behind, |tree| is_punct(tree, ';') || is_punct(tree, ','));
    let end = end.unwrap_or(trees.len());
    let is_arm = |pair: &[TokenTree]| matches!(pair, [one, other] if is_punct(one, '=') && is_punct(other, '>'));
    let is_pattern = trees.get(behind..end)?.windows(2).any(is_arm);
    (!is_pattern).then_some(end)
}

/// Whether an operator would come next, and not an expression.
fn is_behind_operand(before: &[TokenTree]) -> bool {
    const BEFORE_EXPRESSIONS: [&str; 6] = ["async", "else", "in", "move", "return", "static"];
    match before {
        [] => false,
        [.., TokenTree::Ident(word)] => !BEFORE_EXPRESSIONS.iter().any(|known| word == known),
        [.., TokenTree::Punct(punct)] => matches!(punct.as_char(), '?' | '|'),
        [.., TokenTree::Group(_) | TokenTree::Literal(_)] => true,
    }
}

fn is_braced(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
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
