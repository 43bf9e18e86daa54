//! What an SDK on the page does: a steady load, with a slow response now and then.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use token_telemetry::Telemetry;
use token_telemetry_examples::Failure;
use token_telemetry_receivers::load::Load;

/// The slow step, a forced refresh whose first request is answered 503, comes in every third round.
const SLOW_EVERY: usize = 3 * Load::STEPS;

/// Its number in the round.
const SLOW_STEP: usize = 7;

/// Delay of each response in the slow step.
const SLOW: Duration = Duration::from_millis(1500);

/// A client of an SDK that is used all the time.
pub(crate) struct Work {
    load: Load,
    steps: AtomicUsize,
}

impl Work {
    pub(crate) async fn start(telemetry: Telemetry) -> Result<Self, Failure> {
        Ok(Self {
            load: Load::start(telemetry).await?,
            steps: AtomicUsize::new(0),
        })
    }

    /// Acquires tokens at a steady pace.
    pub(crate) async fn keep_working(&self, pace: Duration) {
        loop {
            let step = self.steps.fetch_add(1, Ordering::Relaxed);
            self.load.endpoint().delay(response_delay(step));
            self.load.step(step).await;
            // The endpoint keeps the requests that nobody takes.
            drop(self.load.endpoint().take_arrived());
            tokio::time::sleep(pace).await;
        }
    }

    /// Returns the number of steps started.
    pub(crate) fn steps(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }
}

/// Returns a delay between 12 and 100 ms that differs from step to step, or a long one.
fn response_delay(step: usize) -> Duration {
    if step % SLOW_EVERY == SLOW_STEP {
        return SLOW;
    }
    let spread = (step * 37) % 89;
    Duration::from_millis(12 + u64::try_from(spread).unwrap_or_default())
}
