//! Reads the return type, as far as its syntax shows it.

use syn::{AssocType, GenericArgument, Path, PathArguments, PathSegment, Type, TypeParamBound};

use crate::tokens::is_one_of;

/// Aliases of boxed futures in the `futures` crates.
const BOXED_FUTURES: [&str; 2] = ["BoxFuture", "LocalBoxFuture"];

/// Whether the type is visibly a future.
pub(crate) fn is_future(returned: &Type) -> bool {
    let alias = || path_of(returned)?.segments.last();
    future_bound(returned).is_some()
        || alias().is_some_and(|alias| is_one_of(&alias.ident, &BOXED_FUTURES))
}

/// Returns the `T` of `impl Future<Output = T>` and `Pin<Box<dyn Future<Output = T>>>`.
pub(crate) fn of_future(returned: &Type) -> Option<&Type> {
    arguments_of(future_bound(returned)?).find_map(|argument| match argument {
        GenericArgument::AssocType(AssocType { ident, ty, .. }) if ident == "Output" => Some(ty),
        _ => None,
    })
}

/// Returns the error type of a `Result` with both types written out.
pub(crate) fn error_of(output: &Type) -> Option<&Type> {
    types_of(path_of(output)?.segments.last()?).nth(1)
}

/// Returns the path of a path type.
pub(crate) fn path_of(output: &Type) -> Option<&Path> {
    match output {
        Type::Path(path) => Some(&path.path),
        Type::Group(group) => path_of(&group.elem),
        Type::Paren(paren) => path_of(&paren.elem),
        _ => None,
    }
}

/// Returns the arguments between the angle brackets.
fn arguments_of(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    arguments.into_iter().flatten()
}

fn types_of(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    arguments_of(segment).filter_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    })
}

/// Returns the bound `Future<…>` of an opaque or dynamic type, also inside `Pin` and `Box`.
fn future_bound(returned: &Type) -> Option<&PathSegment> {
    match returned {
        Type::ImplTrait(opaque) => opaque.bounds.iter().find_map(future_segment),
        Type::TraitObject(object) => object.bounds.iter().find_map(future_segment),
        Type::Group(group) => future_bound(&group.elem),
        Type::Paren(paren) => future_bound(&paren.elem),
        Type::Path(path) => {
            let pointer = path.path.segments.last()?;
            let is_pointer = pointer.ident == "Pin" || pointer.ident == "Box";
            is_pointer.then(|| types_of(pointer).next().and_then(future_bound))?
        }
        _ => None,
    }
}

fn future_segment(bound: &TypeParamBound) -> Option<&PathSegment> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let is_future = |segment: &&PathSegment| segment.ident == "Future";
    bound.path.segments.last().filter(is_future)
}
