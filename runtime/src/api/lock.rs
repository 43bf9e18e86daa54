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
    let text = read(path).map_err(|error| format!("{file}: expected a readable file, {error}"))?;
    let mut lock = Lock::parse(&text).map_err(|problem| format!("{file}, {problem}"))?;
    let ids = ids.iter().map(ApiEntry::api);
    let apis: Ids<'_> = ids.map(|api| (api.number(), api.name())).collect();
    let changes = lock.released.iter();
    let changes: Vec<_> = changes.filter_map(|id| change(id, &apis)).collect();
    if !changes.is_empty() {
        return Err(changes.join("\n"));
    }
    let is_new = |(number, _): &(&u32, &&str)| !lock.released.contains_key(number);
    let new = apis.iter().filter(is_new).map(|(number, name)| {
        format!(
            "expected `{number} {name}` in {file}, found no such line; \
             run this test with {UPDATE_API_IDS}=1 and commit the file"
        )
    });
    let new: Vec<_> = new.collect();
    if new.is_empty() {
        return Ok(());
    }
    if !write {
        return Err(new.join("\n"));
    }
    lock.released.extend(&apis);
    fs::write(path, lock.text())
        .map_err(|error| format!("{file}: expected a writable file, {error}"))
}

/// Reads the file; if there is none, returns only the header.
fn read(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HEADER.to_owned()),
        result => result,
    }
}

/// Names by number.
type Ids<'a> = BTreeMap<u32, &'a str>;

/// The content of the file.
struct Lock<'a> {
    comments: Vec<&'a str>,
    released: Ids<'a>,
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
                    return Err(format!("line {at}: expected `number name`, found `{line}`"));
                };
                if released.insert(number, name).is_some() {
                    return Err(format!(
                        "line {at}: expected each number once, found {number} again"
                    ));
                }
            }
        }
        Ok(Self { comments, released })
    }

    fn text(&self) -> String {
        let comments = self.comments.iter().map(|line| format!("{line}\n"));
        let ids = self.released.iter();
        let ids = ids.map(|(number, name)| format!("{number} {name}\n"));
        comments.chain(ids).collect()
    }
}

/// Returns a message if a released id has changed.
fn change((number, name): (&u32, &&str), apis: &Ids<'_>) -> Option<String> {
    if let Some(now) = apis.get(number) {
        let message = || format!("expected `{name}` for {number}, found `{now}`; restore the name");
        return (now != name).then(message);
    }
    let moved = apis.iter().find(|(_, other)| *other == name);
    Some(match moved {
        Some((now, _)) => {
            format!("expected {number} for `{name}`, found {now}; restore the number")
        }
        None => format!(
            "expected `{name}` ({number}), found no such id; restore it, `#[deprecated]` if need be"
        ),
    })
}
