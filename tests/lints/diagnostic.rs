//! The diagnostics of one copy, and the functions that they are in.

use serde_json::Value;

/// The parts of a warning or error that must be the same with and without the attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Diagnostic {
    pub(crate) lint: String,
    message: String,
    /// Start and end, as line and column, of each primary span.
    locations: Vec<[u64; 4]>,
}

impl Diagnostic {
    /// Parses one line of `cargo clippy --message-format=json`, if it is a lint or an error.
    pub(crate) fn read(message: &Value) -> Option<Self> {
        let diagnostic = &message["message"];
        let spans = diagnostic["spans"].as_array()?;
        let bounds = |span: &Value| {
            ["line_start", "column_start", "line_end", "column_end"]
                .map(|key| span[key].as_u64().unwrap_or_default())
        };
        let locations: Vec<_> = spans
            .iter()
            .filter(|span| span["is_primary"] == true)
            .map(bounds)
            .collect();
        // The summary at the end has no span.
        (!locations.is_empty()).then(|| Self {
            lint: diagnostic["code"]["code"]
                .as_str()
                .unwrap_or("error")
                .to_owned(),
            message: diagnostic["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            locations,
        })
    }

    fn line(&self) -> u64 {
        self.locations.first().map_or(0, |span| span[0])
    }

    /// Whether both are of the same lint, in the same function.
    pub(crate) fn is_like(&self, other: &Self, functions: &Functions<'_>) -> bool {
        self.lint == other.lint && functions.around(self) == functions.around(other)
    }
}

/// The functions of the source, in order.
pub(crate) struct Functions<'a>(Vec<Function<'a>>);

struct Function<'a> {
    /// Line of the attribute, or else of the signature.
    begin: u64,
    name: &'a str,
    annotated: bool,
}

impl<'a> Functions<'a> {
    pub(crate) fn of(source: &'a str) -> Self {
        let mut functions = Vec::new();
        let mut attribute = None;
        for (number, line) in (1..).zip(source.lines()) {
            if is_attribute(line) {
                attribute = Some(number);
            }
            if let Some(name) = name_of_function(line) {
                functions.push(Function {
                    begin: attribute.unwrap_or(number),
                    name,
                    annotated: attribute.take().is_some(),
                });
            }
        }
        Self(functions)
    }

    /// Returns how many functions have the attribute.
    pub(crate) fn annotated(&self) -> usize {
        self.0.iter().filter(|function| function.annotated).count()
    }

    /// Returns the name of the function that a diagnostic is in.
    pub(crate) fn around(&self, diagnostic: &Diagnostic) -> Option<&'a str> {
        self.find(diagnostic).map(|function| function.name)
    }

    /// Returns the name of the function that a diagnostic is in, if it has the attribute.
    pub(crate) fn annotated_around(&self, diagnostic: &Diagnostic) -> Option<&'a str> {
        let function = self.find(diagnostic)?;
        function.annotated.then_some(function.name)
    }

    fn find(&self, diagnostic: &Diagnostic) -> Option<&Function<'a>> {
        let line = diagnostic.line();
        let mut backwards = self.0.iter().rev();
        backwards.find(|function| function.begin <= line)
    }
}

/// Whether a line is the attribute, and nothing else.
pub(crate) fn is_attribute(line: &str) -> bool {
    let line = line
        .trim_start()
        .trim_start_matches("#[")
        .trim_start_matches("::");
    line.starts_with("token_telemetry::acquire_token(")
}

fn name_of_function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_signature = before
        .split_whitespace()
        .all(|word| ["pub", "pub(crate)", "async", "unsafe"].contains(&word));
    let end = after.find(['(', '<'])?;
    is_signature.then(|| &after[..end])
}
