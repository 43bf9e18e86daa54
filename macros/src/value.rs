//! Parses the arguments of the attribute and of the derive: keys and their values.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Error, Ident, Path, Token, token};

use crate::errors::Errors;
use crate::suggestion::one_of;

/// What the value of a key is, and an example of the argument, for messages.
pub(crate) struct Expected(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const CRATE: Expected = Expected("a path", "crate = ::my_sdk::token_telemetry");

/// Parses every argument, continuing after an error with the next one.
pub(crate) fn each_argument(
    tokens: TokenStream,
    errors: &mut Errors,
    mut parse: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let argument = parse(input, errors);
            if errors.keep(argument).is_none() {
                skip_argument(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    let parsed = parser.parse2(tokens);
    errors.keep(parsed);
}

/// Parses the name of an argument.
pub(crate) fn key(input: ParseStream<'_>, keys: &[&str]) -> syn::Result<Ident> {
    if input.peek(Ident::peek_any) {
        return input.call(Ident::parse_any);
    }
    let (found, expected) = (found(input), one_of(keys));
    let message = format!("expected an argument name, found {found}: write {expected}");
    Err(input.error(message))
}

/// Keeps the value of an argument, unless it was given before.
pub(crate) fn set_once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        let message = format!("duplicate argument `{key}`: keep one of them");
        return Err(Error::new(key.span(), message));
    }
    *slot = Some(value);
    Ok(())
}

/// Parses `= value`; an error says what the key expects.
pub(crate) fn value<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    Expected(what, example): &Expected,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        let message = format!("expected `=` after `{key}`: write `{example}`");
        return Err(Error::new(key.span(), message));
    }
    input.parse::<Token![=]>()?;
    let rejection = |span, found: &str| {
        let message = format!("expected {what}, found {found}: write `{example}`");
        Error::new(span, message)
    };
    if ends(input) {
        return Err(rejection(key.span(), "nothing"));
    }
    let begin = input.fork();
    match input.parse() {
        Ok(value) if ends(input) => Ok(value),
        // A call parses as a path with parentheses after it.
        Ok(_) if input.peek(token::Paren) => Err(rejection(begin.span(), "a call")),
        Ok(_) => {
            let message = format!(
                "expected `,` after the value of `{key}`, found {}",
                found(input)
            );
            Err(Error::new(input.span(), message))
        }
        Err(_) => Err(rejection(begin.span(), &found(&begin))),
    }
}

/// Describes the next token.
pub(crate) fn found(input: ParseStream<'_>) -> String {
    if input.peek(Token![|]) || input.peek(Token![||]) || input.peek(Token![move]) {
        return "a closure".to_owned();
    }
    match input.cursor().token_tree() {
        Some((TokenTree::Group(_), _)) => "brackets".to_owned(),
        Some((token, _)) => format!("`{token}`"),
        None => "nothing".to_owned(),
    }
}

/// Parses a key without a value.
pub(crate) fn flag(key: &Ident, input: ParseStream<'_>) -> syn::Result<Span> {
    if ends(input) {
        return Ok(key.span());
    }
    let message = format!("expected the flag `{key}` without a value: write `{key}`");
    Err(Error::new(key.span(), message))
}

pub(crate) fn ends(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Rejects relative paths, whose meaning depends on the module, and on the crate that a macro expands in.
pub(crate) fn absolute(path: Path) -> syn::Result<Path> {
    let first = path.segments.first();
    let first = first.map_or_else(String::new, |first| first.ident.to_string());
    if path.leading_colon.is_some() || first == "crate" || first == "$crate" {
        return Ok(path);
    }
    let written = path.to_token_stream().to_string().replace(' ', "");
    let message = match first.as_str() {
        "self" | "super" => {
            format!("expected an absolute path, found `{written}`: begin the path with `crate::`")
        }
        _ => format!(
            "expected an absolute path, found `{written}`: write `::{written}`, or `crate::{written}` for a module of this crate"
        ),
    };
    Err(Error::new_spanned(path, message))
}

/// Skips the rest of a rejected argument, up to the next comma.
pub(crate) fn skip_argument(input: ParseStream<'_>) -> syn::Result<()> {
    while !ends(input) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
