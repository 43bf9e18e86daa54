//! Counts what the report must find.

use std::collections::BTreeMap;

use super::client::{Sent, Session};

/// Counts by their paths in the JSON of the report.
#[derive(Default)]
pub(crate) struct Expected {
    counts: BTreeMap<String, u64>,
    requests: u64,
}

impl Expected {
    pub(crate) fn add(&mut self, path: &str, count: u64) {
        if let Some(sum) = self.counts.get_mut(path) {
            *sum += count;
        } else if count > 0 {
            self.counts.insert(path.to_owned(), count);
        }
    }

    /// Sets a count only once, such as the first line with a problem.
    pub(crate) fn set(&mut self, path: &str, count: u64) {
        self.counts.entry(path.to_owned()).or_insert(count);
    }

    /// Returns how many requests were written.
    pub(crate) fn requests(&self) -> u64 {
        self.requests
    }

    pub(crate) fn into_counts(self) -> BTreeMap<String, u64> {
        self.counts
    }

    /// Counts a request of which only the totals are known, because its names are invented.
    pub(crate) fn anonymous(&mut self, reason: &str, has_time: bool) {
        self.requests += 1;
        self.add("/total/requests", 1);
        self.add(&format!("/total/reasons/{reason}"), 1);
        self.add("/with_time", u64::from(has_time));
    }

    /// Counts a request of a session.
    pub(crate) fn request(&mut self, request: &Sent, session: &Session<'_>, now: i64) {
        let (sku, version) = (session.client.sku, session.client.version);
        let reason = request
            .reason
            .map_or("not reported", |reason| reason.name());
        self.anonymous(reason, true);
        let api = if request.has_current {
            request.api.to_string()
        } else {
            "(none)".to_owned()
        };
        for row in [
            format!("/sdks/{sku}"),
            format!("/versions/{sku} {version}"),
            format!("/apis/{sku} {api}"),
        ] {
            self.add(&format!("{row}/requests"), 1);
            self.add(&format!("{row}/reasons/{reason}"), 1);
        }
        if request.has_last {
            self.last(session, now);
        }
    }

    fn last(&mut self, session: &Session<'_>, now: i64) {
        let (sku, version) = (session.client.sku, session.client.version);
        let failures = session.failed.len() as u64;
        for row in [
            "/total".to_owned(),
            format!("/sdks/{sku}"),
            format!("/versions/{sku} {version}"),
        ] {
            self.add(&format!("{row}/reports"), 1);
            self.add(&format!("{row}/hits"), session.hits);
            self.add(&format!("{row}/failures"), failures);
        }
        for failed in &session.failed {
            let api = format!("{sku} {}", failed.api);
            self.add(&format!("/apis/{api}/failures"), 1);
            self.add(&format!("/failures/{api} {}", failed.code), 1);
            self.delivery(failed.arrived, now);
        }
    }

    fn delivery(&mut self, arrived: Option<(u64, i64)>, now: i64) {
        let Some((number, then)) = arrived else {
            self.add("/delivery/not_in_log", 1);
            return;
        };
        let group = match now - then {
            ..1_000 => "under 1 s",
            1_000..10_000 => "1 s to 10 s",
            10_000..60_000 => "10 s to 1 min",
            60_000..600_000 => "1 to 10 min",
            600_000..3_600_000 => "10 to 60 min",
            _ => "over 1 h",
        };
        self.add("/delivery/in_log", 1);
        self.add(&format!("/delivery/in_log_by_time/{group}"), 1);
        // This request is already counted.
        let between = self.requests - number;
        self.add("/delivery/requests_between", between);
        let most = self
            .counts
            .entry("/delivery/most_requests_between".to_owned());
        let most = most.or_default();
        *most = between.max(*most);
    }
}
