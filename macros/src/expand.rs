//! Last stage: writes the function anew, around the user's own tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Path};

use crate::arguments::Arguments;
use crate::form::Form;
use crate::function::{Body, Function, Shape};
use crate::infer::inferable;
use crate::rebinding::Rebinding;
use crate::tail::Tail;
use crate::tokens::{at, is, located, surround};
use crate::{items, output};

/// The function, with its body measured.
pub(crate) fn expand(arguments: &Arguments, function: &Function) -> TokenStream {
    let expansion = Expansion::new(arguments, function);
    let rebinding = Rebinding::of(function);
    let rest = match &function.shape {
        Shape::Returned(tail) => expansion.returned(tail),
        Shape::Blocking => expansion.blocking(&rebinding),
        Shape::Async | Shape::Elsewhere => expansion.asynchronous(&rebinding),
    };
    let Body {
        braces, attributes, ..
    } = &function.body;
    let head = &rebinding.head;
    let body = surround(braces, quote! { #attributes #rest });
    quote! { #head #body }
}

/// One function on its way out, with the names that may be written into it.
struct Expansion<'a> {
    arguments: &'a Arguments,
    function: &'a Function,
    form: Form,
    /// Type of what is acquired, as a body may name it.
    output: TokenStream,
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
        let site = Span::mixed_site();
        // All in one place, so that a value that is no id is refused once. No path leads to it, so
        // that a crate that is not found is refused at the attribute alone.
        let witness = located(returns.to_token_stream(), at(api));
        let api = quote_spanned! {at(api)=> #witness.id(const { #api }) };
        let call = (!self.is_inline()).then(|| {
            let described = self.described();
            quote_spanned! {site=> let #call = #described; }
        });
        quote_spanned! {site=>
            let #returns = #private::FunctionReturning::<#output>::HERE;
            let #id = #api;
            #call
        }
    }

    /// Whether the call needs no variable, which costs the compiler as much as a function call.
    ///
    /// A temporary value in the argument `telemetry`, such as the guard of a lock, must be gone
    /// before the body runs; and a future that is returned begins with the call made already.
    fn is_inline(&self) -> bool {
        let is_in_block = match self.function.shape {
            Shape::Async => true,
            Shape::Returned(_) => matches!(self.form, Form::Inside { .. }),
            Shape::Elsewhere | Shape::Blocking => false,
        };
        is_in_block && self.arguments.telemetry.as_ref().is_none_or(is_place)
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
        let call = if let Some(error_info) = &arguments.error_info {
            let id = &self.id;
            quote_spanned! {at(error_info)=> #returns.call_with(#error_info, #id, #telemetry, #nesting) }
        } else {
            let error = self.function.output().and_then(output::error_of);
            let id = located(self.id.to_token_stream(), error.map_or(*output_site, at));
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

    /// Measures the body of an `async fn`, as one block.
    fn asynchronous(&self, rebinding: &Rebinding) -> TokenStream {
        let Rebinding { lets, allowed, .. } = rebinding;
        let Body {
            braces, statements, ..
        } = &self.function.body;
        let block = surround(braces, self.typed(statements, lets));
        let prelude = self.prelude();
        // At the opening brace alone, so that editors do not show the keyword's documentation at
        // every word of the body.
        let measured = self.measured(&quote_spanned! {braces.span_open()=> async move #block });
        quote! { #prelude #allowed #measured }
    }

    /// Measures the async block that a function returns.
    fn returned(&self, tail: &Tail) -> TokenStream {
        let Tail {
            keywords, block, ..
        } = tail;
        let Body {
            braces,
            attributes,
            statements,
        } = block;
        let prelude = self.prelude();
        let in_front = match self.form {
            Form::Inside { in_front } => in_front,
            Form::Wrapped | Form::Kept => 0,
        };
        let (in_front, statements) = statements.split_at(in_front);
        let statements = self.typed(statements, &TokenStream::new());
        let block = surround(braces, quote! { #attributes #statements });
        let block = quote! { #(#keywords)* #block };
        let tail = match self.form {
            Form::Wrapped => {
                let call = &self.call;
                tail.with_block(quote_spanned! {Span::mixed_site()=> #call.into_future(#block) })
            }
            Form::Kept => tail.with_block(around(tail, self.measured(&block))),
            Form::Inside { .. } => {
                let measured = self.measured(&block);
                let inside = quote! { #(#in_front)* #prelude #measured };
                return tail.with_block(around(tail, inside));
            }
        };
        let tail: Vec<TokenTree> = tail.into_iter().collect();
        let (items, tail) = tail.split_at(items::leading(&self.function.body.statements));
        quote! { #(#items)* #prelude #(#tail)* }
    }

    /// Gives an async block its type before the block is checked, by a branch that is never taken.
    fn typed(&self, statements: &[TokenTree], lets: &TokenStream) -> TokenStream {
        let returns = located(self.returns.to_token_stream(), self.output_site);
        let (items, statements) = statements.split_at(items::leading(statements));
        let typed = quote_spanned! {self.output_site=> if false { return #returns.never(); } };
        // Without it the branch would be the last expression of an empty body.
        let end = (items.is_empty() && statements.is_empty())
            .then(|| quote_spanned! {self.output_site=> ; });
        quote! { #(#items)* #typed #end #lets #(#statements)* }
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

    /// An item in front, where clippy finds nothing to inline in the body: it tells so by the first
    /// statement, which an item and a panic are not.
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

    /// Measures a body that blocks: a closure passed directly may borrow what the arguments lend.
    fn blocking(&self, rebinding: &Rebinding) -> TokenStream {
        let Rebinding { lets, allowed, .. } = rebinding;
        let Self { function, call, .. } = self;
        let Body {
            braces, statements, ..
        } = &function.body;
        let first = self.first_statement();
        let prelude = self.prelude();
        let body = surround(braces, quote! { #lets #(#statements)* });
        let site = function.signature.fn_token.span;
        let inferred = quote_spanned! {self.output_site=> _ };
        let closure = quote_spanned! {site=> move || -> #inferred #body };
        quote_spanned! {Span::mixed_site()=> #first #prelude #allowed return #call.acquire_blocking(#closure); }
    }
}

/// An async block with the keywords of the user's, for attributes that look for one as well.
///
/// Some write names of their own with the span of the block, which therefore is the user's.
fn around(tail: &Tail, inside: TokenStream) -> TokenStream {
    let keywords = tail.keywords.iter().cloned().map(|mut keyword| {
        keyword.set_span(at(&keyword));
        keyword
    });
    let mut block = Group::new(Delimiter::Brace, inside);
    block.set_span(tail.block.braces.span());
    quote! { #(#keywords)* #block }
}

/// The type of what is acquired, as a body may name it.
///
/// Behind an alias of a future it is a projection: left to inference, it would be guessed from the
/// errors that the owner describes.
fn output_type(function: &Function, private: &TokenStream, site: Span) -> TokenStream {
    let output = function.output();
    match (&function.shape, function.returns()) {
        (Shape::Returned(_), Some(alias)) if output.is_none() => {
            let alias = inferable(Some(alias));
            quote_spanned! {site=> <#alias as #private::Future>::Output }
        }
        _ => inferable(output).into_token_stream(),
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
