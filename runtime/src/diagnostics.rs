//! Diagnostics about the use of the crate, logged at debug or warn level.

use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(feature = "tracing")]
use crate::contained::contained;

/// A problem that an SDK author wants to know about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Diagnostic {
    /// Data was recorded outside an acquisition.
    OutsideAcquisition,
    /// A token request was made outside an acquisition.
    RequestOutsideAcquisition,
    /// A token request was made through a handle whose acquisition has ended.
    RequestAfterAcquisition,
    /// A correlation id given by a caller is not a GUID.
    InvalidCorrelationId,
    /// A correlation id was set after another one was used.
    LateCorrelationId,
    /// An observer panicked.
    ObserverPanicked,
    /// A function that describes errors or tokens panicked.
    DescriptionPanicked,
    /// The SDK's clock panicked.
    ClockPanicked,
    /// The metrics enricher panicked.
    #[cfg(feature = "otel")]
    EnricherPanicked,
    /// There are more series than the metrics can keep apart.
    #[cfg(feature = "otel")]
    TooManySeries,
    /// A meter provider panicked while creating instruments.
    #[cfg(feature = "otel")]
    ProviderPanicked,
    /// Code that is notified of an acquisition begins one each time.
    NestedTooDeep,
}

/// Number of counters; there are fewer diagnostics.
const COUNTERS: usize = 16;

/// How often each occurred; static, because only the log depends on it.
static COUNTS: [AtomicU32; COUNTERS] = [const { AtomicU32::new(0) }; COUNTERS];

impl Diagnostic {
    /// Logs the 1st, 2nd, 4th, 8th … occurrence, so that a loop cannot flood the log.
    pub(crate) fn emit(self) {
        let Some(count) = COUNTS.get(self as usize) else {
            return;
        };
        // Once the count is saturated, a hot path no longer writes to the shared cache line.
        if count.load(Ordering::Relaxed) == u32::MAX {
            return;
        }
        let times = count.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if times.is_power_of_two() {
            self.log(times);
        }
    }

    /// Logs every occurrence, for callers that throttle themselves.
    pub(crate) fn emit_unthrottled(self) {
        self.log(1);
    }

    /// Logs the diagnostic; a panic of the subscriber is caught, and not logged anywhere.
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
            Self::EnricherPanicked | Self::TooManySeries | Self::ProviderPanicked => {
                tracing::warn!(target: TARGET, times, "{text}");
            }
        }
    }

    #[cfg(feature = "tracing")]
    const fn text(self) -> &'static str {
        match self {
            Self::OutsideAcquisition => {
                "data was recorded outside an acquisition and dropped; use a `Handle` in spawned tasks"
            }
            Self::RequestOutsideAcquisition => {
                "a token request was made outside an acquisition and has no telemetry headers; use a `Handle` in spawned tasks"
            }
            Self::RequestAfterAcquisition => {
                "a token request was made after its acquisition had ended and is not recorded; use `Telemetry::background` for a refresh that no caller awaits"
            }
            Self::InvalidCorrelationId => {
                "expected a GUID as correlation id, found other text; a random id is used"
            }
            Self::LateCorrelationId => {
                "a correlation id was set too late; the acquisition keeps the one already in use"
            }
            Self::ObserverPanicked => "observer panicked; remaining observers were notified",
            Self::DescriptionPanicked => {
                "a function that describes errors or tokens panicked; its description is missing"
            }
            Self::ClockPanicked => "custom clock panicked; a duration is missing",
            #[cfg(feature = "otel")]
            Self::EnricherPanicked => "metrics enricher panicked; its attributes are missing",
            #[cfg(feature = "otel")]
            Self::TooManySeries => {
                "too many series; new error codes and caller SDKs are recorded as `other`"
            }
            #[cfg(feature = "otel")]
            Self::ProviderPanicked => "meter provider panicked; it receives no metrics",
            Self::NestedTooDeep => {
                "an observer, subscriber or exporter acquires a token whenever it is notified of \
                 an acquisition; the innermost acquisitions are not reported to it"
            }
        }
    }
}
