//! Random steps, with frequencies that keep every kind busy.

use fastrand::Rng;

use crate::program::{Call, End, Op, Place, Plan, Purpose, Recording, Step, TASKS, Trick};

/// Returns the program for a seed.
pub(crate) fn program(seed: u64) -> Vec<Step> {
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
        0..15 => Op::Record(record(rng)),
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
        59..62 => Op::Capture,
        62..64 => Op::Keep,
        64..66 => Op::Scope { handle: any(rng) },
        66..70 => Op::Cross {
            first: any(rng),
            second: any(rng),
            recording: record(rng),
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
        _ => Op::CallHost {
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
    let captured = rng.bool();
    match rng.u8(..5) {
        0 => Trick::Panic,
        1 => Trick::Recording,
        2 => Trick::AcquireHit { captured },
        _ => Trick::AcquireToken {
            host: rng.u8(..),
            status: rng.choice([200, 400, 503]).unwrap_or(200),
            captured,
        },
    }
}

fn record(rng: &mut Rng) -> Recording {
    let any = rng.u8(..);
    match rng.u8(..29) {
        0..4 => Recording::Hit { level: any },
        4..6 => Recording::Refresh(any),
        6 => Recording::CacheDisabled,
        7 => Recording::Source(any),
        8 => Recording::Waited(any),
        9 => Recording::Stale,
        10 => Recording::TokenCount(any),
        11 => Recording::Serialized(rng.bool()),
        12 => Recording::LegacyCache(rng.bool()),
        13 => Recording::Region(any),
        14 => Recording::TokenType(any),
        15 => Recording::Lifetime(any),
        16..18 => Recording::Id(any),
        18 => Recording::CallerSdk(any),
        19 => Recording::ManagedCertificate(rng.bool()),
        20 => Recording::Wrapper(any),
        21 => Recording::BrokerError(any),
        22 => Recording::Api(any),
        23 | 24 => Recording::Error(any),
        25 => Recording::DefaultSource(any),
        26 => Recording::Pending,
        27 => Recording::NoToken,
        _ => Recording::SubFailure(any),
    }
}
