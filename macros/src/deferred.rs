//! Futures and streams in a return type, whose work would run after the measured function.

use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericParam, Generics, Ident, Path, PathArguments, Type, TypeParamBound, TypePath,
    WherePredicate,
};

use crate::output::path_of;
use crate::tokens::word_in;

/// Traits of futures and streams: matched in bounds only, because a type may have the same name.
const FUTURE_TRAITS: [&str; 2] = ["Future", "IntoFuture"];
const STREAM_TRAITS: [&str; 2] = ["Stream", "TryStream"];

/// Types that are futures and streams: matched only with generic arguments.
const FUTURES: [&str; 3] = ["BoxFuture", "JoinHandle", "LocalBoxFuture"];
const STREAMS: [&str; 2] = ["BoxStream", "LocalBoxStream"];

/// The word that names a future or stream in a return type.
pub(crate) enum Deferred {
    Future(Ident),
    Stream(Ident),
}

impl Deferred {
    /// Finds the first one in a type.
    pub(crate) fn in_output(output: &Type, generics: &Generics) -> Option<Self> {
        let futures = generic_futures(generics);
        let mut words: Vec<&str> = futures.iter().map(String::as_str).collect();
        let known = [&FUTURE_TRAITS[..], &STREAM_TRAITS, &FUTURES, &STREAMS];
        words.extend(known.iter().copied().flatten());
        // Hardly any function returns one, so this cheap check comes first.
        word_in(output.to_token_stream(), &words)?;
        let mut search = Search {
            futures: &futures,
            found: None,
        };
        search.visit_type_mut(&mut output.clone());
        search.found
    }
}

struct Search<'a> {
    /// Type parameters that are futures.
    futures: &'a [String],
    found: Option<Deferred>,
}

impl VisitMut for Search<'_> {
    fn visit_type_path_mut(&mut self, i: &mut TypePath) {
        if let Some(last) = i.path.segments.last()
            && self.found.is_none()
        {
            let word = &last.ident;
            let has_arguments = !matches!(last.arguments, PathArguments::None);
            let is_parameter = || self.futures.iter().any(|name| word == name);
            if has_arguments && is_one_of(word, &STREAMS) {
                self.found = Some(Deferred::Stream(word.clone()));
            } else if has_arguments && is_one_of(word, &FUTURES)
                || i.path.get_ident().is_some() && is_parameter()
            {
                self.found = Some(Deferred::Future(word.clone()));
            }
        }
        visit_mut::visit_type_path_mut(self, i);
    }

    fn visit_type_param_bound_mut(&mut self, i: &mut TypeParamBound) {
        if let TypeParamBound::Trait(bound) = i
            && let Some(last) = bound.path.segments.last()
            && self.found.is_none()
        {
            if is_one_of(&last.ident, &STREAM_TRAITS) {
                self.found = Some(Deferred::Stream(last.ident.clone()));
            } else if is_one_of(&last.ident, &FUTURE_TRAITS) {
                self.found = Some(Deferred::Future(last.ident.clone()));
            }
        }
        visit_mut::visit_type_param_bound_mut(self, i);
    }
}

/// Returns the names of the type parameters that are futures.
fn generic_futures(generics: &Generics) -> Vec<String> {
    let is_future = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => is_future(&bound.path),
        _ => false,
    };
    let declared = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => {
                let is_one = parameter.bounds.iter().any(is_future);
                is_one.then(|| parameter.ident.to_string())
            }
            GenericParam::Lifetime(_) | GenericParam::Const(_) => None,
        });
    let predicates = generics.where_clause.iter().flat_map(|it| &it.predicates);
    let constrained = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) if predicate.bounds.iter().any(is_future) => {
            let name = path_of(&predicate.bounded_ty)?.get_ident()?;
            Some(name.to_string())
        }
        _ => None,
    });
    declared.chain(constrained).collect()
}

fn is_future(path: &Path) -> bool {
    let last = path.segments.last();
    last.is_some_and(|last| is_one_of(&last.ident, &FUTURE_TRAITS))
}

fn is_one_of(word: &Ident, words: &[&str]) -> bool {
    words.iter().any(|known| word == known)
}
