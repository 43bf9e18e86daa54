//! Responses and errors of `reqwest`.

use std::time::Duration;

use reqwest::{Error, Response};

use crate::acquisition::{HttpOutcome, classify, retry_after};
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
    let class = classify(error);
    if class != TransportError::Other {
        return class;
    }
    if error.is_timeout() {
        TransportError::Timeout
    } else if error.is_connect() {
        TransportError::Connect
    } else {
        TransportError::Other
    }
}
