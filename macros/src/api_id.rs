//! The derive: the numbers of an enum become API ids.

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

/// A variant that passed every rule.
struct Id<'a> {
    variant: &'a Ident,
    number: Number,
    name: Name,
    doc: String,
    is_deprecated: bool,
}

/// Derives `ApiId`, or refuses with every reason at once.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    match syn::parse2(item) {
        Ok(input) => derive(&input),
        Err(error) => compile_errors(error),
    }
}

fn derive(input: &DeriveInput) -> TokenStream {
    let Data::Enum(data) = &input.data else {
        let message = "`ApiId` is derived for an enum, whose numbers are the ids";
        return compile_errors(Error::new(input.ident.span(), message));
    };
    let mut errors = Errors::default();
    let arguments = Arguments::read(input, &mut errors);
    if !input.generics.params.is_empty() {
        let message = format!(
            "the ids of `{}` are the same for every type; remove this",
            input.ident
        );
        errors.on(&input.generics, &message);
    }
    let ids = ids(data, &arguments, &mut errors);
    match errors.into_tokens() {
        None => implement(&input.ident, &arguments, &ids),
        // One for every type would be refused as well.
        Some(errors) if !input.generics.params.is_empty() => errors,
        Some(errors) => {
            let stand_in = stand_in(&input.ident, &arguments);
            quote!(#errors #stand_in)
        }
    }
}

/// The ids of the enum; what is wrong with the others goes to `errors`.
fn ids<'a>(data: &'a DataEnum, arguments: &Arguments, errors: &mut Errors) -> Vec<Id<'a>> {
    let mut taken: BTreeSet<u32> = data.variants.iter().filter_map(written_number).collect();
    let mut ids = Vec::with_capacity(data.variants.len());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "an API id carries no data; remove the fields of `{}`",
                variant.ident
            );
            errors.on(&variant.fields, &message);
        }
        let name = arguments::variant_name(variant, errors);
        let free = arguments.reserved.free_after(&taken);
        let number = number(variant, arguments, free);
        if number.is_err() {
            // Two variants are not advised to take the same one.
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

/// The number a variant states, if it can be read.
fn written_number(variant: &Variant) -> Option<u32> {
    let (_, expression) = variant.discriminant.as_ref()?;
    Number::of_discriminant(expression)
        .ok()
        .map(|number| number.value)
}

/// The number of a variant, or why it cannot be an id.
fn number(variant: &Variant, arguments: &Arguments, free: u32) -> Result<Number, Error> {
    let ident = &variant.ident;
    let Some((_, expression)) = &variant.discriminant else {
        let message = format!(
            "`{ident}` states no number, and one counted by position would move; \
             write the number that goes on the wire: `{ident} = {free}`"
        );
        return Err(Error::new(ident.span(), message));
    };
    let number = Number::of_discriminant(expression)?;
    let value = number.value;
    if value == 0 {
        return Err(number.error(&format!(
            "0 means that no API is known; take another number, {free} is free in this enum"
        )));
    }
    if arguments.reserved.contains(value) {
        return Err(number.error(&format!(
            "{value} is in the `reserved` list of this enum; take another number, {free} is free in this enum"
        )));
    }
    arguments.width.admits(number)?;
    Ok(number)
}

/// Refuses names that could not be told apart in metrics.
fn repeated_names(ids: &[Id<'_>], errors: &mut Errors) {
    let mut numbers = BTreeMap::new();
    for Id { name, number, .. } in ids {
        if let Some(first) = numbers.insert(&name.text, number.value) {
            let message = format!(
                "`{}` is the name of {first} already; give {} a name of its own",
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
    // Only where it is needed, since a crate that forbids the lint may not allow it.
    let is_deprecated = ids.iter().any(|id| id.is_deprecated);
    let allowed = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    // A type of another crate is refused here, and so is an alias of a reference or a `Box`.
    let local = quote_spanned!(owner.span()=> impl #owner {});
    // A private owner of a public enum is refused at the owner.
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

/// What a refused enum gets, so that its uses are not refused as well.
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

/// One claim per distinct number: a number twice in one enum is rustc's to refuse.
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

/// The claim of one number, whose refusal underlines what stands between the two spans.
fn claim_of(number: u32, arguments: &Arguments, first: Span, last: Span) -> TokenStream {
    let number = Literal::u32_unsuffixed(number);
    claim(&quote!(OneApiIdPerNumber<#number>), arguments, first, last)
}

/// An impl on the owner; a span of the user's own makes rustc underline the user's word.
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
    fn every_refusal_is_reported_at_once() {
        let refused = super::expand(quote! {
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
        let reports = refused.to_string().matches("compile_error").count();
        assert_eq!(reports, 11, "{refused}");
    }

    #[test]
    fn variants_without_numbers_get_different_advice() {
        let refused = super::expand(quote! {
            #[repr(u32)]
            #[api_id(owner = Contoso)]
            enum ContosoApi { A = 7, B, C = 9, D }
        });
        let refused = refused.to_string();
        for advice in ["`B = 10`", "`D = 11`"] {
            assert!(refused.contains(advice), "{refused}");
        }
    }

    #[test]
    fn the_expansion_is_impls_alone_so_nothing_runs_or_is_stored() {
        let expanded = super::expand(quote! {
            #[repr(u32)]
            #[api_id(owner = Contoso, reserved = [2002])]
            enum ContosoApi { A = 1, B = 2 }
        });
        assert!(!expanded.to_string().contains("unsafe"), "{expanded}");
        let Ok(Item::Const(unnamed)) = syn::parse2(expanded) else {
            panic!("an unnamed constant holds everything");
        };
        let syn::Expr::Block(block) = *unnamed.expr else {
            panic!("the constant is a block");
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
