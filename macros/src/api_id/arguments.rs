//! Parses `#[api_id(…)]` and `#[repr(…)]`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, DeriveInput, Error, Expr, Ident, LitStr, Meta, Path, Token, Type, Variant, bracketed,
};

use super::number::Reserved;
use super::width::Width;
use crate::arguments::duplicate;
use crate::errors::Errors;
use crate::suggestion::unknown;
use crate::value::{CRATE, Expected, absolute, skip_argument, value};

const OWNER: Expected = Expected {
    what: "the type that owns the numbers",
    example: "owner = Contoso",
};
const RESERVED: Expected = Expected {
    what: "a list of numbers",
    example: "reserved = [2002, 3000..=3099]",
};
const NAME: Expected = Expected {
    what: "a string literal",
    example: "name = \"AcquireTokenSilent\"",
};

/// Longest name of an id in metrics, in bytes.
const MAX_NAME_LEN: usize = 64;

/// The attributes of the enum, with a fallback for each rejected one.
pub(crate) struct Arguments {
    /// Path of the runtime crate.
    pub(crate) runtime: TokenStream,
    /// Type that owns the numbers.
    pub(crate) owner: TokenStream,
    /// The owner's name in the catalog.
    pub(crate) owner_name: String,
    pub(crate) reserved: Reserved,
    pub(crate) width: Width,
}

/// Name of an id in metrics, and where it is written.
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

#[derive(Default)]
struct Written {
    owner: Option<Path>,
    /// Whether there is an owner, or an argument that may be a misspelled one.
    names_owner: bool,
    reserved: Option<Reserved>,
    runtime: Option<Path>,
}

impl Arguments {
    /// Parses all attributes of the enum, and reports problems to `errors`.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        let mut written = Written::default();
        each_argument(&input.attrs, errors, |key, input, errors| {
            written.argument(key, input, errors)
        });
        let ident = &input.ident;
        if !written.names_owner {
            let message = format!(
                "missing `#[api_id(owner = …)]` on `{ident}`: write `#[api_id(owner = YourSdk)]`, \
                 naming a type of your SDK"
            );
            errors.at(ident.span(), &message);
        }
        let runtime = written
            .runtime
            .map_or_else(|| quote!(::token_telemetry), Path::into_token_stream);
        let (owner, owner_name) = match written.owner {
            Some(owner) if owner.is_ident("Self") => {
                (ident.to_token_stream(), ident.unraw().to_string())
            }
            Some(owner) => (owner.to_token_stream(), owner_name(&owner)),
            None => (quote!(#runtime::__private::UnknownOwner), String::new()),
        };
        Self {
            runtime,
            owner,
            owner_name,
            reserved: written.reserved.unwrap_or_default(),
            width: Width::read(input, errors),
        }
    }
}

impl Written {
    fn argument(
        &mut self,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        match key.to_string().as_str() {
            "owner" => {
                self.names_owner = true;
                let owner = value(key, input, &OWNER)?;
                set_once(&mut self.owner, key, plain(owner)?)
            }
            "reserved" => {
                let List(items) = value(key, input, &RESERVED)?;
                set_once(&mut self.reserved, key, reserved(key, &items, errors))
            }
            "crate" => {
                let runtime: Path = value(key, input, &CRATE)?;
                errors.keep(absolute(runtime.clone()));
                set_once(&mut self.runtime, key, runtime)
            }
            _ => {
                self.names_owner = true;
                Err(unknown(key, &["owner", "reserved", "crate"]))
            }
        }
    }
}

/// Returns the name of a variant in metrics: the variant's, or the `name` argument.
pub(crate) fn variant_name(variant: &Variant, errors: &mut Errors) -> Name {
    let mut given: Option<LitStr> = None;
    each_argument(&variant.attrs, errors, |key, input, _| {
        if key != "name" {
            return Err(unknown(key, &["name"]));
        }
        let name = value(key, input, &NAME)?;
        set_once(&mut given, key, name)
    });
    let (text, span) = match given {
        Some(given) => (given.value(), given.span()),
        None => (variant.ident.unraw().to_string(), variant.ident.span()),
    };
    if !is_name(&text) {
        let message = format!(
            "expected 1 to {MAX_NAME_LEN} letters, digits or `_-.:/`, found `{text}`: \
             write a name such as `AcquireTokenSilent`"
        );
        errors.at(span, &message);
    }
    Name { text, span }
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    (1..=MAX_NAME_LEN).contains(&text.len()) && text.bytes().all(plain)
}

/// Calls `read` with each `key = …` of the attributes named `api_id`.
fn each_argument(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    let named = |attribute: &&Attribute| attribute.path().is_ident("api_id");
    for attribute in attributes.iter().filter(named) {
        let Meta::List(list) = &attribute.meta else {
            let message =
                "expected arguments in parentheses, found none: write `#[api_id(owner = Contoso)]`";
            errors.on(&attribute.meta, message);
            continue;
        };
        let arguments = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let argument = Ident::parse_any(input).and_then(|key| read(&key, input, errors));
                if errors.keep(argument).is_none() {
                    skip_argument(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let parsed = arguments.parse2(list.tokens.clone());
        errors.keep(parsed);
    }
}

fn set_once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        return Err(duplicate(key));
    }
    *slot = Some(value);
    Ok(())
}

/// The items in the brackets of `reserved`.
struct List(Punctuated<Expr, Token![,]>);

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let items;
        bracketed!(items in input);
        items.parse_terminated(Expr::parse, Token![,]).map(Self)
    }
}

fn reserved(word: &Ident, items: &Punctuated<Expr, Token![,]>, errors: &mut Errors) -> Reserved {
    let mut reserved = Reserved::new(word.span());
    for item in items {
        errors.keep(reserved.add(item));
    }
    reserved
}

/// Rejects an owner such as `&Contoso` or `Box<Contoso>`, which would be a second owner.
///
/// The compiler would accept them, because it treats them as types of the crate, too.
fn plain(owner: Type) -> syn::Result<Path> {
    match owner {
        Type::Group(group) => plain(*group.elem),
        Type::Paren(paren) => plain(*paren.elem),
        Type::Path(path) if path.qself.is_none() && has_no_arguments(&path.path) => Ok(path.path),
        other => Err(Error::new_spanned(
            other,
            "expected a type path without generic arguments: write `owner = Contoso`",
        )),
    }
}

fn has_no_arguments(path: &Path) -> bool {
    path.segments
        .iter()
        .all(|segment| segment.arguments.is_none())
}

/// Returns the last segment of the owner's path.
fn owner_name(owner: &Path) -> String {
    let last = owner.segments.last();
    last.map_or_else(String::new, |last| last.ident.unraw().to_string())
}
