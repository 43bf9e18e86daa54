//! Past bugs: edge cases of contexts, requests and spans.

mod authorities;
mod bombs;
mod contexts;
mod ends;
mod foreign_code;
mod requests;
mod span_fields;
mod spans;
mod subscribers;
mod traits;

use http::HeaderMap;
use token_telemetry::{Acquisition, CacheLevel, Handle, Telemetry, acquire_token};

use crate::support::{LabApi, LabError};

/// An acquisition that returns its handle.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn handle_of(telemetry: &Telemetry) -> Result<Handle, LabError> {
    Ok(Acquisition::current().handle())
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hit(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn headers_for(telemetry: &Telemetry, url: &str) -> Result<HeaderMap, LabError> {
    let mut request = Acquisition::current().token_request(url);
    let headers = request.take_headers();
    request.responded(200);
    Ok(headers)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}
