//! Token requests and their reports.

use token_telemetry::TransportError;

use super::carried::Carried;
use super::info::Authority;
use super::request_fields::Sheet;
use super::{Expected, Kind, Layer, Model, QUIET, current};
use crate::program::{End, Purpose};
use crate::setup::Host;

/// An HTTP attempt.
#[derive(Debug)]
pub(super) struct Request {
    acquisition: Option<usize>,
    host: Host,
    purpose: Purpose,
    started: u64,
    /// Its report about earlier calls, once its headers were taken.
    carried: Option<Carried>,
}

impl Model {
    /// Starts a request of the current acquisition, takes its headers and parks it.
    pub(super) fn request(&mut self, context: &[Layer], host: u8, purpose: Purpose) {
        let request = self.start(current(context), host, purpose);
        self.write(request);
        self.parked.push(request);
    }

    pub(super) fn request_for(&mut self, handle: usize, host: u8) {
        self.request(&[self.handles[handle]], host, Purpose::Token);
    }

    /// Headers that are taken twice are equal.
    pub(super) fn retake(&mut self, parked: usize) {
        self.write(self.parked[parked]);
    }

    pub(super) fn send(&mut self, task: usize, context: &[Layer], host: u8) {
        let request = self.start(current(context), host, Purpose::Token);
        self.write(request);
        self.push(task, Kind::Send(request), false, Layer::default());
    }

    fn start(&mut self, acquisition: Option<usize>, host: u8, purpose: Purpose) -> usize {
        let host = self.setup.host(host);
        if let Some(acquisition) = acquisition
            && !self.acquisitions[acquisition].is_over
        {
            let http = &mut self.acquisitions[acquisition].facts.http;
            http.host = host.name.clone().or_else(|| http.host.take());
        }
        self.requests.push(Request {
            acquisition,
            host,
            purpose,
            started: self.now,
            carried: None,
        });
        let request = self.requests.len() - 1;
        self.ask(request);
        request
    }

    /// Sets the purpose of a parked request.
    pub(super) fn repurpose(&mut self, parked: usize, purpose: Purpose) {
        let at = self.parked[parked];
        if self.requests[at].purpose != purpose {
            self.requests[at].purpose = purpose;
            self.ask(at);
        }
    }

    /// Updates the acquisition with the purpose of a request.
    fn ask(&mut self, at: usize) {
        let Request {
            acquisition,
            host,
            purpose,
            ..
        } = &self.requests[at];
        let Some(acquisition) = *acquisition else {
            return;
        };
        let acquisition = &mut self.acquisitions[acquisition];
        if acquisition.is_over {
            return;
        }
        let http = &mut acquisition.facts.http;
        http.asked.retain(|(other, ..)| *other != at);
        http.metadata.retain(|other| *other != at);
        match purpose {
            Purpose::Token => {
                let allowed = self.setup.allows(host);
                http.asked.push((at, authority(host), allowed));
            }
            Purpose::Discovery => {}
            Purpose::InstanceMetadata => http.metadata.push(at),
        }
    }

    /// Returns the current headers of a request.
    fn write(&mut self, at: usize) {
        let request = &mut self.requests[at];
        request.started = self.now;
        let allowed = self.setup.allows(&request.host);
        let Some(acquisition) = request.acquisition.filter(|_| allowed) else {
            return self.expected.push(Expected::Sent(None));
        };
        let acquisition = &mut self.acquisitions[acquisition];
        acquisition.id_is_used = true;
        let instance = &mut self.instances[acquisition.telemetry];
        let last = (request.purpose == Purpose::Token).then(|| {
            if request.carried.is_none() {
                let authority = authority(&request.host);
                let hits = instance.totals.cache;
                request.carried = instance.queue.take(at, &authority, hits);
            }
            request.carried.clone()
        });
        let sheet = Sheet {
            preset: self.setup.presets[acquisition.telemetry],
            purpose: request.purpose,
            id: acquisition.id,
            facts: acquisition.facts.clone(),
            last: last.flatten(),
        };
        self.expected.push(Expected::Sent(Some(Box::new(sheet))));
    }

    pub(super) fn end(&mut self, at: usize, end: End) {
        let now = self.now;
        let request = &self.requests[at];
        let Some(owner) = request.acquisition else {
            return;
        };
        let acquisition = &mut self.acquisitions[owner];
        if !acquisition.is_over {
            let http = &mut acquisition.facts.http;
            http.attempts += 1;
            if acquisition.level < QUIET {
                http.millis = Some(http.millis.unwrap_or(0) + now - request.started);
            }
            match end {
                End::Answered(status) | End::AnsweredBusy(status, _) => {
                    http.status = Some(status);
                    http.transport = None;
                    http.is_polling = false;
                    let is_token = request.purpose != Purpose::Discovery;
                    if is_token && (200..300).contains(&status) {
                        acquisition.facts.token_came();
                    }
                }
                End::Pending(status) => {
                    http.status = Some(status);
                    http.transport = None;
                    http.pending_polls += 1;
                    http.token_came = true;
                    http.is_polling = true;
                }
                End::Failed => {
                    http.status = None;
                    http.transport = Some(TransportError::Closed);
                }
                End::Dropped => {}
            }
            if let End::AnsweredBusy(_, pause) = end {
                let http = &mut acquisition.facts.http;
                http.retry_after = http.retry_after.max(Some(u64::from(pause) * 1000));
            }
        }
        if request.carried.is_none() {
            return;
        }
        let delivery_rule = self.instances[acquisition.telemetry].queue.delivery_rule();
        let verdict = match end {
            End::Answered(status) | End::AnsweredBusy(status, _) | End::Pending(status) => {
                delivery_rule.delivers(status)
            }
            End::Failed | End::Dropped => Some(false),
        };
        match verdict {
            Some(delivered) => self.conclude(at, delivered),
            None if acquisition.is_over => self.conclude(at, true),
            None => acquisition.open.push(at),
        }
    }

    pub(super) fn conclude(&mut self, at: usize, delivered: bool) {
        let Request {
            acquisition,
            carried,
            ..
        } = &self.requests[at];
        if let Some((acquisition, carried)) = acquisition.zip(carried.as_ref()) {
            let telemetry = self.acquisitions[acquisition].telemetry;
            self.instances[telemetry]
                .queue
                .conclude(at, carried.hits, delivered);
        }
    }
}

/// Returns the authority of requests to this host.
fn authority(host: &Host) -> Authority {
    match &host.name {
        Some(name) => Authority::Host(name.clone()),
        None => Authority::Unreadable(host.number),
    }
}
