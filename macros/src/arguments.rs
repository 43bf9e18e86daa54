//! First stage: parses the arguments of the attribute.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::visit_mut::VisitMut;
use syn::{Error, Expr, ExprPath, Ident, Path, Token, token};

use crate::errors::Errors;
use crate::suggestion::{is_near, unknown};
use crate::tokens::is_one_of;
use crate::value::{
    CRATE, Expected, absolute, each_argument, ends, flag, key, set_once, skip_argument, value,
};

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

const API: Expected = Expected("a constant", "api = MyApi::AcquireToken");
const TELEMETRY: Expected = Expected("an expression", "telemetry = self.telemetry");
const ERROR_INFO: Expected = Expected(
    "the path of a function `fn(&E) -> ErrorInfo`",
    "error_info = path::to::function",
);
const TOKEN_INFO: Expected = Expected(
    "the path of a function `fn(&T) -> TokenInfo`",
    "token_info = path::to::function",
);

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
        each_argument(tokens, errors, |input, _| {
            arguments.parse_one(input, &mut seen)
        });
        arguments.check(&seen, errors);
        arguments
    }

    fn parse_one(&mut self, input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<()> {
        if input.peek(Token![::]) || input.peek2(Token![::]) {
            // Counts as `api`, so that it is not reported as missing, too.
            seen.push(Ident::new("api", input.span()));
            return Err(unnamed(&input.parse()?));
        }
        let key = key(input, &KEYS)?;
        let is_first = !seen.iter().any(|seen| is_one_of(seen, &OF_TRACING));
        seen.push(key.clone());
        match key.to_string().as_str() {
            "api" => set_once(&mut self.api, &key, constant(value(&key, input, &API)?)?),
            "telemetry" => set_once(&mut self.telemetry, &key, value(&key, input, &TELEMETRY)?),
            "error_info" => set_once(&mut self.error_info, &key, value(&key, input, &ERROR_INFO)?),
            "token_info" => set_once(&mut self.token_info, &key, value(&key, input, &TOKEN_INFO)?),
            "own_record" => set_once(&mut self.own_record, &key, flag(&key, input)?),
            "background" => set_once(&mut self.background, &key, flag(&key, input)?),
            "crate" => {
                let runtime = absolute(value(&key, input, &CRATE)?)?;
                set_once(&mut self.runtime, &key, runtime)
            }
            _ if is_of_tracing(&key, input) && is_first => Err(of_tracing(&key)),
            _ if is_of_tracing(&key, input) => skip_argument(input),
            name => Err(alias(&key, name).unwrap_or_else(|| unknown(&key, &KEYS))),
        }
    }

    /// Returns the paths in the arguments, which a rejected attribute still has to use.
    pub(crate) fn named(&self) -> Vec<ExprPath> {
        let expressions = self.api.iter().chain(&self.telemetry);
        let values = expressions.flat_map(paths).filter(|path| !is_self(path));
        let functions = self.error_info.iter().chain(&self.token_info);
        values.chain(functions.cloned()).collect()
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

/// Rejects a value without a key, which is probably meant as the API id.
fn unnamed(value: &Expr) -> Error {
    let written = value.to_token_stream().to_string().replace(' ', "");
    let message = format!("expected `key = value`, found a path: write `api = {written}`");
    Error::new_spanned(value, message)
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

/// Rejects an id that would be read from `self`.
fn constant(api: Expr) -> syn::Result<Expr> {
    match paths(&api).into_iter().find(is_self) {
        Some(receiver) => Err(Error::new_spanned(
            receiver,
            "expected a constant, found `self`: write `Self::API`, or set the id in the body with \
             `Acquisition::current().record_api(…)`",
        )),
        None => Ok(api),
    }
}

fn is_self(path: &ExprPath) -> bool {
    path.path.is_ident("self")
}

/// Returns the paths in an expression: the constants, functions and variables that it names.
pub(crate) fn paths(expression: &Expr) -> Vec<ExprPath> {
    struct Paths(Vec<ExprPath>);
    impl VisitMut for Paths {
        fn visit_expr_path_mut(&mut self, i: &mut ExprPath) {
            self.0.push(i.clone());
        }
    }
    let mut paths = Paths(Vec::new());
    paths.visit_expr_mut(&mut expression.clone());
    paths.0
}
