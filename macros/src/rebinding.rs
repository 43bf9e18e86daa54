//! Rewrites the function head where the body assigns to arguments.

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, Type};

use crate::expectations::retain_fulfilled;
use crate::function::{Function, Shape};
use crate::tokens::is_punct;

/// The head of a function, and the arguments that are bound again inside the block that captures
/// them.
///
/// Without the second binding, a lint would report unread assignments to captured arguments, which
/// it accepts in a plain function.
pub(crate) struct Rebinding {
    /// Everything before the body, without the `mut` of arguments that are bound again.
    pub(crate) head: TokenStream,
    /// The bindings inside the block.
    pub(crate) lets: TokenStream,
    /// An `#[allow]` in place of a second binding of `self`, which cannot be bound again.
    pub(crate) allowed: Option<TokenStream>,
}

impl Rebinding {
    pub(crate) fn of(function: &Function) -> Self {
        let Function {
            visibility,
            default,
            shape,
            ..
        } = function;
        let mut rebind = Rebind {
            statements: &function.body.statements,
            lets: TokenStream::new(),
        };
        let mut signature = Cow::Borrowed(&function.signature);
        let is_whole_body = matches!(shape, Shape::Async | Shape::Blocking);
        if is_whole_body && signature.inputs.iter().any(may_be_mutable) {
            for argument in &mut signature.to_mut().inputs {
                rebind.visit_fn_arg_mut(argument);
            }
        }
        let lets = rebind.lets;
        let changes_itself = signature.receiver().is_some_and(|receiver| {
            let name = Ident::from(receiver.self_token);
            receiver.mutability.is_some() && assigns(&function.body.statements, &name)
        });
        let allowed = (is_whole_body && changes_itself)
            .then(|| quote_spanned! {Span::mixed_site()=> #[allow(unused_assignments)] });
        let is_expect = |attribute: &Attribute| attribute.path().is_ident("expect");
        if lets.is_empty() && !function.attributes.iter().any(is_expect) {
            let head = function.head.clone();
            return Self {
                head,
                lets,
                allowed,
            };
        }
        let mut attributes = function.attributes.clone();
        retain_fulfilled(&mut attributes, shape);
        let head = quote! { #(#attributes)* #visibility #default #signature };
        Self {
            head,
            lets,
            allowed,
        }
    }
}

/// Whether a pattern may contain `mut`; most patterns are plain names.
fn may_be_mutable(argument: &FnArg) -> bool {
    match argument {
        FnArg::Receiver(_) => false,
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pattern) => pattern.mutability.is_some(),
            _ => true,
        },
    }
}

/// Removes `mut` from arguments that the body assigns to, and binds them again with it.
struct Rebind<'a> {
    statements: &'a [TokenTree],
    lets: TokenStream,
}

impl VisitMut for Rebind<'_> {
    fn visit_pat_ident_mut(&mut self, i: &mut PatIdent) {
        let PatIdent {
            by_ref,
            mutability,
            ident,
            ..
        } = i;
        if let (None, Some(keyword)) = (by_ref, *mutability)
            && assigns(self.statements, ident)
        {
            *mutability = None;
            self.lets.extend(quote_spanned! {Span::mixed_site()=>
                #[allow(clippy::shadow_same)]
                let #keyword #ident = #ident;
            });
        }
        visit_mut::visit_pat_ident_mut(self, i);
    }

    // Types contain no patterns.
    fn visit_type_mut(&mut self, _: &mut Type) {}
}

/// Whether the tokens assign to the variable or to one of its fields.
fn assigns(trees: &[TokenTree], name: &Ident) -> bool {
    trees.iter().enumerate().any(|(at, tree)| match tree {
        TokenTree::Ident(word) => {
            word == name && is_assigned(trees.get(at + 1..).unwrap_or_default())
        }
        TokenTree::Group(group) => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            assigns(&inside, name)
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether an assignment operator such as `=` or `+=` comes next, perhaps after a field path.
fn is_assigned(mut behind: &[TokenTree]) -> bool {
    while let [dot, TokenTree::Ident(_) | TokenTree::Literal(_), rest @ ..] = behind
        && is_punct(dot, '.')
    {
        behind = rest;
    }
    let is_one_of = |tree: &TokenTree, operators: &str| {
        operators.chars().any(|operator| is_punct(tree, operator))
    };
    match behind {
        [equals, next, ..] if is_punct(equals, '=') => !is_one_of(next, "=>"),
        [operator, equals, ..] if is_one_of(operator, "+-*/%^&|") => is_punct(equals, '='),
        [shift, again, equals, ..] if is_one_of(shift, "<>") => {
            is_one_of(again, "<>") && is_punct(equals, '=')
        }
        _ => false,
    }
}
