//! An open span, which contains the panics of its subscriber.

use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};

use tracing::Span;

use crate::contained::contained;

/// An open span; entered by hand, because its guard could not be kept in a future.
///
/// Panics of the subscriber are not logged, because only the subscriber could log them.
pub(super) struct Open(pub(super) Span);

/// The value that the semantic conventions prescribe for an error without a code.
pub(super) const OTHER_ERROR: &str = "_OTHER";

impl UnwindSafe for Open {}
impl RefUnwindSafe for Open {}

impl Open {
    pub(super) fn enter(&self) {
        let Self(span) = self;
        contained(|| span.with_subscriber(|(id, dispatch)| dispatch.enter(id)));
    }

    pub(super) fn exit(&self) {
        let Self(span) = self;
        contained(|| span.with_subscriber(|(id, dispatch)| dispatch.exit(id)));
    }
}

impl Drop for Open {
    // Closing the span calls the subscriber, whose panic would abort the process during unwinding.
    fn drop(&mut self) {
        let Self(span) = self;
        let span = mem::replace(span, Span::none());
        contained(|| drop(span));
    }
}
