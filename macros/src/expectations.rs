//! Removes expected lints that never fire on an instrumented body.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::function::Shape;
use crate::tokens::is_one_of;

/// Lints of clippy that do not fire on a blocking body inside a closure.
const OF_BLOCKING: [&str; 5] = [
    "boxed_local",
    "missing_const_for_fn",
    "needless_pass_by_value",
    "unnecessary_wraps",
    "unwrap_in_result",
];

/// Removes these lints from `#[expect(…)]`, which would report an unfulfilled expectation.
pub(crate) fn retain_fulfilled(attributes: &mut Vec<Attribute>, shape: &Shape) {
    attributes
        .retain_mut(|attribute| !attribute.path().is_ident("expect") || keep(attribute, shape));
}

/// Removes the lints from one attribute, and returns whether any other lint is left.
fn keep(attribute: &mut Attribute, shape: &Shape) -> bool {
    let Meta::List(list) = &mut attribute.meta else {
        return true;
    };
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(expected) = list.parse_args_with(parse) else {
        return true;
    };
    let count = expected.len();
    let may_fire = |lint: &Meta| !never_fires(lint, shape);
    let kept: Punctuated<Meta, Token![,]> = expected.into_iter().filter(may_fire).collect();
    if kept.len() == count {
        return true;
    }
    let has_lints = kept.iter().any(|lint| matches!(lint, Meta::Path(_)));
    list.tokens = kept.into_token_stream();
    has_lints
}

fn never_fires(lint: &Meta, shape: &Shape) -> bool {
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
            Shape::AsyncBlock(_) | Shape::OpaqueFuture => lint.ident == "manual_async_fn",
            Shape::Blocking => is_one_of(&lint.ident, &OF_BLOCKING),
        }
}
