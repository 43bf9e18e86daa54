//! Requests of acquisitions that have not ended.

use std::collections::HashMap;

use crate::collector::Sent;

/// Acquisitions whose requests are kept; beyond that, the oldest makes way.
const ACQUISITIONS: usize = 1024;

/// Requests that are kept of one acquisition, which may retry forever.
const REQUESTS: usize = 32;

/// The requests by acquisition, until its record arrives.
#[derive(Default)]
pub(crate) struct Unfinished {
    acquisitions: HashMap<u64, Requests>,
    /// Acquisitions so far.
    count: u64,
}

struct Requests {
    since: u64,
    sent: Vec<Sent>,
}

impl Unfinished {
    pub(crate) fn add(&mut self, sent: Sent) {
        let id = sent.acquisition;
        let requests = self.acquisitions.entry(id).or_insert_with(|| {
            self.count += 1;
            Requests {
                since: self.count,
                sent: Vec::new(),
            }
        });
        if requests.sent.len() < REQUESTS {
            requests.sent.push(sent);
        }
        if self.acquisitions.len() > ACQUISITIONS {
            self.forget_oldest();
        }
    }

    /// Records get lost when the console cannot keep up; their requests must not stay forever.
    fn forget_oldest(&mut self) {
        let all = self.acquisitions.iter();
        let oldest = all.min_by_key(|(_, requests)| requests.since);
        if let Some(id) = oldest.map(|(id, _)| *id) {
            self.acquisitions.remove(&id);
        }
    }

    /// Removes and returns the requests of an acquisition that has ended.
    pub(crate) fn take(&mut self, id: Option<u64>) -> Vec<Sent> {
        let requests = id.and_then(|id| self.acquisitions.remove(&id));
        requests.map(|requests| requests.sent).unwrap_or_default()
    }
}
