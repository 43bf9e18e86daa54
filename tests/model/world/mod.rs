//! The real library, driven by a program.

mod crossing;
mod foreign;
mod frames;
mod requests;
pub(crate) mod sdk;
mod threads;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::HeaderMap;
use token_telemetry::acquisition::Timer;
use token_telemetry::test_util::ManualClock;
use token_telemetry::{AcquisitionRecord, Handle, Telemetry, TokenRequest};

use self::foreign::Watch;
use self::frames::Scene;
use self::sdk::{Body, Fault, Token};
use self::threads::Threads;
use crate::program::{Op, Plan, Step, TASKS};
use crate::reference::KEPT;
use crate::reference::presets::{SKU, VERSION};
use crate::setup::Setup;
use crate::trial::{Order, Trial};

/// What the library did.
#[derive(Debug)]
pub(crate) enum Seen {
    Record(usize, Box<AcquisitionRecord>),
    Sent(HeaderMap, Vec<(&'static str, String)>),
    Captured(Vec<AcquisitionRecord>, u64),
    Active(bool),
}

/// Instances of the library, and what programs store of them.
pub(crate) struct World {
    pub(crate) setup: Setup,
    pub(crate) telemetries: Vec<Telemetry>,
    clock: ManualClock,
    kept: Mutex<Kept>,
    seen: Mutex<Vec<Seen>>,
    inboxes: Vec<Mutex<Inbox>>,
    trial: Mutex<Trial>,
}

/// Values that outlive the step that created them.
#[derive(Default)]
struct Kept {
    handles: Vec<Handle>,
    requests: Vec<TokenRequest>,
    timers: Vec<Timer>,
    prepared: Vec<Prepared>,
    /// Armed actions of the observers of each instance.
    armed: [Option<Plan>; 3],
    /// Armed actions of error descriptions, with their instance.
    armed_description: Option<(usize, Plan)>,
}

/// A background acquisition that was not yet polled, and the slot for its body.
struct Prepared {
    future: Body<Result<Token, Fault>>,
    place: Arc<Mutex<Option<Scene>>>,
}

/// The order for a task at its next poll.
#[derive(Default)]
struct Inbox {
    op: Option<Op>,
    /// Depth of the frame to drop.
    cut: Option<usize>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn millis(millis: u8) -> Duration {
    Duration::from_millis(millis.into())
}

impl World {
    pub(crate) fn new(setup: Setup, steps: Vec<Step>) -> Arc<Self> {
        Arc::new_cyclic(|world| {
            let clock = ManualClock::new();
            let telemetry = |at: usize| {
                let builder = Telemetry::builder()
                    .sdk(SKU, VERSION)
                    .platform("Linux", "x64")
                    .clock(Watch(clock.clone()))
                    .recent_capacity(KEPT)
                    .dialect(setup.presets[at].dialect())
                    .observer(foreign::Watcher::new(Weak::clone(world), at));
                let hosts = (0..2).map(|host| setup.host_url(host));
                let builder = if setup.limited {
                    builder.authorities(hosts)
                } else {
                    builder
                };
                builder.build().unwrap()
            };
            Self {
                setup,
                telemetries: (0..setup.presets.len()).map(telemetry).collect(),
                clock,
                kept: Mutex::default(),
                seen: Mutex::default(),
                inboxes: (0..TASKS).map(|_| Mutex::default()).collect(),
                trial: Mutex::new(Trial::new(setup, steps)),
            }
        })
    }

    /// Runs the program; returns its number of steps, or the difference found.
    pub(crate) fn run(self: &Arc<Self>) -> Result<usize, String> {
        let mut tasks: Vec<Body<u8>> = (0..usize::from(TASKS))
            .map(|task| self.root(task))
            .collect();
        let threads = Threads::default();
        while let Some(Order { step, cut }) = self.next(None) {
            let task = usize::from(step.task);
            let future = std::mem::replace(&mut tasks[task], Box::pin(std::future::pending()));
            let world = Arc::clone(self);
            let poll = move || world.poll(future, step, cut);
            let left = match step.thread {
                0 => poll(),
                thread => threads.run(usize::from(thread) - 1, poll),
            };
            tasks[task] = left.unwrap_or_else(|| self.root(task));
        }
        drop(tasks);
        lock(&self.trial).result()
    }

    /// Polls a task; returns it unless it was dropped or panicked.
    fn poll(&self, mut future: Body<u8>, step: Step, cut: usize) -> Option<Body<u8>> {
        if cut == 0 && matches!(step.op, Op::Cancel { .. }) {
            drop(future);
            return None;
        }
        self.hand_over(usize::from(step.task), step.op, cut);
        let mut context = Context::from_waker(Waker::noop());
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
        matches!(polled, Ok(Poll::Pending)).then_some(future)
    }

    fn hand_over(&self, task: usize, op: Op, cut: usize) {
        let mut inbox = lock(&self.inboxes[task]);
        if matches!(op, Op::Cancel { .. }) {
            inbox.cut = Some(cut);
        } else {
            inbox.op = Some(op);
        }
    }

    fn root(self: &Arc<Self>, task: usize) -> Body<u8> {
        let world = Arc::clone(self);
        Scene {
            world,
            task,
            depth: 0,
        }
        .frame()
    }

    /// Returns the next step after checking the last one; of one task only if it blocks the thread.
    fn next(&self, task: Option<usize>) -> Option<Order> {
        let seen = std::mem::take(&mut *lock(&self.seen));
        let mut trial = lock(&self.trial);
        if let Err(difference) = trial.check(&seen, &self.telemetries) {
            trial.fail(difference);
        }
        trial.next(task)
    }

    /// Returns the executed steps, one per line.
    pub(crate) fn story(&self) -> String {
        lock(&self.trial).story()
    }

    fn see(&self, seen: Seen) {
        lock(&self.seen).push(seen);
    }
}
