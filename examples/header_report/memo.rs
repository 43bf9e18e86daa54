//! Remembers what was read from headers that clients send again and again.

use std::collections::HashMap;

use token_telemetry::entra::{Header, ReceivedHeaders};

/// Results by the text of a header. The memory is bounded: it starts anew when it is full.
pub(crate) struct Memo<T> {
    known: HashMap<Box<[u8]>, T>,
    key: Vec<u8>,
}

const MOST: usize = 4096;
/// Longer texts are read again each time.
const LONGEST: usize = 256;

impl<T: Copy> Memo<T> {
    pub(crate) fn new() -> Self {
        Self {
            known: HashMap::new(),
            key: Vec::new(),
        }
    }

    /// Returns the result for a header of this text, if it is known.
    pub(crate) fn get(&mut self, received: &ReceivedHeaders<'_>, header: Header) -> Option<T> {
        // The SKU decides between libraries that write the same layout.
        let text = |header| received.get(header).unwrap_or_default();
        self.key.clear();
        self.key.extend_from_slice(text(Header::Sku));
        self.key.push(0);
        self.key.extend_from_slice(text(header));
        self.known.get(&*self.key).copied()
    }

    /// Remembers the result for the text that was looked up last.
    pub(crate) fn set(&mut self, result: T) {
        if self.key.len() > LONGEST {
            return;
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(self.key.as_slice().into(), result);
    }
}
