//! Last stage: writes the function anew, around the user's own tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Path, Type};

use crate::arguments::Arguments;
use crate::function::Function;

/// The function with its body wrapped.
pub(crate) fn expand(arguments: &Arguments, function: &Function) -> TokenStream {
    let names = Names::new(arguments);
    let (attributes, statements) = function.body_parts();
    let witness = names.witness(function.output());
    let call = names.call(arguments, function, &statements);
    let body = braces(&function.body, quote! { #attributes #witness #call });
    let head = &function.head;
    quote! { #head #body }
}

/// The refusals, and the item as it was.
pub(crate) fn refuse(
    _arguments: &Arguments,
    _function: Option<&Function>,
    item: &TokenStream,
    refusals: Option<TokenStream>,
) -> TokenStream {
    quote! { #refusals #item }
}

/// The user's own braces around other tokens, so that the compiler's messages stay on them.
fn braces(user: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(user.span());
    group
}

/// Names that the expansion uses; none can meet a name of the user.
struct Names {
    private: TokenStream,
    id: Ident,
    returns: Ident,
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
            id: Ident::new("__id", site),
            returns: Ident::new("__returns", site),
        }
    }

    /// Pins the return type before the body is checked, and outside of it.
    fn witness(&self, output: Option<&Type>) -> TokenStream {
        let Self {
            private, returns, ..
        } = self;
        let output = output.cloned().map(inferable);
        let site = Span::mixed_site();
        quote_spanned! {site=> let #returns = #private::Returns::<#output>::HERE; }
    }

    fn call(
        &self,
        arguments: &Arguments,
        function: &Function,
        statements: &TokenStream,
    ) -> TokenStream {
        let Self {
            private,
            id,
            returns,
        } = self;
        let site = Span::mixed_site();
        let api = self.id(arguments);
        let telemetry = self.telemetry(arguments);
        let nesting = self.nesting(arguments);
        let reading = self.reading(arguments, function);
        let pinned = quote_spanned! {site=> if false { return #returns.never(); } };
        let body = braces(&function.body, quote! { #pinned #statements });
        quote_spanned! {site=>
            let #id = #api;
            #private::acquire(#id, #telemetry, #nesting, #reading, async move #body).await
        }
    }

    fn id(&self, arguments: &Arguments) -> TokenStream {
        let private = &self.private;
        let api = &arguments.api;
        let site = at(api);
        quote_spanned! {site=> #private::id(const { #api }) }
    }

    fn telemetry(&self, arguments: &Arguments) -> TokenStream {
        let private = &self.private;
        match &arguments.telemetry {
            Some(telemetry) => {
                let site = at(telemetry);
                quote_spanned! {site=> #private::telemetry(&(#telemetry)) }
            }
            None => quote_spanned! {Span::mixed_site()=> #private::Telemetry::global() },
        }
    }

    fn nesting(&self, arguments: &Arguments) -> TokenStream {
        let private = &self.private;
        let site = Span::mixed_site();
        match arguments {
            Arguments {
                background: Some(_),
                ..
            } => quote_spanned! {site=> #private::Nesting::Background },
            Arguments {
                nested: Some(_), ..
            } => quote_spanned! {site=> #private::Nesting::Record },
            _ => quote_spanned! {site=> #private::Nesting::Merge },
        }
    }

    /// How the output is read; a missing description is reported at the return type.
    fn reading(&self, arguments: &Arguments, function: &Function) -> TokenStream {
        let Self {
            private,
            id,
            returns,
        } = self;
        let site = at(function.output());
        let (id, returns) = (located(id, site), located(returns, site));
        let mut reading = match &arguments.err {
            Some(err) => quote_spanned! {site=> #private::reading_with(#returns, #err) },
            None => quote_spanned! {site=> #private::reading(#id, #returns) },
        };
        if let Some(ok) = &arguments.ok {
            reading = quote_spanned! {at(ok)=> #reading.token(#ok) };
        }
        reading
    }
}

/// Where the user's tokens stand, with the hygiene of generated code.
fn at(tokens: impl ToTokens) -> Span {
    Span::mixed_site().located_at(tokens.to_token_stream().span())
}

fn located(name: &Ident, site: Span) -> Ident {
    Ident::new(&name.to_string(), site)
}

/// The type with `_` for each `impl Trait`, which a body cannot name.
fn inferable(mut output: Type) -> Type {
    struct Infer;
    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, output: &mut Type) {
            match output {
                Type::ImplTrait(opaque) => {
                    *output = Type::Verbatim(quote_spanned! {opaque.span()=> _ });
                }
                other => visit_mut::visit_type_mut(self, other),
            }
        }
    }
    Infer.visit_type_mut(&mut output);
    output
}
