//! The end of an acquisition: its record is made and handed out.

use std::any::type_name;

use super::call::Reading;
use super::facts::Facts;
use super::record::{CANCELLED_CODE, Outcome, PANICKED_CODE};
use super::running::Finishing;
use super::scope::{Ended, with_suspended};
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;

/// How an annotated function ended.
pub(super) struct End {
    outcome: Outcome,
    error: Option<Box<ErrorInfo>>,
}

/// Reads how an annotated function ended, and notes what its output tells.
pub(super) type ReadEnd<'a> = &'a dyn Fn(&mut Facts) -> End;

impl End {
    /// It returned a token.
    const OK: Self = Self {
        outcome: Outcome::Ok,
        error: None,
    };

    /// It returned an error of this type, which describes itself.
    fn failed(describe: &dyn Fn() -> ErrorInfo, facts: &Facts, type_name: &'static str) -> Self {
        let mut described = ErrorInfo::default();
        described_by(&mut || described = describe());
        Self {
            outcome: Outcome::Error,
            error: Some(Box::new(merged(described, facts, type_name))),
        }
    }

    /// Its future was dropped, after a panic or before it was ready.
    pub(super) fn dropped(outcome: Outcome) -> Self {
        let code = match outcome {
            Outcome::Panicked => PANICKED_CODE,
            Outcome::Ok | Outcome::Error | Outcome::Cancelled => CANCELLED_CODE,
        };
        Self {
            outcome,
            error: Some(Box::new(ErrorInfo::new(code))),
        }
    }
}

impl<T, E> Reading<T, E> {
    /// It returned this output, whose codes are read by the documented precedence.
    pub(super) fn end(&self, output: &Result<T, E>, facts: &mut Facts) -> End {
        match output {
            Ok(token) => {
                if let Some(read) = self.token {
                    described_by(&mut || facts.token(&read(token)));
                }
                End::OK
            }
            Err(error) => End::failed(&|| (self.error)(error), facts, type_name::<E>()),
        }
    }
}

/// Makes the record and hands it out; a panic of an observer or a describing function ends here.
pub(super) fn finish(ended: Option<Ended>, read: ReadEnd<'_>) {
    let Some(mut ended) = ended else { return };
    // The result exists already and is not touched, whatever happens inside.
    let finished = contained(|| {
        ended.running.finish(|finishing| hand_out(finishing, read));
        ended.empty();
    });
    if finished.is_some() {
        ended.recycle();
    }
}

fn hand_out(finishing: Finishing<'_>, read: ReadEnd<'_>) {
    let Finishing {
        backend,
        record,
        listeners,
        is_quiet,
    } = finishing;
    let total = backend.clock().since(record.facts().started);
    let End { outcome, error } = read(record.facts_mut());
    if error.is_some() || listeners.is_some() || record.facts().has_sub_failures() {
        record.facts_mut().correlation_id();
    }
    let undecided = record.facts_mut().take_undecided();
    if !undecided.is_empty() {
        backend.decide(&undecided, error.as_deref().and_then(ErrorInfo::code));
    }
    record.finish(outcome, total, error);
    backend.finished(record, is_quiet);
    if let Some(listeners) = listeners {
        listeners.finished(record);
    }
}

/// Runs code of the SDK whose panic must not cost the record; compiled once for all of it.
fn described_by(code: &mut dyn FnMut()) {
    with_suspended(|| {
        if contained(code).is_none() {
            Diagnostic::DescriptionPanicked.tell();
        }
    });
}

/// A note in the body, then the description of the error, then HTTP facts, then the type's name.
fn merged(described: ErrorInfo, facts: &Facts, type_name: &'static str) -> ErrorInfo {
    let mut info = described;
    if let Some(rare) = &facts.rare {
        info = rare.error.clone().or(info);
        if let Some(class) = rare.http.transport {
            info = info.or(ErrorInfo::transport(class));
        }
    }
    match info.transport_error() {
        Some(class) => info.or(ErrorInfo::new(class.code())),
        None => info.or_else_foreign(short_name(type_name)),
    }
}

/// `Error` of `some_crate::module::Error<T>`.
fn short_name(type_name: &'static str) -> &'static str {
    let path = type_name.split('<').next().unwrap_or(type_name);
    path.rsplit("::")
        .next()
        .unwrap_or(path)
        .trim_start_matches(['&', '(', '['])
}
