//! First stage: parses the arguments of the attribute.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, ExprPath, Ident, Path, Token, token};

use crate::errors::Errors;
use crate::suggestion::{is_near, one_of, unknown};
use crate::tokens::is_punct;
use crate::value::{CRATE, Expected, absolute, ends, flag, found, skip_argument, value};

/// Every key, in the order in which messages list them.
const KEYS: [&str; 7] = [
    "api",
    "telemetry",
    "error_info",
    "token_info",
    "own_record",
    "background",
    "crate",
];

/// Names that users may try for an argument, with its name and how to write it.
const ALIASES: [(&str, &str, &str); 3] = [
    ("err", "error_info", "error_info = path::to::function"),
    ("ok", "token_info", "token_info = path::to::function"),
    ("nested", "own_record", "own_record"),
];

/// Arguments of `#[tracing::instrument]`; so is `err` without a path.
const OF_TRACING: [&str; 9] = [
    "fields",
    "follows_from",
    "level",
    "name",
    "parent",
    "ret",
    "skip",
    "skip_all",
    "target",
];

const API: Expected = Expected {
    what: "a constant",
    example: "api = MyApi::AcquireToken",
};
const TELEMETRY: Expected = Expected {
    what: "an expression",
    example: "telemetry = self.telemetry",
};
const ERROR_INFO: Expected = Expected {
    what: "the path of a function `fn(&E) -> ErrorInfo`",
    example: "error_info = path::to::function",
};
const TOKEN_INFO: Expected = Expected {
    what: "the path of a function `fn(&T) -> TokenInfo`",
    example: "token_info = path::to::function",
};
/// The arguments that could be parsed.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) api: Option<Expr>,
    pub(crate) telemetry: Option<Expr>,
    pub(crate) error_info: Option<ExprPath>,
    pub(crate) token_info: Option<ExprPath>,
    pub(crate) own_record: Option<Span>,
    pub(crate) background: Option<Span>,
    pub(crate) runtime: Option<Path>,
}

impl Arguments {
    /// Parses all arguments, continuing after an error with the next one.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self::default();
        let mut seen = Vec::new();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let argument = arguments.parse_one(input, &mut seen);
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
        arguments.check(&seen, errors);
        arguments
    }

    fn parse_one(&mut self, input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<()> {
        if input.peek(Token![::]) || input.peek2(Token![::]) {
            return Err(unnamed(input, seen)?);
        }
        let key = parse_key(input)?;
        if is_of_tracing(&key, input) {
            let is_first = !seen.iter().any(|seen| is_one_of(seen, &OF_TRACING));
            seen.push(key.clone());
            return if is_first {
                Err(of_tracing(&key))
            } else {
                skip_argument(input)
            };
        }
        if seen.contains(&key) {
            return Err(duplicate(&key));
        }
        let name = key.to_string();
        seen.push(key.clone());
        match name.as_str() {
            "api" => self.api = Some(constant(value(&key, input, &API)?)?),
            "telemetry" => self.telemetry = Some(value(&key, input, &TELEMETRY)?),
            "error_info" => self.error_info = Some(value(&key, input, &ERROR_INFO)?),
            "token_info" => self.token_info = Some(value(&key, input, &TOKEN_INFO)?),
            "own_record" => self.own_record = Some(flag(&key, input)?),
            "background" => self.background = Some(flag(&key, input)?),
            "crate" => self.runtime = Some(absolute(value(&key, input, &CRATE)?)?),
            name => return Err(alias(&key, name).unwrap_or_else(|| unknown(&key, &KEYS))),
        }
        Ok(())
    }

    /// Returns the paths in the arguments, which a rejected attribute still has to use.
    pub(crate) fn named(&self) -> impl Iterator<Item = &ExprPath> {
        let expressions = self.api.iter().chain(&self.telemetry);
        let paths = expressions.filter_map(path_in);
        paths.chain(&self.error_info).chain(&self.token_info)
    }

    /// Checks rules across arguments.
    fn check(&self, seen: &[Ident], errors: &mut Errors) {
        // A misspelled `api` has its own error already.
        if !seen.iter().any(|key| is_near(&key.to_string(), "api")) {
            errors.at(
                Span::call_site(),
                "missing argument `api`: write `#[acquire_token(api = MyApi::AcquireToken)]`",
            );
        }
        if let (Some(own_record), Some(_)) = (self.own_record, self.background) {
            errors.at(own_record, "`own_record` has no effect with `background`, which always produces its own record: remove `own_record`");
        }
    }
}

