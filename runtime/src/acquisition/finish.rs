//! The end of an acquisition: its record is made and handed out.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::backend::Backend;
use super::facts::Facts;
use super::future::Reading;
use super::record::{AcquisitionRecord, CANCELLED_CODE, Outcome, PANICKED_CODE};
use super::running::{Listeners, Seat};
use super::scope;
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;

/// How an annotated function ended.
pub(super) enum End<'a, T, E> {
    Returned(&'a Result<T, E>, Reading<T, E>),
    Dropped(Outcome),
}

/// Makes the record and hands it out; a panic of an observer or a describing function ends here.
pub(super) fn finish<T, E>(seat: Option<Seat>, end: &End<'_, T, E>) {
    let Some(mut seat) = seat else { return };
    // The result exists already and is not touched, whatever happens inside.
    let contained = catch_unwind(AssertUnwindSafe(|| {
        if let Some(running) = seat.running_mut() {
            running.finish(|backend, record, listeners| {
                hand_out(backend, (record, listeners), end);
            });
        }
        seat.clear();
    }));
    if contained.is_ok() {
        scope::recycle(seat);
    }
}

fn hand_out<T, E>(
    backend: &dyn Backend,
    (record, listeners): (&mut AcquisitionRecord, Option<Box<Listeners>>),
    end: &End<'_, T, E>,
) {
    let total = backend.clock().since(record.facts().started);
    let (outcome, error) = read_end(end, record.facts_mut());
    if error.is_some() || listeners.is_some() || record.facts().has_sub_failures() {
        record.facts_mut().correlation_id();
    }
    let undecided = record.facts_mut().take_undecided();
    if !undecided.is_empty() {
        backend.decide(&undecided, error.as_deref().and_then(ErrorInfo::code));
    }
    record.finish(outcome, total, error);
    backend.finished(record);
    if let Some(listeners) = listeners {
        listeners.finished(record);
    }
}

/// Outcome and codes, by the documented precedence.
fn read_end<T, E>(end: &End<'_, T, E>, facts: &mut Facts) -> (Outcome, Option<Box<ErrorInfo>>) {
    match end {
        End::Returned(Ok(token), Reading { token: read, .. }) => {
            if let Some(info) = read.and_then(|read| contained(|| read(token))) {
                facts.token(&info);
            }
            (Outcome::Ok, None)
        }
        End::Returned(
            Err(error),
            Reading {
                error: describe, ..
            },
        ) => {
            let described = contained(|| describe(error)).unwrap_or_default();
            (
                Outcome::Error,
                Some(Box::new(merged(described, facts, type_name::<E>()))),
            )
        }
        End::Dropped(Outcome::Panicked) => (
            Outcome::Panicked,
            Some(Box::new(ErrorInfo::new(PANICKED_CODE))),
        ),
        End::Dropped(_) => (
            Outcome::Cancelled,
            Some(Box::new(ErrorInfo::new(CANCELLED_CODE))),
        ),
    }
}

/// Runs code of the SDK whose panic must not cost the record.
fn contained<T>(code: impl FnOnce() -> T) -> Option<T> {
    let told = |_| Diagnostic::DescriptionPanicked.tell();
    catch_unwind(AssertUnwindSafe(code)).map_err(told).ok()
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
