//! Parses `#[api_id(…)]` and `#[repr(…)]`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Attribute, DeriveInput, Error, ExprArray, LitStr, Meta, Path, Type, TypePath, Variant};

use super::number::Reserved;
use super::width::Width;
use crate::errors::Errors;
use crate::suggestion::unknown;
use crate::value::{self, CRATE, Expected, absolute, set_once, value};

/// The arguments of an enum and of a variant, in the order in which messages list them.
const KEYS: [&str; 3] = ["owner", "reserved", "crate"];
const KEYS_OF_VARIANT: [&str; 1] = ["name"];

const OWNER: Expected = Expected("the type that owns the numbers", "owner = Contoso");
const RESERVED: Expected = Expected("a list of numbers", "reserved = [2002, 3000..=3099]");
const NAME: Expected = Expected("a string literal", "name = \"AcquireTokenSilent\"");

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
        each_argument(&input.attrs, errors, |input, errors| {
            written.parse_one(input, errors)
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
        let (owner, owner_name) = match &written.owner {
            Some(owner) if owner.is_ident("Self") => (ident.to_token_stream(), Some(ident)),
            Some(owner) => (
                owner.to_token_stream(),
                owner.segments.last().map(|last| &last.ident),
            ),
            None => (quote!(#runtime::__private::UnknownOwner), None),
        };
        Self {
            runtime,
            owner,
            owner_name: owner_name.map_or_else(String::new, |name| name.unraw().to_string()),
            reserved: written.reserved.unwrap_or_default(),
            width: Width::read(input, errors),
        }
    }
}

impl Written {
    fn parse_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let key = value::key(input, &KEYS)?;
        match key.to_string().as_str() {
            "owner" => {
                self.names_owner = true;
                let owner = value(&key, input, &OWNER)?;
                set_once(&mut self.owner, &key, plain(owner)?)
            }
            "reserved" => {
                let list: ExprArray = value(&key, input, &RESERVED)?;
                let mut reserved = Reserved::new(key.span());
                for item in &list.elems {
                    errors.keep(reserved.add(item));
                }
                set_once(&mut self.reserved, &key, reserved)
            }
            "crate" => {
                let runtime: Path = value(&key, input, &CRATE)?;
                errors.keep(absolute(runtime.clone()));
                set_once(&mut self.runtime, &key, runtime)
            }
            _ => {
                self.names_owner = true;
                Err(unknown(&key, &KEYS))
            }
        }
    }
}

/// Returns the name of a variant in metrics: the variant's, or the `name` argument.
pub(crate) fn variant_name(variant: &Variant, errors: &mut Errors) -> Name {
    let mut given: Option<LitStr> = None;
    each_argument(&variant.attrs, errors, |input, _| {
        let key = value::key(input, &KEYS_OF_VARIANT)?;
        if key != "name" {
            return Err(unknown(&key, &KEYS_OF_VARIANT));
        }
        set_once(&mut given, &key, value(&key, input, &NAME)?)
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

/// Parses the arguments of each attribute named `api_id`.
fn each_argument(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut parse: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|it| it.path().is_ident("api_id")) {
        match &attribute.meta {
            Meta::List(list) => value::each_argument(list.tokens.clone(), errors, &mut parse),
            other => errors.on(
                other,
                "expected arguments in parentheses, found none: write `#[api_id(owner = Contoso)]`",
            ),
        }
    }
}

/// Rejects an owner such as `&Contoso` or `Box<Contoso>`, which would be a second owner.
///
/// The compiler would accept them, because it treats them as types of the crate, too.
fn plain(owner: Type) -> syn::Result<Path> {
    match owner {
        Type::Group(group) => plain(*group.elem),
        Type::Paren(paren) => plain(*paren.elem),
        Type::Path(TypePath {
            qself: None, path, ..
        }) if path.segments.iter().all(|it| it.arguments.is_none()) => Ok(path),
        other => Err(Error::new_spanned(
            other,
            "expected a type path without generic arguments: write `owner = Contoso`",
        )),
    }
}
