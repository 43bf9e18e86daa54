//! Catalogs of API ids, as Markdown for people and JSON for programs.

use std::fmt::{self, Write as _};

use super::{ApiEntry, ApiId};

/// A catalog of API ids, sorted by number.
///
/// # Examples
///
/// ```
/// use token_telemetry::api::{Catalog, MsalNode};
///
/// let catalog = Catalog::of::<MsalNode>();
/// assert!(catalog.to_markdown().contains(
///     "| 771 | `AcquireTokenForClient` | Acquires a token for the application itself. | Msal |"
/// ));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    entries: Vec<ApiEntry>,
}

impl Catalog {
    /// Creates a catalog of the ids of one enum.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::{Catalog, MsalNet};
    ///
    /// assert_eq!(Catalog::of::<MsalNet>().entries()[0].api().number(), 1000);
    /// ```
    #[must_use]
    pub fn of<I: ApiId>() -> Self {
        Self::default().and::<I>()
    }

    /// Adds the ids of another enum.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::{Catalog, MsalJava, MsalPython};
    ///
    /// let catalog = Catalog::of::<MsalJava>().and::<MsalPython>();
    /// assert_eq!(catalog.entries().len(), 26);
    /// ```
    #[must_use]
    pub fn and<I: ApiId>(mut self) -> Self {
        self.entries.extend_from_slice(I::CATALOG);
        self.entries.sort_by_key(|entry| entry.api().number());
        self
    }

    /// Returns the entries, the smallest number first.
    #[must_use]
    pub fn entries(&self) -> &[ApiEntry] {
        &self.entries
    }

    /// Returns a Markdown table, one line per id.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::{Catalog, MsalPython};
    ///
    /// let table = Catalog::of::<MsalPython>().to_markdown();
    /// assert!(table.starts_with("| Number | Name | Meaning | Owner |"));
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut table = String::from("| Number | Name | Meaning | Owner |\n|---:|---|---|---|\n");
        for entry in &self.entries {
            table.push_str(&row(entry));
        }
        table
    }

    /// Returns a JSON array, one object per line.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Catalog;
    /// use token_telemetry::ApiId;
    ///
    /// #[derive(ApiId, Clone, Copy)]
    /// #[repr(u16)]
    /// #[api_id(owner = Self)]
    /// enum FabrikamApi {
    ///     /// Acquires a token.
    ///     AcquireToken = 7,
    /// }
    ///
    /// assert_eq!(
    ///     Catalog::of::<FabrikamApi>().to_json(),
    ///     r#"[
    ///   {"number": 7, "name": "AcquireToken", "doc": "Acquires a token.", "owner": "FabrikamApi"}
    /// ]
    /// "#
    /// );
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let objects: Vec<String> = self.entries.iter().map(object).collect();
        if objects.is_empty() {
            return "[]\n".to_owned();
        }
        format!("[\n{}\n]\n", objects.join(",\n"))
    }
}

fn row(entry: &ApiEntry) -> String {
    let api = entry.api();
    let (name, doc, owner) = (Cell(api.name()), Cell(entry.doc()), Cell(entry.owner()));
    let code = if is_plain(api.name()) { "`" } else { "" };
    format!(
        "| {} | {code}{name}{code} | {doc} | {owner} |\n",
        api.number()
    )
}

/// Returns whether the name can be put between backticks; the derive allows no others.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    !name.is_empty() && name.bytes().all(plain)
}

fn object(entry: &ApiEntry) -> String {
    let api = entry.api();
    let (name, doc, owner) = (Text(api.name()), Text(entry.doc()), Text(entry.owner()));
    let number = api.number();
    format!(r#"  {{"number": {number}, "name": {name}, "doc": {doc}, "owner": {owner}}}"#)
}

/// Text escaped for one cell of a Markdown table.
struct Cell<'a>(&'a str);

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut escaped = false;
        for character in self.0.chars() {
            match character {
                '|' if !escaped => f.write_str("\\|")?,
                character if character.is_control() => f.write_char(' ')?,
                character => f.write_char(character)?,
            }
            escaped = character == '\\' && !escaped;
        }
        // A last backslash would escape the border of the cell.
        if escaped { f.write_char('\\') } else { Ok(()) }
    }
}

/// A JSON string.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(character))?,
                character => f.write_char(character)?,
            }
        }
        f.write_char('"')
    }
}
