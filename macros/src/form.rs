//! Chooses how a returned async block is rewritten, depending on the function's other attributes.

use proc_macro2::TokenTree;
use syn::{Attribute, Expr, FnArg, Ident, Pat, Stmt};

use crate::arguments::{Arguments, paths};
use crate::body::leading;
use crate::function::{Function, Shape};
use crate::tokens::{is_one_of, word_in};

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
        let mut macros = function.head.attributes.iter().filter(|it| is_macro(it));
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
    let path = attribute.path();
    let is_built_in = path
        .get_ident()
        .is_some_and(|name| is_one_of(name, &BUILT_IN));
    let tool = path.segments.first().map(|first| &first.ident);
    !is_built_in && !tool.is_some_and(|tool| is_one_of(tool, &TOOLS))
}

/// Counts the tokens that bind names in `telemetry`: `#[async_trait]` moves patterns into the block.
fn binding_tokens(arguments: &Arguments, function: &Function, statements: &[TokenTree]) -> usize {
    let inputs = &function.head.signature.inputs;
    let parameters: Vec<&Ident> = inputs.iter().filter_map(plain_name).collect();
    let telemetry = arguments.telemetry.iter().flat_map(paths);
    let names = telemetry.filter_map(|path| path.path.get_ident().cloned());
    let bound: Vec<Ident> = names
        .filter(|name| name != "self" && !parameters.contains(&name))
        .collect();
    if bound.is_empty() {
        return 0;
    }
    // `#[async_trait]` begins with `if let … { return … }`, to fix the type of the block.
    let moved = leading(statements, |statement| {
        matches!(statement, Stmt::Local(_) | Stmt::Expr(Expr::If(_), _))
    });
    let binds = |statement: &Stmt| match statement {
        Stmt::Local(local) => bound.iter().any(|name| word_in(&local.pat, name).is_some()),
        _ => false,
    };
    let last = moved.iter().rfind(|(statement, _)| binds(statement));
    last.map_or(0, |(_, end)| *end)
}

/// Returns the name of a parameter, unless it is a pattern.
fn plain_name(parameter: &FnArg) -> Option<&Ident> {
    match parameter {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pattern) => Some(&pattern.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}
