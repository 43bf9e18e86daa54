//! The lock file of an SDK's API ids: released ids never change.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use super::{ApiEntry, ApiId};
use crate::wire::is_variable_on;

/// The environment variable that makes the assertion write new ids to the file.
///
/// `1`, `true`, `yes`, and `on` ask for that, in upper or lower case.
pub const UPDATE_API_IDS: &str = "UPDATE_API_IDS";

/// First lines of a new lock file.
const HEADER: &str = "\
# Released API ids: `number name`. Do not change or remove a line.
";

/// Asserts that the API ids in the lock file are unchanged and that no new one is missing.
///
/// Commit the file to version control, one for each enum. A relative path starts at the package, where
/// `cargo test` runs. Set the environment variable [`UPDATE_API_IDS`] to `1` to write new ids.
///
/// # Panics
///
/// If a released id has changed its name or its number, is missing, or a new id is not in the file.
///
/// # Examples
///
/// ```
/// # use token_telemetry::api::MsalNet as ContosoApi;
/// use token_telemetry::test_util::assert_api_ids_locked;
///
/// // With `#[test]` above it.
/// fn api_ids_are_forever() {
///     assert_api_ids_locked::<ContosoApi>("api-ids.lock");
/// }
/// ```
#[track_caller]
#[expect(clippy::panic, reason = "an assertion fails by panicking")]
pub fn assert_api_ids_locked<I: ApiId>(path: impl AsRef<Path>) {
    if let Err(sentences) = check(I::CATALOG, path.as_ref(), is_variable_on(UPDATE_API_IDS)) {
        panic!("{sentences}");
    }
}

/// Compares the ids with the file, or writes new ones; the error has one line per wrong id.
fn check(ids: &[ApiEntry], path: &Path, write: bool) -> Result<(), String> {
    let file = path.display();
    let text = read(path).map_err(|error| format!("{file} cannot be read: {error}"))?;
    let lock = Lock::parse(&text).map_err(|problem| format!("{file}, {problem}"))?;
    let apis: BTreeMap<u32, &str> = ids
        .iter()
        .map(|entry| (entry.api().number(), entry.api().name()))
        .collect();
    let broken: Vec<String> = lock.breaches(&apis).collect();
    if !broken.is_empty() {
        return Err(broken.join("\n"));
    }
    let mut grown = lock.released.clone();
    grown.extend(&apis);
    if grown == lock.released {
        return Ok(());
    }
    if write {
        let text = lock.text_with(&grown);
        return fs::write(path, text).map_err(|error| format!("{file} cannot be written: {error}"));
    }
    let new = grown
        .iter()
        .filter(|(number, _)| !lock.released.contains_key(number));
    let new = new.map(|(number, name)| {
        format!(
            "`{name}` ({number}) is new; run this test with {UPDATE_API_IDS}=1 and commit {file}"
        )
    });
    Err(new.collect::<Vec<_>>().join("\n"))
}

/// Reads the file; if there is none, returns only the header.
fn read(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HEADER.to_owned()),
        result => result,
    }
}

/// The content of the file.
struct Lock<'a> {
    comments: Vec<&'a str>,
    released: BTreeMap<u32, &'a str>,
}

impl<'a> Lock<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let mut comments = Vec::new();
        let mut released = BTreeMap::new();
        for (at, line) in (1..).zip(text.lines().map(str::trim)) {
            if line.starts_with('#') {
                comments.push(line);
            } else if !line.is_empty() {
                let id = line.split_once(' ');
                let id = id.and_then(|(number, name)| Some((number.parse().ok()?, name.trim())));
                let Some((number, name)) = id else {
                    return Err(format!("line {at} is not `number name`: `{line}`"));
                };
                if released.insert(number, name).is_some() {
                    return Err(format!("line {at} repeats the number {number}"));
                }
            }
        }
        Ok(Self { comments, released })
    }

    /// Returns a message for each released id that has changed.
    fn breaches(&self, apis: &BTreeMap<u32, &str>) -> impl Iterator<Item = String> {
        self.released
            .iter()
            .filter_map(|(number, name)| breach(*number, name, apis))
    }

    fn text_with(&self, released: &BTreeMap<u32, &str>) -> String {
        let comments = self.comments.iter().map(|line| format!("{line}\n"));
        let ids = released
            .iter()
            .map(|(number, name)| format!("{number} {name}\n"));
        comments.chain(ids).collect()
    }
}

/// Returns a message if a released id has changed.
fn breach(number: u32, name: &str, apis: &BTreeMap<u32, &str>) -> Option<String> {
    if let Some(now) = apis.get(&number) {
        return (*now != name).then(|| {
            format!("{number} was released as `{name}` and is `{now}` now; give it its name back")
        });
    }
    let moved = apis.iter().find(|(_, other)| **other == name);
    Some(moved.map_or_else(
        || {
            format!(
                "`{name}` ({number}) was released and is gone; bring it back, `#[deprecated]` if need be"
            )
        },
        |(now, _)| {
            format!("`{name}` was released as {number} and is {now} now; give it its number back")
        },
    ))
}
