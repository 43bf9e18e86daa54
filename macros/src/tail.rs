//! Finds the async block at the end of a function, on plain tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

use crate::early_return::early_return;
use crate::function::Body;
use crate::tokens::{braced, braces, is, is_braced, is_punct};

/// Methods that box the block they are called on.
const BOXING: [&str; 2] = ["boxed", "boxed_local"];

/// A body that ends with `async move {…}`, `Box::pin(async move {…})` or `async move {…}.boxed()`.
pub(crate) struct Tail {
    /// The statements before the block, and the path of the function that wraps it.
    before: Vec<TokenTree>,
    /// The parentheses of `Box::pin(…)`.
    call: Option<Group>,
    pub(crate) keywords: Vec<TokenTree>,
    pub(crate) block: Body,
    /// `.boxed()`, or the comma in the parentheses.
    after: Vec<TokenTree>,
    /// A cast such as `as _`, and the semicolon of a `return`.
    end: Vec<TokenTree>,
    /// The enclosing blocks, innermost first, each with the statements before it.
    outside: Vec<(Vec<TokenTree>, Group)>,
}

impl Tail {
    pub(crate) fn find(statements: &[TokenTree]) -> Option<Self> {
        let mut trees = statements.to_vec();
        let semicolon = trees.pop_if(|last| is_punct(last, ';'));
        open(&mut trees);
        let found = Self::of_expression(trees.clone()).or_else(|| Self::of_cast(&trees));
        let mut tail = found.or_else(|| Self::of_block(trees))?;
        tail.end.extend(semicolon);
        Some(tail)
    }

    /// Reads `{ async move {…} }`, a block that always runs.
    fn of_block(mut trees: Vec<TokenTree>) -> Option<Self> {
        let group = trees.pop().as_ref().and_then(braced)?;
        let is_statement = match trees.last() {
            None => true,
            Some(last) => is_punct(last, ';') || is_braced(last) || is(last, "unsafe"),
        };
        if !is_statement {
            return None;
        }
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut tail = Self::find(&inside)?;
        tail.outside.push((trees, group));
        Some(tail)
    }

    /// Reads `Box::pin(async move {…}) as _`; the type may contain the word `as`, too.
    fn of_cast(trees: &[TokenTree]) -> Option<Self> {
        let words = trees.iter().enumerate().filter(|(_, tree)| is(tree, "as"));
        words.into_iter().find_map(|(at, _)| {
            let (expression, cast) = trees.split_at_checked(at)?;
            let tail = Self::of_expression(expression.to_vec())?;
            let ends_statement = |tree: &TokenTree| is_punct(tree, ';') || is_braced(tree);
            let end = cast.to_vec();
            (!cast.iter().any(ends_statement)).then_some(Self { end, ..tail })
        })
    }

    fn of_expression(mut trees: Vec<TokenTree>) -> Option<Self> {
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
                ..inside
            });
        }
        Self::split(trees)
    }

    /// Splits tokens around the async block at their end.
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
        open(&mut before);
        let block = before.pop().as_ref().and_then(braced)?;
        let begin = match before.as_slice() {
            [.., one, other] if is(one, "async") && is(other, "move") => before.len() - 2,
            [.., one] if is(one, "async") => before.len() - 1,
            _ => return None,
        };
        let keywords = before.split_off(begin);
        Some(Self {
            before,
            call: None,
            keywords,
            block: Body::new(block),
            after,
            end: Vec::new(),
            outside: Vec::new(),
        })
    }

    /// Whether the body is `Box::pin(async move {…})` and nothing else.
    ///
    /// Several attribute macros recognize this form and keep only the block.
    pub(crate) fn is_boxed_block_alone(&self) -> bool {
        let in_path = |tree: &TokenTree| match tree {
            TokenTree::Ident(word) => word != "return",
            other => is_punct(other, ':'),
        };
        self.call.is_some() && self.outside.is_empty() && self.before.iter().all(in_path)
    }

    /// Returns the body with another expression in place of the block.
    pub(crate) fn with_block(&self, expression: TokenStream) -> TokenStream {
        let Self {
            before,
            call,
            after,
            end,
            outside,
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
        tokens.extend(end.iter().cloned());
        for (before, group) in outside {
            let block = braces(group, tokens);
            tokens = before.iter().cloned().collect();
            block.to_tokens(&mut tokens);
        }
        tokens
    }

    /// Finds a `return` that leaves the function with a future other than the block.
    pub(crate) fn early_return(&self) -> Option<Span> {
        let ends_statement = |tree: &TokenTree| is_punct(tree, ';') || is_braced(tree);
        // A `return` of the block itself does not count.
        let own = self.before.iter().rposition(|tree| is(tree, "return"));
        let own = own.filter(|at| !self.before.iter().skip(*at).any(ends_statement));
        let before = self.before.get(..own.unwrap_or(self.before.len()))?;
        let outside = self.outside.iter().map(|(before, _)| before.as_slice());
        outside.chain([before]).find_map(early_return)
    }
}

/// Opens the invisible group of a macro's `$future:expr` at the end.
fn open(trees: &mut Vec<TokenTree>) {
    while let Some(TokenTree::Group(group)) = trees.last()
        && group.delimiter() == Delimiter::None
    {
        let inside = group.stream();
        trees.pop();
        trees.extend(inside);
    }
}

/// Returns the last statement of a body.
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
