//! Futures and streams in a return type, whose work would run after the measured function.

use syn::visit_mut::{self, VisitMut};
use syn::{Error, Generics, Ident, Type, TypeParamBound, TypePath, WherePredicate};

use crate::output::path_of;
use crate::tokens::is_one_of;

/// Crates whose types are known. Without the crate a name may belong to a type of the user.
const CRATES: [&str; 6] = [
    "async_std",
    "futures",
    "futures_core",
    "futures_util",
    "std",
    "tokio",
];

/// Types of these crates, and traits, that are futures.
const FUTURE_TYPES: [&str; 3] = ["BoxFuture", "JoinHandle", "LocalBoxFuture"];
const FUTURE_TRAITS: [&str; 2] = ["Future", "IntoFuture"];

/// Types of these crates, and traits, that are streams.
const STREAM_TYPES: [&str; 2] = ["BoxStream", "LocalBoxStream"];
const STREAM_TRAITS: [&str; 2] = ["Stream", "TryStream"];

/// Rejects the first future or stream in a type.
pub(crate) fn check(output: &Type, generics: &Generics) -> syn::Result<()> {
    let mut search = Search {
        futures: generic_futures(generics),
        found: None,
    };
    search.visit_type_mut(&mut output.clone());
    search.found.map_or(Ok(()), Err)
}

struct Search<'a> {
    /// Type parameters that are futures.
    futures: Vec<&'a Ident>,
    found: Option<Error>,
}

impl Search<'_> {
    fn future(&mut self, word: &Ident) {
        self.found.get_or_insert_with(|| Error::new(word.span(), "this would only time the construction of the future: make the function an `async fn` that returns the output of the future"));
    }

    fn stream(&mut self, word: &Ident) {
        self.found.get_or_insert_with(|| Error::new(word.span(), "streams cannot be instrumented: move `#[acquire_token]` to a function that acquires one token"));
    }
}

impl VisitMut for Search<'_> {
    fn visit_type_path_mut(&mut self, i: &mut TypePath) {
        let segments = &i.path.segments;
        if let (Some(first), Some(last)) = (segments.first(), segments.last()) {
            let is_known = segments.len() > 1 && is_one_of(&first.ident, &CRATES);
            let is_parameter = segments.len() == 1 && self.futures.contains(&&last.ident);
            if is_known && is_one_of(&last.ident, &STREAM_TYPES) {
                self.stream(&last.ident);
            } else if is_known && is_one_of(&last.ident, &FUTURE_TYPES) || is_parameter {
                self.future(&last.ident);
            }
        }
        visit_mut::visit_type_path_mut(self, i);
    }

    fn visit_type_param_bound_mut(&mut self, i: &mut TypeParamBound) {
        if let Some(word) = bound_in(i, &STREAM_TRAITS) {
            self.stream(word);
        } else if let Some(word) = bound_in(i, &FUTURE_TRAITS) {
            self.future(word);
        }
        visit_mut::visit_type_param_bound_mut(self, i);
    }
}

/// Returns the names of the type parameters that are futures.
fn generic_futures(generics: &Generics) -> Vec<&Ident> {
    let declared = generics.type_params().map(|it| (&it.ident, &it.bounds));
    let predicates = generics.where_clause.iter().flat_map(|it| &it.predicates);
    let constrained = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(it) => Some((path_of(&it.bounded_ty)?.get_ident()?, &it.bounds)),
        _ => None,
    });
    let is_future = |bound: &TypeParamBound| bound_in(bound, &FUTURE_TRAITS).is_some();
    let parameters = declared.chain(constrained);
    let futures = parameters.filter(|(_, bounds)| bounds.iter().any(is_future));
    futures.map(|(name, _)| name).collect()
}

/// Returns the name of the trait in a bound, if it is one of these.
fn bound_in<'a>(bound: &'a TypeParamBound, traits: &[&str]) -> Option<&'a Ident> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let name = &bound.path.segments.last()?.ident;
    is_one_of(name, traits).then_some(name)
}
