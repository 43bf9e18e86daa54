//! Random programs: flat lists of steps, so that any part of a program is a program.

/// Concurrent tasks.
pub(crate) const TASKS: u8 = 4;

/// Instances of `Telemetry` in a program.
pub(crate) const TELEMETRIES: u8 = 3;

/// A step: the next action of the innermost frame of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) task: u8,
    /// Thread that polls the task; zero is the test thread.
    pub(crate) thread: u8,
    pub(crate) op: Op,
}

/// An action of a frame; numbers wrap around the available choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Records on the current acquisition.
    Record(Recording),
    /// Starts a token request, takes its headers and parks it.
    Request { host: u8, purpose: Purpose },
    /// Does the same through a handle.
    RequestFor { handle: u8, host: u8 },
    /// Takes the headers of a parked request again.
    Retake { request: u8 },
    /// Sets the purpose of a parked request.
    Repurpose { request: u8, purpose: Purpose },
    /// Ends a parked request.
    End { request: u8, end: End },
    /// Sends a request with `send`; the frame is its future.
    Send { host: u8 },
    /// Calls an annotated function.
    Call { call: Call, telemetry: u8, api: u8 },
    /// Calls a function that sends a request, gets this status, and fails unless it is 200.
    CallHost {
        telemetry: u8,
        host: u8,
        status: u16,
    },
    /// Creates the future of `Telemetry::background`, to be awaited by any frame.
    Prepare { telemetry: u8, api: u8 },
    /// Awaits a prepared future.
    Adopt { future: u8 },
    /// Awaits a frame in `capture`.
    Capture,
    /// Keeps a handle of the current acquisition.
    Keep,
    /// Awaits a frame in the scope of a handle.
    Scope { handle: u8 },
    /// Enters a handle until its guard drops or the blocking frame ends.
    Enter { handle: u8 },
    /// Drops one of the guards in the blocking frame, in any order.
    Leave { entered: u8 },
    /// Enters two handles, drops the first guard first, and records after each.
    Cross {
        first: u8,
        second: u8,
        recording: Recording,
    },
    /// Starts a timer of the current acquisition.
    Time { extension: bool },
    /// Drops a timer.
    Stop { timer: u8 },
    /// Adds a value to the frame that records when dropped.
    Part { count: u8 },
    /// Ends the frame.
    Return { how: u8 },
    /// Drops the innermost frames.
    Cancel { frames: u8 },
    /// Unwinds through the innermost frames.
    Panic { frames: u8 },
    /// Arms foreign code with actions for its next calls.
    Arm { place: Place, plan: Plan },
    /// Advances the clock.
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

/// The target of a request.
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

/// A call of a `record_*` method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recording {
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
    NoToken,
    Id(u8),
    CallerSdk(u8),
    ManagedCertificate(bool),
    Wrapper(u8),
    BrokerError(u8),
    Api(u8),
    Error(u8),
    SubFailure(u8),
}

/// A kind of foreign code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An observer of this instance, which acquires through the same instance.
    Observer(u8),
    /// The description of any error, which acquires through this instance.
    Description(u8),
}

/// An action of foreign code, with repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) trick: Trick,
    pub(crate) times: u8,
}

impl Plan {
    /// Returns the next action, if any is left.
    pub(crate) fn next(plan: &mut Option<Self>) -> Option<Trick> {
        let Self { trick, times } = (*plan)?;
        *plan = (times > 1).then_some(Self {
            trick,
            times: times.wrapping_sub(1),
        });
        Some(trick)
    }
}

/// An action of foreign code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    Panic,
    /// Records on the current acquisition.
    Recording,
    /// Acquires a token from the cache.
    AcquireHit {
        captured: bool,
    },
    /// Acquires a token from this host, which responds with this status.
    AcquireToken {
        host: u8,
        status: u16,
        captured: bool,
    },
}
