//! Finds the async block at the end of a function, on plain tokens.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};

use crate::body::Body;
use crate::tokens::{braced, is, is_one_of, is_punct, open, regroup};

/// Methods that box the block they are called on.
const BOXING: [&str; 2] = ["boxed", "boxed_local"];

/// A body that ends with `async move {…}`, `Box::pin(async move {…})` or `async move {…}.boxed()`.
pub(crate) struct Tail {
    pub(crate) keywords: Vec<TokenTree>,
    pub(crate) block: Body,
    /// What is around the block, innermost first.
    levels: Vec<Level>,
}

/// The tokens beside the block, or beside the group that contains it.
struct Level {
    before: Vec<TokenTree>,
    /// The parentheses of `Box::pin(…)`, or the braces of a block; none beside the block itself.
    group: Option<Group>,
    /// `.boxed()`, a comma, a cast such as `as _`, or the semicolon of a `return`.
    after: Vec<TokenTree>,
}

impl Tail {
    pub(crate) fn find(statements: &[TokenTree]) -> Option<Self> {
        let mut trees = statements.to_vec();
        let semicolon = trees.pop_if(|last| is_punct(last, ';'));
        open(&mut trees);
        let found = Self::of_expression(trees.clone()).or_else(|| Self::of_cast(&trees));
        let tail = found.or_else(|| Self::of_block(trees))?;
        Some(tail.followed_by(semicolon))
    }

    /// Reads `{ async move {…} }`, a block that always runs.
    fn of_block(mut trees: Vec<TokenTree>) -> Option<Self> {
        let group = trees.pop().as_ref().and_then(braced)?.clone();
        let begins_statement = |last: &TokenTree| ends_statement(last) || is(last, "unsafe");
        if !trees.last().is_none_or(begins_statement) {
            return None;
        }
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        Some(Self::find(&inside)?.inside(trees, group))
    }

    /// Reads `Box::pin(async move {…}) as _`; the type may contain the word `as`, too.
    fn of_cast(trees: &[TokenTree]) -> Option<Self> {
        let mut words = trees.iter().enumerate().filter(|(_, tree)| is(tree, "as"));
        words.find_map(|(at, _)| {
            let (expression, cast) = trees.split_at_checked(at)?;
            let tail = Self::of_expression(expression.to_vec())?;
            (!cast.iter().any(ends_statement)).then(|| tail.followed_by(cast.iter().cloned()))
        })
    }

    fn of_expression(mut trees: Vec<TokenTree>) -> Option<Self> {
        if let [.., pin, TokenTree::Group(call)] = trees.as_slice()
            && is(pin, "pin")
            && call.delimiter() == Delimiter::Parenthesis
        {
            let call = call.clone();
            trees.pop();
            let argument = Self::split(call.stream().into_iter().collect())?;
            let is_alone = argument.levels.iter().all(|level| level.before.is_empty());
            return is_alone.then(|| argument.inside(trees, call));
        }
        Self::split(trees)
    }

    /// Splits tokens around the async block at their end.
    fn split(mut before: Vec<TokenTree>) -> Option<Self> {
        let end = match before.as_slice() {
            [.., dot, TokenTree::Ident(method), TokenTree::Group(_)]
                if is_punct(dot, '.') && is_one_of(method, &BOXING) =>
            {
                before.len() - 3
            }
            [.., comma] if is_punct(comma, ',') => before.len() - 1,
            _ => before.len(),
        };
        let after = before.split_off(end);
        open(&mut before);
        let block = before.pop().as_ref().and_then(braced)?.clone();
        let begin = match before.as_slice() {
            [.., one, other] if is(one, "async") && is(other, "move") => before.len() - 2,
            [.., one] if is(one, "async") => before.len() - 1,
            _ => return None,
        };
        let keywords = before.split_off(begin);
        Some(Self {
            keywords,
            block: Body::new(block),
            levels: vec![Level {
                before,
                group: None,
                after,
            }],
        })
    }

    fn inside(mut self, before: Vec<TokenTree>, group: Group) -> Self {
        self.levels.push(Level {
            before,
            group: Some(group),
            after: Vec::new(),
        });
        self
    }

    fn followed_by(mut self, tokens: impl IntoIterator<Item = TokenTree>) -> Self {
        if let Some(outermost) = self.levels.last_mut() {
            outermost.after.extend(tokens);
        }
        self
    }

    /// Whether the body is `Box::pin(async move {…})` and nothing else.
    ///
    /// Several attribute macros recognize this form and keep only the block.
    pub(crate) fn is_boxed_block_alone(&self) -> bool {
        let in_path = |tree: &TokenTree| match tree {
            TokenTree::Ident(word) => word != "return",
            other => is_punct(other, ':'),
        };
        match self.levels.as_slice() {
            [
                _,
                Level {
                    before,
                    group: Some(group),
                    ..
                },
            ] => group.delimiter() == Delimiter::Parenthesis && before.iter().all(in_path),
            _ => false,
        }
    }

    /// Returns the body with another expression in place of the block.
    pub(crate) fn with_block(&self, expression: TokenStream) -> TokenStream {
        self.levels.iter().fold(expression, |inside, level| {
            let Level {
                before,
                group,
                after,
            } = level;
            let inside = match group {
                Some(group) => regroup(group, inside).into_token_stream(),
                None => inside,
            };
            quote! { #(#before)* #inside #(#after)* }
        })
    }
}

fn ends_statement(tree: &TokenTree) -> bool {
    is_punct(tree, ';') || braced(tree).is_some()
}
