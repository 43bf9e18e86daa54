//! First stage: what stands in the parentheses of the attribute.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Expr, ExprPath, Ident, Path, Token, token};

use crate::errors::Errors;
use crate::tokens::is_punct;

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

/// Names that arguments had before, and what replaces them.
const RENAMED: [(&str, &str); 3] = [
    ("err", "`error_info = path::to::function`"),
    ("ok", "`token_info = path::to::function`"),
    ("nested", "`own_record`"),
];

/// What `#[tracing::instrument]` takes; `err` without a value is one of its arguments, too.
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

// What each key expects, as messages say it.
const API: &str = "a const expression: `api = MyApi::AcquireToken`";
const TELEMETRY: &str = "an expression: `telemetry = self.telemetry`";
const ERROR_INFO: &str = "the path of a function `fn(&E) -> ErrorInfo`";
const TOKEN_INFO: &str = "the path of a function `fn(&T) -> TokenInfo`";
pub(crate) const CRATE: &str = "a path: `crate = ::my_sdk::token_telemetry`";

/// The arguments that could be read.
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
    /// Reads all that can be read; what cannot be becomes a refusal, and reading goes on after it.
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
            let message = format!("`{key}` is given twice");
            return Err(Error::new(key.span(), message));
        }
        let name = key.to_string();
        seen.push(key.clone());
        match name.as_str() {
            "api" => self.api = Some(constant(value(&key, input, API)?)?),
            "telemetry" => self.telemetry = Some(value(&key, input, TELEMETRY)?),
            "error_info" => self.error_info = Some(value(&key, input, ERROR_INFO)?),
            "token_info" => self.token_info = Some(value(&key, input, TOKEN_INFO)?),
            "own_record" => self.own_record = Some(flag(&key, input)?),
            "background" => self.background = Some(flag(&key, input)?),
            "crate" => self.runtime = Some(absolute(value(&key, input, CRATE)?)?),
            name => return Err(renamed(&key, name).unwrap_or_else(|| unknown(&key, &KEYS))),
        }
        Ok(())
    }

    /// Paths in the arguments, as expressions; a refused attribute mentions them all the same.
    pub(crate) fn named(&self) -> impl Iterator<Item = &ExprPath> {
        let expressions = self.api.iter().chain(&self.telemetry);
        let paths = expressions.filter_map(path_in);
        paths.chain(&self.error_info).chain(&self.token_info)
    }

    /// Rules between arguments.
    fn check(&self, seen: &[Ident], errors: &mut Errors) {
        // Under another name it was refused already.
        if !seen.iter().any(|key| is_near(&key.to_string(), "api")) {
            errors.at(
                Span::call_site(),
                "the argument `api` is missing: `#[acquire_token(api = MyApi::AcquireToken)]`",
            );
        }
        if let (Some(own_record), Some(_)) = (self.own_record, self.background) {
            errors.at(own_record, "`own_record` has no effect here: a `background` acquisition always produces its own record");
        }
    }
}

/// Whether the attribute was written `#[acquire_token = …]`, which leaves a literal alone.
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
    Err(input.error(format!("expected one of the arguments {}", list(&KEYS))))
}

