//! Interleaved timing: each case runs for a slice of every round; the median counts.

use std::hint::black_box;
use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 60;
const SLICE: Duration = Duration::from_micros(300);
const THREADED_CALLS: u32 = 60_000;

type Work<'a> = Box<dyn Fn() + Sync + 'a>;

/// A measured operation.
pub struct Case<'a> {
    pub name: &'static str,
    work: Work<'a>,
    calls: u32,
    samples: Vec<f64>,
}

impl<'a> Case<'a> {
    pub fn new(name: &'static str, work: impl Fn() + Sync + 'a) -> Self {
        let work: Work<'a> = Box::new(work);
        let calls = calibrated(&work);
        Self {
            name,
            work,
            calls,
            samples: Vec::new(),
        }
    }

    fn sample(&mut self) {
        let start = Instant::now();
        for _ in 0..self.calls {
            (self.work)();
        }
        self.samples
            .push(start.elapsed().as_nanos() as f64 / f64::from(self.calls));
    }

    /// Returns the median over all rounds, in nanoseconds per call.
    pub fn median(&self) -> f64 {
        median(self.samples.clone())
    }

    pub fn min(&self) -> f64 {
        self.samples.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Returns how many calls fill a time slice.
fn calibrated(work: &Work<'_>) -> u32 {
    let mut calls = 16;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            work();
        }
        if start.elapsed() >= SLICE || calls >= 1 << 24 {
            return calls;
        }
        calls *= 2;
    }
}

pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Samples all cases round by round, starting with a different case each time.
pub fn run(cases: &mut [Case<'_>]) {
    for round in 0..ROUNDS {
        let count = cases.len();
        for step in 0..count {
            cases[(round + step) % count].sample();
        }
    }
}

/// Returns nanoseconds per call and thread while two threads do the same work (median of 9 runs).
pub fn on_two_threads(work: &(dyn Fn() + Sync)) -> f64 {
    let once = || {
        let barrier = Barrier::new(2);
        let timed = || {
            barrier.wait();
            let start = Instant::now();
            for _ in 0..THREADED_CALLS {
                work();
            }
            start.elapsed().as_nanos() as f64 / f64::from(THREADED_CALLS)
        };
        thread::scope(|scope| {
            let other = scope.spawn(timed);
            let own = timed();
            (own + other.join().expect("the measured code panicked")) / 2.0
        })
    };
    median((0..9).map(|_| once()).collect())
}

/// Runs a future that is ready at its first poll.
pub fn poll_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => black_box(output),
        Poll::Pending => panic!("expected a future that is ready at its first poll"),
    }
}
