//! The state of the requests of an acquisition.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{Attempt, AttemptEnd};
use super::clock::Moment;
use super::delivery::{Purpose, UndecidedDelivery};
use super::timed::add;
use crate::error::TransportError;
use crate::wire::Authority;

/// Maximum number of attempts that are kept: the first four and the last four.
const MAX_KEPT: usize = 8;

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
    /// Attempts that are over.
    pub(crate) attempts: u32,
    /// The first and the last of them, by number.
    pub(crate) kept: Vec<Attempt>,
    /// Attempts that began.
    pub(super) started: u32,
    /// Attempts that are over, by purpose, as far as one byte can count.
    ended: [u8; 3],
    last_end: Option<LastEnd>,
    /// Time waited before attempts because a server asked for it.
    pub(crate) throttled: Option<Duration>,
    /// The id of the last response in the server's logs.
    pub(crate) server_request_id: Option<Arc<str>>,
    /// Requests that have begun and not ended.
    pub(super) open: u32,
    pub(crate) pending_polls: u32,
    pub(crate) responded: bool,
    /// Successful responses to requests for a token.
    pub(super) token_responses: u32,
    pub(crate) status: Option<u16>,
    /// Whether the last response was the "not yet" of a polling flow.
    pub(crate) is_polling: bool,
    pub(crate) transport: Option<TransportError>,
    pub(crate) retry_after: Option<Duration>,
    /// Requests whose delivery depends on the error code of the acquisition.
    pub(crate) undecided: Vec<UndecidedDelivery>,
}

/// A request that has begun.
pub(crate) struct Begun {
    pub(crate) turn: Turn,
    /// The number of the attempt.
    pub(crate) number: u32,
    /// The attempt that ended last before.
    pub(crate) previous: Option<LastEnd>,
}

/// The end of the attempt that ended last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastEnd {
    at: Moment,
    /// Whether the server asked for a pause that no later attempt has observed.
    is_throttled: bool,
}

impl LastEnd {
    /// Returns the time from this end to the start of an attempt, and whether the server asked for it.
    pub(crate) fn wait(self, started: Moment) -> Option<(Duration, bool)> {
        let wait = started.checked_since(self.at)?;
        Some((wait, self.is_throttled))
    }
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
    pub(crate) fn begin(&mut self, authority: &Authority) -> Begun {
        self.host = authority.host().cloned().or_else(|| self.host.take());
        self.open = self.open.saturating_add(1);
        self.started = self.started.saturating_add(1);
        let previous = self.last_end;
        if let Some(last) = &mut self.last_end {
            // Of several attempts that start after one pause, only one has waited for it.
            last.is_throttled = false;
        }
        Begun {
            turn: self.ask(authority),
            number: self.started,
            previous,
        }
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

    /// Returns how the last request ended that did.
    pub(super) fn last_response(&self) -> Option<Result<u16, TransportError>> {
        self.transport.map(Err).or_else(|| self.status.map(Ok))
    }

    /// Returns how many attempts with this purpose are over.
    pub(crate) fn ended(&self, purpose: Purpose) -> u8 {
        let [token, discovery, metadata] = self.ended;
        match purpose {
            Purpose::Token => token,
            Purpose::Discovery => discovery,
            Purpose::InstanceMetadata => metadata,
        }
    }

    /// Records that an attempt is over; `throttled` is the time that it waited because it had to.
    pub(crate) fn end(
        &mut self,
        attempt: &Attempt,
        ended: Option<Moment>,
        throttled: Option<Duration>,
    ) {
        self.attempts = self.attempts.saturating_add(1);
        self.open = self.open.saturating_sub(1);
        let [token, discovery, metadata] = &mut self.ended;
        let of_purpose = match attempt.purpose() {
            Purpose::Token => token,
            Purpose::Discovery => discovery,
            Purpose::InstanceMetadata => metadata,
        };
        *of_purpose = of_purpose.saturating_add(1);
        if let Some(duration) = attempt.duration() {
            add(&mut self.duration, duration);
        }
        if let Some(time) = throttled {
            add(&mut self.throttled, time);
        }
        self.retry_after = self.retry_after.max(attempt.retry_after());
        let is_throttled = attempt.is_throttled();
        self.last_end = ended.map(|at| LastEnd { at, is_throttled });
        self.read(attempt);
        self.keep(attempt.clone());
    }

    /// Records how the last attempt ended.
    fn read(&mut self, attempt: &Attempt) {
        match attempt.end {
            AttemptEnd::Responded(_) => self.is_polling = false,
            AttemptEnd::Pending(_) => {
                self.responded = true;
                self.pending_polls = self.pending_polls.saturating_add(1);
                self.is_polling = true;
            }
            AttemptEnd::Failed(_) => {}
            AttemptEnd::Dropped => return,
        }
        self.status = attempt.status();
        self.transport = attempt.transport_error();
        if self.status.is_some() {
            self.server_request_id.clone_from(&attempt.request_id);
        }
    }

    /// Keeps the attempt if it is one of the first or the last.
    fn keep(&mut self, attempt: Attempt) {
        if self.kept.is_empty() {
            // Most acquisitions need one attempt.
            self.kept.reserve_exact(1);
        }
        let is_before = |kept: &Attempt| kept.number() < attempt.number();
        self.kept
            .insert(self.kept.partition_point(is_before), attempt);
        if self.kept.len() > MAX_KEPT {
            self.kept.remove(MAX_KEPT / 2);
        }
    }
}
