//! Responses and errors of `reqwest`.

use std::time::Duration;

use reqwest::{Error, Response};

use crate::acquisition::{HttpOutcome, retry_after};
use crate::error::TransportError;

impl HttpOutcome for Result<Response, Error> {
    fn status(&self) -> Result<u16, TransportError> {
        match self {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => error
                .status()
                .map(|status| status.as_u16())
                .ok_or_else(|| class(error)),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.as_ref().ok()?.headers())
    }
}

fn class(error: &Error) -> TransportError {
    let class = TransportError::of(error);
    if class != TransportError::Other {
        return class;
    }
    if error.is_timeout() {
        TransportError::Timeout
    } else if is_connect(error) {
        TransportError::Connect
    } else {
        TransportError::Other
    }
}

#[cfg(not(all(target_arch = "wasm32", any(target_os = "unknown", target_os = "none"))))]
fn is_connect(error: &Error) -> bool {
    error.is_connect()
}

/// A browser does not say why a request failed, so `reqwest` has no such question there.
#[cfg(all(target_arch = "wasm32", any(target_os = "unknown", target_os = "none")))]
const fn is_connect(_: &Error) -> bool {
    false
}
