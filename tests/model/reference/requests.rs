//! Token requests: what they carry, and what becomes of it.

use token_telemetry::TransportError;

use super::info::Authority;
use super::sheet::Sheet;
use super::{Expected, Kind, Layer, Model, current, switches};
use crate::program::{End, Purpose};
use crate::setup::Host;

/// One HTTP try.
#[derive(Debug)]
pub(super) struct Request {
    acquisition: Option<usize>,
    host: Host,
    purpose: Purpose,
    started: u64,
    /// Hits that it reports, and whether it reports anything.
    hits: u64,
    reports: bool,
    sheet: Option<Sheet>,
}

impl Model {
    /// A request of the current acquisition; its headers are taken, and it is parked.
    pub(super) fn request(&mut self, context: &[Layer], host: u8, purpose: Purpose) {
        let request = self.start(current(context), host, purpose);
        self.write(request);
        self.parked.push(request);
    }

    pub(super) fn request_for(&mut self, handle: usize, host: u8) {
        self.request(&[self.handles[handle]], host, Purpose::Token);
    }

    /// Headers that are taken twice say the same.
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
            http.host = host.name.map(str::to_owned).or_else(|| http.host.take());
            if purpose == Purpose::Token || !switches::TOKEN_REQUESTS_SET_AUTHORITY {
                http.authority = Some(authority(&host));
            }
        }
        self.requests.push(Request {
            acquisition,
            host,
            purpose,
            started: self.now,
            hits: 0,
            reports: false,
            sheet: None,
        });
        self.requests.len() - 1
    }

    /// The headers of a request, as of now.
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
        let before = request.sheet.take().and_then(|sheet| sheet.last);
        let last = if request.purpose != Purpose::Token {
            None
        } else if before.is_some() {
            before
        } else {
            instance
                .queue
                .take(at, &authority(&request.host), instance.totals.cache)
        };
        if let Some(last) = &last {
            request.hits = last.hits;
            request.reports = true;
        }
        let sheet = Sheet {
            tongue: self.setup.tongues[acquisition.telemetry],
            purpose: request.purpose,
            id: acquisition.id,
            facts: acquisition.facts.clone(),
            last,
        };
        request.sheet = Some(sheet.clone());
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
            http.millis = Some(http.millis.unwrap_or(0) + now - request.started);
            match end {
                End::Answered(status) | End::AnsweredBusy(status, _) => {
                    http.status = Some(status);
                    http.transport = None;
                    let is_token = request.purpose != Purpose::Discovery;
                    http.token_came |= is_token && (200..300).contains(&status);
                }
                End::Pending(status) => {
                    http.status = Some(status);
                    http.transport = None;
                    http.pending_polls += 1;
                    http.token_came = true;
                }
                End::Failed => {
                    http.status = None;
                    http.transport = Some(TransportError::Closed);
                }
                End::Dropped => {}
            }
            if let End::AnsweredBusy(_, pause) = end {
                http.retry_after = http.retry_after.max(Some(u64::from(pause) * 1000));
            }
        }
        if !request.reports {
            return;
        }
        let settles = self.instances[acquisition.telemetry].queue.settles();
        let verdict = match end {
            End::Answered(status) | End::AnsweredBusy(status, _) | End::Pending(status) => {
                settles.delivers(status)
            }
            End::Failed | End::Dropped => Some(false),
        };
        match verdict {
            Some(delivered) => self.settle(at, delivered),
            None if acquisition.is_over => self.settle(at, true),
            None => acquisition.open.push(at),
        }
    }

    pub(super) fn settle(&mut self, at: usize, delivered: bool) {
        let request = &self.requests[at];
        if let Some(acquisition) = request.acquisition {
            let telemetry = self.acquisitions[acquisition].telemetry;
            self.instances[telemetry]
                .queue
                .settle(at, request.hits, delivered);
        }
    }
}

/// Where failures of requests to this host are reported to.
fn authority(host: &Host) -> Authority {
    match host.name {
        Some(name) => Authority::Host(name.to_owned()),
        None if switches::UNREADABLE_HOSTS_DIFFER => Authority::Unreadable(host.number),
        None => Authority::Unreadable(0),
    }
}
