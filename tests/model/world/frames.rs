//! Frames of a task: each executes its steps and awaits the frames that it opens.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use token_telemetry::acquisition::HandleGuard;
use token_telemetry::{Acquisition, Handle, Telemetry, capture};

use super::crossing::Crossing;
use super::sdk::{self, Body, Fault, Token};
use super::{Prepared, Seen, World, lock, millis};
use crate::program::{Call, Op, Place, Recording};

/// The position of a frame.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) world: Arc<World>,
    pub(super) task: usize,
    pub(super) depth: usize,
}

/// The effect of a step on its frame.
pub(super) enum Flow {
    Stay,
    Return(u8),
    Await(Body<()>),
    Block(Box<dyn FnOnce() + Send>),
}

impl Flow {
    /// Awaits a child whose result nobody needs.
    fn ended(child: impl Future + Send + 'static) -> Self {
        Self::Await(Box::pin(async move {
            let _result = child.await;
        }))
    }
}

/// The values of a frame, dropped in this order.
#[derive(Default)]
struct Held {
    parting: Option<Parting>,
    entered: Vec<HandleGuard>,
}

/// Records when dropped.
struct Parting(u8);

impl Drop for Parting {
    fn drop(&mut self) {
        sdk::record(Recording::TokenCount(self.0));
    }
}

/// Unwinds until the frame at this depth is gone.
struct Unwind(usize);

impl Scene {
    fn deeper(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    /// A frame that awaits its steps.
    pub(super) fn frame(self) -> Body<u8> {
        Box::pin(async move {
            let mut parting = None;
            loop {
                let op = std::future::poll_fn(|_| {
                    lock(&self.world.inboxes[self.task])
                        .op
                        .take()
                        .map_or(Poll::Pending, Poll::Ready)
                });
                match self.act(op.await, &mut parting) {
                    Flow::Stay => {}
                    Flow::Return(how) => return how,
                    Flow::Await(child) => Crossing::new(&self, child).await,
                    Flow::Block(call) => self.catch(call),
                }
            }
        })
    }

    /// A frame of a blocking function, which fetches its own steps.
    fn block(&self) -> u8 {
        let mut held = Held::default();
        while let Some(order) = self.world.next(Some(self.task)) {
            match order.step.op {
                Op::Enter { handle } => {
                    let handle = self.handle(handle);
                    held.entered.push(handle.enter());
                    self.world
                        .see(Seen::Active(Acquisition::current().is_active()));
                }
                Op::Leave { entered } => {
                    drop(held.entered.remove(entered.into()));
                    self.world
                        .see(Seen::Active(Acquisition::current().is_active()));
                }
                op => match self.act(op, &mut held.parting) {
                    Flow::Stay => {}
                    Flow::Return(how) => return how,
                    Flow::Await(child) => self.block_on(child),
                    Flow::Block(call) => self.catch(call),
                },
            }
        }
        0
    }

    /// Polls a child until it ends, one step per poll.
    fn block_on(&self, child: Body<()>) {
        let mut crossing = Crossing::new(self, child);
        let mut context = Context::from_waker(Waker::noop());
        while Pin::new(&mut crossing).poll(&mut context).is_pending() {
            let Some(order) = self.world.next(Some(self.task)) else {
                return;
            };
            self.world.hand_over(self.task, order.step.op, order.cut);
        }
    }

    /// Calls a blocking function, and catches a panic that ends there.
    fn catch(&self, call: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
            self.end_unwind(payload);
        }
    }

    /// Catches a panic if the child of this frame was the last one to unwind.
    pub(super) fn end_unwind(&self, payload: Box<dyn std::any::Any + Send>) {
        match payload.downcast::<Unwind>() {
            Ok(unwind) if unwind.0 > self.depth => {}
            Ok(unwind) => resume_unwind(unwind),
            Err(payload) => resume_unwind(payload),
        }
    }

    pub(super) fn handle(&self, handle: u8) -> Handle {
        lock(&self.world.kept).handles[usize::from(handle)].clone()
    }

