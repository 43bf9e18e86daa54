//! Last stage: writes the instrumented function around the user's own tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, Path};

use crate::arguments::Arguments;
use crate::body::{Body, leading_items};
use crate::form::Form;
use crate::function::{Function, Shape};
use crate::infer::inferable;
use crate::output;
use crate::rebinding::Rebinding;
use crate::tail::Tail;
use crate::tokens::{at, is, regroup};

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
    let body = regroup(group, quote! { #attributes #rest });
    quote! { #head #body }
}

/// The function to expand, and what generated code refers to.
///
/// The local variables `returns`, `id` and `call` are written with the hygiene of the macro, which
/// keeps them apart from the user's names.
struct Expansion<'a> {
    arguments: &'a Arguments,
    function: &'a Function,
    form: Form,
    /// The module of the runtime that generated code calls.
    private: TokenStream,
    /// Where errors about the output type of the acquisition are reported.
    output_site: Span,
}

impl<'a> Expansion<'a> {
    fn new(arguments: &'a Arguments, function: &'a Function) -> Self {
        let site = Span::mixed_site();
        let runtime = arguments.runtime.as_ref().map_or_else(
            || quote_spanned! {site=> ::token_telemetry },
            Path::to_token_stream,
        );
        Self {
            arguments,
            function,
            form: Form::of(arguments, function),
            private: quote_spanned! {site=> #runtime::__private },
            output_site: at(function.output().or_else(|| function.head.returns())),
        }
    }

    /// Writes the statements before the body.
    fn prelude(&self) -> TokenStream {
        let private = &self.private;
        let output = self.output_type();
        let api = &self.arguments.api;
        // One method call checks the id, so that a value of another type is reported once. It is a
        // method and not a path, so that a crate that does not resolve is reported once, too.
        let id = quote_spanned! {at(api)=> returns.id(const { #api }) };
        let call = (!self.is_inline()).then(|| {
            let call = self.call();
            quote_spanned! {Span::mixed_site()=> let call = #call; }
        });
        quote_spanned! {Span::mixed_site()=>
            let returns = #private::FunctionReturning::<#output>::HERE;
            let id = #id;
            #call
        }
    }

    /// Returns the output type of the acquisition, in a form that a body may name.
    ///
    /// Behind an alias of a future, this is a projection: inference would otherwise guess the type
    /// from the errors that the owner describes.
    fn output_type(&self) -> TokenStream {
        let private = &self.private;
        let output = self.function.output();
        match (&self.function.shape, self.function.head.returns()) {
            (Shape::AsyncBlock(_), Some(alias)) if output.is_none() => {
                let alias = inferable(Some(alias));
                quote_spanned! {self.output_site=> <#alias as #private::Future>::Output }
            }
            _ => inferable(output).into_token_stream(),
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
    fn call(&self) -> TokenStream {
        let Arguments {
            error_info,
            token_info,
            ..
        } = self.arguments;
        let site = self.output_site;
        let returns = quote_spanned! {site=> returns };
        let telemetry = self.telemetry();
        let nesting = self.nesting();
        let call = if let Some(error_info) = error_info {
            let id = quote_spanned! {Span::mixed_site()=> id };
            quote_spanned! {at(error_info)=> #returns.call_with(#error_info, #id, #telemetry, #nesting) }
        } else {
            let error = self.function.output().and_then(output::error_of);
            let id = quote_spanned! {error.map_or(site, at)=> id };
            quote_spanned! {site=> #returns.call(#id, #telemetry, #nesting) }
        };
        match token_info {
            Some(token_info) => {
                quote_spanned! {at(token_info)=> #call.with_token_info(#token_info) }
            }
            None => call,
        }
    }

    fn telemetry(&self) -> TokenStream {
        let private = &self.private;
        self.arguments.telemetry.as_ref().map_or_else(
            || quote_spanned! {Span::mixed_site()=> &#private::Global },
            |telemetry| quote_spanned! {at(telemetry)=> &(#telemetry) },
        )
    }

    fn nesting(&self) -> TokenStream {
        let (private, site) = (&self.private, Span::mixed_site());
        match (self.arguments.background, self.arguments.own_record) {
            (Some(_), _) => quote_spanned! {site=> #private::Nesting::Background },
            (None, Some(_)) => quote_spanned! {site=> #private::Nesting::OwnRecord },
            (None, None) => quote_spanned! {site=> #private::Nesting::Merge },
        }
    }

    /// Instruments the body of an `async fn` as one block.
    fn async_fn(&self, rebinding: &Rebinding) -> TokenStream {
        let Rebinding { lets, allowed, .. } = rebinding;
        let body = &self.function.body;
        let block = regroup(&body.group, self.with_type_hint(&body.statements, lets));
        let prelude = self.prelude();
        // Spanned at the opening brace only: otherwise editors would show the documentation of the
        // keyword on every word of the body.
        let block = quote_spanned! {body.group.span_open()=> async move #block };
        let instrumented = self.instrumented(&block);
        quote! { #prelude #allowed #instrumented }
    }

    /// Instruments the async block that a function returns.
    fn async_block(&self, tail: &Tail) -> TokenStream {
        let Body {
            group,
            attributes,
            statements,
        } = &tail.block;
        let keywords = &tail.keywords;
        let prelude = self.prelude();
        let in_front = match self.form {
            Form::Inside { in_front } => in_front,
            Form::Wrapped | Form::Kept => 0,
        };
        let (in_front, statements) = statements.split_at(in_front);
        let statements = self.with_type_hint(statements, &TokenStream::new());
        let block = regroup(group, quote! { #attributes #statements });
        let block = quote! { #(#keywords)* #block };
        let body = match self.form {
            Form::Wrapped => {
                tail.with_block(quote_spanned! {Span::mixed_site()=> call.into_future(#block) })
            }
            Form::Kept => tail.with_block(around(tail, self.instrumented(&block))),
            Form::Inside { .. } => {
                let instrumented = self.instrumented(&block);
                let inside = quote! { #(#in_front)* #prelude #instrumented };
                return tail.with_block(around(tail, inside));
            }
        };
        let body: Vec<TokenTree> = body.into_iter().collect();
        let (items, body) = body.split_at(leading_items(&self.function.body.statements));
        quote! { #(#items)* #prelude #(#body)* }
    }

    /// Fixes the type of an async block before its statements, through a branch that is never taken.
    fn with_type_hint(&self, statements: &[TokenTree], lets: &TokenStream) -> TokenStream {
        let (items, statements) = statements.split_at(leading_items(statements));
        let type_hint = quote_spanned! {self.output_site=> if false { return returns.never(); } };
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
            self.call()
        } else {
            // The braces move the call, so that a block without `move` captures it by value.
            quote_spanned! {Span::mixed_site()=> { call } }
        };
        quote_spanned! {Span::mixed_site()=> return #call.acquire(#block).await; }
    }

    /// Instruments a blocking body, as a closure that may borrow from the arguments.
    fn blocking(&self, rebinding: &Rebinding) -> TokenStream {
        let Rebinding { lets, allowed, .. } = rebinding;
        let Function { head, body, .. } = self.function;
        let statements = &body.statements;
        let first = self.first_statement();
        let prelude = self.prelude();
        let block = regroup(&body.group, quote! { #lets #(#statements)* });
        let inferred = quote_spanned! {self.output_site=> _ };
        let site = head.signature.fn_token.span;
        let closure = quote_spanned! {site=> move || -> #inferred #block };
        quote_spanned! {Span::mixed_site()=> #first #prelude #allowed return call.acquire_blocking(#closure); }
    }

    /// Writes an item in front of bodies that begin with an item or a panic.
    ///
    /// Lints about `#[inline]` look at the first statement, and ignore functions that begin so.
    fn first_statement(&self) -> Option<TokenStream> {
        let Function { head, body, .. } = self.function;
        let is_inline = |attribute: &Attribute| attribute.path().is_ident("inline");
        let first = body.statements.first()?;
        let is_nothing = || {
            let panics = is(first, "panic") || is(first, "unreachable");
            panics || leading_items(&body.statements) > 0
        };
        (head.attributes.iter().any(is_inline) && is_nothing())
            .then(|| quote_spanned! {Span::mixed_site()=> const _: () = (); })
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
    let block = regroup(&tail.block.group, inside);
    quote! { #(#keywords)* #block }
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
    let Some(Function { written, body, .. }) = function else {
        return quote! { #errors #item };
    };
    let Body {
        group,
        attributes,
        statements,
    } = body;
    let named = arguments.named();
    let uses = quote_spanned! {Span::mixed_site()=> if false { #(let _ = #named;)* } };
    let body = regroup(group, quote! { #attributes #uses #(#statements)* });
    quote! { #errors #written #body }
}
