//! Measures what 200 annotated functions of 40 lines add to the compile time of a crate.
//!
//! Each build is a development build of a library that creates all their futures, with its
//! dependencies already built. Nothing is linked, because linking costs the same for any number of
//! functions. The variants take turns; those in the ratio are built three times per round, and the
//! fastest build counts. The table shows the median of all rounds. Where the system reports
//! processor time, that is measured instead of wall time, because the machine may be busy.

use std::array;
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use token_telemetry_benches::{NONE, OURS, SDK, Scratch, Variant};

const FUNCTIONS: usize = 200;
const LINES: usize = 40;
const ROUNDS: usize = 5;

/// Builds per round of each variant in the ratio.
const TURNS: usize = 3;

/// Number of variants in the ratio: the first three, none, ours and tracing.
const COMPARED: usize = 3;

/// Build time of each variant, in seconds.
type Round = [f64; VARIANTS.len()];

const VARIANTS: [Variant; 5] = [
    NONE,
    OURS,
    Variant {
        name: "tracing",
        attribute: "#[tracing::instrument(skip_all, err)]",
        dependency: "tracing = \"0.1\"",
    },
    Variant {
        name: "fastrace",
        attribute: "#[fastrace::trace]",
        dependency: "fastrace = { version = \"0.7\", features = [\"enable\"] }",
    },
    Variant {
        name: "autometrics",
        attribute: "#[autometrics::autometrics]",
        dependency: "autometrics = { version = \"3\", default-features = false, features = [\"prometheus-0_14\"] }",
    },
];

fn main() {
    let scratch = Scratch::new("compile-cost", "lib.rs", &VARIANTS);
    let once = || VARIANTS.map(|variant| build(&scratch, &variant));
    // The first run also builds the dependencies.
    once();
    let round = |_| {
        let mut fastest = once();
        for _ in 1..TURNS {
            for (fastest, variant) in fastest.iter_mut().zip(VARIANTS).take(COMPARED) {
                *fastest = fastest.min(build(&scratch, &variant));
            }
        }
        fastest
    };
    let rounds: Vec<Round> = (0..ROUNDS).map(round).collect();
    report(&rounds);
}

/// Returns the seconds that one build takes.
fn build(scratch: &Scratch, variant: &Variant) -> f64 {
    scratch.source(variant, &library(variant));
    let before = Spent::now();
    scratch.compile("build", variant).unwrap();
    before.until_now().as_secs_f64()
}

/// Returns the source of a library with all functions.
fn library(variant: &Variant) -> String {
    let mut source = format!("#![allow(dead_code)]\n{SDK}\n{FETCH}");
    for number in 0..FUNCTIONS {
        let function = function(number);
        assert_eq!(function.lines().count(), LINES);
        write!(source, "\n{}\n{function}", variant.attribute).unwrap();
    }
    source.push_str("\npub fn all(scopes: &[String]) -> Vec<Boxed<'_>> {\n    vec![\n");
    for number in 0..FUNCTIONS {
        writeln!(
            source,
            "        Box::pin(acquire_{number}({number}, scopes)),"
        )
        .unwrap();
    }
    source.push_str("    ]\n}\n");
    source
}

const FETCH: &str = "
pub type Boxed<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Vec<String>, AuthError>> + 'a>>;

async fn fetch(seed: u64) -> Result<u64, AuthError> {
    if seed == 0 { Err(AuthError) } else { Ok(seed) }
}
";

/// Returns a function of 40 lines with awaits, loops and early returns, like real SDK code.
fn function(number: usize) -> String {
    let mut function = format!(
        "pub async fn acquire_{number}(seed: u64, scopes: &[String]) -> Result<Vec<String>, AuthError> {{\n    \
         let mut tokens = Vec::new();\n"
    );
    for step in 0..4 {
        write!(
            function,
            "    let mut token_{step} = fetch(seed).await?;
    if token_{step} % 7 == 0 {{
        token_{step} = fetch(token_{step} + 1).await?;
    }}
    for scope in scopes.iter().filter(|scope| scope.len() > 3) {{
        token_{step} = token_{step}.wrapping_mul(31).wrapping_add(scope.len() as u64);
    }}
    let text_{step} = format!(\"{{}}-{{}}\", token_{step}, scopes.len());
    tokens.push(text_{step});
"
        )
        .unwrap();
    }
    function.push_str("    Ok(tokens)\n}\n");
    function
}

/// Time spent so far: processor time of child processes, or else wall time.
enum Spent {
    Processor(Duration),
    Wall(Instant),
}

impl Spent {
    fn now() -> Self {
        children().map_or_else(|| Self::Wall(Instant::now()), Self::Processor)
    }

    fn until_now(self) -> Duration {
        match self {
            Self::Processor(before) => children().unwrap_or(before) - before,
            Self::Wall(before) => before.elapsed(),
        }
    }
}

/// Returns the user and system time of finished child processes; Linux counts ticks of 10 ms.
fn children() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The program name is in parentheses and may contain anything, even `)`.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields
        .split_whitespace()
        .skip(13)
        .map_while(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis(10 * (ticks.next()? + ticks.next()?)))
}

fn median(seconds: impl Iterator<Item = f64>) -> f64 {
    let mut seconds: Vec<f64> = seconds.collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn report(rounds: &[Round]) {
    let what = if children().is_some() {
        "processor time"
    } else {
        "wall time"
    };
    println!(
        "{FUNCTIONS} functions of {LINES} lines, development build, {what}, median of {ROUNDS}"
    );
    println!("{:<12} {:>8} {:>8}   attribute", "", "total", "added");
    // Compare within a round, because the speed of the machine may change between rounds.
    let added: Round = array::from_fn(|at| median(rounds.iter().map(|round| round[at] - round[0])));
    for (at, variant) in VARIANTS.iter().enumerate() {
        let Variant {
            name, attribute, ..
        } = variant;
        let total = median(rounds.iter().map(|round| round[at]));
        println!(
            "{name:<12} {total:>6.2} s {:>6.2} s   {attribute}",
            added[at]
        );
    }
    let [_, ours, tracing, ..] = added;
    let ratio = tracing / ours.max(0.01);
    println!("ratio: tracing / ours = {ratio:.1}");
    assert!(
        ratio >= 4.0,
        "expected the attribute to add at most a quarter of what tracing adds"
    );
}
