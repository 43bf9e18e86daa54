//! A small sequential model of what the documents promise; it knows nothing of the implementation.

mod calls;
mod carried;
pub(crate) mod facts;
mod foreign;
mod http;
pub(crate) mod info;
mod queue;
mod requests;
mod resolve;
pub(crate) mod sheet;
mod steps;
pub(crate) mod tongue;
pub(crate) mod values;

use std::collections::VecDeque;
use std::time::Duration;

use self::carried::Failure;
use self::facts::{Facts, Record};
use self::info::Id;
use self::queue::Queue;
use self::sheet::Sheet;
use crate::program::{Plan, TASKS};
use crate::setup::Setup;

/// What must be seen next.
#[derive(Debug)]
pub(crate) enum Expected {
    /// An observer of this instance is told of a record.
    Record(usize, Finished),
    /// A request carries this; nothing if it belongs to no acquisition or its host is no authority.
    Sent(Option<Box<Sheet>>),
    /// An `observe` ends.
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

/// What is in force where code runs: everything that was entered and not left, innermost last.
type Context = Vec<Layer>;

/// One thing that was entered: an acquisition, an `observe`, or a handle that carries both.
#[derive(Clone, Copy, Debug, Default)]
struct Layer {
    acquisition: Option<usize>,
    collector: Option<usize>,
    /// Whether a guard of `enter` put it into force, and no future.
    guarded: bool,
}

/// One frame of a task: a function, or a future that changes what is in force.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    blocking: bool,
    /// What the frame itself puts into force.
    own: Layer,
    /// Handles that it entered.
    entered: Vec<Layer>,
    parting: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Root,
    /// An acquisition with a record of its own.
    Own(usize),
    /// A call that became part of another acquisition.
    Merged,
    Capture(usize),
    Scope,
    Send(usize),
}

#[derive(Debug)]
struct Acquisition {
    telemetry: usize,
    /// How many calls of foreign code it is in; from [`QUIET`] on such code hears nothing of it.
    level: u8,
    /// Whether its function says how the token is read.
    reads_token: bool,
    id: Id,
    id_is_used: bool,
    parent: Option<Id>,
    collector: Option<usize>,
    started: u64,
    is_over: bool,
    facts: Facts,
    /// Responded requests whose delivery depends on the error code.
    open: Vec<usize>,
}

#[derive(Debug)]
struct Instance {
    queue: Queue,
    totals: Counts,
    /// What the observers will do.
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
    pub(crate) duration: Duration,
}

#[derive(Debug, Default)]
struct Collector {
    enclosing: Option<usize>,
    records: Vec<Finished>,
    dropped: u64,
}

/// The whole world.
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
    /// What descriptions of errors will do, and through which instance.
    armed: Option<(usize, Plan)>,
    pub(crate) expected: Vec<Expected>,
}

impl Model {
    pub(crate) fn new(setup: Setup) -> Self {
        let instance = |tongue: &tongue::Tongue| Instance {
            queue: Queue::new(tongue.rules()),
            totals: Counts::default(),
            armed: None,
            recent: VecDeque::new(),
            has_news: false,
        };
        Self {
            setup,
            now: 0,
            tasks: (0..TASKS).map(|_| vec![Frame::root()]).collect(),
            instances: setup.tongues.iter().map(instance).collect(),
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

    /// Failures that wait, hits that wait, lost failures, totals.
    pub(crate) fn state(&self, telemetry: usize) -> (&[Failure], u64, u64, Counts) {
        let Instance { queue, totals, .. } = &self.instances[telemetry];
        (
            &queue.waiting,
            queue.hits_waiting(totals.cache),
            queue.lost,
            *totals,
        )
    }

    /// The last records of an instance, if there is a new one.
    pub(crate) fn news(&mut self, telemetry: usize) -> Option<&VecDeque<Finished>> {
        let Instance {
            recent, has_news, ..
        } = &mut self.instances[telemetry];
        std::mem::take(has_news).then_some(recent)
    }

    /// Whether every failure is accounted for.
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

/// The acquisition on which facts are recorded.
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
