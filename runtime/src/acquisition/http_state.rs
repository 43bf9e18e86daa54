//! The state of the requests of an acquisition.

use std::sync::Arc;
use std::time::Duration;

use super::delivery::{Purpose, UndecidedDelivery};
use super::timed::add;
use crate::error::TransportError;
use crate::wire::Authority;

/// The requests of one acquisition, summed over the attempts.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpState {
    /// The host of the last request, for any purpose.
    pub(crate) host: Option<Arc<str>>,
    /// The authority of the last token request.
    pub(crate) asked: Option<Asked>,
    /// The number of the token request that began last.
    pub(super) begun: u32,
    /// Requests that turned out not to be token requests while a later one was the last.
    pub(super) taken_back: Vec<Turn>,
    /// Requests to the instance metadata service.
    pub(crate) metadata_requests: u32,
    pub(crate) duration: Option<Duration>,
    pub(crate) attempts: u32,
    pub(crate) pending_polls: u32,
    pub(crate) responded: bool,
    pub(crate) status: Option<u16>,
    /// Whether the last response was the "not yet" of a polling flow.
    pub(crate) is_polling: bool,
    pub(crate) transport: Option<TransportError>,
    pub(crate) retry_after: Option<Duration>,
    /// Requests whose delivery depends on the error code of the acquisition.
    pub(crate) undecided: Vec<UndecidedDelivery>,
}

/// The authority of a token request, and the number of the request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) authority: Authority,
    request: u32,
}

/// The number of a token request, and the authority of the one before.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    request: u32,
    before: Option<Asked>,
}

impl HttpState {
    /// Records that a request begins; it is a token request until `repurpose` is called.
    pub(crate) fn begin(&mut self, authority: &Authority) -> Turn {
        self.host = authority.host().cloned().or_else(|| self.host.take());
        self.ask(authority)
    }

    /// Records that a request has another purpose.
    pub(crate) fn repurpose(
        &mut self,
        before: Purpose,
        after: Purpose,
        authority: &Authority,
        turn: &mut Option<Turn>,
    ) {
        match before {
            Purpose::Token => {
                if let Some(turn) = turn.take() {
                    self.take_back(turn);
                }
            }
            Purpose::Discovery => {}
            Purpose::InstanceMetadata => {
                self.metadata_requests = self.metadata_requests.saturating_sub(1);
            }
        }
        match after {
            Purpose::Token => *turn = Some(self.ask(authority)),
            Purpose::Discovery => {}
            Purpose::InstanceMetadata => {
                self.metadata_requests = self.metadata_requests.saturating_add(1);
            }
        }
    }

    fn ask(&mut self, authority: &Authority) -> Turn {
        self.begun = self.begun.wrapping_add(1);
        let asked = Asked {
            authority: authority.clone(),
            request: self.begun,
        };
        Turn {
            request: self.begun,
            before: self.asked.replace(asked),
        }
    }

    /// Undoes an [`ask`](Self::ask), now or once the later ones are undone.
    fn take_back(&mut self, turn: Turn) {
        let is_last = |asked: &Asked| asked.request == turn.request;
        if !self.asked.as_ref().is_some_and(is_last) {
            return self.taken_back.push(turn);
        }
        self.asked = turn.before;
        while let Some(last) = &self.asked {
            let mut all = self.taken_back.iter();
            let Some(at) = all.position(|turn| turn.request == last.request) else {
                return;
            };
            self.asked = self.taken_back.swap_remove(at).before;
        }
    }

    pub(crate) fn add_attempt(&mut self, duration: Option<Duration>) {
        self.attempts = self.attempts.saturating_add(1);
        if let Some(duration) = duration {
            add(&mut self.duration, duration);
        }
    }
}
