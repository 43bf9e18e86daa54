//! Boundaries between frames.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::frames::Scene;
use super::lock;
use super::sdk::Body;

/// The boundary between a frame and its child, where children are dropped and panics are caught.
pub(super) struct Crossing<'a> {
    scene: &'a Scene,
    child: Option<Body<()>>,
}

impl<'a> Crossing<'a> {
    pub(super) const fn new(scene: &'a Scene, child: Body<()>) -> Self {
        Self {
            scene,
            child: Some(child),
        }
    }
}

impl Future for Crossing<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let scene = self.scene;
        let Some(child) = &mut self.child else {
            return Poll::Ready(());
        };
        if lock(&scene.world.inboxes[scene.task])
            .cut
            .take_if(|cut| *cut == scene.depth + 1)
            .is_some()
        {
            self.child = None;
            return Poll::Ready(());
        }
        match catch_unwind(AssertUnwindSafe(|| child.as_mut().poll(cx))) {
            Ok(polled) => polled,
            Err(payload) => {
                self.child = None;
                scene.end_unwind(payload);
                Poll::Ready(())
            }
        }
    }
}
