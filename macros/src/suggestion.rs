//! Rejects unknown keys, and suggests similar ones.

use syn::{Error, Ident};

/// Rejects an unknown key, and suggests the most similar one.
pub(crate) fn unknown(key: &Ident, keys: &[&str]) -> Error {
    let written = key.to_string();
    let similar = keys.iter().find(|known| is_near(&written, known));
    let suggestion = similar.map_or_else(String::new, |known| format!(", did you mean `{known}`?"));
    let message = match (similar, keys) {
        // The suggestion is the whole list.
        (Some(_), [_]) => format!("unknown argument `{written}`{suggestion}"),
        (Some(_), _) => {
            let expected = one_of(keys);
            format!("unknown argument `{written}`{suggestion} Expected {expected}")
        }
        (None, _) => format!("unknown argument `{written}`, expected {}", one_of(keys)),
    };
    Error::new(key.span(), message)
}

pub(crate) fn one_of(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    let list = quoted.join(", ");
    match keys {
        [_] => list,
        _ => format!("one of {list}"),
    }
}

/// Whether at most a third of the letters differ, or one word begins with the other, or it is `id`
/// for `api`.
pub(crate) fn is_near(written: &str, known: &str) -> bool {
    let shorter = written.len().min(known.len());
    (shorter >= 2 && (written.starts_with(known) || known.starts_with(written)))
        || (written, known) == ("id", "api")
        || distance(written.as_bytes(), known.as_bytes()) * 3 <= known.len()
}

/// Computes the edit distance: the letters to insert, remove or replace.
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(to) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
