//! Diagnostics of one copy, and the functions they belong to.

use serde_json::Value;

/// One warning or error, as far as it must be the same with the attribute and without it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Diagnostic {
    pub(crate) lint: String,
    message: String,
    /// What is underlined: line and column of beginning and end, once for each primary span.
    places: Vec<[u64; 4]>,
}

impl Diagnostic {
    /// Reads one line of `cargo clippy --message-format=json`, if it is a diagnostic of a lint or an error.
    pub(crate) fn read(message: &Value) -> Option<Self> {
        let diagnostic = &message["message"];
        let spans = diagnostic["spans"].as_array()?;
        let place = |span: &Value| {
            ["line_start", "column_start", "line_end", "column_end"]
                .map(|key| span[key].as_u64().unwrap_or_default())
        };
        let places: Vec<_> = spans
            .iter()
            .filter(|span| span["is_primary"] == true)
            .map(place)
            .collect();
        // The summary at the end has no place.
        (!places.is_empty()).then(|| Self {
            lint: diagnostic["code"]["code"]
                .as_str()
                .unwrap_or("error")
                .to_owned(),
            message: diagnostic["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            places,
        })
    }

    fn line(&self) -> u64 {
        self.places.first().map_or(0, |place| place[0])
    }

    /// Whether the two are of one lint, and about one function.
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

    /// How many carry the attribute.
    pub(crate) fn annotated(&self) -> usize {
        self.0.iter().filter(|function| function.annotated).count()
    }

    /// The function that a diagnostic is about.
    pub(crate) fn around(&self, diagnostic: &Diagnostic) -> Option<&'a str> {
        self.find(diagnostic).map(|function| function.name)
    }

    /// The function that a diagnostic is about, if it carries the attribute.
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

/// Whether a line holds the attribute, and nothing else.
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
