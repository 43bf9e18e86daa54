//! Whether OpenTelemetry suppresses telemetry on this thread, because it exports some.

use opentelemetry::Context;

thread_local! {
    /// Gone before the context of OpenTelemetry is, which panics while the thread ends.
    static CONTEXT_LIVES: UntilExit = {
        // What a thread used first ends last.
        let _ = Context::is_current_telemetry_suppressed();
        UntilExit
    };
}

/// Has a destructor, so that its thread local knows when it is gone.
struct UntilExit;

impl Drop for UntilExit {
    fn drop(&mut self) {}
}

/// Returns whether what happens here must cause no telemetry, which would be exported here again.
pub(crate) fn is_suppressed() -> bool {
    let ask = |_: &UntilExit| Context::is_current_telemetry_suppressed();
    CONTEXT_LIVES.try_with(ask).unwrap_or_default()
}
