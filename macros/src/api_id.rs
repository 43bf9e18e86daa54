//! The derive macro: turns the discriminants of an enum into API ids.

mod arguments;
mod doc;
mod number;
mod width;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Variant};

use crate::errors::{Errors, compile_errors};
use arguments::{Arguments, Name};

use number::{Number, Reserved};

/// A valid variant.
struct Id<'a> {
    variant: &'a Ident,
    number: Number,
    name: Name,
    doc: String,
    is_deprecated: bool,
}

/// Derives `ApiId`, or reports all errors at once.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    match syn::parse2(item) {
        Ok(input) => derive(&input),
        Err(error) => compile_errors(error),
    }
}

fn not_an_enum(input: &DeriveInput, found: &str) -> TokenStream {
    let message = format!(
        "expected an enum, found a {found}: derive `ApiId` for an enum whose numbers are the API ids"
    );
    compile_errors(Error::new(input.ident.span(), message))
}

fn derive(input: &DeriveInput) -> TokenStream {
    let data = match &input.data {
        Data::Enum(data) => data,
        Data::Struct(_) => return not_an_enum(input, "struct"),
        Data::Union(_) => return not_an_enum(input, "union"),
    };
    let mut errors = Errors::default();
    let arguments = Arguments::read(input, &mut errors);
    if !input.generics.params.is_empty() {
        let message = format!(
            "expected an enum without generics, found generics on `{}`: remove them",
            input.ident
        );
        errors.on(&input.generics, &message);
    }
    let ids = ids(data, &arguments, &mut errors);
    match errors.into_tokens() {
        None => implement(&input.ident, &arguments, &ids),
        // An implementation for a generic enum would cause more errors.
        Some(errors) if !input.generics.params.is_empty() => errors,
        Some(errors) => {
            let stand_in = stand_in(&input.ident, &arguments);
            quote!(#errors #stand_in)
        }
    }
}

/// Returns the valid ids of the enum, and reports the others to `errors`.
fn ids<'a>(data: &'a DataEnum, arguments: &Arguments, errors: &mut Errors) -> Vec<Id<'a>> {
    let mut taken: BTreeSet<u32> = data.variants.iter().filter_map(written_number).collect();
    let mut ids = Vec::with_capacity(data.variants.len());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "expected a variant without fields, found fields on `{}`: remove them",
                variant.ident
            );
            errors.on(&variant.fields, &message);
        }
        let name = arguments::variant_name(variant, errors);
        let free = arguments.reserved.free_after(&taken);
        let number = number(variant, arguments, free);
        if number.is_err() {
            // Messages must not suggest the same number for two variants.
            taken.insert(free);
        }
        if let Some(number) = errors.keep(number) {
            ids.push(Id {
                variant: &variant.ident,
                number,
                name,
                doc: doc::first_sentence(&variant.attrs),
                is_deprecated: variant
                    .attrs
                    .iter()
                    .any(|attribute| attribute.path().is_ident("deprecated")),
            });
        }
    }
    repeated_names(&ids, errors);
    ids
}

/// Returns the number of a variant, if it has a literal one.
fn written_number(variant: &Variant) -> Option<u32> {
    let (_, expression) = variant.discriminant.as_ref()?;
    Number::of_discriminant(expression)
        .ok()
        .map(|number| number.value)
}

/// Returns the number of a variant, or the reason why it cannot be an id.
fn number(variant: &Variant, arguments: &Arguments, free: u32) -> Result<Number, Error> {
    let ident = &variant.ident;
    let Some((_, expression)) = &variant.discriminant else {
        let message = format!(
            "expected an explicit number for `{ident}`, because implicit ones change when variants \
             move: write `{ident} = {free}`"
        );
        return Err(Error::new(ident.span(), message));
    };
    let number = Number::of_discriminant(expression)?;
    let value = number.value;
    if value == 0 {
        return Err(number.error(&format!(
            "expected a nonzero number, because 0 means an unknown API: use another one, such as {free}"
        )));
    }
    if arguments.reserved.contains(value) {
        return Err(number.error(&format!(
            "{value} is in the `reserved` list of this enum: use another number, such as {free}"
        )));
    }
    arguments.width.admits(number)?;
    Ok(number)
}