    fn act(&self, op: Op, parting: &mut Option<Parting>) -> Flow {
        match op {
            Op::Record(recording) => {
                sdk::record(recording);
                self.world
                    .see(Seen::Active(Acquisition::current().is_active()));
            }
            Op::Advance { millis: time } => self.world.clock.advance(millis(time)),
            Op::Keep => {
                let handle = Acquisition::current().handle();
                lock(&self.world.kept).handles.push(handle);
            }
            Op::Cross {
                first,
                second,
                recording,
            } => {
                let (first, second) = (self.handle(first), self.handle(second));
                let (first, second) = (first.enter(), second.enter());
                drop(first);
                sdk::record(recording);
                drop(second);
                sdk::record(recording);
            }
            Op::Time { extension } => {
                let current = Acquisition::current();
                let timer = if extension {
                    current.time_in_extension()
                } else {
                    current.time_in_cache()
                };
                lock(&self.world.kept).timers.push(timer);
            }
            Op::Stop { timer } => {
                let timer = lock(&self.world.kept).timers.remove(timer.into());
                drop(timer);
            }
            Op::Part { count } => {
                parting.get_or_insert_with(|| Parting(count)).0 = count;
            }
            Op::Return { how } => return Flow::Return(how),
            Op::Panic { frames } => {
                let last = (self.depth + 1).saturating_sub(frames.into());
                resume_unwind(Box::new(Unwind(last)));
            }
            op => return self.request_or_call(op),
        }
        Flow::Stay
    }

    pub(super) fn arm_or_try(&self, op: Op) -> Flow {
        match op {
            Op::Arm { place, plan } => {
                let mut kept = lock(&self.world.kept);
                match place {
                    Place::Observer(of) => kept.armed[usize::from(of)] = Some(plan),
                    Place::Description(through) => {
                        kept.armed_description = Some((through.into(), plan));
                    }
                }
            }
            Op::CallHost {
                telemetry,
                host,
                status,
            } => {
                let telemetry = telemetry.into();
                self.world
                    .acquire(telemetry, &mut || self.world.call_host(host, status));
            }
            op => return self.call(op),
        }
        Flow::Stay
    }

    fn call(&self, op: Op) -> Flow {
        let child = self.deeper();
        let world = Arc::clone(&self.world);
        match op {
            Op::Call {
                call: call @ (Call::Blocking | Call::BlockingRecord),
                telemetry,
                api,
            } => {
                let telemetry = world.telemetries[usize::from(telemetry)].clone();
                let own = call == Call::BlockingRecord;
                Flow::Block(Box::new(move || {
                    let work = Box::new(move || child.world.result(child.block()));
                    let _result = sdk::call_blocking(own, api, telemetry, work);
                }))
            }
            Op::Call {
                call,
                telemetry,
                api,
            } => {
                let telemetry = world.telemetries[usize::from(telemetry)].clone();
                let body = Box::pin(async move { world.result(child.frame().await) });
                let called = sdk::call(call, api, telemetry, body);
                Flow::ended(called)
            }
            Op::Prepare { telemetry, api } => {
                let prepared = Prepared::new(&world.telemetries[usize::from(telemetry)], api);
                lock(&world.kept).prepared.push(prepared);
                Flow::Stay
            }
            Op::Adopt { future } => {
                let Prepared { future, place } = lock(&world.kept).prepared.remove(future.into());
                *lock(&place) = Some(child);
                Flow::ended(future)
            }
            Op::Capture => Flow::Await(Box::pin(async move {
                let captured = capture(child.frame()).await;
                world.see(Seen::Captured(captured.records, captured.dropped as u64));
            })),
            Op::Scope { handle } => {
                let scoped = self.handle(handle).scope(child.frame());
                Flow::ended(scoped)
            }
            Op::Send { host } => Flow::Await(Box::pin(child.send(host))),
            _ => Flow::Stay,
        }
    }
}

impl Prepared {
    fn new(telemetry: &Telemetry, api: u8) -> Self {
        let place = Arc::new(Mutex::new(None));
        let at = Arc::clone(&place);
        let body = Box::pin(async move {
            let scene: Option<Scene> = lock(&at).take();
            let scene = scene.unwrap();
            let world = Arc::clone(&scene.world);
            world.result(scene.frame().await)
        });
        let future = sdk::background(telemetry, api, body);
        Self { future, place }
    }
}

impl World {
    /// Converts the result of a frame into that of its function.
    fn result(self: &Arc<Self>, how: u8) -> Result<Token, Fault> {
        if how.is_multiple_of(2) {
            Ok(Token(how / 2))
        } else {
            Err(self.fault(how / 2))
        }
    }
}
