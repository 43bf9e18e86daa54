//! Third stage: refuses what cannot be measured truthfully.

use syn::Type;

use crate::errors::Errors;
use crate::function::{Function, Shape};
use crate::output;
use crate::tail::last_statement;
use crate::tokens::is_written_before;
use crate::unmeasured::Unmeasured;

/// Types of the standard library that SDK functions return and that are no `Result`.
const NO_RESULTS: [&str; 26] = [
    "Arc",
    "Box",
    "ControlFlow",
    "Cow",
    "Option",
    "Pin",
    "Poll",
    "Rc",
    "String",
    "Vec",
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
];

/// Reports every breach of the rules.
pub(crate) fn check(function: &Function, errors: &mut Errors) {
    check_qualifiers(function, errors);
    check_attributes(function, errors);
    check_shape(function, errors);
    check_output(function, errors);
}

fn check_qualifiers(function: &Function, errors: &mut Errors) {
    if let Some(keyword) = &function.signature.constness {
        errors.at(
            keyword.span,
            "a `const fn` cannot be measured: it may run in the compiler, where there is no clock",
        );
    }
    if let Some(abi) = &function.signature.abi {
        errors.at(
            abi.extern_token.span,
            "an `extern fn` cannot be measured: annotate the Rust function that it calls",
        );
    }
}

fn check_attributes(function: &Function, errors: &mut Errors) {
    for attribute in &function.attributes {
        let Some(name) = attribute.path().segments.last() else {
            continue;
        };
        if name.ident == "acquire_token" {
            errors.at(
                name.ident.span(),
                "this function is annotated twice: keep one `#[acquire_token]`",
            );
        }
        if name.ident == "track_caller" && matches!(function.shape, Shape::Blocking) {
            errors.at(
                name.ident.span(),
                "`#[track_caller]` does not reach into a measured body: annotate a function that this one calls",
            );
        }
    }
}

fn check_shape(function: &Function, errors: &mut Errors) {
    match &function.shape {
        Shape::Elsewhere => {
            let last = last_statement(&function.body.statements);
            let keyword = function.signature.fn_token.span;
            if function.is_from_async_trait() || is_written_before(&last, keyword) {
                errors.at(
                    function.signature.ident.span(),
                    "another attribute rewrote this function first: put `#[acquire_token]` above it",
                );
                return;
            }
            errors.on(
                last,
                "only the making of this future would be measured: end the function with `async move { … }` or \
                 `Box::pin(async move { … })`, or make it an `async fn`",
            );
        }
        Shape::Returned(tail) => {
            if let Some(span) = tail.early_return() {
                errors.at(
                    span,
                    "the future returned here would not be measured: decide inside of the async block at the end",
                );
            }
        }
        Shape::Async | Shape::Blocking => {}
    }
}

fn check_output(function: &Function, errors: &mut Errors) {
    let nothing = |errors: &mut Errors| {
        errors.at(
            function.signature.ident.span(),
            "this function returns nothing: return a `Result`, which tells a token from a failure",
        );
    };
    let Some(returned) = function.returns() else {
        nothing(errors);
        return;
    };
    match function.output() {
        // `#[async_trait]` wrote it, with the span of the `impl`.
        Some(Type::Tuple(unit)) if unit.elems.is_empty() && function.is_from_async_trait() => {
            nothing(errors);
        }
        Some(output) => refuse_output(output, function, errors),
        // A future without `Output` in sight is an alias, or else nobody can use what it gives.
        None if output::is_future(returned) && matches!(returned, Type::ImplTrait(_)) => errors.on(
            returned,
            "the future must say what it gives: `impl Future<Output = Result<…>>`",
        ),
        None if matches!(returned, Type::ImplTrait(_)) => {
            refuse_output(returned, function, errors);
        }
        None => {}
    }
}

/// Refuses a type that is no `Result`, or that hides what should be measured.
fn refuse_output(output: &Type, function: &Function, errors: &mut Errors) {
    match Unmeasured::in_output(output, &function.signature.generics) {
        Some(Unmeasured::Stream(word)) => errors.at(
            word.span(),
            "a stream has no one end to record: annotate a function that acquires one token",
        ),
        Some(Unmeasured::Future(word)) => errors.at(
            word.span(),
            "only the making of this future would be measured: return what it gives, from an `async fn`",
        ),
        None if is_no_result(output) => errors.on(
            output,
            "expected a `Result`, which tells a token from a failure",
        ),
        None => {}
    }
}

fn is_no_result(output: &Type) -> bool {
    match output {
        Type::Array(_)
        | Type::FnPtr(_)
        | Type::ImplTrait(_)
        | Type::Never(_)
        | Type::Ptr(_)
        | Type::Reference(_)
        | Type::Slice(_)
        | Type::TraitObject(_)
        | Type::Tuple(_) => true,
        other => output::path_of(other).is_some_and(|path| {
            let last = path.segments.last();
            last.is_some_and(|last| NO_RESULTS.iter().any(|name| last.ident == name))
        }),
    }
}
