//! How a returned async block is rewritten, which depends on the attributes beside ours.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, FnArg, Pat};

use crate::arguments::Arguments;
use crate::function::{Function, Shape};
use crate::tokens::{is, is_braced, is_punct, word_in};

/// Attributes that no macro stands behind.
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

/// Tools whose attributes the compiler leaves alone.
const TOOLS: [&str; 4] = ["clippy", "diagnostic", "rustdoc", "rustfmt"];

/// What a returned async block becomes.
pub(crate) enum Form {
    /// `call.into_future(async move {…})`, which adds least to the size of the future.
    Wrapped,
    /// An async block around it, for attribute macros that come next and look for one.
    Kept,
    /// An async block with everything in it, as in an `async fn`: some macros keep nothing else.
    Inside {
        /// How many trees of the block stay in front: they unpack what `telemetry` names.
        in_front: usize,
    },
}

impl Form {
    pub(crate) fn of(arguments: &Arguments, function: &Function) -> Self {
        let Shape::Returned(tail) = &function.shape else {
            return Self::Wrapped;
        };
        let is_alone = tail.is_boxed_block_alone();
        if is_alone && function.is_from_async_trait() {
            // The bounds of such a function make a proof that the wrapper is `Send` costly, which
            // the compiler gives sooner for a block.
            let in_front = unpacking(arguments, function, &tail.block.statements);
            return Self::Inside { in_front };
        }
        // This one keeps statements in front of the block, where `telemetry` may be borrowed from
        // what the future must not borrow.
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

/// Whether a macro may stand behind an attribute.
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

/// How many trees unpack what `telemetry` names: `#[async_trait]` moves patterns into the block.
fn unpacking(arguments: &Arguments, function: &Function, statements: &[TokenTree]) -> usize {
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
    let unpacked: Vec<&str> = others.map(String::as_str).collect();
    if unpacked.is_empty() {
        return 0;
    }
    // `if let … { return … }` comes first, to give the block its type.
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
        if word_in(pattern.cloned().collect(), &unpacked).is_some() {
            in_front = at;
        }
    }
    in_front
}

/// Every word, at any depth.
fn words_of(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(group) => words_of(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    });
    words.collect()
}
