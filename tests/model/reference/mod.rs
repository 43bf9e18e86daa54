//! A small sequential model of the documented behavior, independent of the implementation.

mod calls;
mod carried;
pub(crate) mod facts;
mod foreign;
mod http;
pub(crate) mod info;
pub(crate) mod presets;
mod queue;
pub(crate) mod request_fields;
mod requests;
mod resolve;
mod steps;
pub(crate) mod values;

use std::collections::VecDeque;
use std::time::Duration;

use self::carried::Failure;
use self::facts::{Facts, Record};
use self::info::Id;
use self::queue::Queue;
use self::request_fields::Sheet;
use crate::program::{Plan, TASKS};
use crate::setup::Setup;

/// The next expected event.
#[derive(Debug)]
pub(crate) enum Expected {
    /// An observer of this instance is notified of a record.
    Record(usize, Finished),
    /// A request carries these fields; none outside an acquisition or for other hosts.
    Sent(Option<Box<Sheet>>),
    /// A `capture` ends.
    Captured(Vec<Finished>, u64),
    /// Whether an acquisition is current.
    Active(bool),
}

/// A record with its ids.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) record: Box<Record>,
    pub(crate) id: Id,
    pub(crate) parent: Option<Id>,
}

/// The context stack: everything entered and not yet exited, innermost last.
type Context = Vec<Layer>;

/// An entry of the context stack: an acquisition, a `capture`, or a handle that carries both.
#[derive(Clone, Copy, Debug, Default)]
struct Layer {
    acquisition: Option<usize>,
    collector: Option<usize>,
    /// Whether a guard of `enter` pushed it, rather than a future.
    guarded: bool,
}

/// A frame of a task: a function, or a future that changes the context.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    blocking: bool,
    /// The context entry of the frame itself.
    own: Layer,
    /// Handles that it entered.
    entered: Vec<Layer>,
    parting: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Root,
    /// An acquisition with its own record.
    Own(usize),
    /// A call merged into another acquisition.
    Merged,
    Capture(usize),
    Scope,
    Send(usize),
}

#[derive(Debug)]
struct Acquisition {
    telemetry: usize,
    /// Nesting depth in foreign code; from [`QUIET`] on, foreign code is not notified.
    level: u8,
    /// Whether its function has `token_info`.
    reads_token: bool,
    id: Id,
    id_is_used: bool,
    parent: Option<Id>,
    collector: Option<usize>,
    started: u64,
    is_over: bool,
    facts: Facts,
    /// Requests with a response whose delivery depends on the error code.
    open: Vec<usize>,
}

#[derive(Debug)]
struct Instance {
    queue: Queue,
    totals: Counts,
    /// Armed actions of the observers.
    armed: Option<Plan>,
    recent: VecDeque<Finished>,
    has_news: bool,
}

/// Acquisitions this deep in foreign code are not reported to foreign code.
const QUIET: u8 = 2;

/// Records that each instance keeps.
pub(crate) const KEPT: usize = 3;

/// The totals of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) identity_provider: u64,
    pub(crate) cache: u64,
    pub(crate) broker: u64,
    pub(crate) unknown: u64,
    pub(crate) failures: u64,
    pub(crate) cancelled: u64,
    pub(crate) pending: u64,
    pub(crate) no_token: u64,
    pub(crate) duration: Duration,
}

#[derive(Debug, Default)]
struct Collector {
    enclosing: Option<usize>,
    records: Vec<Finished>,
    dropped: u64,
}

/// The state of the model.
#[derive(Debug)]
pub(crate) struct Model {
    setup: Setup,
    now: u64,
    tasks: Vec<Vec<Frame>>,
    instances: Vec<Instance>,
    acquisitions: Vec<Acquisition>,
    collectors: Vec<Collector>,
    requests: Vec<requests::Request>,
    parked: Vec<usize>,
    handles: Vec<Layer>,
    timers: Vec<(Option<usize>, usize)>,
    prepared: Vec<usize>,
    /// Armed actions of error descriptions, with their instance.
    armed: Option<(usize, Plan)>,
    pub(crate) expected: Vec<Expected>,
}

impl Model {
    pub(crate) fn new(setup: Setup) -> Self {
        let instance = |preset: &presets::Preset| Instance {
            queue: Queue::new(preset.rules()),
            totals: Counts::default(),
            armed: None,
            recent: VecDeque::new(),
            has_news: false,
        };
        Self {
            setup,
            now: 0,
            tasks: (0..TASKS).map(|_| vec![Frame::root()]).collect(),
            instances: setup.presets.iter().map(instance).collect(),
            acquisitions: Vec::new(),
            collectors: Vec::new(),
            requests: Vec::new(),
            parked: Vec::new(),
            handles: Vec::new(),
            timers: Vec::new(),
            prepared: Vec::new(),
            armed: None,
            expected: Vec::new(),
        }
    }

    /// Returns pending failures, pending hits, lost failures and totals.
    pub(crate) fn state(&self, telemetry: usize) -> (&[Failure], u64, u64, Counts) {
        let Instance { queue, totals, .. } = &self.instances[telemetry];
        (
            &queue.waiting,
            queue.hits_waiting(totals.cache),
            queue.lost,
            *totals,
        )
    }

    /// Returns the recent records of an instance, if they changed.
    pub(crate) fn news(&mut self, telemetry: usize) -> Option<&VecDeque<Finished>> {
        let Instance {
            recent, has_news, ..
        } = &mut self.instances[telemetry];
        std::mem::take(has_news).then_some(recent)
    }

    /// Returns whether every failure is accounted for.
    pub(crate) fn is_balanced(&self) -> bool {
        let balanced = |queue: &Queue| {
            queue.failures == queue.delivered + queue.waiting.len() as u64 + queue.lost
        };
        self.instances
            .iter()
            .all(|instance| balanced(&instance.queue))
    }
}

impl Frame {
    fn root() -> Self {
        Self::new(Kind::Root, false, Layer::default())
    }

    const fn new(kind: Kind, blocking: bool, own: Layer) -> Self {
        Self {
            kind,
            blocking,
            own,
            entered: Vec::new(),
            parting: None,
        }
    }
}

/// Returns the acquisition that receives records.
fn current(context: &[Layer]) -> Option<usize> {
    context.iter().rev().find_map(|layer| layer.acquisition)
}

/// What a frame returns.
#[derive(Clone, Copy, Debug)]
enum Output {
    Token(u8),
    Fault(u8),
}

impl Output {
    const fn of(how: u8) -> Self {
        if how % 2 == 1 {
            Self::Fault(how / 2)
        } else {
            Self::Token(how / 2)
        }
    }
}
