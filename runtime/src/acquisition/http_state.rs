//! What is known of the requests of an acquisition.

use std::sync::Arc;
use std::time::Duration;

use super::backend::InFlightReport;
use super::purpose::Purpose;
use super::state::add;
use crate::error::TransportError;
use crate::wire::Authority;

/// Facts of the token requests of one acquisition, summed over the tries.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpState {
    /// Host that was asked last, whatever for.
    pub(crate) host: Option<Arc<str>>,
    /// Authority that was asked for a token last.
    pub(crate) asked: Option<Asked>,
    /// Number of the token request that was begun last.
    pub(super) begun: u32,
    /// Token requests that turned out to be none while a later one was the last.
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
    /// Requests whose verdict depends on the error code of the acquisition.
    pub(crate) undecided: Vec<InFlightReport>,
}

/// Authority that was asked for a token, and by which request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) authority: Authority,
    request: u32,
}

/// Number of a token request, and which authority was asked before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn {
    request: u32,
    before: Option<Asked>,
}

impl HttpState {
    /// Notes that a request begins, for a token until something else is said.
    pub(crate) fn begin(&mut self, authority: &Authority) -> Turn {
        self.host = authority.host().cloned().or_else(|| self.host.take());
        self.ask(authority)
    }

    /// Notes that a request asks for something else than it was said to.
    pub(crate) fn repurpose(
        &mut self,
        (before, after): (Purpose, Purpose),
        authority: &Authority,
        turn: &mut Turn,
    ) {
        match before {
            Purpose::Token => self.take_back(std::mem::take(turn)),
            Purpose::Discovery => {}
            Purpose::InstanceMetadata => {
                self.metadata_requests = self.metadata_requests.saturating_sub(1);
            }
        }
        match after {
            Purpose::Token => *turn = self.ask(authority),
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

    /// Undoes an [`ask`](Self::ask), now or when the later ones are undone.
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
