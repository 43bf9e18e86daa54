//! The sources of the library, and the paths that they name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the code of each file in a folder of the repository, without comments.
pub(crate) fn sources(folder: &str) -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let mut sources = BTreeMap::new();
    read_into(&root, &root, &mut sources);
    assert!(sources.len() > 5, "no sources in {folder}");
    sources
}

fn read_into(root: &Path, folder: &Path, sources: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_into(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            sources.insert(path.strip_prefix(root).unwrap().to_owned(), code);
        }
    }
}

/// Returns the paths that begin with this word, with each group spelled out.
pub(crate) fn paths(code: &str, first: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let start = format!("{first}::");
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|c| !(is_in_word(c) || "$:.\"".contains(c))) {
            spell_out(&mut &code[at + start.len()..], Vec::new(), &mut found);
        }
    }
    found
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn spell_out(rest: &mut &str, mut path: Vec<String>, found: &mut Vec<Vec<String>>) {
    if let Some(group) = rest.strip_prefix('{') {
        *rest = group.trim_start();
        while !rest.is_empty() && !rest.starts_with('}') {
            spell_out(rest, path.clone(), found);
            let next = rest.find([',', '}']).unwrap_or(rest.len());
            *rest = rest[next..].trim_start_matches(',').trim_start();
        }
        *rest = rest.strip_prefix('}').unwrap_or(rest);
        return;
    }
    let end = rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
    path.push(rest[..end].to_owned());
    *rest = &rest[end..];
    match rest.strip_prefix("::") {
        Some(deeper) if end > 0 => {
            *rest = deeper;
            spell_out(rest, path, found);
        }
        _ => found.push(path),
    }
}
