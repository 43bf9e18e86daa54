//! Lints that are expected of a function, and that its measured form never gives.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::function::Shape;

/// Lints of clippy that say nothing of a body that blocks, once it is in a closure.
const OF_BLOCKING: [&str; 5] = [
    "boxed_local",
    "missing_const_for_fn",
    "needless_pass_by_value",
    "unnecessary_wraps",
    "unwrap_in_result",
];

/// Takes these lints out of `#[expect(…)]`, which would complain that they are not given.
pub(crate) fn retain_fulfilled(attributes: &mut Vec<Attribute>, shape: &Shape) {
    attributes
        .retain_mut(|attribute| !attribute.path().is_ident("expect") || keep(attribute, shape));
}

/// Whether something is left of the attribute.
fn keep(attribute: &mut Attribute, shape: &Shape) -> bool {
    let Meta::List(list) = &mut attribute.meta else {
        return true;
    };
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(expected) = list.parse_args_with(parse) else {
        return true;
    };
    let count = expected.len();
    let is_given = |lint: &Meta| !is_never_given(lint, shape);
    let kept: Punctuated<Meta, Token![,]> = expected.into_iter().filter(is_given).collect();
    if kept.len() == count {
        return true;
    }
    let has_lints = kept.iter().any(|lint| matches!(lint, Meta::Path(_)));
    list.tokens = kept.into_token_stream();
    has_lints
}

fn is_never_given(lint: &Meta, shape: &Shape) -> bool {
    let segments = &lint.path().segments;
    if lint.path().is_ident("unconditional_recursion") {
        return matches!(shape, Shape::Blocking);
    }
    let (2, Some(tool), Some(lint)) = (segments.len(), segments.first(), segments.last()) else {
        return false;
    };
    if tool.ident != "clippy" {
        return false;
    }
    lint.ident == "cognitive_complexity"
        || match shape {
            Shape::Async => lint.ident == "unused_async",
            Shape::Returned(_) | Shape::Elsewhere => lint.ident == "manual_async_fn",
            Shape::Blocking => OF_BLOCKING.iter().any(|name| lint.ident == name),
        }
}
