//! Failures that the token endpoint has heard of, read from its side of the connection.

use std::collections::VecDeque;

use serde_json::{Value, json};
use token_telemetry_examples::token_endpoint::Arrived;

/// Failures that the page names.
const NAMED: usize = 8;

/// What delivered requests have reported.
#[derive(Default)]
pub(crate) struct Delivered {
    failures: u64,
    hits: u64,
    latest: VecDeque<Value>,
}

impl Delivered {
    /// Reads the failures that a request carried, if it was answered as one that counts.
    pub(crate) fn arrived(&mut self, request: &Arrived) {
        let counts = request
            .status
            .is_some_and(|status| status < 500 && status != 429);
        if let Some(value) = request.header("x-client-last-telemetry").filter(|_| counts) {
            self.read(value);
        }
    }

    /// `5|hits|api,id,api,id|code,code|`.
    fn read(&mut self, value: &str) {
        let segments: Vec<&str> = value.split('|').collect();
        let [_, hits, failed, codes, ..] = segments.as_slice() else {
            return;
        };
        self.hits += hits.parse::<u64>().unwrap_or_default();
        let failed: Vec<&str> = failed.split(',').filter(|word| !word.is_empty()).collect();
        for (pair, code) in failed.chunks_exact(2).zip(codes.split(',')) {
            let [api, id] = pair else { continue };
            self.failures += 1;
            if self.latest.len() == NAMED {
                self.latest.pop_back();
            }
            self.latest
                .push_front(json!({ "api": api, "id": id, "code": code }));
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "failures": self.failures, "hits": self.hits, "latest": self.latest })
    }
}
