//! What stands in `#[api_id(…)]` and `#[repr(…)]`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse as _, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, DeriveInput, Error, Expr, Ident, LitStr, Meta, Path, Token, Type, Variant, bracketed,
};

use super::errors::Errors;
use super::number::{Reserved, Width};

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
        let width = width(input, errors);
        let Written {
            owner,
            reserved,
            runtime,
        } = written;
        let runtime = runtime.map_or_else(|| quote!(::token_telemetry), |path| quote!(#path));
        let ident = &input.ident;
        let (owner, owner_name) = match owner {
            Some(Type::Path(path)) if path.path.is_ident("Self") => {
                (quote!(#ident), ident.unraw().to_string())
            }
            Some(owner) => (quote!(#owner), owner_name(&owner)),
            None => {
                errors.push(Error::new(ident.span(), format!(
                    "nobody owns the numbers of `{ident}`; name the type of your SDK that does: \
                     `#[api_id(owner = YourSdk)]`"
                )));
                (quote!(#runtime::private::UnknownOwner), String::new())
            }
        };
        let reserved = reserved.unwrap_or_default();
        Self {
            runtime,
            owner,
            owner_name,
            reserved,
            width,
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
                let advice = "expected the type that owns the numbers, as in `owner = Contoso`";
                set_once(
                    &mut self.owner,
                    key,
                    value(input, Type::without_plus, advice)?,
                )
            }
            "reserved" => {
                let advice = "expected a list of numbers, as in `reserved = [2002, 3000..=3099]`";
                let reserved = reserved_list(key.span(), value(input, list, advice)?, errors);
                set_once(&mut self.reserved, key, reserved)
            }
            "crate" => {
                let advice = "expected the path of the crate `token_telemetry`, \
                              as in `crate = ::contoso::token_telemetry`";
                set_once(
                    &mut self.runtime,
                    key,
                    value(input, Path::parse_mod_style, advice)?,
                )
            }
            _ => Err(unknown(key, "`owner`, `reserved` or `crate`")),
        }
    }
}

/// The name of a variant in metrics: its own, or the one it is given.
pub(crate) fn variant_name(variant: &Variant, errors: &mut Errors) -> Name {
    let mut given = None;
    each_argument(&variant.attrs, errors, |key, input, _| {
        if key != "name" {
            return Err(unknown(key, "`name`"));
        }
        let advice = "expected a name in quotes, as in `name = \"AcquireTokenSilent\"`";
        set_once(
            &mut given,
            key,
            value(input, |input| input.parse::<LitStr>(), advice)?,
        )
    });
    let Some(given) = given else {
        let text = variant.ident.unraw().to_string();
        return Name {
            text,
            span: variant.ident.span(),
        };
    };
    let (text, span) = (given.value(), given.span());
    if text.is_empty() || text.len() > MAX_NAME_LEN || !text.bytes().all(|b| b.is_ascii_graphic()) {
        errors.push(Error::new(
            span,
            format!(
                "a name is 1 to {MAX_NAME_LEN} visible ASCII characters without spaces, \
             as in `name = \"AcquireTokenSilent\"`"
            ),
        ));
    }
    Name { text, span }
}

/// Calls `read` with each `key = …` of the attributes named `api_id`.
fn each_argument(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("api_id"))
    {
        let Meta::List(list) = &attribute.meta else {
            let message = "expected arguments in parentheses, as in `#[api_id(owner = Contoso)]`";
            errors.push(Error::new_spanned(&attribute.meta, message));
            continue;
        };
        let tokens = list.tokens.clone();
        let parsed = (|input: ParseStream<'_>| {
            while !input.is_empty() {
                let argument = Ident::parse_any(input).and_then(|key| read(&key, input, errors));
                if let Err(error) = argument.and_then(|()| end(input)) {
                    errors.push(error);
                    skip_argument(input);
                }
            }
            Ok(())
        })
        .parse2(tokens);
        errors.extend(parsed.err());
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

fn reserved_list(word: Span, items: Punctuated<Expr, Token![,]>, errors: &mut Errors) -> Reserved {
    let mut reserved = Reserved::new(word);
    errors.extend(items.iter().filter_map(|item| reserved.add(item).err()));
    reserved
}

/// The integer of `#[repr(…)]`, which the numbers must fit.
fn width(input: &DeriveInput, errors: &mut Errors) -> Width {
    let mut width = None;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("repr"))
    {
        let words = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for word in words.iter().flatten() {
            let path = word.path();
            if path.is_ident("u16") {
                width = Some(Width::U16);
            } else if path.is_ident("u32") {
                width = Some(Width::U32);
            } else if INTEGERS.iter().any(|integer| path.is_ident(integer)) {
                width = Some(Width::U32);
                errors.push(Error::new_spanned(path, format!(
                    "API ids are 16 or 32 bits without a sign; write `u16` or `u32` in place of `{}`",
                    path.to_token_stream()
                )));
            }
        }
    }
    width.unwrap_or_else(|| {
        let ident = &input.ident;
        errors.push(Error::new(ident.span(), format!(
            "`{ident}` does not say how wide its numbers are; write `#[repr(u32)]` (or `u16`) above it"
        )));
        Width::U32
    })
}

/// Integers that an enum can be represented by, but not an enum of API ids.
const INTEGERS: [&str; 10] = [
    "u8", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
];

/// Last word of the owner's path: what people call the type.
fn owner_name(owner: &Type) -> String {
    match owner {
        Type::Path(path)
            if path
                .path
                .segments
                .last()
                .is_some_and(|last| last.arguments.is_none()) =>
        {
            path.path
                .segments
                .last()
                .map(|last| last.ident.unraw().to_string())
                .unwrap_or_default()
        }
        other => other.to_token_stream().to_string(),
    }
}
