//! Chooses how a returned async block is rewritten, depending on the function's other attributes.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, FnArg, Pat};

use crate::arguments::Arguments;
use crate::function::{Function, Shape};
use crate::tokens::{is, is_braced, is_punct, word_in};

/// Attributes that are not macros.
const BUILT_IN: [&str; 15] = [
    "allow",
    "automatically_derived",
    "cfg",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "no_mangle",
    "target_feature",
    "track_caller",
    "warn",
];

/// Tools whose attributes the compiler ignores.
const TOOLS: [&str; 4] = ["clippy", "diagnostic", "rustdoc", "rustfmt"];

/// The rewritten form of a returned async block.
pub(crate) enum Form {
    /// `call.into_future(async move {…})`, which adds the least to the size of the future.
    Wrapped,
    /// Wrapped in another async block, for attribute macros that run next and look for one.
    Kept,
    /// One async block that contains everything, because some macros keep nothing else.
    Inside {
        /// How many tokens of the block stay in front: they bind names that `telemetry` uses.
        in_front: usize,
    },
}

impl Form {
    pub(crate) fn of(arguments: &Arguments, function: &Function) -> Self {
        let Shape::AsyncBlock(tail) = &function.shape else {
            return Self::Wrapped;
        };
        let is_alone = tail.is_boxed_block_alone();
        if is_alone && function.is_from_async_trait() {
            // With the bounds of such a function, proving that the wrapper is `Send` takes the
            // compiler longer than proving it for a block.
            let in_front = binding_tokens(arguments, function, &tail.block.statements);
            return Self::Inside { in_front };
        }
        // `tracing::instrument` keeps the statements in front of the block; there, `telemetry` may
        // borrow from values that the future must not borrow.
        let keeps_statements = |attribute: &Attribute| {
            let name = attribute.path().segments.last();
            name.is_some_and(|name| name.ident == "instrument")
        };
        let mut macros = function.attributes.iter().filter(|it| is_macro(it));
        match macros.next() {
            None => Self::Wrapped,
            Some(first)
                if is_alone && !(keeps_statements(first) && macros.all(keeps_statements)) =>
            {
                Self::Inside { in_front: 0 }
            }
            Some(_) => Self::Kept,
        }
    }
}

/// Whether an attribute may be a macro.
fn is_macro(attribute: &Attribute) -> bool {
    let segments = &attribute.path().segments;
    let known: &[&str] = if segments.len() == 1 {
        &BUILT_IN
    } else {
        &TOOLS
    };
    let first = segments.first().map(|first| first.ident.to_string());
    !first.is_some_and(|first| known.contains(&first.as_str()))
}

/// Counts the tokens that bind names in `telemetry`: `#[async_trait]` moves patterns into the block.
fn binding_tokens(arguments: &Arguments, function: &Function, statements: &[TokenTree]) -> usize {
    let Some(telemetry) = &arguments.telemetry else {
        return 0;
    };
    let words = words_of(telemetry.to_token_stream());
    let parameters = function.signature.inputs.iter().map(|input| match input {
        FnArg::Receiver(_) => Some("self".to_owned()),
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pattern) => Some(pattern.ident.to_string()),
            _ => None,
        },
    });
    let parameters: Vec<String> = parameters.flatten().collect();
    let others = words.iter().filter(|word| !parameters.contains(word));
    let bound: Vec<&str> = others.map(String::as_str).collect();
    if bound.is_empty() {
        return 0;
    }
    // `#[async_trait]` begins with `if let … { return … }`, to fix the type of the block.
    let mut at = match statements.first() {
        Some(first) if is(first, "if") => {
            statements.iter().position(is_braced).map_or(0, |at| at + 1)
        }
        _ => 0,
    };
    let mut in_front = 0;
    while let Some(rest) = statements.get(at..)
        && rest.first().is_some_and(|first| is(first, "let"))
        && let Some(length) = rest.iter().position(|tree| is_punct(tree, ';'))
    {
        at += length + 1;
        let pattern = rest.iter().take_while(|tree| !is_punct(tree, '='));
        if word_in(pattern.cloned().collect(), &bound).is_some() {
            in_front = at;
        }
    }
    in_front
}

/// Returns every word, at any depth.
fn words_of(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(group) => words_of(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    });
    words.collect()
}
