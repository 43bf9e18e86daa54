//! Prints the catalog of the Contoso SDK's API ids, for the team that reads its telemetry.
//!
//! ```text
//! cargo run --example api-catalog                 # as Markdown, then as JSON
//! cargo run --example api-catalog -- markdown     # one format only, to redirect into a file
//! cargo run --example api-catalog -- json
//! ```

use std::process::ExitCode;

use token_telemetry::api::Catalog;
use token_telemetry_examples::Failure;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::contoso::ContosoApi;

const HELP: &str = "\
Prints the catalog of the Contoso SDK's API ids, for the team that reads its telemetry.

Usage: cargo run --example api-catalog [-- FORMAT]

  FORMAT   `markdown` or `json`; default: both
  --help   prints this text
";

fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(text(arguments.words())),
        Err(code) => code,
    }
}

/// Returns the text to print, without a trailing newline.
fn text(formats: &[String]) -> Result<String, Failure> {
    let catalog = Catalog::of::<ContosoApi>();
    let (markdown, json) = (catalog.to_markdown(), catalog.to_json());
    let text = match formats {
        [] => format!("{markdown}\n{json}"),
        [format] if format == "markdown" => markdown,
        [format] if format == "json" => json,
        _ => {
            let found = formats.join(" ");
            return Err(
                format!("expected the format `markdown` or `json`, found `{found}`").into(),
            );
        }
    };
    Ok(text.trim_end().to_owned())
}
