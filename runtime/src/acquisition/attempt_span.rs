//! The span of one token request, a child of the span of its acquisition.

use super::active::Shared;
use super::attempt::AttemptEnd;
use super::backend::OpenAttempt;
use super::context::{is_suspended, with_suspended};
use super::delivery::Purpose;
use crate::wire::Authority;

/// The span of one token request, if it is open; its subscriber is foreign code.
#[derive(Default)]
pub(super) struct AttemptSpan(Option<Open>);

struct Open {
    span: Box<dyn OpenAttempt>,
    /// What the span shows already.
    purpose: Option<Purpose>,
}

impl AttemptSpan {
    /// Opens the span, if that of the acquisition is open.
    pub(super) fn open(acquisition: &Shared, authority: &Authority) -> Self {
        let Some(parent) = acquisition.span() else {
            return Self(None);
        };
        // A subscriber that sends requests whenever it is called would be called without end.
        if is_suspended() {
            return Self(None);
        }
        // Meanwhile the acquisition may end on another thread; then its span closes in here.
        let opened = with_suspended(move || parent.open_attempt(authority.shared_host()));
        Self(opened.flatten().map(|span| Open {
            span,
            purpose: None,
        }))
    }

    /// Shows what the request is for, and again if that has changed since.
    pub(super) fn describe(&mut self, acquisition: &Shared, purpose: Purpose) {
        let Self(Some(open)) = self else { return };
        if open.purpose.replace(purpose) != Some(purpose) {
            let resends = acquisition.read(|state| state.cold_mut().http.ended(purpose));
            with_suspended(|| open.span.describe(purpose, resends));
        }
    }

    /// Shows how the request ended, and closes the span.
    pub(super) fn end(&mut self, acquisition: &Shared, purpose: Purpose, end: AttemptEnd) {
        self.describe(acquisition, purpose);
        let Self(open) = self;
        if let Some(Open { span, .. }) = open.take() {
            with_suspended(move || span.export(end));
        }
    }

    /// Enters the span until the guard is dropped, also by a panic.
    pub(super) fn enter(&self) -> Option<EnteredAttempt<'_>> {
        let Self(open) = self;
        let span = &*open.as_ref()?.span;
        with_suspended(|| span.enter());
        Some(EnteredAttempt(span))
    }
}

/// Exits the span of a token request when it is dropped.
pub(super) struct EnteredAttempt<'a>(&'a dyn OpenAttempt);

impl Drop for EnteredAttempt<'_> {
    fn drop(&mut self) {
        let Self(span) = *self;
        with_suspended(|| span.exit());
    }
}
