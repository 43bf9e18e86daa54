//! The attribute and the derive macro of `token-telemetry`; depend on `token-telemetry` instead.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "syn's enums are non-exhaustive, and we handle few of their variants"
)]

mod api_id;
mod arguments;
mod body;
mod deferred;
mod early_return;
mod errors;
mod expand;
mod expectations;
mod form;
mod function;
mod infer;
mod output;
mod rebinding;
mod suggestion;
mod tail;
mod tokens;
mod validate;
mod value;

use arguments::Arguments;
use errors::Errors;
use function::Function;
use proc_macro::TokenStream;

/// See `token_telemetry::acquire_token`.
#[proc_macro_attribute]
pub fn acquire_token(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if arguments::are_a_value(&arguments.clone().into()) {
        // The compiler rejects `#[acquire_token = "…"]` itself, but still calls the macro.
        return item;
    }
    let item = item.into();
    let mut errors = Errors::default();
    let arguments = Arguments::parse(arguments.into(), &mut errors);
    let function = errors.keep(Function::parse(&item));
    if let Some(function) = &function {
        validate::check(function, &mut errors);
    }
    match (errors.into_tokens(), function) {
        (None, Some(function)) => expand::expand(&arguments, &function),
        (errors, function) => expand::reject(
            &arguments,
            function.as_ref(),
            &item,
            &errors.unwrap_or_default(),
        ),
    }
    .into()
}

/// See `token_telemetry::ApiId`.
#[proc_macro_derive(ApiId, attributes(api_id))]
pub fn derive_api_id(item: TokenStream) -> TokenStream {
    api_id::expand(item.into()).into()
}
