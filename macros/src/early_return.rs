//! Finds a `return` before the async block at the end of a function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::visit_mut::VisitMut;
use syn::{ExprAsync, ExprClosure, ExprReturn, Item, Macro};

use crate::tail::Tail;
use crate::tokens::word_in;

/// Takes the place of the block, whose content is not searched.
const BLOCK: &str = "__block";

/// Finds a `return` that leaves the function with a future other than the block.
pub(crate) fn early_return(tail: &Tail) -> Option<Span> {
    let block = Ident::new(BLOCK, Span::call_site());
    find(&tail.with_block(block.into_token_stream()))
}

fn find(tokens: &TokenStream) -> Option<Span> {
    // Hardly any function has one, so nothing else is parsed.
    let word = word_in(tokens, "return")?;
    // The arguments of a macro are statements or a list of expressions.
    let forms = [quote! { {#tokens} }, quote! { [#tokens] }];
    let parsed = forms.into_iter().find_map(|form| syn::parse2(form).ok());
    let Some(mut parsed) = parsed else {
        return Some(word.span());
    };
    let mut search = Search(None);
    search.visit_expr_mut(&mut parsed);
    search.0
}

struct Search(Option<Span>);

impl VisitMut for Search {
    fn visit_expr_return_mut(&mut self, i: &mut ExprReturn) {
        // A `return` of the block itself does not count.
        if word_in(&*i, BLOCK).is_none() {
            self.0.get_or_insert(i.return_token.span);
        }
    }

    fn visit_macro_mut(&mut self, i: &mut Macro) {
        self.0 = self.0.or_else(|| find(&i.tokens));
    }

    // A `return` in one of these does not leave the function.
    fn visit_expr_async_mut(&mut self, _: &mut ExprAsync) {}
    fn visit_expr_closure_mut(&mut self, _: &mut ExprClosure) {}
    fn visit_item_mut(&mut self, _: &mut Item) {}
}