/// Whether the attribute was written `#[acquire_token = …]`: the arguments are a lone literal.
pub(crate) fn are_a_value(tokens: &TokenStream) -> bool {
    let mut trees = tokens.clone().into_iter();
    matches!(
        (trees.next(), trees.next()),
        (Some(TokenTree::Literal(_)), None)
    ) && Span::call_site()
        .source_text()
        .is_some_and(|written| !written.contains('('))
}

fn parse_key(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek(Ident::peek_any) {
        return input.call(Ident::parse_any);
    }
    let message = format!(
        "expected an argument name, found {}: write {}",
        found(input),
        one_of(&KEYS)
    );
    Err(input.error(message))
}

/// Rejects a path without a key, which is probably meant as the API id.
fn unnamed(input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<Error> {
    let span = input.span();
    let value: Expr = input.parse()?;
    // Counts as `api`, so that it is not reported as missing, too.
    seen.push(Ident::new("api", span));
    let written = value.to_token_stream().to_string().replace(' ', "");
    let message = format!("expected `key = value`, found a path: write `api = {written}`");
    Ok(Error::new_spanned(value, message))
}

/// Whether an argument is one of `#[tracing::instrument]`, whose `err` has no path.
fn is_of_tracing(key: &Ident, input: ParseStream<'_>) -> bool {
    is_one_of(key, &OF_TRACING) || (key == "err" && (ends(input) || input.peek(token::Paren)))
}

/// Rejects a name that an argument might have, and suggests the argument.
fn alias(key: &Ident, name: &str) -> Option<Error> {
    let (_, known, example) = ALIASES.iter().find(|(alias, ..)| *alias == name)?;
    let message =
        format!("unknown argument `{key}`, did you mean `{known}`? Write it as `{example}`");
    Some(Error::new(key.span(), message))
}

fn of_tracing(key: &Ident) -> Error {
    let message = format!(
        "`{key}` is an argument of `#[tracing::instrument]`: remove it, since `#[acquire_token]` \
         records neither the arguments nor the return value of a function"
    );
    Error::new(key.span(), message)
}

/// Rejects an argument that was given before.
pub(crate) fn duplicate(key: &Ident) -> Error {
    let message = format!("duplicate argument `{key}`: keep one of them");
    Error::new(key.span(), message)
}

fn is_one_of(key: &Ident, words: &[&str]) -> bool {
    words.iter().any(|word| key == word)
}

/// Rejects an id that would be read from `self`.
fn constant(api: Expr) -> syn::Result<Expr> {
    match receiver(api.to_token_stream()) {
        Some(span) => Err(Error::new(
            span,
            "expected a constant, found `self`: write `Self::API`, or set the id in the body with \
             `Acquisition::current().record_api(…)`",
        )),
        None => Ok(api),
    }
}

/// Finds the value `self`, which is not the `self` of a path.
fn receiver(tokens: TokenStream) -> Option<Span> {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let is_path = |next: Option<&TokenTree>| next.is_some_and(|next| is_punct(next, ':'));
        match tree {
            TokenTree::Ident(word) if word == "self" && !is_path(trees.peek()) => {
                return Some(word.span());
            }
            TokenTree::Group(group) => {
                if let Some(span) = receiver(group.stream()) {
                    return Some(span);
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns the path at the beginning of an expression, unless it is `self`.
fn path_in(expression: &Expr) -> Option<&ExprPath> {
    match expression {
        Expr::Path(path) => (!path.path.is_ident("self")).then_some(path),
        Expr::Call(call) => path_in(&call.func),
        Expr::Field(field) => path_in(&field.base),
        Expr::MethodCall(call) => path_in(&call.receiver),
        Expr::Paren(paren) => path_in(&paren.expr),
        Expr::Reference(reference) => path_in(&reference.expr),
        Expr::Unary(unary) => path_in(&unary.expr),
        _ => None,
    }
}
