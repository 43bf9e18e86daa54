//! Last stage: writes the function anew, around the user's own tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Path, Type};

use crate::arguments::Arguments;
use crate::function::{Body, Function, Shape};
use crate::infer::inferable;
use crate::tail::Tail;
use crate::{items, output};

/// The function, with its body measured.
pub(crate) fn expand(arguments: &Arguments, function: &Function) -> TokenStream {
    let expansion = Expansion::new(arguments, function);
    let prelude = expansion.prelude();
    let rest = match &function.shape {
        Shape::Returned(tail) => expansion.returned(tail),
        Shape::Blocking => expansion.blocking(),
        Shape::Async | Shape::Elsewhere => expansion.asynchronous(),
    };
    let Function { head, body, .. } = function;
    let attributes = &body.attributes;
    let body = surround(&body.braces, quote! { #attributes #prelude #rest });
    quote! { #head #body }
}

/// One function on its way out, with the names that may be written into it.
struct Expansion<'a> {
    arguments: &'a Arguments,
    function: &'a Function,
    /// Type of what is acquired, as a body may name it.
    output: Type,
    /// Where messages about that type belong.
    output_site: Span,
    /// The module of the runtime that generated code calls.
    private: TokenStream,
    /// Local variables; their hygiene keeps them from meeting names of the user.
    returns: Ident,
    id: Ident,
    call: Ident,
}

impl<'a> Expansion<'a> {
    fn new(arguments: &'a Arguments, function: &'a Function) -> Self {
        let site = Span::mixed_site();
        let runtime = arguments.runtime.as_ref().map_or_else(
            || quote_spanned! {site=> ::token_telemetry },
            Path::to_token_stream,
        );
        let output = function.output();
        Self {
            arguments,
            function,
            output: inferable(output),
            output_site: at(output.or_else(|| function.returns())),
            private: quote_spanned! {site=> #runtime::private },
            returns: Ident::new("returns", site),
            id: Ident::new("id", site),
            call: Ident::new("call", site),
        }
    }

    /// What happens before the body.
    fn prelude(&self) -> TokenStream {
        let Self {
            output,
            private,
            returns,
            id,
            call,
            ..
        } = self;
        let api = &self.arguments.api;
        // All in one place, so that a value that is no id is refused once.
        let checked = located(quote! { #private::id }, at(api));
        let api = quote_spanned! {at(api)=> #checked(const { #api }) };
        let call = (!self.is_inline()).then(|| {
            let described = self.described();
            quote_spanned! {Span::mixed_site()=> let #call = #described; }
        });
        quote_spanned! {Span::mixed_site()=>
            let #returns = #private::Returns::<#output>::HERE;
            let #id = #api;
            #call
        }
    }

    /// Whether the call needs no variable, which costs the compiler as much as a function call.
    ///
    /// A temporary value in the argument `telemetry`, such as the guard of a lock, must be gone
    /// before the body runs; and a future that is returned begins with the call made already.
    fn is_inline(&self) -> bool {
        let Self {
            arguments: Arguments { telemetry, .. },
            function,
            ..
        } = self;
        matches!(function.shape, Shape::Async) && telemetry.as_ref().is_none_or(is_place)
    }

    /// The call: what is wrong with the output is reported at its type, or at the path that reads it.
    fn described(&self) -> TokenStream {
        let Self {
            arguments,
            private,
            output_site,
            ..
        } = self;
        let returns = located(self.returns.to_token_stream(), *output_site);
        let telemetry = self.telemetry();
        let nesting = self.nesting();
        let nesting = quote_spanned! {Span::mixed_site()=> #private::Nesting::#nesting };
        let call = if let Some(err) = &arguments.err {
            let id = &self.id;
            quote_spanned! {at(err)=> #returns.call_with(#err, #id, #telemetry, #nesting) }
        } else {
            let error = self.function.output().and_then(output::error_of);
            let id = located(self.id.to_token_stream(), error.map_or(*output_site, at));
            quote_spanned! {*output_site=> #returns.call(#id, #telemetry, #nesting) }
        };
        match &arguments.ok {
            Some(ok) => quote_spanned! {at(ok)=> #call.token(#ok) },
            None => call,
        }
    }

    fn telemetry(&self) -> TokenStream {
        let Self {
            arguments, private, ..
        } = self;
        arguments.telemetry.as_ref().map_or_else(
            || quote_spanned! {Span::mixed_site()=> &#private::Global },
            |telemetry| quote_spanned! {at(telemetry)=> &(#telemetry) },
        )
    }

    fn nesting(&self) -> Ident {
        let name = match self.arguments {
            Arguments {
                background: Some(_),
                ..
            } => "Background",
            Arguments {
                nested: Some(_), ..
            } => "Record",
            _ => "Merge",
        };
        Ident::new(name, Span::mixed_site())
    }

    /// Measures the body of an `async fn`, as one block.
    fn asynchronous(&self) -> TokenStream {
        let body = &self.function.body;
        let block = surround(&body.braces, self.typed(&body.statements));
        self.measured(&quote_spanned! {body.braces.span()=> async move #block })
    }

    /// Keeps the form of the function, since other attributes look for an async block at its end too.
    fn returned(&self, tail: &Tail) -> TokenStream {
        let Tail {
            keywords, block, ..
        } = tail;
        let Body {
            braces,
            attributes,
            statements,
        } = block;
        let statements = self.typed(statements);
        let block = surround(braces, quote! { #attributes #statements });
        let measured = self.measured(&quote! { #(#keywords)* #block });
        let around = keywords.iter().cloned().map(|mut keyword| {
            keyword.set_span(at(&keyword));
            keyword
        });
        let mut block = Group::new(Delimiter::Brace, measured);
        block.set_span(at(braces));
        tail.with_block(quote! { #(#around)* #block })
    }

    /// Gives an async block its type before the block is checked, by a branch that is never taken.
    fn typed(&self, statements: &[TokenTree]) -> TokenStream {
        let returns = &self.returns;
        let (items, statements) = statements.split_at(items::leading(statements));
        let typed = quote_spanned! {self.output_site=> if false { return #returns.never(); } };
        quote! { #(#items)* #typed #(#statements)* }
    }

    /// Awaits an async block in the runtime; nothing else lies between the two.
    ///
    /// The call is a temporary value: it outlives the block that is awaited.
    fn measured(&self, block: &TokenStream) -> TokenStream {
        let call = if self.is_inline() {
            self.described()
        } else {
            let call = &self.call;
            // Moved here, so that a block without `move` takes it along.
            quote_spanned! {Span::mixed_site()=> { #call } }
        };
        quote_spanned! {Span::mixed_site()=> return #call.acquire(#block).await; }
    }

    /// Measures a body that blocks: a closure passed directly may borrow what the arguments lend.
    fn blocking(&self) -> TokenStream {
        let Self { function, call, .. } = self;
        let Body {
            braces, statements, ..
        } = &function.body;
        let body = surround(braces, statements.iter().cloned().collect());
        let site = function.signature.fn_token.span;
        let inferred = quote_spanned! {self.output_site=> _ };
        let closure = quote_spanned! {site=> move || -> #inferred #body };
        quote_spanned! {Span::mixed_site()=> return #call.acquire_blocking(#closure); }
    }
}

/// Whether an expression names something that is there already: `telemetry`, or `self.telemetry`.
fn is_place(expression: &Expr) -> bool {
    match expression {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        _ => false,
    }
}

/// The user's own braces around other tokens, so that the compiler's messages stay on them.
fn surround(user: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(user.span());
    group
}

/// Where the user's tokens stand, with the hygiene of generated code.
fn at(tokens: impl ToTokens) -> Span {
    Span::mixed_site().located_at(tokens.to_token_stream().span())
}

/// Generated tokens as if they were written somewhere else.
fn located(tokens: TokenStream, site: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(site));
        token
    });
    moved.collect()
}

/// The refusals, and the item as it was; what the arguments name counts as used.
pub(crate) fn refuse(
    arguments: &Arguments,
    function: Option<&Function>,
    item: &TokenStream,
    refusals: &TokenStream,
) -> TokenStream {
    let Some(Function { head, body, .. }) = function else {
        return quote! { #refusals #item };
    };
    let Body {
        braces,
        attributes,
        statements,
    } = body;
    let named = arguments.named();
    let mention = quote_spanned! {Span::mixed_site()=> if false { #(let _ = #named;)* } };
    let body = surround(braces, quote! { #attributes #mention #(#statements)* });
    quote! { #refusals #head #body }
}
