//! Rewrites the return type so that a body may name it, leaving the rest to inference.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{BoundLifetimes, GenericParam, Ident, Lifetime, Type};

/// Returns the type with `_` for each `impl Trait`, and `'_` for each lifetime of the function.
///
/// A body cannot name the former; naming the latter would count as a use, which changes what
/// lints report about needless lifetimes.
pub(crate) fn inferable(output: Option<&Type>) -> Type {
    let Some(mut output) = output.cloned() else {
        return placeholder();
    };
    Infer { bound: Vec::new() }.visit_type_mut(&mut output);
    output
}

fn placeholder() -> Type {
    Type::Verbatim(quote_spanned! {Span::mixed_site()=> _ })
}

struct Infer {
    /// Lifetimes bound by `for<'a>` inside the type, which stay.
    bound: Vec<Ident>,
}

impl VisitMut for Infer {
    fn visit_type_mut(&mut self, i: &mut Type) {
        if let Type::ImplTrait(_) = i {
            *i = placeholder();
        }
        visit_mut::visit_type_mut(self, i);
    }

    // Comes before the lifetimes that it binds.
    fn visit_bound_lifetimes_mut(&mut self, i: &mut BoundLifetimes) {
        let names = i.lifetimes.iter().filter_map(|parameter| match parameter {
            GenericParam::Lifetime(bound) => Some(bound.lifetime.ident.clone()),
            GenericParam::Type(_) | GenericParam::Const(_) => None,
        });
        self.bound.extend(names);
    }

    fn visit_lifetime_mut(&mut self, i: &mut Lifetime) {
        if i.ident != "static" && !self.bound.contains(&i.ident) {
            *i = Lifetime::new("'_", i.span());
        }
    }
}