/// Rejects duplicate names, which metrics could not distinguish.
fn repeated_names(ids: &[Id<'_>], errors: &mut Errors) {
    let mut numbers = BTreeMap::new();
    for Id { name, number, .. } in ids {
        if let Some(first) = numbers.insert(&name.text, number.value) {
            let message = format!(
                "duplicate name `{}`, already used by {first}: give {} another name",
                name.text, number.value
            );
            errors.at(name.span, &message);
        }
    }
}

fn implement(ident: &Ident, arguments: &Arguments, ids: &[Id<'_>]) -> TokenStream {
    let Arguments {
        runtime,
        owner,
        owner_name,
        reserved,
        ..
    } = arguments;
    let variants: Vec<_> = ids.iter().map(|id| id.variant).collect();
    let apis: Vec<_> = ids.iter().map(|id| api(id, arguments)).collect();
    let docs = ids.iter().map(|id| &id.doc);
    let claims = claims(arguments, ids);
    let reservations = reservations(arguments, reserved);
    // Only where needed, because a crate that forbids the lint cannot allow it.
    let is_deprecated = ids.iter().any(|id| id.is_deprecated);
    let allowed = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    // The compiler rejects this for types of other crates, and for aliases of references and boxes.
    let local = quote_spanned!(owner.span()=> impl #owner {});
    // The span makes the compiler report a private owner of a public enum at the owner.
    let associated = quote_spanned!(owner.span()=> type Owner = #owner;);
    quote! {
        const _: () = {
            type __ApiIdOwner = #owner;
            #local
            #claims
            #reservations

            #[automatically_derived]
            #allowed
            impl #runtime::__private::ApiId for #ident {
                #associated
                const CATALOG: &'static [#runtime::__private::ApiEntry] =
                    &[#(#runtime::__private::ApiEntry::new(#apis, #docs, #owner_name)),*];
                fn api(self) -> #runtime::__private::Api {
                    match self { #(Self::#variants => #apis),* }
                }
            }
        };
    }
}

/// Writes an implementation for a rejected enum, so that its uses cause no further errors.
fn stand_in(ident: &Ident, arguments: &Arguments) -> TokenStream {
    let Arguments { runtime, owner, .. } = arguments;
    quote! {
        #[automatically_derived]
        impl #runtime::__private::ApiId for #ident {
            type Owner = #owner;
            const CATALOG: &'static [#runtime::__private::ApiEntry] = &[];
            fn api(self) -> #runtime::__private::Api {
                #runtime::__private::Api::new(0, "")
            }
        }
    }
}

fn api(id: &Id<'_>, arguments: &Arguments) -> TokenStream {
    let runtime = &arguments.runtime;
    let number = Literal::u32_unsuffixed(id.number.value);
    let name = &id.name.text;
    quote!(#runtime::__private::Api::new(#number, #name))
}

/// Writes one claim per distinct number; rustc itself rejects duplicates within one enum.
fn claims(arguments: &Arguments, ids: &[Id<'_>]) -> TokenStream {
    let mut claimed = BTreeSet::new();
    ids.iter()
        .map(|id| id.number)
        .filter(|number| claimed.insert(number.value))
        .map(|number| claim_of(number.value, arguments, number.span, number.span))
        .collect()
}

fn reservations(arguments: &Arguments, reserved: &Reserved) -> TokenStream {
    let claims: TokenStream = reserved
        .entries()
        .flat_map(|entry| {
            entry
                .numbers()
                .map(move |number| claim_of(number, arguments, entry.first.span, entry.last.span))
        })
        .collect();
    let once = reserved
        .word
        .map(|word| claim(&quote!(OneReservedListPerOwner), arguments, word, word));
    quote!(#claims #once)
}

/// Writes the claim of one number; an error underlines the code between the two spans.
fn claim_of(number: u32, arguments: &Arguments, first: Span, last: Span) -> TokenStream {
    let number = Literal::u32_unsuffixed(number);
    claim(&quote!(OneApiIdPerNumber<#number>), arguments, first, last)
}

/// Writes an `impl` on the owner with the user's spans, so that rustc underlines the user's code.
fn claim(claimed: &TokenStream, arguments: &Arguments, first: Span, last: Span) -> TokenStream {
    let runtime = &arguments.runtime;
    let owner = Ident::new("__ApiIdOwner", last);
    let opening = quote_spanned!(first=> impl);
    let closing = quote_spanned!(last=> {});
    quote!(#opening #runtime::__private::#claimed for #owner #closing)
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::{Item, Stmt};

    #[test]
    fn all_errors_are_reported_at_once() {
        let rejected = super::expand(quote! {
            #[repr(i8)]
            #[api_id(ovner = Contoso, reserved = [0, 5..3, 1..])]
            enum ContosoApi<T> {
                #[api_id(name = "")]
                A = 0,
                B,
                C = 1 + 1,
                D(u8) = 7,
            }
        });
        let errors = rejected.to_string().matches("compile_error").count();
        assert_eq!(errors, 11, "{rejected}");
    }

    #[test]
    fn suggested_numbers_are_distinct() {
        let rejected = super::expand(quote! {
            #[repr(u32)]
            #[api_id(owner = Contoso)]
            enum ContosoApi { A = 7, B, C = 9, D }
        });
        let rejected = rejected.to_string();
        for suggestion in ["`B = 10`", "`D = 11`"] {
            assert!(rejected.contains(suggestion), "{rejected}");
        }
    }

    #[test]
    fn expansion_has_no_statics_or_functions() {
        let expanded = super::expand(quote! {
            #[repr(u32)]
            #[api_id(owner = Contoso, reserved = [2002])]
            enum ContosoApi { A = 1, B = 2 }
        });
        assert!(!expanded.to_string().contains("unsafe"), "{expanded}");
        let Ok(Item::Const(unnamed)) = syn::parse2(expanded) else {
            panic!("expected one unnamed constant");
        };
        let syn::Expr::Block(block) = *unnamed.expr else {
            panic!("expected a block in the constant");
        };
        let items: Vec<_> = block
            .block
            .stmts
            .iter()
            .map(|statement| match statement {
                Stmt::Item(Item::Type(_)) => "alias",
                Stmt::Item(Item::Impl(_)) => "impl",
                _ => "something else",
            })
            .collect();
        assert_eq!(
            items,
            ["alias", "impl", "impl", "impl", "impl", "impl", "impl"]
        );
    }
}
