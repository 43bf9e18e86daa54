//! Misbehaving foreign code: observers, error descriptions, a clock.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use token_telemetry::acquisition::Clock;
use token_telemetry::test_util::ManualClock;
use token_telemetry::{Acquisition, AcquisitionRecord, CacheLevel, Observer, capture};

use super::sdk::{self, Fault};
use super::{Seen, World, lock};
use crate::program::{Plan, Trick};

/// Observes every record of an instance, and runs its armed action.
pub(super) struct Watcher {
    world: Weak<World>,
    telemetry: usize,
}

impl Watcher {
    pub(super) const fn new(world: Weak<World>, telemetry: usize) -> Self {
        Self { world, telemetry }
    }
}

impl Observer for Watcher {
    fn finished(&self, record: &AcquisitionRecord) {
        let Some(world) = self.world.upgrade() else {
            return;
        };
        world.see(Seen::Record(self.telemetry, Box::new(record.clone())));
        let trick = Plan::next(&mut lock(&world.kept).armed[self.telemetry]);
        if let Some(trick) = trick {
            world.play(self.telemetry, trick);
        }
    }
}

/// A clock that records on every read, which must have no effect.
pub(super) struct Watch(pub(super) ManualClock);

impl Clock for Watch {
    fn now(&self) -> Duration {
        Acquisition::current().record_stale_token();
        self.0.now()
    }
}

impl World {
    /// Returns an error with a link to this world.
    pub(super) fn fault(self: &Arc<Self>, number: u8) -> Fault {
        Fault {
            number,
            world: Arc::downgrade(self),
        }
    }

    pub(super) fn play_in_description(self: &Arc<Self>) {
        let (telemetry, trick) = {
            let mut kept = lock(&self.kept);
            let Some((telemetry, plan)) = kept.armed_description.take() else {
                return;
            };
            let mut plan = Some(plan);
            let trick = Plan::next(&mut plan);
            kept.armed_description = plan.map(|plan| (telemetry, plan));
            (telemetry, trick)
        };
        if let Some(trick) = trick {
            self.play(telemetry, trick);
        }
    }

    fn play(self: &Arc<Self>, telemetry: usize, trick: Trick) {
        match trick {
            Trick::Panic => std::panic::resume_unwind(Box::new("foreign code panics")),
            Trick::Recording => Acquisition::current().record_stale_token(),
            Trick::AcquireHit { captured } => self.intrude(telemetry, captured, &mut || {
                Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
                Ok(())
            }),
            Trick::AcquireToken {
                host,
                status,
                captured,
            } => self.intrude(telemetry, captured, &mut || self.call_host(host, status)),
        }
    }

    fn intrude(
        &self,
        telemetry: usize,
        captured: bool,
        body: &mut dyn FnMut() -> Result<(), Fault>,
    ) {
        if !captured {
            return self.acquire(telemetry, body);
        }
        let capturing = pin!(capture(async { self.acquire(telemetry, body) }));
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(captured) = capturing.poll(&mut context) {
            self.see(Seen::Captured(captured.records, captured.dropped as u64));
        }
    }

    /// A whole acquisition.
    pub(super) fn acquire(&self, telemetry: usize, body: &mut dyn FnMut() -> Result<(), Fault>) {
        let _described = sdk::acquire_now(&self.telemetries[telemetry], body);
    }

    /// Sends one request to a host, which responds with this status.
    pub(super) fn call_host(self: &Arc<Self>, host: u8, status: u16) -> Result<(), Fault> {
        let mut request = Acquisition::current().token_request(self.setup.host_url(host));
        self.see_sent(&mut request);
        request.responded(status);
        if status == 200 {
            Ok(())
        } else {
            Err(self.fault(0))
        }
    }
}
