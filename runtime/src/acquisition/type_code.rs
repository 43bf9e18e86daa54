//! Derives a code from the name of a type, for errors without a code.

use std::borrow::Cow;

/// The code of types whose name does not describe an error, such as tuples and strings.
const UNKNOWN: &str = "unknown";

/// Pointer types, which are skipped.
const POINTERS: [&str; 3] = ["alloc::boxed::Box", "alloc::rc::Rc", "alloc::sync::Arc"];

/// Returns the short form of a type name.
///
/// `AuthError` of `contoso::AuthError`, `reqwest.Error` and `io.Error` where the type is just
/// called `Error`, `dyn_Error` of a trait object, and `unknown` for tuples and strings.
pub(super) fn type_code(type_name: &'static str) -> Cow<'static, str> {
    let name = pointee(type_name);
    if let Some(traits) = name.strip_prefix("dyn ") {
        let first = traits.split([' ', '<']).next().unwrap_or(traits);
        return format!("dyn_{}", last_segment(first)).into();
    }
    let path = name.split('<').next().unwrap_or(name);
    let is_named = path.starts_with(|first: char| first == '_' || first.is_alphabetic());
    if !is_named || matches!(path, "str" | "alloc::string::String") {
        return UNKNOWN.into();
    }
    match last_segment(path) {
        "Error" => format!("{}.Error", library(path)).into(),
        last => last.into(),
    }
}

/// Returns the type behind references and owning pointers.
fn pointee(type_name: &'static str) -> &'static str {
    let name = type_name.trim_start_matches('&');
    let name = name.strip_prefix("mut ").unwrap_or(name);
    let target = name.split_once('<').and_then(|(path, arguments)| {
        let arguments = arguments.strip_suffix('>')?;
        POINTERS.contains(&path).then_some(arguments)
    });
    target.map_or(name, pointee)
}

fn last_segment(path: &'static str) -> &'static str {
    path.rsplit("::").next().unwrap_or(path)
}

/// Returns the crate of a type, or its module if it is in the standard library.
fn library(path: &'static str) -> &'static str {
    let mut segments = path.split("::");
    match segments.next() {
        Some("std" | "core" | "alloc") => segments.next().unwrap_or(path),
        krate => krate.unwrap_or(path),
    }
}
