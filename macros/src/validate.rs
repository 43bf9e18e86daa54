//! Third stage: rejects functions that cannot be measured correctly.

use proc_macro2::TokenTree;
use syn::{Ident, Type};

use crate::body::{Body, last_statement};
use crate::early_return::early_return;
use crate::errors::Errors;
use crate::function::{Function, Shape};
use crate::tokens::{is, is_one_of, is_punct, is_written_before};
use crate::{deferred, output};

/// Types of the standard library that SDK functions return instead of a `Result`.
///
/// The compiler reports other types; here the message is shorter.
const NON_RESULTS: [&str; 10] = [
    "Arc", "Box", "Cow", "Option", "Pin", "Poll", "Rc", "String", "Vec", "bool",
];

/// Reports everything that is wrong with the function.
pub(crate) fn check(function: &Function, errors: &mut Errors) {
    check_qualifiers(function, errors);
    check_attributes(function, errors);
    check_shape(function, errors);
    check_output(function, errors);
}

fn check_qualifiers(function: &Function, errors: &mut Errors) {
    if let Some(keyword) = &function.head.signature.constness {
        errors.at(
            keyword.span,
            "expected a function without `const`, found `const fn`: remove `const`, because no clock can be read at compile time",
        );
    }
    if let Some(abi) = &function.head.signature.abi {
        errors.at(
            abi.extern_token.span,
            "expected a Rust function, found `extern fn`: move `#[acquire_token]` to the Rust function that it calls",
        );
    }
}

fn check_attributes(function: &Function, errors: &mut Errors) {
    for attribute in &function.head.attributes {
        let Some(name) = attribute.path().segments.last() else {
            continue;
        };
        if name.ident == "acquire_token" {
            errors.at(
                name.ident.span(),
                "duplicate `#[acquire_token]`: keep one of them",
            );
        }
        if name.ident == "track_caller" && matches!(function.shape, Shape::Blocking) {
            errors.at(
                name.ident.span(),
                "`#[track_caller]` has no effect in an instrumented body: move `#[acquire_token]` to a function that this one calls",
            );
        }
    }
}

fn check_shape(function: &Function, errors: &mut Errors) {
    match &function.shape {
        Shape::OpaqueFuture => {
            let last = last_statement(&function.body.statements);
            let keyword = function.head.signature.fn_token.span;
            if function.is_from_async_trait() || is_written_before(&last, keyword) {
                errors.at(
                    function.head.signature.ident.span(),
                    "another attribute rewrote this function first: move `#[acquire_token]` above that attribute",
                );
                return;
            }
            errors.on(
                last,
                "this would only time the construction of the future: end the function with `async move { … }` or \
                 `Box::pin(async move { … })`, or make it an `async fn`",
            );
        }
        Shape::AsyncBlock(tail) => {
            if let Some(span) = early_return(tail) {
                errors.at(
                    span,
                    "this future would not be measured: move the early return into the async block at the end of the function",
                );
            }
        }
        Shape::Async | Shape::Blocking => {}
    }
}

fn check_output(function: &Function, errors: &mut Errors) {
    let nothing = |errors: &mut Errors| {
        errors.at(
            function.head.signature.ident.span(),
            "expected `Result`, found no return type: return the token or the error as a `Result`",
        );
    };
    let Some(returned) = function.head.returns() else {
        nothing(errors);
        return;
    };
    match function.output() {
        // `#[async_trait]` wrote this type, with the span of the `impl`.
        Some(Type::Tuple(unit)) if unit.elems.is_empty() && function.is_from_async_trait() => {
            nothing(errors);
        }
        Some(output) => check_output_type(output, function, errors),
        // Without a visible `Output` the type is an alias, or callers cannot use the output.
        None if output::is_future(returned) && matches!(returned, Type::ImplTrait(_)) => errors.on(
            returned,
            "expected an output type for the future, found none: write `impl Future<Output = Result<…>>`",
        ),
        None if matches!(returned, Type::ImplTrait(_)) => {
            check_output_type(returned, function, errors);
        }
        None => {}
    }
}

/// Rejects types other than `Result`, and a `Result` of a future or stream.
fn check_output_type(output: &Type, function: &Function, errors: &mut Errors) {
    let is_now = deferred::check(output, &function.head.signature.generics);
    if errors.keep(is_now).is_none() {
        return;
    }
    if let Some(found) = non_result(output) {
        let message = format!(
            "expected `Result`, found {found}: return the token or the error as a `Result`"
        );
        errors.on(output, &message);
    } else if matches!(function.shape, Shape::Blocking)
        && let Some(found) = constructed(output, &function.body)
    {
        let message = format!(
            "expected `Result`, found `{found}`: return the token or the error as a `Result`, or \
             if `{found}` is a future, move `#[acquire_token]` to the `async fn` that it runs"
        );
        errors.on(output, &message);
    }
}

/// Returns the name of the output type if the body ends with its `new(…)`, which no `Result` has.
///
/// The compiler reports such a type, too, but without our message if the type has a lifetime.
fn constructed<'a>(output: &'a Type, body: &Body) -> Option<&'a Ident> {
    let name = &output::path_of(output)?.segments.last()?.ident;
    match body.statements.as_slice() {
        [.., TokenTree::Ident(of), one, two, new, TokenTree::Group(_)]
            if of == name && is_punct(one, ':') && is_punct(two, ':') && is(new, "new") =>
        {
            Some(name)
        }
        _ => None,
    }
}

/// Describes a type that is certainly not a `Result`.
fn non_result(output: &Type) -> Option<String> {
    let found = match output {
        Type::Array(_) => "an array",
        Type::FnPtr(_) => "a function pointer",
        Type::ImplTrait(_) => "an opaque type",
        Type::Never(_) => "`!`",
        Type::Ptr(_) => "a raw pointer",
        Type::Reference(_) => "a reference",
        Type::Slice(_) => "a slice",
        Type::TraitObject(_) => "a trait object",
        Type::Tuple(unit) if unit.elems.is_empty() => "`()`",
        Type::Tuple(_) => "a tuple",
        other => {
            let name = &output::path_of(other)?.segments.last()?.ident;
            return is_one_of(name, &NON_RESULTS).then(|| format!("`{name}`"));
        }
    };
    Some(found.to_owned())
}
