//! Failures delivered to the token endpoint, read from the headers it received.

use std::collections::VecDeque;

use serde_json::{Value, json};
use token_telemetry_examples::token_endpoint::Arrived;

/// Failures in the list of the page.
const LISTED: usize = 8;

/// Failures and cache hits in delivered reports.
#[derive(Default)]
pub(crate) struct Delivered {
    failures: u64,
    hits: u64,
    latest: VecDeque<Value>,
}

impl Delivered {
    /// Reads the failures from a request, if its response acknowledges them.
    pub(crate) fn arrived(&mut self, request: &Arrived) {
        let is_delivered = request
            .status
            .is_some_and(|status| status < 500 && status != 429);
        if let Some(value) = request
            .header("x-client-last-telemetry")
            .filter(|_| is_delivered)
        {
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
            if self.latest.len() == LISTED {
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
