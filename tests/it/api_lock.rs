//! The lock file of API ids: which changes later releases may make.

use std::any::type_name;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use token_telemetry::ApiId;
use token_telemetry::test_util::{UPDATE_API_IDS, assert_api_ids_locked};

use crate::support::alone;

/// The first release of an SDK, and copies with one change each.
macro_rules! release {
    ($name:ident { $($variant:ident = $number:literal),+ }) => {
        #[derive(ApiId, Clone, Copy)]
        #[repr(u32)]
        #[api_id(owner = Self)]
        #[expect(dead_code, reason = "only the catalog is read")]
        enum $name { $($variant = $number),+ }
    };
}

release!(First { AcquireTokenForClient = 1004, AcquireTokenSilent = 1007 });
release!(Renumbered { AcquireTokenForClient = 1005, AcquireTokenSilent = 1007 });
release!(Renamed { AcquireTokenForApp = 1004, AcquireTokenSilent = 1007 });
release!(Swapped { AcquireTokenForClient = 1007, AcquireTokenSilent = 1004 });
release!(Removed { AcquireTokenForClient = 1004 });
release!(Grown { GetAccounts = 7, AcquireTokenForClient = 1004, AcquireTokenSilent = 1007 });
release!(GrownAndRenamed { GetAccounts = 7, AcquireTokenForApp = 1004, AcquireTokenSilent = 1007 });

const LOCK: &str = "# ours\n1004 AcquireTokenForClient\n1007 AcquireTokenSilent\n";

/// Returns a new path for each lock file.
fn lock_file(text: &str, name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.lock"));
    fs::write(&path, text).unwrap();
    path
}

/// Returns the message of the assertion for a release with this lock file.
fn complaint<I: ApiId>(text: &str, name: &str) -> Option<String> {
    let path = lock_file(text, name);
    let failed = catch_unwind(|| assert_api_ids_locked::<I>(&path)).err()?;
    let said = failed.downcast::<String>().unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        text,
        "the file was touched"
    );
    Some(said.replace(&path.display().to_string(), "api-ids.lock"))
}

#[test]
fn unchanged_ids_pass() {
    assert_eq!(complaint::<First>(LOCK, "unchanged"), None);
    let windows = LOCK.replace('\n', "\r\n");
    assert_eq!(complaint::<First>(&windows, "unchanged-on-windows"), None);
}

#[test]
fn changed_ids_are_reported() {
    type Case = (&'static str, fn(&str, &str) -> Option<String>, &'static str);
    let cases: [Case; 5] = [
        (
            "renumbered",
            complaint::<Renumbered>,
            "expected 1004 for `AcquireTokenForClient`, found 1005; restore the number",
        ),
        (
            "renamed",
            complaint::<Renamed>,
            "expected `AcquireTokenForClient` for 1004, found `AcquireTokenForApp`; restore the name",
        ),
        (
            "swapped",
            complaint::<Swapped>,
            "expected `AcquireTokenForClient` for 1004, found `AcquireTokenSilent`; restore the name\n\
             expected `AcquireTokenSilent` for 1007, found `AcquireTokenForClient`; restore the name",
        ),
        (
            "removed",
            complaint::<Removed>,
            "expected `AcquireTokenSilent` (1007), found no such id; restore it, `#[deprecated]` if need be",
        ),
        (
            "grown",
            complaint::<Grown>,
            "expected `7 GetAccounts` in api-ids.lock, found no such line; run this test with UPDATE_API_IDS=1 and commit the file",
        ),
    ];
    for (name, complaint, expected) in cases {
        assert_eq!(complaint(LOCK, name).as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn bad_merge_is_rejected_with_line() {
    for (text, complaint_expected) in [
        (
            "1004 AcquireTokenForClient\n<<<<<<< HEAD\n",
            "line 2: expected `number name`, found `<<<<<<< HEAD`",
        ),
        (
            "1004 AcquireTokenForClient\n1004 AcquireTokenForClient\n",
            "line 2: expected each number once, found 1004 again",
        ),
        ("1004\n", "line 1: expected `number name`, found `1004`"),
    ] {
        let said = complaint::<First>(text, "merged").unwrap();
        assert_eq!(said, format!("api-ids.lock, {complaint_expected}"));
    }
}

#[test]
fn update_keeps_order_and_comments() {
    let path = lock_file(LOCK, "written");
    assert_eq!(run_with_variable::<Grown>(&path), Ok(()));
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "# ours\n7 GetAccounts\n1004 AcquireTokenForClient\n1007 AcquireTokenSilent\n"
    );
    assert_api_ids_locked::<Grown>(&path);
}

#[test]
fn update_creates_the_file() {
    let path = lock_file("", "first");
    fs::remove_file(&path).unwrap();
    assert_eq!(run_with_variable::<First>(&path), Ok(()));
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with('#')
            && text.ends_with("\n1004 AcquireTokenForClient\n1007 AcquireTokenSilent\n")
    );
    assert_api_ids_locked::<First>(&path);
}

#[test]
fn update_never_changes_released_ids() {
    let path = lock_file(LOCK, "not-written");
    let said = run_with_variable::<GrownAndRenamed>(&path).unwrap_err();
    assert!(
        said.contains("expected `AcquireTokenForClient` for 1004"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), LOCK);
}

/// Runs the assertion in a subprocess with the variable set, as a developer would.
fn run_with_variable<I: ApiId>(path: &Path) -> Result<(), String> {
    let output = alone("api_lock::run_in_subprocess")
        .env(UPDATE_API_IDS, "1")
        .env("LOCK_FILE", path)
        .env("LOCKED_ENUM", type_name::<I>())
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Runs the assertion for the enum with this name.
type Named = (&'static str, fn(PathBuf));

#[test]
#[ignore = "run by others, with the variable set"]
fn run_in_subprocess() {
    let path = std::env::var_os("LOCK_FILE").unwrap();
    let wanted = std::env::var_os("LOCKED_ENUM").unwrap();
    let assertions: [Named; 3] = [
        (type_name::<First>(), assert_api_ids_locked::<First>),
        (type_name::<Grown>(), assert_api_ids_locked::<Grown>),
        (
            type_name::<GrownAndRenamed>(),
            assert_api_ids_locked::<GrownAndRenamed>,
        ),
    ];
    for (name, assert) in assertions {
        if *wanted == *name {
            return assert(path.into());
        }
    }
    panic!("no such enum: {}", wanted.display());
}
