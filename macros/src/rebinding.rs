//! Rewrites the function head where the body assigns to arguments.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Ident, Pat, PatIdent, Type};

use crate::expectations::retain_fulfilled;
use crate::function::{Function, Head, Shape};
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
        let Head {
            attributes,
            signature,
            ..
        } = &function.head;
        let statements = &function.body.statements;
        let is_whole_body = matches!(function.shape, Shape::Async | Shape::Blocking);
        let changes_itself = signature.receiver().is_some_and(|receiver| {
            receiver.mutability.is_some() && assigns(statements, &receiver.self_token.into())
        });
        let mut rebinding = Self {
            head: function.written.clone(),
            lets: TokenStream::new(),
            allowed: (is_whole_body && changes_itself)
                .then(|| quote_spanned! {Span::mixed_site()=> #[allow(unused_assignments)] }),
        };
        let may_rebind = is_whole_body && signature.inputs.iter().any(may_be_mutable);
        let expects = attributes.iter().any(|it| it.path().is_ident("expect"));
        if !may_rebind && !expects {
            return rebinding;
        }
        let mut head = function.head.clone();
        if may_rebind {
            let lets = &mut rebinding.lets;
            Rebind { statements, lets }.visit_signature_mut(&mut head.signature);
        }
        if expects || !rebinding.lets.is_empty() {
            retain_fulfilled(&mut head.attributes, &function.shape);
            rebinding.head = head.into_token_stream();
        }
        rebinding
    }
}

/// Whether a pattern may contain `mut`; most patterns are plain names.
fn may_be_mutable(argument: &FnArg) -> bool {
    let FnArg::Typed(typed) = argument else {
        return false;
    };
    match &*typed.pat {
        Pat::Ident(pattern) => pattern.mutability.is_some(),
        _ => true,
    }
}

/// Removes `mut` from arguments that the body assigns to, and binds them again with it.
struct Rebind<'a> {
    statements: &'a [TokenTree],
    lets: &'a mut TokenStream,
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
