//! No file of these folders imports a file that, directly or not, imports it back.
//!
//! A module that only passes on the items of its files is no part of the way: an import from it leads
//! to the file that has the item.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use crate::sources::{paths, sources};

/// Folders, and where the sources begin to which `crate` refers.
const FOLDERS: [(&str, &str); 4] = [
    ("runtime/src", "acquisition"),
    ("runtime/src", "entra"),
    ("runtime/src", "graph"),
    ("macros/src", ""),
];

/// Modules by name, with their code; `acquisition::call` for `acquisition/call.rs`.
type Modules = BTreeMap<Vec<String>, String>;

/// Modules, with those that each imports.
type Imports = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

#[test]
fn no_circles_between_files() {
    let mut circles = Vec::new();
    for (root, folder) in FOLDERS {
        let modules: Modules = sources(root)
            .into_iter()
            .map(|(file, code)| (module_of(&file), code))
            .collect();
        let imports: Imports = modules
            .keys()
            .filter(|module| folder.is_empty() || module.first().is_some_and(|it| it == folder))
            .map(|module| (module.clone(), imports_of(module, &modules)))
            .collect();
        let found = imports.values().map(BTreeSet::len).sum::<usize>();
        assert!(found > 10, "{found} imports in {root}/{folder}");
        circles.extend(circles_in(&imports).iter().map(|circle| shown(circle)));
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

fn module_of(file: &Path) -> Vec<String> {
    let words = file.with_extension("");
    let words = words.iter().map(|word| word.to_string_lossy().into_owned());
    words
        .filter(|word| !matches!(word.as_str(), "mod" | "lib"))
        .collect()
}

/// Returns the modules whose items a module names, except in lines that only pass items on.
fn imports_of(module: &[String], modules: &Modules) -> BTreeSet<Vec<String>> {
    let (own, _) = passed_on(&modules[module]);
    let imported = named(module, &own, modules).into_iter();
    let imported = imported.map(|path| home_of(&path, modules, 0));
    // A module shares its own items with the files below it.
    imported
        .filter(|imported| !module.starts_with(imported))
        .collect()
}

/// Splits code into what the module does itself, and the lines that pass items on.
fn passed_on(code: &str) -> (String, String) {
    let mut own = String::new();
    let mut passed = String::new();
    for statement in code.split_inclusive(';') {
        let start = statement
            .rfind("pub")
            .filter(|at| is_passing_on(&statement[*at..]));
        let (before, after) = statement.split_at(start.unwrap_or(statement.len()));
        own += before;
        passed += after;
    }
    (own, passed)
}

fn is_passing_on(statement: &str) -> bool {
    let visibility = statement.trim_start_matches("pub");
    let rest = match visibility.strip_prefix('(') {
        Some(scope) => scope.split_once(')').map_or("", |(_, rest)| rest),
        None => visibility,
    };
    rest.trim_start().starts_with("use ") && statement.ends_with(';')
}

/// Returns the paths that code names, from the root.
fn named(module: &[String], code: &str, modules: &Modules) -> Vec<Vec<String>> {
    let mut named = Vec::new();
    let mut start = |word: &str, from: &[String]| {
        for path in paths(code, word) {
            let up = path.iter().take_while(|word| *word == "super").count();
            let from = &from[..from.len().saturating_sub(up)];
            named.push([from, &path[up..]].concat());
        }
    };
    start("crate", &[]);
    start("self", module);
    start("super", &module[..module.len().saturating_sub(1)]);
    for child in modules.keys().filter(|other| is_child(other, module)) {
        start(&child[module.len()], child);
    }
    named.retain(|path| longest_module(path, modules) > 0);
    named
}

fn is_child(module: &[String], of: &[String]) -> bool {
    module.len() == of.len() + 1 && module.starts_with(of)
}

fn longest_module(path: &[String], modules: &Modules) -> usize {
    let is_module = |len: &usize| modules.contains_key(&path[..*len]);
    (0..=path.len()).rev().find(is_module).unwrap_or(0)
}

/// Returns the module that has the item at this path, past those that pass it on.
fn home_of(path: &[String], modules: &Modules, depth: usize) -> Vec<String> {
    let len = longest_module(path, modules);
    let (module, item) = (&path[..len], path.get(len));
    let (_, passed) = passed_on(&modules[module]);
    let passed = named(module, &passed, modules);
    let origin = passed
        .iter()
        .find(|origin| origin.last() == item && *origin != path);
    match origin {
        Some(origin) if depth < 8 => home_of(origin, modules, depth + 1),
        _ => module.to_vec(),
    }
}

/// Returns the shortest circle through each module, once per set of modules.
fn circles_in(imports: &Imports) -> BTreeSet<Vec<Vec<String>>> {
    let mut circles = BTreeMap::new();
    for start in imports.keys() {
        if let Some(circle) = shortest_circle(start, imports) {
            let modules: BTreeSet<_> = circle.iter().cloned().collect();
            circles.entry(modules).or_insert(circle);
        }
    }
    circles.into_values().collect()
}

fn shortest_circle(start: &Vec<String>, imports: &Imports) -> Option<Vec<Vec<String>>> {
    let mut ways = VecDeque::from([vec![start.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in imports.get(way.last()?).into_iter().flatten() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push_back([way.as_slice(), std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

fn shown(circle: &[Vec<String>]) -> String {
    let names = circle.iter().chain(circle.first());
    let names: Vec<_> = names.map(|module| module.join("::")).collect();
    names.join(" -> ")
}
