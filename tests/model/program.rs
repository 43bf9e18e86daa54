//! Random programs: flat lists of steps, so that any part of one is a program too.

use fastrand::Rng;

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
    Observe,
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

/// A program for one seed.
pub(crate) fn random(seed: u64) -> Vec<Step> {
    let mut rng = Rng::with_seed(seed);
    let len = if rng.u8(..16) == 0 { 1000 } else { 80 };
    (0..len).map(|_| step(&mut rng)).collect()
}

fn step(rng: &mut Rng) -> Step {
    Step {
        task: rng.u8(..TASKS),
        thread: if rng.u8(..16) == 0 { rng.u8(1..3) } else { 0 },
        op: op(rng),
    }
}

fn op(rng: &mut Rng) -> Op {
    let any = |rng: &mut Rng| rng.u8(..);
    match rng.u8(..120) {
        0..15 => Op::Note(note(rng)),
        15..25 => Op::Request {
            host: any(rng),
            purpose: purpose(rng),
        },
        25..27 => Op::RequestFor {
            handle: any(rng),
            host: any(rng),
        },
        27 => Op::Retake { request: any(rng) },
        28..38 => Op::End {
            request: any(rng),
            end: end(rng),
        },
        38..42 => Op::Send { host: any(rng) },
        42..57 => Op::Call {
            call: call(rng),
            telemetry: any(rng),
            api: any(rng),
        },
        57 => Op::Prepare {
            telemetry: any(rng),
            api: any(rng),
        },
        58 => Op::Adopt { future: any(rng) },
        59..62 => Op::Observe,
        62..64 => Op::Keep,
        64..66 => Op::Scope { handle: any(rng) },
        66..70 => Op::Cross {
            first: any(rng),
            second: any(rng),
            note: note(rng),
        },
        70 => Op::Time {
            extension: rng.bool(),
        },
        71 => Op::Stop { timer: any(rng) },
        72 => Op::Part { count: any(rng) },
        73..90 => Op::Return { how: any(rng) },
        90 => Op::Cancel { frames: any(rng) },
        91 => Op::Panic { frames: any(rng) },
        92..94 => Op::Arm {
            place: place(rng),
            plan: Plan {
                trick: trick(rng),
                times: rng.u8(1..4),
            },
        },
        94..100 => Op::Advance {
            millis: rng.u8(1..),
        },
        100..106 => Op::Enter { handle: any(rng) },
        106..112 => Op::Leave { entered: any(rng) },
        _ => request_op(rng),
    }
}

fn request_op(rng: &mut Rng) -> Op {
    let any = |rng: &mut Rng| rng.u8(..);
    match rng.u8(..4) {
        0 => Op::Repurpose {
            request: any(rng),
            purpose: purpose(rng),
        },
        _ => Op::Try {
            telemetry: any(rng),
            host: any(rng),
            status: rng.choice([200, 400, 400, 503]).unwrap_or(200),
        },
    }
}

fn call(rng: &mut Rng) -> Call {
    match rng.u8(..10) {
        0..4 => Call::Async,
        4 => Call::Blocking,
        5 => Call::Returned,
        6..8 => Call::AsyncRecord,
        8 => Call::BlockingRecord,
        _ => Call::Background,
    }
}

fn purpose(rng: &mut Rng) -> Purpose {
    match rng.u8(..8) {
        0 => Purpose::Discovery,
        1 => Purpose::InstanceMetadata,
        _ => Purpose::Token,
    }
}

fn end(rng: &mut Rng) -> End {
    match rng.u8(..9) {
        0 | 1 => End::Answered(200),
        2 | 3 => End::Answered(400),
        4 => End::Answered(429),
        5 => End::AnsweredBusy(503, rng.u8(1..)),
        6 => End::Pending(400),
        7 => End::Failed,
        _ => End::Dropped,
    }
}

fn place(rng: &mut Rng) -> Place {
    let instance = rng.u8(..);
    if rng.bool() {
        Place::Observer(instance)
    } else {
        Place::Description(instance)
    }
}

fn trick(rng: &mut Rng) -> Trick {
    let observed = rng.bool();
    match rng.u8(..5) {
        0 => Trick::Panic,
        1 => Trick::Note,
        2 => Trick::AcquireHit { observed },
        _ => Trick::AcquireToken {
            host: rng.u8(..),
            status: rng.choice([200, 400, 503]).unwrap_or(200),
            observed,
        },
    }
}

fn note(rng: &mut Rng) -> Note {
    let any = rng.u8(..);
    match rng.u8(..28) {
        0..4 => Note::Hit { level: any },
        4..6 => Note::Refresh(any),
        6 => Note::CacheDisabled,
        7 => Note::Source(any),
        8 => Note::Waited(any),
        9 => Note::Stale,
        10 => Note::TokenCount(any),
        11 => Note::Serialized(rng.bool()),
        12 => Note::LegacyCache(rng.bool()),
        13 => Note::Region(any),
        14 => Note::TokenType(any),
        15 => Note::Lifetime(any),
        16..18 => Note::Id(any),
        18 => Note::CallerSdk(any),
        19 => Note::ManagedCertificate(rng.bool()),
        20 => Note::Wrapper(any),
        21 => Note::BrokerError(any),
        22 => Note::Api(any),
        23 | 24 => Note::Error(any),
        25 => Note::DefaultSource(any),
        26 => Note::Pending,
        _ => Note::SubFailure(any),
    }
}
