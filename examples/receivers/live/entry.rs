//! An acquisition as the page shows it, with its request headers decoded.

use serde_json::{Value, json};
use token_telemetry::AcquisitionRecord;
use token_telemetry_examples::screen;
use token_telemetry_examples::token_endpoint::Arrived;

/// Returns the record with those of the requests that belong to it.
pub(crate) fn json(number: u64, record: &AcquisitionRecord, arrived: &[Arrived]) -> Value {
    let id = record.correlation_id().map(|id| id.to_string());
    let belongs = |request: &&Arrived| request.header("client-request-id") == id.as_deref();
    json!({
        "number": number,
        // A record contains no values that fail to serialize.
        "record": serde_json::to_value(record).unwrap_or_default(),
        "requests": arrived.iter().filter(belongs).map(request_json).collect::<Vec<_>>(),
    })
}

fn request_json(request: &Arrived) -> Value {
    json!({
        "status": request.status,
        "headers": [
            header(request, "x-client-current-telemetry", Some(screen::current_meaning)),
            header(request, "x-client-last-telemetry", Some(screen::last_meaning)),
            header(request, "client-request-id", None),
            header(request, "x-client-sku", None),
            header(request, "x-client-ver", None),
            header(request, "x-client-os", None),
        ],
    })
}

/// Returns name, value and meaning; the value is `null` if the header did not arrive.
fn header(request: &Arrived, name: &str, meaning: Option<fn(&str) -> String>) -> Value {
    let value = request.header(name);
    let meaning = value.and_then(|value| Some(meaning?(value)));
    json!({ "name": name, "value": value, "meaning": meaning })
}
