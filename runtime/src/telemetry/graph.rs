//! Hands requests to Microsoft Graph to the sinks.

use super::Telemetry;
#[cfg(feature = "otel")]
use crate::graph_record::GraphRecord;
#[cfg(feature = "tracing")]
use crate::span::GraphSpans;

impl Telemetry {
    /// Returns what opens the spans of requests to Microsoft Graph.
    #[cfg(feature = "tracing")]
    pub(crate) fn graph_spans(&self) -> GraphSpans {
        self.shards.core.spans.graph(super::shard::is_suppressed)
    }

    /// Records a request to Microsoft Graph that has ended.
    #[cfg(feature = "otel")]
    pub(crate) fn record_graph_request(&self, record: &GraphRecord) {
        self.shards.core.metrics.record_graph_request(record);
    }
}
