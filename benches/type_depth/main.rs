//! Measures how deep annotated functions can call each other before the `Send` check fails.
//!
//! To prove that a future is `Send`, the compiler looks at everything inside it, down to its
//! recursion limit. Each layer that an attribute adds reduces the depth that is left for users.

use std::fmt::Write as _;

use token_telemetry_benches::{NONE, OURS, SDK, Scratch, Variant};

/// Minimum depth that the attribute must leave.
const NEEDED: usize = 20;

/// Deeper than any variant reaches at the default recursion limit of 128.
const TOO_DEEP: usize = 128;

const VARIANTS: [Variant; 5] = [
    NONE,
    OURS,
    Variant {
        name: "tracing",
        attribute: "#[tracing::instrument(skip_all)]",
        dependency: "tracing = \"0.1\"",
    },
    Variant {
        name: "tracing-err",
        attribute: "#[tracing::instrument(skip_all, err)]",
        dependency: "tracing = \"0.1\"",
    },
    Variant {
        name: "fastrace",
        attribute: "#[fastrace::trace]",
        dependency: "fastrace = { version = \"0.7\", features = [\"enable\"] }",
    },
];

fn main() {
    let scratch = Scratch::new("type-depth", "lib.rs", &VARIANTS);
    let depths = VARIANTS.map(|variant| {
        let depth = deepest(&scratch, &variant);
        println!("{:<12} {depth:>3}   {}", variant.name, variant.attribute);
        depth
    });
    let [none, ours, tracing, ..] = depths;
    println!("depth: none {none}, ours {ours}, tracing {tracing}");
    assert!(
        ours >= NEEDED,
        "expected a depth of at least {NEEDED}, found {ours}"
    );
}

/// Returns the length of the longest chain of functions whose future is still `Send`.
fn deepest(scratch: &Scratch, variant: &Variant) -> usize {
    let prove = |depth: usize| {
        scratch.source(variant, &chain(variant, depth));
        scratch.compile("check", variant)
    };
    prove(1).unwrap();
    let (mut proven, mut rejected) = (1, TOO_DEEP);
    while rejected - proven > 1 {
        let middle = proven.midpoint(rejected);
        if prove(middle).is_ok() {
            proven = middle;
        } else {
            rejected = middle;
        }
    }
    proven
}

/// Returns the source of a chain of functions, each calling the next.
fn chain(variant: &Variant, depth: usize) -> String {
    let Variant { attribute, .. } = variant;
    let mut source = format!("#![allow(dead_code)]\n{SDK}");
    for number in 1..=depth {
        let body = match number {
            1 => "Ok(1)".to_owned(),
            _ => format!("acquire_{}().await", number - 1),
        };
        writeln!(
            source,
            "\n{attribute}\npub async fn acquire_{number}() -> Result<u8, AuthError> {{\n    {body}\n}}"
        )
        .unwrap();
    }
    write!(
        source,
        "\nfn is_send(_: impl Send) {{}}\n\npub fn prove() {{\n    is_send(acquire_{depth}());\n}}\n"
    )
    .unwrap();
    source
}
