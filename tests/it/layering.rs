//! Imports inside the runtime go one way, according to this table.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Layers from the bottom up; a module imports from lower layers and from itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &["contained", "stack"]),
    ("wire", &["diagnostics", "wire"]),
    (
        "vocabulary",
        &["api", "cache", "client", "error", "region", "token"],
    ),
    ("acquisition", &["acquisition"]),
    (
        "outlets",
        &["entra", "observer", "otel", "recent", "span", "totals"],
    ),
    ("telemetry", &["telemetry"]),
    ("edge", &["middleware", "__private", "test_util"]),
];

/// Exceptions to the layers, with their reasons.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The test doubles implement traits that the exporters define.
    ("test_util", "observer"),
];

/// Modules outside the layers and their allowed imports.
const APART: &[(&str, &[&str])] = &[("graph", &["client", "stack", "wire"])];

/// Crates that only some files may use.
const CRATES: &[(&str, &[&str])] = &[
    ("opentelemetry", &["otel/"]),
    ("opentelemetry_sdk", &["otel/"]),
    ("tracing", &["diagnostics.rs", "span.rs", "span/"]),
    ("reqwest", &["middleware/"]),
];

#[test]
fn imports_go_one_way() {
    let problems = problems(&sources());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn wrong_import_is_found() {
    for (file, line) in [
        ("stack.rs", "use crate::wire::ClientRequestId;"),
        ("wire/mod.rs", "use crate::api::Api;"),
        ("acquisition/scope.rs", "use crate::telemetry::Telemetry;"),
        (
            "graph/host.rs",
            "use crate::acquisition::AcquisitionRecord;",
        ),
        ("entra/last.rs", "use crate::totals::Totals;"),
        ("totals.rs", "fn f() { crate::otel::Metrics::off(); }"),
        ("acquisition/mod.rs", "use tracing::Span;"),
        (
            "telemetry.rs",
            "fn f() { opentelemetry::global::meter(\"x\"); }",
        ),
    ] {
        let found = problems(&BTreeMap::from([(PathBuf::from(file), line.to_owned())]));
        assert_eq!(found.len(), 1, "{file}: {line}");
    }
}

#[test]
fn allowed_import_passes() {
    for (file, line) in [
        (
            "entra/last.rs",
            "use crate::acquisition::AcquisitionRecord;",
        ),
        (
            "graph/host.rs",
            "use crate::{wire::Token, client::ClientInfo};",
        ),
        ("graph/context.rs", "use crate::stack::TicketStack;"),
        ("diagnostics.rs", "use crate::contained::contained;"),
        ("otel/msal.rs", "use opentelemetry::KeyValue;"),
    ] {
        let found = problems(&BTreeMap::from([(PathBuf::from(file), line.to_owned())]));
        assert_eq!(found, Vec::<String>::new(), "{file}: {line}");
    }
}

fn sources() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
    let mut sources = BTreeMap::new();
    read_into(&root, &root, &mut sources);
    assert!(
        sources.len() > 20,
        "the sources of the runtime were not found"
    );
    sources
}

fn read_into(root: &Path, folder: &Path, sources: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_into(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            sources.insert(path.strip_prefix(root).unwrap().to_owned(), text);
        }
    }
}

fn problems(sources: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in sources {
        let module = module_of(file);
        if module == "lib" {
            continue;
        }
        let code = without_comments(text);
        for imported in imports(&code) {
            if !may_import(&module, &imported) {
                problems.push(format!("{} imports {imported}", file.display()));
            }
        }
        for (name, homes) in CRATES {
            let at_home = homes.iter().any(|home| file.starts_with(home));
            if !at_home && names_crate(&code, name) {
                problems.push(format!("{} names the crate {name}", file.display()));
            }
        }
    }
    problems
}

/// Returns `entra` for `entra/last.rs` and `totals` for `totals.rs`.
fn module_of(file: &Path) -> String {
    let first = file
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn without_comments(text: &str) -> String {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(code).collect::<Vec<_>>().join("\n")
}

/// Returns the first path segments after `crate::`, including inside braces.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let qualified = code[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        if qualified || code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split(';').next().unwrap();
            let mut depth = 0;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut word)),
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            found.push(word);
        } else {
            found.push(rest.to_owned());
        }
    }
    let segment = |path: String| {
        let name: String = path
            .trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        name
    };
    // Items at the root are re-exports for users; the table contains modules only.
    let is_module = |name: &String| {
        name.chars().next().is_some_and(char::is_lowercase) && layer(name).is_some()
    };
    found.into_iter().map(segment).filter(is_module).collect()
}

fn layer(module: &str) -> Option<usize> {
    let apart = APART
        .iter()
        .position(|(name, _)| *name == module)
        .map(|_| LAYERS.len());
    LAYERS
        .iter()
        .position(|(_, modules)| modules.contains(&module))
        .or(apart)
}

fn may_import(module: &str, imported: &str) -> bool {
    if module == imported || EXCEPTIONS.contains(&(module, imported)) {
        return true;
    }
    if let Some((_, allowed)) = APART.iter().find(|(name, _)| *name == module) {
        return allowed.contains(&imported);
    }
    let (Some(own), Some(other)) = (layer(module), layer(imported)) else {
        return false;
    };
    let is_edge = LAYERS[own].0 == "edge";
    let is_graph = APART.iter().any(|(name, _)| *name == imported);
    let is_vocabulary = LAYERS[own].0 == "vocabulary";
    (is_graph && is_edge) || other < own || (is_vocabulary && own == other)
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        let starts = before
            .is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':' || c == '.' || c == '"'));
        starts && after.starts_with("::")
    })
}