/// Refuses a path that stands alone: it is meant to be the id.
fn unnamed(input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<Error> {
    let span = input.span();
    let value: Expr = input.parse()?;
    // It was given, if without its name.
    seen.push(Ident::new("api", span));
    let written = value.to_token_stream().to_string().replace(' ', "");
    let message = format!("name the argument: `api = {written}`");
    Ok(Error::new_spanned(value, message))
}

/// Whether an argument is meant for `#[tracing::instrument]`; its `err` has no path.
fn is_of_tracing(key: &Ident, input: ParseStream<'_>) -> bool {
    is_one_of(key, &OF_TRACING) || (key == "err" && (ends(input) || input.peek(token::Paren)))
}

/// Names the argument that replaced this one.
fn renamed(key: &Ident, name: &str) -> Option<Error> {
    let (_, replacement) = RENAMED.iter().find(|(old, _)| *old == name)?;
    let message = format!("`{key}` is now called {replacement}");
    Some(Error::new(key.span(), message))
}

fn of_tracing(key: &Ident) -> Error {
    let message = format!(
        "`{key}` is an argument of `#[tracing::instrument]`; nothing needs it here, since neither \
         the arguments nor the output of the function are recorded"
    );
    Error::new(key.span(), message)
}

fn is_one_of(key: &Ident, words: &[&str]) -> bool {
    words.iter().any(|word| key == word)
}

/// Refuses an id that would be read from `self`.
fn constant(api: Expr) -> syn::Result<Expr> {
    match receiver(api.to_token_stream()) {
        Some(span) => Err(Error::new(
            span,
            "`api` is a constant, and there is no `self` yet: write `Self::API`, or set the id in the body with \
             `Acquisition::current().record_api(…)`",
        )),
        None => Ok(api),
    }
}

/// Where the value `self` is, which is not the `self` of a path.
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

/// Parses `= value`; whatever is wrong with it, the message says what the key expects.
pub(crate) fn value<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    expected: &str,
) -> syn::Result<T> {
    let refused = |span| Error::new(span, format!("`{key}` expects {expected}"));
    if !input.peek(Token![=]) {
        return Err(refused(key.span()));
    }
    input.parse::<Token![=]>()?;
    if ends(input) {
        return Err(refused(key.span()));
    }
    let begin = input.span();
    match input.parse() {
        Ok(value) if ends(input) => Ok(value),
        // A path that is called.
        Ok(_) if input.peek(token::Paren) => Err(refused(begin)),
        Ok(_) => {
            let message = format!("expected a comma after the value of `{key}`");
            Err(Error::new(input.span(), message))
        }
        Err(_) => Err(refused(begin)),
    }
}

/// Parses a key that stands alone.
fn flag(key: &Ident, input: ParseStream<'_>) -> syn::Result<Span> {
    if ends(input) {
        return Ok(key.span());
    }
    let message = format!("`{key}` takes no value: write `{key}` alone");
    Err(Error::new(key.span(), message))
}

fn ends(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// A relative path would mean something else in each module, and in each crate that a macro writes it to.
pub(crate) fn absolute(path: Path) -> syn::Result<Path> {
    let first = path
        .segments
        .first()
        .map(|segment| segment.ident.to_string());
    let first = first.unwrap_or_default();
    if path.leading_colon.is_some() || first == "crate" || first == "$crate" {
        return Ok(path);
    }
    let written = path.to_token_stream().to_string().replace(' ', "");
    let message = match first.as_str() {
        "self" | "super" => format!("`{written}` is relative: start the path with `crate::`"),
        _ => format!(
            "`{written}` is relative: write `::{written}`, or `crate::{written}` for a module of this crate"
        ),
    };
    Err(Error::new_spanned(path, message))
}

/// The path that an expression begins with, unless it is `self`.
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

/// Refuses a key, and names the one that was probably meant.
pub(crate) fn unknown(key: &Ident, keys: &[&str]) -> Error {
    let written = key.to_string();
    let meant = keys.iter().find(|known| is_near(&written, known));
    let message = match meant {
        Some(known) => format!(
            "unknown argument `{written}`, did you mean `{known}`? The arguments are {}",
            list(keys)
        ),
        None => format!(
            "unknown argument `{written}`, expected one of {}",
            list(keys)
        ),
    };
    Error::new(key.span(), message)
}

fn list(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}

/// Whether at most a third of the letters must change, or one word begins with the other, or it is
/// what the argument holds.
fn is_near(written: &str, known: &str) -> bool {
    let shorter = written.len().min(known.len());
    (shorter >= 2 && (written.starts_with(known) || known.starts_with(written)))
        || (written, known) == ("id", "api")
        || distance(written.as_bytes(), known.as_bytes()) * 3 <= known.len()
}

/// Letters to insert, remove or replace to get from one word to the other.
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(to) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Goes on to the comma behind an argument that was refused.
pub(crate) fn skip_argument(input: ParseStream<'_>) -> syn::Result<()> {
    while !ends(input) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
