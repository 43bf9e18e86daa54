//! Prints the catalogue of the Contoso SDK's API ids, for the team that reads its telemetry.
//!
//! ```text
//! cargo run --example api-catalogue                 # as Markdown, then as JSON
//! cargo run --example api-catalogue -- markdown     # one of them alone, to redirect into a file
//! cargo run --example api-catalogue -- json
//! ```

#![expect(
    clippy::print_stdout,
    reason = "examples talk to the person who runs them"
)]

use std::process::ExitCode;

use token_telemetry::Catalogue;
use token_telemetry_examples::contoso::ContosoApi;

fn main() -> ExitCode {
    let catalogue = Catalogue::of::<ContosoApi>();
    match std::env::args().nth(1).as_deref() {
        None => print!("{}\n{}", catalogue.to_markdown(), catalogue.to_json()),
        Some("markdown") => print!("{}", catalogue.to_markdown()),
        Some("json") => print!("{}", catalogue.to_json()),
        Some(other) => {
            println!("unknown format `{other}`, expected `markdown` or `json`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
