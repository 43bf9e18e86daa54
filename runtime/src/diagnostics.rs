//! What telemetry has to say about itself: cold, at debug or warn level, never in the way.

use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(feature = "tracing")]
use crate::contained::contained;

/// Something that an SDK author would want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Diagnostic {
    /// A fact was noted where no acquisition runs.
    OutsideAcquisition,
    /// A token request was begun where no acquisition runs.
    RequestOutsideAcquisition,
    /// A token request was begun through a handle whose acquisition is over.
    RequestAfterAcquisition,
    /// A correlation id given by a caller is no GUID.
    InvalidCorrelationId,
    /// A correlation id came when the acquisition was known by another.
    LateCorrelationId,
    /// An observer panicked.
    ObserverPanicked,
    /// A function that describes errors or tokens panicked.
    DescriptionPanicked,
    /// The SDK's clock panicked.
    ClockPanicked,
    /// The enricher of the metrics panicked.
    #[cfg(feature = "otel")]
    EnricherPanicked,
    /// The metrics have more kinds of acquisitions than they can tell apart.
    #[cfg(feature = "otel")]
    TooManyKinds,
    /// A meter provider panicked when it was asked for instruments.
    #[cfg(feature = "otel")]
    ProviderPanicked,
    /// Code that is notified of an acquisition makes one each time.
    NestedTooDeep,
}

/// Places for how often each was met; there are fewer diagnostics.
const PLACES: usize = 16;

/// How often each was met; statics, because nothing but the log depends on them.
static COUNTS: [AtomicU32; PLACES] = [const { AtomicU32::new(0) }; PLACES];

impl Diagnostic {
    /// Tells the log the 1st, 2nd, 4th, 8th … time it happens, so that a loop cannot flood it.
    pub(crate) fn emit(self) {
        let Some(count) = COUNTS.get(self as usize) else {
            return;
        };
        // The first load keeps a hot path from writing to a shared line for ever.
        if count.load(Ordering::Relaxed) == u32::MAX {
            return;
        }
        let times = count.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if times.is_power_of_two() {
            self.log(times);
        }
    }

    /// Tells the log; for callers that remember themselves whether they did.
    pub(crate) fn emit_unthrottled(self) {
        self.log(1);
    }

    /// Tells the log; a panic of the subscriber ends here, with nobody left to hear of it.
    #[cfg(feature = "tracing")]
    fn log(self, times: u32) {
        contained(|| self.write(times));
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "the feature is off")]
    fn log(self, _: u32) {}

    #[cfg(feature = "tracing")]
    fn write(self, times: u32) {
        const TARGET: &str = "token_telemetry::diagnostics";
        let text = self.text();
        match self {
            Self::OutsideAcquisition
            | Self::RequestOutsideAcquisition
            | Self::RequestAfterAcquisition
            | Self::InvalidCorrelationId
            | Self::LateCorrelationId => {
                tracing::debug!(target: TARGET, times, "{text}");
            }
            Self::ObserverPanicked
            | Self::DescriptionPanicked
            | Self::ClockPanicked
            | Self::NestedTooDeep => {
                tracing::warn!(target: TARGET, times, "{text}");
            }
            #[cfg(feature = "otel")]
            Self::EnricherPanicked | Self::TooManyKinds | Self::ProviderPanicked => {
                tracing::warn!(target: TARGET, times, "{text}");
            }
        }
    }

    #[cfg(feature = "tracing")]
    const fn text(self) -> &'static str {
        match self {
            Self::OutsideAcquisition => "a fact was noted outside an acquisition and is lost",
            Self::RequestOutsideAcquisition => {
                "a token request outside an acquisition has no telemetry headers"
            }
            Self::RequestAfterAcquisition => {
                "a token request belongs to an acquisition that is over and is recorded nowhere; a refresh that nobody waits for is `background`"
            }
            Self::InvalidCorrelationId => "a correlation id is no GUID and was not used",
            Self::LateCorrelationId => {
                "a correlation id came too late; the acquisition keeps the one it sent"
            }
            Self::ObserverPanicked => "an observer panicked; the others were told",
            Self::DescriptionPanicked => "a function that describes errors or tokens panicked",
            Self::ClockPanicked => "the clock panicked; a duration is missing",
            #[cfg(feature = "otel")]
            Self::EnricherPanicked => {
                "the enricher of the metrics panicked; they lack its attributes"
            }
            #[cfg(feature = "otel")]
            Self::TooManyKinds => {
                "too many kinds of acquisitions; new codes and callers are `other`"
            }
            #[cfg(feature = "otel")]
            Self::ProviderPanicked => "a meter provider panicked; it gets no metrics",
            Self::NestedTooDeep => {
                "an observer, subscriber or exporter acquires a token for every acquisition \
                 that it is notified of; the innermost ones are not reported to it"
            }
        }
    }
}
