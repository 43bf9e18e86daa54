//! Observers that do what they should not.

use std::sync::Weak;

use token_telemetry::{Acquisition, AcquisitionRecord, CacheLevel, Observer};

use super::sdk::{self, Fault};
use super::{Seen, World, lock};
use crate::program::Trick;

/// Sees every record of an instance, and plays a trick if it is armed.
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
        let armed = lock(&world.kept).armed[self.telemetry].take();
        match armed {
            None => {}
            Some(Trick::Panic) => std::panic::resume_unwind(Box::new("an observer panics")),
            Some(Trick::Note) => Acquisition::current().served_stale(),
            Some(Trick::AcquireHit) => self.acquire(&world, &mut || {
                Acquisition::current().cache_hit(CacheLevel::L1Cache);
                Ok(())
            }),
            Some(Trick::AcquireToken { host, status }) => self.acquire(&world, &mut || {
                let mut request = Acquisition::current().token_request(world.setup.host_url(host));
                world.see_sent(&mut request);
                request.answered(status);
                if status == 200 { Ok(()) } else { Err(Fault(0)) }
            }),
        }
    }
}

impl Watcher {
    /// A whole acquisition inside the observer.
    fn acquire(&self, world: &World, body: &mut dyn FnMut() -> Result<(), Fault>) {
        let _described = sdk::acquire_now(&world.telemetries[self.telemetry], body);
    }
}
