//! What nearly every test names: the SDK of the tests, and what an SDK names itself.

pub use token_telemetry::test_util::{ManualClock, Recorder};
pub use token_telemetry::{
    Acquisition, AcquisitionRecord, CacheLevel, CacheRefreshReason, ClientRequestId, ErrorInfo,
    Handle, Outcome, Polled, Purpose, Region, Status, Telemetry, TokenInfo, TokenRequest,
    TokenSource, TokenType, TransportError, acquire_token, capture,
};

pub use crate::{
    Event, LabApi, LabError, Place, TOKEN_URL, acquire, alone, exchange, fail, for_client, hit,
    in_time, now, on_both_runtimes, only, record_of, recorded, silent, stop_at, telemetry, text,
    token_request,
};
