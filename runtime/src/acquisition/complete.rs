//! The end of an acquisition: completes its record and publishes it.

use std::any::type_name;

use super::active::Completing;
use super::call::Reading;
use super::context::{self, Ended, with_suspended};
use super::record::Outcome;
use super::state::State;
use super::type_code::type_code;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;
use crate::token::TokenInfo;

/// How an annotated function ended.
pub(super) struct End {
    outcome: Outcome,
    error: Option<Box<ErrorInfo>>,
}

/// Reads how an annotated function ended, and updates the state by its output.
pub(super) type ReadEnd<'a> = &'a dyn Fn(&mut State) -> End;

impl End {
    /// It returned a token.
    const OK: Self = Self {
        outcome: Outcome::Ok,
        error: None,
    };

    /// It returned an error of this type.
    fn failed(describe: &dyn Fn() -> ErrorInfo, state: &State, type_name: &'static str) -> Self {
        let mut info = described(describe);
        let mut is_pending = info.is_pending();
        if let Some(cold) = state.cold.as_deref() {
            info = cold.error.clone().or(info);
            is_pending = cold.pending || info.is_pending();
            if let Some(merged) = &cold.merged_error
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

    /// Its future was dropped, after a panic or before it was ready.
    pub(super) fn dropped(outcome: Outcome) -> Self {
        let code = match outcome {
            Outcome::Panicked => Outcome::PANICKED_CODE,
            Outcome::Ok | Outcome::Pending | Outcome::Error | Outcome::Cancelled => {
                Outcome::CANCELLED_CODE
            }
        };
        Self {
            outcome,
            error: Some(Box::new(ErrorInfo::of_static(code))),
        }
    }
}

impl<T, E> Reading<T, E> {
    /// Reads the end of a function from its output, by the documented precedence.
    pub(super) fn end(&self, output: &Result<T, E>, state: &mut State) -> End {
        match output {
            Ok(token) => {
                if let Some(read) = self.token {
                    described_by(&mut || state.token(&read(token)));
                }
                End::OK
            }
            Err(error) => End::failed(&|| (self.error)(error), state, type_name::<E>()),
        }
    }

    /// Reads what the enclosing acquisition takes from the output of a merged call.
    pub(super) fn merged(&self, output: &Result<T, E>) -> Merged {
        match (output, self.token) {
            (Ok(token), Some(read)) => {
                let mut info = TokenInfo::new();
                described_by(&mut || info = read(token));
                Merged::Token(info)
            }
            (Ok(_), None) => Merged::Token(TokenInfo::new()),
            (Err(error), _) => Merged::Error(described(&|| (self.error)(error))),
        }
    }
}

/// What the enclosing acquisition takes from the end of a merged call.
pub(super) enum Merged {
    Token(TokenInfo),
    Error(ErrorInfo),
}

/// Reads the end of a merged call.
pub(super) type ReadMerged<'a> = &'a dyn Fn() -> Merged;

/// Fills missing fields of the enclosing acquisition; its own description takes precedence.
pub(super) fn complete_merged(read: ReadMerged<'_>) {
    let _contained = contained(|| {
        let merged = read();
        context::with_current(|running| {
            running.update(|state| match merged {
                Merged::Token(info) => {
                    state.merged_token(&info);
                    state.merged_success();
                }
                Merged::Error(info) => state.cold_mut().merged_error = Some(info),
            });
        })
    });
}

/// Completes and publishes the record, and catches panics of foreign code.
pub(super) fn complete(ended: Option<Ended>, read: ReadEnd<'_>) {
    let Some(mut ended) = ended else { return };
    // The result of the function exists already, so nothing in here can change it.
    let completed = contained(|| {
        ended
            .running
            .complete(|completing| publish(completing, read));
        ended.empty();
    });
    if completed.is_some() {
        ended.recycle();
    }
}

fn publish(completing: Completing<'_>, read: ReadEnd<'_>) {
    let Completing {
        backend,
        record,
        listeners,
        is_quiet,
    } = completing;
    let total = backend.clock().since(record.state().started);
    let End { outcome, error } = read(record.state_mut());
    if error.is_some() || listeners.is_some() || record.state().has_suppressed_errors() {
        record.state_mut().correlation_id();
    }
    let undecided = record.state_mut().take_undecided();
    if !undecided.is_empty() {
        backend.decide(&undecided, error.as_deref().and_then(ErrorInfo::code));
    }
    record.complete(outcome, total, error);
    backend.publish(record, is_quiet);
    if let Some(listeners) = listeners {
        listeners.publish(record);
    }
}

/// Runs a description of the SDK, whose panic must not lose the record; not generic, to compile once.
fn described_by(code: &mut dyn FnMut()) {
    with_suspended(|| {
        if contained(code).is_none() {
            Diagnostic::DescriptionPanicked.emit();
        }
    });
}

/// Describes an error; empty if the describing function panics.
fn described(describe: &dyn Fn() -> ErrorInfo) -> ErrorInfo {
    let mut info = ErrorInfo::default();
    described_by(&mut || info = describe());
    info
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
