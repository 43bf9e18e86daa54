//! What stands in `#[api_id(…)]` and `#[repr(…)]`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, DeriveInput, Error, Expr, Ident, LitStr, Meta, Path, Token, Type, Variant, bracketed,
};

use super::number::Reserved;
use super::width::Width;
use crate::errors::Errors;

/// Longest name of an id in metrics, in bytes.
const MAX_NAME_LEN: usize = 64;

/// What the attributes of the enum say; where that was refused, something that fits.
pub(crate) struct Arguments {
    /// Path of the runtime crate.
    pub(crate) runtime: TokenStream,
    /// Type that owns the numbers.
    pub(crate) owner: TokenStream,
    /// The owner's name in the catalogue.
    pub(crate) owner_name: String,
    pub(crate) reserved: Reserved,
    pub(crate) width: Width,
}

/// Name of an id in metrics, and what gave it.
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

#[derive(Default)]
struct Written {
    owner: Option<Type>,
    names_owner: bool,
    reserved: Option<Reserved>,
    runtime: Option<Path>,
}

impl Arguments {
    /// Reads all attributes of the enum; what is wrong with them goes to `errors`.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        let mut written = Written::default();
        each_argument(&input.attrs, errors, |key, input, errors| {
            written.argument(key, input, errors)
        });
        let ident = &input.ident;
        if !written.names_owner {
            let message = format!(
                "nobody owns the numbers of `{ident}`; name the type of your SDK that does: \
                 `#[api_id(owner = YourSdk)]`"
            );
            errors.at(ident.span(), &message);
        }
        let runtime = written
            .runtime
            .map_or_else(|| quote!(::token_telemetry), Path::into_token_stream);
        let (owner, owner_name) = match written.owner {
            Some(Type::Path(path)) if path.path.is_ident("Self") => {
                (ident.to_token_stream(), ident.unraw().to_string())
            }
            Some(owner) => (owner.to_token_stream(), owner_name(&owner)),
            None => (quote!(#runtime::private::UnknownOwner), String::new()),
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
                let advice = "expected the type that owns the numbers, as in `owner = Contoso`";
                let owner = value(input, Type::without_plus, advice)?;
                set_once(&mut self.owner, key, owner)
            }
            "reserved" => {
                let advice = "expected a list of numbers, as in `reserved = [2002, 3000..=3099]`";
                let items = value(input, list, advice)?;
                set_once(&mut self.reserved, key, reserved(key, &items, errors))
            }
            "crate" => {
                let advice = "expected the path of the crate `token_telemetry`, \
                              as in `crate = ::contoso::token_telemetry`";
                let runtime = value(input, Path::parse_mod_style, advice)?;
                set_once(&mut self.runtime, key, runtime)
            }
            _ => Err(unknown(key, "`owner`, `reserved` or `crate`")),
        }
    }
}

/// The name of a variant in metrics: its own, or the one it is given.
pub(crate) fn variant_name(variant: &Variant, errors: &mut Errors) -> Name {
    let mut given: Option<LitStr> = None;
    each_argument(&variant.attrs, errors, |key, input, _| {
        if key != "name" {
            return Err(unknown(key, "`name`"));
        }
        let advice = "expected a name in quotes, as in `name = \"AcquireTokenSilent\"`";
        let name = value(input, <LitStr as Parse>::parse, advice)?;
        set_once(&mut given, key, name)
    });
    let (text, span) = match given {
        Some(given) => (given.value(), given.span()),
        None => (variant.ident.unraw().to_string(), variant.ident.span()),
    };
    if !is_name(&text) {
        let message = format!(
            "`{text}` is no name for metrics: 1 to {MAX_NAME_LEN} letters, digits and `_-.:/` are; \
             write another, as in `#[api_id(name = \"AcquireTokenSilent\")]`"
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
            let message = "expected arguments in parentheses, as in `#[api_id(owner = Contoso)]`";
            errors.on(&attribute.meta, message);
            continue;
        };
        let arguments = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let argument = Ident::parse_any(input).and_then(|key| read(&key, input, errors));
                if let Err(error) = argument.and_then(|()| end(input)) {
                    errors.push(error);
                    skip_argument(input);
                }
            }
            Ok(())
        };
        let parsed = arguments.parse2(list.tokens.clone());
        errors.keep(parsed);
    }
}

/// The value after `key =`, or advice in place of a parser's complaint.
fn value<T>(
    input: ParseStream<'_>,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    advice: &str,
) -> syn::Result<T> {
    input
        .parse::<Token![=]>()
        .and_then(|_| parse(input))
        .map_err(|error| Error::new(error.span(), advice))
}

fn set_once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        let message = format!("`{key}` is given twice; keep one");
        return Err(Error::new(key.span(), message));
    }
    *slot = Some(value);
    Ok(())
}

fn unknown(key: &Ident, known: &str) -> Error {
    Error::new(
        key.span(),
        format!("unknown argument `{key}`, expected {known}"),
    )
}

fn end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    input.parse::<Token![,]>().map(drop)
}

/// Moves past the next comma, so that the arguments after a bad one are read as well.
fn skip_argument(input: ParseStream<'_>) {
    while !input.is_empty() && input.parse::<Token![,]>().is_err() {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn list(input: ParseStream<'_>) -> syn::Result<Punctuated<Expr, Token![,]>> {
    let content;
    bracketed!(content in input);
    content.parse_terminated(Expr::parse, Token![,])
}

fn reserved(word: &Ident, items: &Punctuated<Expr, Token![,]>, errors: &mut Errors) -> Reserved {
    let mut reserved = Reserved::new(word.span());
    for item in items {
        errors.keep(reserved.add(item));
    }
    reserved
}

/// Last word of the owner's path: what people call the type.
fn owner_name(owner: &Type) -> String {
    let mut last = None;
    if let Type::Path(path) = owner {
        last = path.path.segments.last();
    }
    last.filter(|last| last.arguments.is_none()).map_or_else(
        || owner.to_token_stream().to_string(),
        |last| last.ident.unraw().to_string(),
    )
}
