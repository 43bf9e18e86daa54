//! Parsing of values that the vectors do not cover.

use token_telemetry::graph::read::{self, Repair};
use token_telemetry::graph::{FeatureUsage, Key};

/// Results of the sender and the recipient grammar, as `reason@offset`.
fn results(value: impl AsRef<[u8]>) -> (String, String) {
    let describe = |result: Result<_, read::ReadError>| match result {
        Ok(_) => "accept".to_owned(),
        Err(error) => format!("{}@{}", error.reason(), error.offset()),
    };
    let value = value.as_ref();
    (
        describe(read::sender(value)),
        describe(read::recipient(value)),
    )
}

#[test]
fn errors_have_reason_and_offset() {
    let deep = format!("a/1 {}{}", "(".repeat(9), ")".repeat(9));
    for (value, reason) in [
        ("a/", "empty-version@2"),
        ("a/ 1", "empty-version@2"),
        ("a/1, b/(x)", "empty-version@7"),
        ("a/1/", "second-slash@3"),
        ("a(x)", "missing-rws@1"),
        ("a/1(x)", "missing-rws@3"),
        ("a/1 (x)(y)", "second-comment@7"),
        ("a/1 (x)b/2", "expected-comma@7"),
        ("a/1, (x)", "comment-without-product@5"),
        ("a/1, =", "not-a-token@5"),
        ("é/1", "not-a-token@0"),
        ("aé/1", "expected-comma@1"),
        ("a/1 (x\\", "dangling-quoted-pair@6"),
        ("a/1 (x\\\u{7})", "control@7"),
        ("a/1 b\n", "forbidden-octet@5"),
        (&deep, "comment-too-deep@12"),
    ] {
        let expected = (reason.to_owned(), reason.to_owned());
        assert_eq!(results(value), expected, "{value:?}");
    }
}

#[test]
fn sender_grammar_is_stricter() {
    let commas = format!("a/1{}", ",".repeat(17));
    for (value, sender, recipient) in [
        ("\ta/1", "outer-whitespace@0", "accept"),
        ("a/1\t", "outer-whitespace@3", "accept"),
        ("a/1,,b", "empty-element@4", "accept"),
        ("a/1 (\\é)", "obs-text@6", "accept"),
        (&commas, "empty-element@4", "too-many-empty@20"),
        (",,", "empty-element@0", "no-element@2"),
    ] {
        let expected = (sender.to_owned(), recipient.to_owned());
        assert_eq!(results(value), expected, "{value:?}");
    }
}

#[test]
fn length_is_limited_to_8192_bytes() {
    let longest = "a".repeat(read::MAX_LEN);
    assert!(read::sender(&longest).is_ok());
    let (sender, recipient) = results(longest + "a");
    assert_eq!((&*sender, &*recipient), ("too-long@8192", "too-long@8192"));
}

#[test]
fn legacy_form_splits_at_the_last_hyphen() {
    for (token, name, version) in [
        ("graph-js-1.2.0", "graph-js", "1.2.0"),
        ("graph-2.0-core-3.1", "graph-2.0-core", "3.1"),
        (
            "Graph-dotnet-2.0.5-preview.1",
            "Graph-dotnet",
            "2.0.5-preview.1",
        ),
    ] {
        let elements = read::recipient(token).unwrap();
        let legacy = elements.first().legacy().unwrap();
        assert_eq!((legacy.name, legacy.version), (name, version));
    }
    for token in [
        "graph-go-v1",
        "graph-dotnet-v2.0",
        "graph-1",
        "-1.0",
        "graph-js-1.2.0/3",
    ] {
        let elements = read::recipient(token).unwrap();
        assert_eq!(elements.first().legacy(), None, "{token}");
    }
}

#[test]
fn first_of_duplicate_keys_counts() {
    let value = "a/1 (hostOS=x; featureUsage=01; featureUsage=02; HostOs=y; hostOS=z; hostOS)";
    let comment = read::sender(value).unwrap().last().comment().unwrap();
    assert_eq!(
        comment.feature_usage(),
        Some(Ok(FeatureUsage::REDIRECT_HANDLER))
    );
    assert_eq!(comment.value(Key::HostOs).as_deref(), Some(&b"x"[..]));
    assert_eq!(comment.duplicate_keys(), [&b"featureUsage"[..], b"hostOS"]);
    assert_eq!(comment.near_misses().collect::<Vec<_>>(), [&b"HostOs"[..]]);
    assert_eq!(comment.pairs().last().unwrap().key, None);
}

#[test]
fn tolerant_repairs_two_known_mistakes() {
    for (value, as_if, repairs) in [
        (
            "a/1, (x)",
            "a/1 (x)",
            vec![Repair::OrphanCommentJoinedToPrevious],
        ),
        (
            "a/1 k=v;, b/2",
            "a/1 (k=v), b/2",
            vec![Repair::BarePairsReadAsComment],
        ),
        (
            "a/1 k=v, b/2, (y)",
            "a/1 (k=v), b/2 (y)",
            vec![
                Repair::BarePairsReadAsComment,
                Repair::OrphanCommentJoinedToPrevious,
            ],
        ),
    ] {
        let read = read::tolerant(value).unwrap();
        assert_eq!(read.repairs, repairs);
        assert_eq!(read.elements.to_bytes(), as_if.as_bytes());
    }
    for (value, offset) in [
        ("(x), a/1", 0),
        ("a/1 x y=1", 4),
        ("a/1 =1", 4),
        ("a/1 k=(v", 4),
        ("a/1 k=v)", 4),
        ("a/1 b/2", 4),
        ("a/1k=v", 4),
        ("a/1 k=v, (x)", 9),
    ] {
        assert_eq!(
            read::tolerant(value).unwrap_err().offset(),
            offset,
            "{value}"
        );
    }
}
