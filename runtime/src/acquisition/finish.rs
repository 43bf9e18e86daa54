//! The end of an acquisition: its record is made and handed out.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::future::Reading;
use super::record::{AcquisitionRecord, CANCELLED_CODE, Outcome, PANICKED_CODE};
use super::state::{Attached, Facts, Running};
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;

/// How an annotated function ended.
pub(super) enum End<'a, T, E> {
    Returned(&'a Result<T, E>, Reading<T, E>),
    Dropped(Outcome),
}

/// Makes the record and hands it out; a panic of an observer or a describing function ends here.
pub(super) fn finish<T, E>(running: &mut Option<Running>, end: &End<'_, T, E>) {
    // The result exists already and is not touched, whatever happens inside.
    let _contained = catch_unwind(AssertUnwindSafe(|| {
        if let Some(running) = running.take() {
            hand_out(running, end);
        }
    }));
}

fn hand_out<T, E>(running: Running, end: &End<'_, T, E>) {
    let (
        backend,
        Attached {
            mut facts,
            listeners,
        },
    ) = running.finish();
    let total = backend.clock().since(facts.started);
    let (outcome, error) = read_end(end, &mut facts);
    if error.is_some() || listeners.is_some() || backend.wants_correlation_id() {
        facts.correlation_id();
    }
    let record = AcquisitionRecord::new(facts, outcome, total, error);
    backend.finished(&record);
    if let Some(listeners) = listeners {
        listeners.finished(&record);
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
            info = info.or(ErrorInfo::new(class.code()).or(ErrorInfo::transport(class)));
        }
    }
    info.or(ErrorInfo::new(short_name(type_name)))
}

/// `Error` of `some_crate::module::Error<T>`.
fn short_name(type_name: &'static str) -> &'static str {
    let path = type_name.split('<').next().unwrap_or(type_name);
    path.rsplit("::")
        .next()
        .unwrap_or(path)
        .trim_start_matches(['&', '(', '['])
}
