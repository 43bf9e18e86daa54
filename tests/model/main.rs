//! Runs random programs against a sequential model, written only from the documentation.
//!
//! `MODEL_STEPS` sets the number of steps, `MODEL_SEED` the first program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says by panicking what is wrong"
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a function does the steps that it knows and passes the others on"
)]

mod compare;
mod program;
mod random;
mod reference;
mod setup;
mod trial;
mod world;

use self::program::Step;
use self::setup::Setup;
use self::world::World;

/// Steps of a normal test run.
const STEPS: usize = 300_000;

#[expect(
    clippy::disallowed_methods,
    reason = "the length of a test is the developer's choice"
)]
fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn library_matches_model() {
    let steps = number("MODEL_STEPS").unwrap_or(STEPS);
    let mut seed = number("MODEL_SEED").unwrap_or(0) as u64;
    let mut done = 0;
    while done < steps {
        let (setup, program) = (Setup::random(seed), random::program(seed));
        match run(setup, &program) {
            Ok(more) => done += more,
            Err(_) => report(seed, setup, program),
        }
        seed += 1;
    }
    println!("model: {done} steps, 0 differences");
}

fn run(setup: Setup, program: &[Step]) -> Result<usize, String> {
    World::new(setup, program.to_vec()).run()
}

/// Prints the shortest program found that still differs.
fn report(seed: u64, setup: Setup, mut program: Vec<Step>) {
    let mut chunk = program.len();
    while chunk > 0 {
        let len = program.len();
        let mut at = 0;
        while at < program.len() {
            let mut shorter = program.clone();
            shorter.drain(at..(at + chunk).min(program.len()));
            if run(setup, &shorter).is_err() {
                program = shorter;
            } else {
                at += chunk;
            }
        }
        chunk = if program.len() < len {
            program.len()
        } else {
            chunk / 2
        };
    }
    let world = World::new(setup, program);
    let difference = world.run().err().unwrap_or_default();
    let story = world.story();
    panic!("seed {seed}, {setup:?}\n{story}\n{difference}");
}
