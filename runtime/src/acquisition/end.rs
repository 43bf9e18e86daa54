//! How an annotated function ended, as its output and the recorded state describe it.

use std::any::type_name;
use std::borrow::Cow;

use super::context::with_suspended;
use super::record::Outcome;
use super::state::State;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;
use crate::token::TokenInfo;

/// How the output of an annotated function is read.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only generated code builds it")]
pub struct Reading<T, E> {
    /// Codes of an error.
    pub error_info: fn(&E) -> ErrorInfo,
    /// Type and lifetime of a token, if the attribute names a function.
    pub token_info: Option<fn(&T) -> TokenInfo>,
}

impl<T, E> Clone for Reading<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Reading<T, E> {}

/// The output of an annotated function, without its type: what reads it is compiled once.
pub(super) trait Output {
    /// Returns the description of the error, or passes that of the token to `record`, if the
    /// attribute names a function for that.
    ///
    /// A returned description of a token would be copied, which stalls the processor.
    fn describe(&self, record: &mut dyn FnMut(&TokenInfo)) -> Option<ErrorInfo>;

    /// The name of the error's type.
    fn error_type(&self) -> &'static str;
}

/// An output and the functions that read it.
pub(super) struct Returned<'a, T, E> {
    pub(super) reading: &'a Reading<T, E>,
    pub(super) output: &'a Result<T, E>,
}

impl<T, E> Output for Returned<'_, T, E> {
    fn describe(&self, record: &mut dyn FnMut(&TokenInfo)) -> Option<ErrorInfo> {
        let Reading {
            error_info,
            token_info,
        } = self.reading;
        match self.output {
            Ok(token) => {
                if let Some(read) = token_info {
                    run_description(&mut || record(&read(token)));
                }
                None
            }
            Err(error) => {
                let mut info = ErrorInfo::default();
                run_description(&mut || info = error_info(error));
                Some(info)
            }
        }
    }

    fn error_type(&self) -> &'static str {
        type_name::<E>()
    }
}

/// Runs a description of the SDK, whose panic must not lose the record; not generic, to compile once.
fn run_description(describe: &mut dyn FnMut()) {
    with_suspended(|| {
        if contained(describe).is_none() {
            Diagnostic::DescriptionPanicked.emit();
        }
    });
}

/// How an annotated function ended.
pub(super) enum Ending<'a> {
    /// It returned.
    Returned(&'a dyn Output),
    /// Its future was dropped, after a panic or before it was ready.
    Dropped(Outcome),
}

/// The end of an acquisition, for its record.
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) error: Option<Box<ErrorInfo>>,
}

impl Ending<'_> {
    /// Reads the end by the documented precedence, and updates the state by the output.
    #[inline]
    pub(super) fn read(&self, state: &mut State) -> End {
        let output = match *self {
            Self::Returned(output) => output,
            Self::Dropped(outcome) => return End::dropped(outcome),
        };
        match output.describe(&mut |info| state.token(info)) {
            Some(info) => End::failed(info, state, output.error_type()),
            None if state.no_token => End {
                outcome: Outcome::NoToken,
                error: None,
            },
            None => End {
                outcome: Outcome::Ok,
                error: None,
            },
        }
    }
}

impl End {
    #[cold]
    fn dropped(outcome: Outcome) -> Self {
        let code = match outcome {
            Outcome::Panicked => Outcome::PANICKED_CODE,
            Outcome::Ok
            | Outcome::NoToken
            | Outcome::Pending
            | Outcome::Error
            | Outcome::Cancelled => Outcome::CANCELLED_CODE,
        };
        Self {
            outcome,
            error: Some(Box::new(ErrorInfo::of_static(code))),
        }
    }

    #[cold]
    fn failed(described: ErrorInfo, state: &State, type_name: &'static str) -> Self {
        let mut info = described;
        let mut is_pending = info.is_pending();
        if let Some(cold) = state.cold.as_deref() {
            if let Some(rare) = cold.rare.as_deref() {
                info = rare.error.clone().or(info);
            }
            is_pending = cold.pending || info.is_pending();
            if let Some(merged) = cold
                .rare
                .as_deref()
                .and_then(|rare| rare.merged_error.as_ref())
                && !is_pending
                && !info.has_own_code()
            {
                info = info.or(merged.clone());
                is_pending = info.is_pending();
            }
        }
        let (outcome, error) = if is_pending {
            (Outcome::Pending, info)
        } else {
            (Outcome::Error, with_fallback_codes(info, state, type_name))
        };
        Self {
            outcome,
            error: Some(Box::new(error)),
        }
    }
}

/// Adds the transport failure, the fallback code and the name of the type to the descriptions.
fn with_fallback_codes(described: ErrorInfo, state: &State, type_name: &'static str) -> ErrorInfo {
    let mut info = described;
    if let Some(cold) = &state.cold
        && let Some(class) = cold.http.transport
    {
        info = info.or(ErrorInfo::transport(class));
    }
    if let Some(class) = info.transport_error() {
        info = info.or(ErrorInfo::of_static(class.code()));
    }
    info.or_else_foreign(type_code(type_name))
}

/// The code of types whose name does not describe an error, such as tuples and strings.
const UNKNOWN: &str = "unknown";

/// Pointer types, which are skipped.
const POINTERS: [&str; 3] = ["alloc::boxed::Box", "alloc::rc::Rc", "alloc::sync::Arc"];

/// Returns the short form of a type name.
///
/// `AuthError` of `contoso::AuthError`, `reqwest.Error` and `io.Error` where the type is just
/// called `Error`, `dyn_Error` of a trait object, and `unknown` for tuples and strings.
fn type_code(type_name: &'static str) -> Cow<'static, str> {
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
