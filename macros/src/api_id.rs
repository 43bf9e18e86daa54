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
use number::{Entry, Number};

/// A valid variant.
struct Id<'a> {
    variant: &'a Variant,
    number: Number,
    name: Name,
}

/// Derives `ApiId`, or reports all errors at once.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    match syn::parse2(item) {
        Ok(input) => derive(&input),
        Err(error) => compile_errors(error),
    }
}

fn derive(input: &DeriveInput) -> TokenStream {
    let not_an_enum = |found: &str| {
        let message = format!(
            "expected an enum, found a {found}: derive `ApiId` for an enum whose numbers are the API ids"
        );
        compile_errors(Error::new(input.ident.span(), message))
    };
    let data = match &input.data {
        Data::Enum(data) => data,
        Data::Struct(_) => return not_an_enum("struct"),
        Data::Union(_) => return not_an_enum("union"),
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
                variant,
                number,
                name,
            });
        }
    }
    repeated_names(&ids, errors);
    ids
}

/// Returns the number of a variant, if it has a literal one.
fn written_number(variant: &Variant) -> Option<u32> {
    let (_, expression) = variant.discriminant.as_ref()?;
    let number = Number::of_discriminant(expression).ok()?;
    Some(number.value)
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
        ..
    } = arguments;
    let variants = ids.iter().map(|id| &id.variant.ident);
    let api = |Id { number, name, .. }: &Id<'_>| {
        let (number, name) = (Literal::u32_unsuffixed(number.value), &name.text);
        quote!(#runtime::__private::Api::new(#number, #name))
    };
    let apis: Vec<_> = ids.iter().map(api).collect();
    let docs = ids.iter().map(|id| doc::first_sentence(&id.variant.attrs));
    let claims = claims(arguments, ids);
    // Only where needed, because a crate that forbids the lint cannot allow it.
    let mut attributes = ids.iter().flat_map(|id| &id.variant.attrs);
    let is_deprecated = attributes.any(|it| it.path().is_ident("deprecated"));
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

/// Claims each number for the owner, so that the compiler rejects a second enum that uses it.
fn claims(arguments: &Arguments, ids: &[Id<'_>]) -> TokenStream {
    // rustc itself rejects duplicates within one enum.
    let mut claimed = BTreeSet::new();
    let numbers = ids.iter().map(|id| id.number);
    let used = numbers
        .filter(|number| claimed.insert(number.value))
        .map(|number| (number.value, number.span, number.span));
    let reserved = arguments.reserved.entries().flat_map(|entry| {
        let Entry { first, last } = entry;
        entry
            .numbers()
            .map(move |number| (number, first.span, last.span))
    });
    let claims = used.chain(reserved).map(|(number, first, last)| {
        let number = Literal::u32_unsuffixed(number);
        claim(&quote!(OneApiIdPerNumber<#number>), arguments, first, last)
    });
    let once = arguments
        .reserved
        .word
        .map(|word| claim(&quote!(OneReservedListPerOwner), arguments, word, word));
    quote!(#(#claims)* #once)
}

/// Writes an `impl` on the owner, where an error underlines the user's code between the two spans.
fn claim(claimed: &TokenStream, arguments: &Arguments, first: Span, last: Span) -> TokenStream {
    let runtime = &arguments.runtime;
    let owner = Ident::new("__ApiIdOwner", last);
    let opening = quote_spanned!(first=> impl);
    let closing = quote_spanned!(last=> {});
    quote!(#opening #runtime::__private::#claimed for #owner #closing)
}
