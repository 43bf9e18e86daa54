//! The acquisitions in flight as the page shows them.

use serde_json::{Value, json};
use token_telemetry::acquisition::{InFlight, InFlightAcquisition};

/// Returns the acquisitions, in the order in which they are listed.
pub(crate) fn json(in_flight: &InFlight) -> Value {
    let acquisitions = in_flight.acquisitions().iter();
    acquisitions.map(acquisition_json).collect()
}

fn acquisition_json(acquisition: &InFlightAcquisition) -> Value {
    let last_response = acquisition.last_response();
    json!({
        "api": acquisition.api().name(),
        "age_us": acquisition.age().map(|age| age.as_secs_f64() * 1e6),
        "attempts": acquisition.attempts(),
        "last_status": last_response.and_then(Result::ok),
        "waiting_for": acquisition.waiting_for().name(),
    })
}
