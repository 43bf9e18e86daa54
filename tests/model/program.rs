//! Random programs: flat lists of steps, so that any part of one is a program too.

/// Tasks that run side by side.
pub(crate) const TASKS: u8 = 4;

/// Instances of `Telemetry` in one world.
pub(crate) const TELEMETRIES: u8 = 3;

/// One step: what the innermost frame of a task does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) task: u8,
    /// Thread that polls the task, zero for the one that runs the test.
    pub(crate) thread: u8,
    pub(crate) op: Op,
}

/// What a frame does. Numbers are taken modulo what there is to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Records a fact on the current acquisition.
    Note(Note),
    /// Starts a token request, takes its headers and parks it.
    Request { host: u8, purpose: Purpose },
    /// The same, on behalf of a handle.
    RequestFor { handle: u8, host: u8 },
    /// Takes the headers of a parked request again.
    Retake { request: u8 },
    /// Says of a parked request what it is for.
    Repurpose { request: u8, purpose: Purpose },
    /// Ends a parked request.
    End { request: u8, end: End },
    /// Sends a request with `send`; the frame is its future.
    Send { host: u8 },
    /// Calls an annotated function.
    Call { call: Call, telemetry: u8, api: u8 },
    /// Calls a function that asks a host, gets this status, and fails unless it is 200.
    Try {
        telemetry: u8,
        host: u8,
        status: u16,
    },
    /// Makes the future of `Telemetry::background`, to be awaited by whoever takes it.
    Prepare { telemetry: u8, api: u8 },
    /// Awaits a future that was prepared.
    Adopt { future: u8 },
    /// Awaits `observe` of a frame.
    Capture,
    /// Keeps a handle of the current acquisition.
    Keep,
    /// Awaits a frame in the scope of a handle.
    Scope { handle: u8 },
    /// Enters a handle until it is left, or the blocking frame ends.
    Enter { handle: u8 },
    /// Leaves one of the handles that the blocking frame entered, in any order.
    Leave { entered: u8 },
    /// Enters two handles, leaves the first one first, and records a fact after each.
    Cross { first: u8, second: u8, note: Note },
    /// Starts a timer of the current acquisition.
    Time { extension: bool },
    /// Drops a timer.
    Stop { timer: u8 },
    /// Leaves a value in the frame that records a fact when it is dropped.
    Part { count: u8 },
    /// Ends the frame.
    Return { how: u8 },
    /// Drops the innermost frames.
    Cancel { frames: u8 },
    /// Unwinds through the innermost frames.
    Panic { frames: u8 },
    /// Lets foreign code do something the next times that it runs.
    Arm { place: Place, plan: Plan },
    /// Lets time pass.
    Advance { millis: u8 },
}

/// How an annotated function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Async,
    Blocking,
    Returned,
    AsyncRecord,
    BlockingRecord,
    Background,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Token,
    Discovery,
    InstanceMetadata,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Answered(u16),
    AnsweredBusy(u16, u8),
    Pending(u16),
    Failed,
    Dropped,
}

/// A fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    Hit { level: u8 },
    Refresh(u8),
    CacheDisabled,
    Source(u8),
    DefaultSource(u8),
    Pending,
    Waited(u8),
    Stale,
    TokenCount(u8),
    Serialized(bool),
    LegacyCache(bool),
    Region(u8),
    TokenType(u8),
    Lifetime(u8),
    Id(u8),
    CallerSdk(u8),
    ManagedCertificate(bool),
    Wrapper(u8),
    BrokerError(u8),
    Api(u8),
    Error(u8),
    SubFailure(u8),
}

/// Where foreign code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In an observer of this instance, which acquires through the same one.
    Observer(u8),
    /// In the description of any error, which acquires through this instance.
    Description(u8),
}

/// What foreign code does, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) trick: Trick,
    pub(crate) times: u8,
}

impl Plan {
    /// The trick of this time, if there is one more.
    pub(crate) fn next(plan: &mut Option<Self>) -> Option<Trick> {
        let Self { trick, times } = (*plan)?;
        *plan = (times > 1).then_some(Self {
            trick,
            times: times.wrapping_sub(1),
        });
        Some(trick)
    }
}

/// What foreign code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    Panic,
    /// Records a fact on whatever is current.
    Note,
    /// Acquires a token from the cache.
    AcquireHit {
        observed: bool,
    },
    /// Acquires a token from the identity provider at this host, which responds with this status.
    AcquireToken {
        host: u8,
        status: u16,
        observed: bool,
    },
}
