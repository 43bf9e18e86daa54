//! Threads that sometimes poll a task.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::sdk::Body;

type Left = Option<Body<u8>>;
type Job = Box<dyn FnOnce() -> Left + Send>;

/// Two threads that live as long as the world does.
pub(super) struct Threads([(Sender<Job>, Receiver<Left>); 2]);

impl Default for Threads {
    fn default() -> Self {
        Self([thread(), thread()])
    }
}

fn thread() -> (Sender<Job>, Receiver<Left>) {
    let (jobs, inbox) = channel::<Job>();
    let (outbox, left) = channel();
    std::thread::spawn(move || {
        for job in inbox {
            if outbox.send(job()).is_err() {
                break;
            }
        }
    });
    (jobs, left)
}

impl Threads {
    /// Runs the job on one of the threads, and waits for it.
    pub(super) fn run(&self, thread: usize, job: impl FnOnce() -> Left + Send + 'static) -> Left {
        let (jobs, left) = &self.0[thread];
        jobs.send(Box::new(job)).unwrap();
        left.recv().unwrap()
    }
}
