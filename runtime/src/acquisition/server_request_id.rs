//! The id that a server gives its response, for support tickets.

use http::HeaderMap;

use crate::wire::is_plain;

/// The header in which Entra and Azure services return the id.
const HEADER: &str = "x-ms-request-id";

/// The longest id that is kept, in bytes; those of Entra are GUIDs.
const MAX_LEN: usize = 64;

/// Returns the id in the headers of a response, if it is safe to show.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    safe_id(headers.get(HEADER)?.to_str().ok()?)
}

/// Returns an id of at most 64 bytes of `[A-Za-z0-9_.-]`; any other is dropped.
pub(super) fn safe_id(id: &str) -> Option<&str> {
    is_plain(id, MAX_LEN).then_some(id)
}

/// A safe id in a value that can be copied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct InlineId {
    bytes: [u8; MAX_LEN],
    len: u8,
}

impl InlineId {
    pub(super) fn new(id: &str) -> Option<Self> {
        let id = safe_id(id)?.as_bytes();
        let mut bytes = [0; MAX_LEN];
        bytes.get_mut(..id.len())?.copy_from_slice(id);
        let len = u8::try_from(id.len()).ok()?;
        Some(Self { bytes, len })
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(..usize::from(self.len))?).ok()
    }
}
