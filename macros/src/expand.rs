//! Last stage: writes the instrumented function around the user's own tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Path};

use crate::arguments::Arguments;
use crate::form::Form;
use crate::function::{Body, Function, Shape};
use crate::infer::inferable;
use crate::rebinding::Rebinding;
use crate::tail::Tail;
use crate::tokens::{at, braces, is, respan};
use crate::{items, output};

/// Returns the function with its body instrumented.
pub(crate) fn expand(arguments: &Arguments, function: &Function) -> TokenStream {
    let expansion = Expansion::new(arguments, function);
    let rebinding = Rebinding::of(function);
    let rest = match &function.shape {
        Shape::AsyncBlock(tail) => expansion.async_block(tail),
        Shape::Blocking => expansion.blocking(&rebinding),
        Shape::Async | Shape::OpaqueFuture => expansion.async_fn(&rebinding),
    };
    let Body {
        group, attributes, ..
    } = &function.body;
    let head = &rebinding.head;
    let body = braces(group, quote! { #attributes #rest });
    quote! { #head #body }
}

/// The function to expand, and the names that generated code uses.
struct Expansion<'a> {
    arguments: &'a Arguments,
    function: &'a Function,
    form: Form,
    /// The output type of the acquisition, in a form that a body may name.
    output: TokenStream,
    /// Where errors about that type are reported.
    output_site: Span,
    /// The module of the runtime that generated code calls.
    private: TokenStream,
    // Local variables; hygiene keeps them apart from the user's names.
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
        let output_site = at(output.or_else(|| function.returns()));
        let private = quote_spanned! {site=> #runtime::__private };
        Self {
            arguments,
            function,
            form: Form::of(arguments, function),
            output: output_type(function, &private, output_site),
            output_site,
            private,
            returns: Ident::new("returns", site),
            id: Ident::new("id", site),
            call: Ident::new("call", site),
        }
    }

    /// Writes the statements before the body.
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
        let site = Span::mixed_site();
        // One method call checks the id, so that a value of another type is reported once. It is a
        // method and not a path, so that a crate that does not resolve is reported once, too.
        let witness = respan(returns.to_token_stream(), at(api));
        let api = quote_spanned! {at(api)=> #witness.id(const { #api }) };
        let call = (!self.is_inline()).then(|| {
            let call_expr = self.call_expr();
            quote_spanned! {site=> let #call = #call_expr; }
        });
        quote_spanned! {site=>
            let #returns = #private::FunctionReturning::<#output>::HERE;
            let #id = #api;
            #call
        }
    }

    /// Whether the call is written inline, without a variable, which compiles faster.
    ///
    /// A temporary in the argument `telemetry`, such as a lock guard, has to be dropped before the
    /// body runs; and where a future is returned, the call is made before the future exists.
    fn is_inline(&self) -> bool {
        let is_in_block = match self.function.shape {
            Shape::Async => true,
            Shape::AsyncBlock(_) => matches!(self.form, Form::Inside { .. }),
            Shape::OpaqueFuture | Shape::Blocking => false,
        };
        is_in_block && self.arguments.telemetry.as_ref().is_none_or(is_place)
    }

    /// Writes the call. Errors about the output point at its type, or at the function that reads it.
    fn call_expr(&self) -> TokenStream {
        let Self {
            arguments,
            private,
            output_site,
            ..
        } = self;
        let returns = respan(self.returns.to_token_stream(), *output_site);
        let telemetry = self.telemetry();
        let nesting = self.nesting();
        let nesting = quote_spanned! {Span::mixed_site()=> #private::Nesting::#nesting };
        let call = if let Some(error_info) = &arguments.error_info {
            let id = &self.id;
            quote_spanned! {at(error_info)=> #returns.call_with(#error_info, #id, #telemetry, #nesting) }
        } else {
            let error = self.function.output().and_then(output::error_of);
            let id = respan(self.id.to_token_stream(), error.map_or(*output_site, at));
            quote_spanned! {*output_site=> #returns.call(#id, #telemetry, #nesting) }
        };
        match &arguments.token_info {
            Some(token_info) => quote_spanned! {at(token_info)=> #call.token(#token_info) },
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
                own_record: Some(_),
                ..
            } => "Record",
            _ => "Merge",
        };
        Ident::new(name, Span::mixed_site())
    }

    /// Instruments the body of an `async fn` as one block.
    fn async_fn(&self, rebinding: &Rebinding) -> TokenStream {
        let Rebinding { lets, allowed, .. } = rebinding;
        let Body {
            group, statements, ..
        } = &self.function.body;
        let block = braces(group, self.with_type_hint(statements, lets));
        let prelude = self.prelude();
        // Spanned at the opening brace only: otherwise editors would show the documentation of the
        // keyword on every word of the body.
        let instrumented =
            self.instrumented(&quote_spanned! {group.span_open()=> async move #block });
        quote! { #prelude #allowed #instrumented }
    }

    /// Instruments the async block that a function returns.
    fn async_block(&self, tail: &Tail) -> TokenStream {
        let Tail {
            keywords, block, ..
        } = tail;
        let Body {
            group,
            attributes,
            statements,
        } = block;
        let prelude = self.prelude();
        let in_front = match self.form {
            Form::Inside { in_front } => in_front,
            Form::Wrapped | Form::Kept => 0,
        };
        let (in_front, statements) = statements.split_at(in_front);
        let statements = self.with_type_hint(statements, &TokenStream::new());
        let block = braces(group, quote! { #attributes #statements });
        let block = quote! { #(#keywords)* #block };
        let tail = match self.form {
            Form::Wrapped => {
                let call = &self.call;
                tail.with_block(quote_spanned! {Span::mixed_site()=> #call.into_future(#block) })
            }
            Form::Kept => tail.with_block(around(tail, self.instrumented(&block))),
            Form::Inside { .. } => {
                let instrumented = self.instrumented(&block);
                let inside = quote! { #(#in_front)* #prelude #instrumented };
                return tail.with_block(around(tail, inside));
            }
        };
        let tail: Vec<TokenTree> = tail.into_iter().collect();
        let (items, tail) = tail.split_at(items::leading(&self.function.body.statements));
        quote! { #(#items)* #prelude #(#tail)* }
    }

    /// Fixes the type of an async block before its statements, through a branch that is never taken.
    fn with_type_hint(&self, statements: &[TokenTree], lets: &TokenStream) -> TokenStream {
        let returns = respan(self.returns.to_token_stream(), self.output_site);
        let (items, statements) = statements.split_at(items::leading(statements));
        let type_hint = quote_spanned! {self.output_site=> if false { return #returns.never(); } };
        // Without the semicolon the branch would be the last expression of an empty body.
        let end = (items.is_empty() && statements.is_empty())
            .then(|| quote_spanned! {self.output_site=> ; });
        quote! { #(#items)* #type_hint #end #lets #(#statements)* }
    }

    /// Awaits an async block under the call.
    ///
    /// The call is a temporary, so it outlives the awaited block.
    fn instrumented(&self, block: &TokenStream) -> TokenStream {
        let call = if self.is_inline() {
            self.call_expr()
        } else {
            let call = &self.call;
            // The braces move the call, so that a block without `move` captures it by value.
            quote_spanned! {Span::mixed_site()=> { #call } }
        };
        quote_spanned! {Span::mixed_site()=> return #call.acquire(#block).await; }
    }

    /// Writes an item in front of bodies that begin with an item or a panic.
    ///
    /// Lints about `#[inline]` look at the first statement, and ignore functions that begin so.
    fn first_statement(&self) -> Option<TokenStream> {
        let Function {
            attributes, body, ..
        } = self.function;
        let is_inlined = attributes.iter().any(|it| it.path().is_ident("inline"));
        let is_nothing = |statements: &[TokenTree]| {
            let first = statements.first();
            let panics = first.is_some_and(|it| is(it, "panic") || is(it, "unreachable"));
            panics || items::leading(statements) > 0
        };
        (is_inlined && is_nothing(&body.statements))
            .then(|| quote_spanned! {Span::mixed_site()=> const _: () = (); })
    }

    /// Instruments a blocking body, as a closure that may borrow from the arguments.
    fn blocking(&self, rebinding: &Rebinding) -> TokenStream {
        let Rebinding { lets, allowed, .. } = rebinding;
        let Self { function, call, .. } = self;
        let Body {
            group, statements, ..
        } = &function.body;
        let first = self.first_statement();
        let prelude = self.prelude();
        let body = braces(group, quote! { #lets #(#statements)* });
        let site = function.signature.fn_token.span;
        let inferred = quote_spanned! {self.output_site=> _ };
        let closure = quote_spanned! {site=> move || -> #inferred #body };
        quote_spanned! {Span::mixed_site()=> #first #prelude #allowed return #call.acquire_blocking(#closure); }
    }
}

/// Wraps tokens in an async block, for other attributes that look for one.
///
/// It has the user's keywords and span: some of these attributes give the block's span to names
/// that they generate.
fn around(tail: &Tail, inside: TokenStream) -> TokenStream {
    let keywords = tail.keywords.iter().cloned().map(|mut keyword| {
        keyword.set_span(at(&keyword));
        keyword
    });
    let mut block = Group::new(Delimiter::Brace, inside);
    block.set_span(tail.block.group.span());
    quote! { #(#keywords)* #block }
}

/// Returns the output type of the acquisition, in a form that a body may name.
///
/// Behind an alias of a future, this is a projection: inference would otherwise guess the type
/// from the errors that the owner describes.
fn output_type(function: &Function, private: &TokenStream, site: Span) -> TokenStream {
    let output = function.output();
    match (&function.shape, function.returns()) {
        (Shape::AsyncBlock(_), Some(alias)) if output.is_none() => {
            let alias = inferable(Some(alias));
            quote_spanned! {site=> <#alias as #private::Future>::Output }
        }
        _ => inferable(output).into_token_stream(),
    }
}

/// Whether an expression is a place, such as `telemetry` or `self.telemetry`.
fn is_place(expression: &Expr) -> bool {
    match expression {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        _ => false,
    }
}

/// Returns the errors and the unchanged item; imports that only the arguments use count as used.
pub(crate) fn reject(
    arguments: &Arguments,
    function: Option<&Function>,
    item: &TokenStream,
    errors: &TokenStream,
) -> TokenStream {
    let Some(Function { head, body, .. }) = function else {
        return quote! { #errors #item };
    };
    let Body {
        group,
        attributes,
        statements,
    } = body;
    let named = arguments.named();
    let uses = quote_spanned! {Span::mixed_site()=> if false { #(let _ = #named;)* } };
    let body = braces(group, quote! { #attributes #uses #(#statements)* });
    quote! { #errors #head #body }
}
