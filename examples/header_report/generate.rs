//! Writes a log that looks like that of a token endpoint, and what must be found in it.

mod client;
mod expected;
mod hostile;
mod random;
mod writer;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use super::input::Format;
use client::{Client, Session};
use expected::Expected;
use random::Random;
use writer::Writer;

/// What to generate.
pub(crate) struct Plan {
    pub(crate) size: u64,
    pub(crate) seed: u64,
    pub(crate) format: Format,
}

/// 2026-11-20 00:00 UTC.
const START: i64 = 1_795_132_800_000;
/// The log covers three days.
const COVERED: i64 = 3 * 86_400_000;
/// Applications that run at the same time.
const SESSIONS: u64 = 300;

/// The state of a log that is being written.
struct Log<'a> {
    out: Writer,
    random: Random,
    expected: Expected,
    plan: &'a Plan,
}

/// Writes the log and returns the counts by their paths in the JSON of the report.
pub(crate) fn write(file: File, plan: &Plan) -> io::Result<BTreeMap<String, u64>> {
    let mut log = Log {
        out: Writer::new(file, plan.format)?,
        random: Random::new(plan.seed),
        expected: Expected::default(),
        plan,
    };
    let fleet = client::fleet();
    let mut sessions: Vec<Session<'_>> = Vec::new();
    for _ in 0..SESSIONS {
        sessions.extend(log.random.choose(&fleet).map(Session::new));
    }
    while log.out.bytes() < plan.size {
        if log.random.one_in(150) {
            log.hostile()?;
        } else if let Some(at) = log.random.index(sessions.len())
            && let Some(session) = sessions.get_mut(at)
        {
            log.visit(session)?;
        }
    }
    log.out.finish()?;
    log.expected.add("/lines", log.out.lines());
    log.expected.add("/bytes", log.out.bytes());
    Ok(log.expected.into_counts())
}

impl Log<'_> {
    /// Returns the time, which moves with the bytes written, faster by night.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "an approximate position is enough"
    )]
    fn now(&self) -> i64 {
        let progress = self.out.bytes() as f64 / self.plan.size.max(1) as f64;
        let days = progress * 3.0;
        let turn = std::f64::consts::TAU;
        let shifted = days - 0.6 * (days * turn).sin() / turn;
        START + (shifted / 3.0 * COVERED as f64) as i64
    }

    /// Returns whether the third day has its outage.
    fn is_outage(&self) -> bool {
        let hours = (self.now() - START) / 3_600_000;
        (58..61).contains(&hours)
    }

    /// Lets an application run for a while, until it sends a request.
    fn visit(&mut self, session: &mut Session<'_>) -> io::Result<()> {
        let client: &Client = session.client;
        let now = self.now();
        session.hits += self.random.below(client.busy);
        let chance = if self.is_outage() { 3 } else { 40 };
        if self.random.one_in(chance) {
            session.fail_offline(&mut self.random);
        }
        let request = session.request(&mut self.random);
        self.expected.request(&request, session, now);
        let lines = request.headers(session);
        self.out.request(Some(now), &lines)?;
        session.sent(&request, self.expected.requests(), now, &mut self.random);
        Ok(())
    }
}
