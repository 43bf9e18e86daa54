//! Third stage: refuses what cannot be measured truthfully.

use syn::Type;

use crate::errors::Errors;
use crate::function::Function;

pub(crate) fn check(function: &Function, errors: &mut Errors) {
    let signature = &function.signature;
    if let Some(token) = &signature.constness {
        errors.on(
            token,
            "a `const fn` cannot be measured: there is no clock at compile time",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(
            abi,
            "an `extern` function cannot be annotated: annotate the Rust function that it calls",
        );
    }
    if signature.asyncness.is_none() {
        errors.on(signature.fn_token, "expected an `async fn`");
    }
    match function.output() {
        None => errors.at(
            signature.ident.span(),
            "this function returns no `Result`, so success cannot be told from failure",
        ),
        Some(output) if is_no_result(output) => errors.on(
            output,
            "expected a `Result`: from another type success cannot be told from failure",
        ),
        Some(_) => {}
    }
}

fn is_no_result(output: &Type) -> bool {
    !matches!(
        output,
        Type::Path(_) | Type::Macro(_) | Type::Group(_) | Type::Paren(_)
    )
}
