//! The attribute and the derive of token-telemetry; depend on `token-telemetry` instead.

mod api_id;

use proc_macro::TokenStream;

/// See `token_telemetry::acquire_token`.
#[proc_macro_attribute]
pub fn acquire_token(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// See `token_telemetry::ApiId`.
#[proc_macro_derive(ApiId, attributes(api_id))]
pub fn derive_api_id(item: TokenStream) -> TokenStream {
    api_id::expand(item.into()).into()
}
