//! Warnings of this crate, as a subscriber of `tracing` receives them.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing::field::{Field, Visit};

use crate::subscriber::{Called, Reacting};

struct Message<'a>(&'a mut Vec<String>);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0.push(format!("{value:?}"));
        }
    }
}

/// Returns the warnings that this crate logs on this thread meanwhile.
pub fn warnings_during(act: impl FnOnce()) -> Vec<String> {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let hearing = Arc::clone(&heard);
    let subscriber = Reacting::new(
        |metadata| {
            *metadata.level() == Level::WARN && metadata.target().starts_with("token_telemetry")
        },
        move |called| {
            if let Called::Event(event) = called {
                event.record(&mut Message(&mut hearing.lock().unwrap()));
            }
        },
    );
    tracing::subscriber::with_default(subscriber, act);
    let heard = heard.lock().unwrap();
    heard.clone()
}
