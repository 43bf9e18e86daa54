//! Writes the fields of one segment.

use crate::wire::Scratch;

/// Writes items with commas between them.
pub(super) fn write_list<T>(
    items: impl Iterator<Item = T>,
    out: &mut Scratch,
    write: impl Fn(T, &mut Scratch),
) {
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out);
    }
}

/// Writes texts after the known fields of a segment, if it has any.
pub(super) fn write_extra(
    texts: impl Iterator<Item: AsRef<str>>,
    follows_fields: bool,
    out: &mut Scratch,
) {
    for (at, text) in texts.enumerate() {
        if at > 0 || follows_fields {
            out.push(',');
        }
        out.push_str(text.as_ref());
    }
}
