//! Last stage: writes the function anew, around the user's own tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Path, Type};

use crate::arguments::Arguments;
use crate::function::{Body, Function, Shape};
use crate::tail::Tail;
use crate::{items, output};

/// The function, with its body measured.
pub(crate) fn expand(arguments: &Arguments, function: &Function) -> TokenStream {
    let names = Names::new(arguments);
    let prelude = names.prelude(arguments, function);
    let rest = match &function.shape {
        Shape::Returned(tail) => names.returned(tail),
        Shape::Blocking => names.blocking(&function.body),
        Shape::Async | Shape::Elsewhere => names.asynchronous(&function.body),
    };
    let Function { head, body, .. } = function;
    let attributes = &body.attributes;
    let body = surround(&body.braces, quote! { #attributes #prelude #rest });
    quote! { #head #body }
}

/// Names that the expansion uses; none can meet a name of the user.
struct Names {
    private: TokenStream,
    returns: Ident,
    id: Ident,
    call: Ident,
}

impl Names {
    fn new(arguments: &Arguments) -> Self {
        let site = Span::mixed_site();
        let runtime = arguments.runtime.as_ref().map_or_else(
            || quote_spanned! {site=> ::token_telemetry },
            Path::to_token_stream,
        );
        Self {
            private: quote_spanned! {site=> #runtime::private },
            returns: Ident::new("returns", site),
            id: Ident::new("id", site),
            call: Ident::new("call", site),
        }
    }

    /// What happens before the body: nothing that the user's names could change.
    fn prelude(&self, arguments: &Arguments, function: &Function) -> TokenStream {
        let Self {
            private,
            returns,
            id,
            call,
        } = self;
        let output = function
            .output()
            .cloned()
            .map_or_else(placeholder, inferable);
        let site = at(&arguments.api);
        let api = &arguments.api;
        let api = quote_spanned! {site=> #private::id(const { #api }) };
        let telemetry = self.telemetry(arguments);
        let nesting = nesting(arguments);
        let reading = self.reading(arguments, &output);
        quote_spanned! {Span::mixed_site()=>
            let #returns = #private::Returns::<#output>::HERE;
            let #id = #api;
            let #call = #private::call(#id, #telemetry, #private::Nesting::#nesting, #reading);
        }
    }

    fn telemetry(&self, arguments: &Arguments) -> TokenStream {
        let private = &self.private;
        let site = at(&arguments.telemetry);
        arguments.telemetry.as_ref().map_or_else(
            || quote_spanned! {site=> #private::Telemetry::global() },
            |telemetry| quote_spanned! {site=> #private::telemetry(&(#telemetry)) },
        )
    }

    /// How the output is read; an error type without a description is reported at that type.
    fn reading(&self, arguments: &Arguments, output: &Type) -> TokenStream {
        let Self {
            private,
            returns,
            id,
            ..
        } = self;
        let site = at(output::error_of(output));
        let mut id = id.clone();
        id.set_span(site);
        let reading = arguments.err.as_ref().map_or_else(
            || quote_spanned! {site=> #private::reading(#id, &#returns) },
            |err| quote_spanned! {at(err)=> #private::reading_with(&#returns, #err) },
        );
        match &arguments.ok {
            Some(ok) => quote_spanned! {at(ok)=> #reading.token(#ok) },
            None => reading,
        }
    }

    /// Measures the body of an `async fn`, as one block.
    fn asynchronous(&self, body: &Body) -> TokenStream {
        let statements = self.typed(&body.statements);
        let block = surround(&body.braces, statements);
        self.measured(&quote_spanned! {Span::mixed_site()=> async move #block })
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
            keyword.set_span(Span::mixed_site());
            keyword
        });
        tail.with_block(quote_spanned! {Span::mixed_site()=> #(#around)* { #measured } })
    }

    /// Gives an async block its type before the block is checked, by a branch that is never taken.
    fn typed(&self, statements: &[TokenTree]) -> TokenStream {
        let returns = &self.returns;
        let (items, statements) = statements.split_at(items::leading(statements));
        let typed = quote_spanned! {Span::mixed_site()=> if false { return #returns.never(); } };
        quote! { #(#items)* #typed #(#statements)* }
    }

    /// Awaits an async block in the runtime; nothing else lies between the two.
    fn measured(&self, block: &TokenStream) -> TokenStream {
        let Self { private, call, .. } = self;
        quote_spanned! {Span::mixed_site()=> #private::acquire(#call, #block).await }
    }

    /// Measures a body that blocks: a closure passed directly may borrow what the arguments lend.
    fn blocking(&self, body: &Body) -> TokenStream {
        let Self { private, call, .. } = self;
        let statements = &body.statements;
        let body = surround(&body.braces, quote! { #(#statements)* });
        quote_spanned! {Span::mixed_site()=> #private::acquire_blocking(#call, move || #body) }
    }
}

fn nesting(arguments: &Arguments) -> Ident {
    let name = match arguments {
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

fn placeholder() -> Type {
    Type::Verbatim(quote_spanned! {Span::mixed_site()=> _ })
}

/// The type with `_` for each `impl Trait`, which a body cannot name.
fn inferable(mut output: Type) -> Type {
    struct Infer;
    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, i: &mut Type) {
            if let Type::ImplTrait(_) = i {
                *i = placeholder();
            }
            visit_mut::visit_type_mut(self, i);
        }
    }
    Infer.visit_type_mut(&mut output);
    output
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
