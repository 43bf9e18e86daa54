//! Diagnostics about the use of the crate, logged at debug or warn level.

#[cfg(feature = "tracing")]
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
    /// Many tokens came from the identity provider and none from a cache.
    NoCacheHits,
    /// Many instances of one SDK are alive.
    ManyInstances,
    /// Most refreshes are forced.
    ForcedRefreshes,
    /// A request came earlier than the server asked for.
    RetryAfterIgnored,
}

impl Diagnostic {
    /// Logs the 1st, 2nd, 4th, 8th … occurrence, so that a loop cannot flood the log.
    #[cfg(feature = "tracing")]
    pub(crate) fn emit(self) {
        let Message { count, .. } = self.message();
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
    #[cfg(feature = "tracing")]
    pub(crate) fn emit_unthrottled(self) {
        self.log(1);
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "the feature is off")]
    pub(crate) const fn emit(self) {}

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "the feature is off")]
    pub(crate) const fn emit_unthrottled(self) {}

    /// Logs the diagnostic; a panic of the subscriber is caught, and not logged anywhere.
    #[cfg(feature = "tracing")]
    fn log(self, times: u32) {
        const TARGET: &str = "token_telemetry::diagnostics";
        let Message { level, text, .. } = self.message();
        contained(|| match level {
            Level::Debug => tracing::debug!(target: TARGET, times, "{text}"),
            Level::Warn => tracing::warn!(target: TARGET, times, "{text}"),
        });
    }
}

/// The level of a message, which in `tracing` is part of the call site.
#[cfg(feature = "tracing")]
enum Level {
    Debug,
    Warn,
}

/// What is logged about a diagnostic.
#[cfg(feature = "tracing")]
struct Message {
    level: Level,
    text: &'static str,
    /// How often it occurred; static, because only the log depends on it.
    count: AtomicU32,
}

/// Declares the message of each diagnostic.
#[cfg(feature = "tracing")]
macro_rules! messages {
    ($( $(#[$feature:meta])? $diagnostic:ident: $level:ident $text:literal; )+) => {
        impl Diagnostic {
            fn message(self) -> &'static Message {
                match self {
                    $( $(#[$feature])? Self::$diagnostic => {
                        static MESSAGE: Message = Message {
                            level: Level::$level,
                            text: $text,
                            count: AtomicU32::new(0),
                        };
                        &MESSAGE
                    } )+
                }
            }
        }
    };
}

#[cfg(feature = "tracing")]
messages! {
    OutsideAcquisition: Debug
        "data was recorded outside an acquisition and dropped; use a `Handle` in spawned tasks";
    RequestOutsideAcquisition: Debug
        "a token request was made outside an acquisition and has no telemetry headers; use a `Handle` in spawned tasks";
    RequestAfterAcquisition: Debug
        "a token request was made after its acquisition had ended and is not recorded; use `Telemetry::background` for a refresh that no caller awaits";
    InvalidCorrelationId: Debug
        "expected a GUID as correlation id, found other text; a random id is used";
    LateCorrelationId: Debug
        "a correlation id was set too late; the acquisition keeps the one already in use";
    ObserverPanicked: Warn
        "observer panicked; remaining observers were notified";
    DescriptionPanicked: Warn
        "a function that describes errors or tokens panicked; its description is missing";
    ClockPanicked: Warn
        "custom clock panicked; a duration is missing";
    #[cfg(feature = "otel")]
    EnricherPanicked: Warn
        "metrics enricher panicked; its attributes are missing";
    #[cfg(feature = "otel")]
    TooManySeries: Warn
        "too many series; new error codes and caller SDKs are recorded as `other`";
    #[cfg(feature = "otel")]
    ProviderPanicked: Warn
        "meter provider panicked; it receives no metrics";
    NestedTooDeep: Warn
        "an observer, subscriber or exporter acquires a token whenever it is notified of an acquisition; the innermost acquisitions are not reported to it";
    NoCacheHits: Warn
        "no_cache_hits: 50 tokens came from the identity provider and none from a cache; see https://docs.rs/token-telemetry/latest/token_telemetry/guide/advice/#no_cache_hits";
    ManyInstances: Warn
        "many_instances: 100 instances of one SDK are alive, as if each call created a client; see https://docs.rs/token-telemetry/latest/token_telemetry/guide/advice/#many_instances";
    ForcedRefreshes: Warn
        "forced_refreshes: most of 50 refreshes were forced although the cache had a token; see https://docs.rs/token-telemetry/latest/token_telemetry/guide/advice/#forced_refreshes";
    RetryAfterIgnored: Warn
        "retry_after_ignored: a request was sent earlier than the server asked for, although the SDK claims to honor `Retry-After`; see https://docs.rs/token-telemetry/latest/token_telemetry/guide/advice/#retry_after_ignored";
}
