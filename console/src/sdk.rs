//! One SDK client that the console shows.

use token_telemetry::Telemetry;

/// A client and its name on the page.
pub(crate) struct Sdk {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) telemetry: Telemetry,
}

impl Sdk {
    /// Creates a client whose name differs from those taken.
    pub(crate) fn new(name: Option<String>, telemetry: Telemetry, taken: &[&str]) -> Self {
        let client = telemetry.client();
        let own = name.or_else(|| client.sku().map(str::to_owned));
        let own = own.unwrap_or_else(|| "SDK".to_owned());
        let numbered = (2..).map(|number| format!("{own} ({number})"));
        let mut names = std::iter::once(own.clone()).chain(numbered);
        let name = names.find(|name| !taken.contains(&name.as_str()));
        Self {
            name: name.unwrap_or(own),
            version: client.version().unwrap_or_default().to_owned(),
            telemetry,
        }
    }
}
