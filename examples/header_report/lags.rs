//! How late failures were reported.

use super::arrivals::Lag;

/// The upper ends of the groups, in milliseconds; the last group has none.
const ENDS: [(i64, &str); 5] = [
    (1_000, "under 1 s"),
    (10_000, "1 s to 10 s"),
    (60_000, "10 s to 1 min"),
    (600_000, "1 to 10 min"),
    (3_600_000, "10 to 60 min"),
];
const LATER: &str = "over 1 h";

/// Counts of reported failures by what the log knows about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lags {
    /// The failed request is not in the log: it never reached the server, or long before.
    pub(crate) unseen: u64,
    /// The id is not a GUID, so that it cannot be searched for.
    pub(crate) without_id: u64,
    /// The failed request is in the log, but one of the two has no time.
    pub(crate) seen_without_time: u64,
    /// The failed request is in the log: reports by the time in between.
    pub(crate) seen: [u64; ENDS.len() + 1],
    /// The sum and the largest number of requests of any client in between.
    pub(crate) requests: u64,
    pub(crate) most_requests: u64,
}

impl Lags {
    /// Adds a report: without a usable id, without a request in the log, or with the lag to it.
    #[expect(clippy::option_option, reason = "both kinds of nothing are counted")]
    pub(crate) fn add(&mut self, lag: Option<Option<Lag>>) {
        match lag {
            None => self.without_id += 1,
            Some(None) => self.unseen += 1,
            Some(Some(lag)) => {
                self.requests += lag.requests;
                self.most_requests = self.most_requests.max(lag.requests);
                match lag.millis {
                    None => self.seen_without_time += 1,
                    Some(millis) => self.add_time(millis),
                }
            }
        }
    }

    fn add_time(&mut self, millis: i64) {
        let group = ENDS.iter().take_while(|(end, _)| millis >= *end).count();
        if let Some(count) = self.seen.get_mut(group) {
            *count += 1;
        }
    }

    /// Returns how many reports are about requests in the log.
    pub(crate) fn seen_in_total(&self) -> u64 {
        self.seen_without_time + self.seen.iter().sum::<u64>()
    }

    /// Returns the groups with their counts.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = ENDS.iter().map(|(_, name)| *name).chain([LATER]);
        names.zip(self.seen)
    }
}
