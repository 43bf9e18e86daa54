//! The ids of an SDK written down, for people and for programs.

use std::fmt::{self, Write as _};

use super::{ApiEntry, ApiId};

/// The ids of an SDK in the order of their numbers, to be written down.
///
/// # Examples
///
/// ```
/// use token_telemetry::api::Catalog;
/// use token_telemetry::api::MsalNode;
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
    /// The ids of one enum.
    #[must_use]
    pub fn of<I: ApiId>() -> Self {
        Self::default().and::<I>()
    }

    /// These ids and those of one more enum.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Catalog;
    /// use token_telemetry::api::{MsalJava, MsalPython};
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

    /// The ids, the smallest number first.
    #[must_use]
    pub fn entries(&self) -> &[ApiEntry] {
        &self.entries
    }

    /// A table in Markdown, one line per id.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut table = String::from("| Number | Name | Meaning | Owner |\n|---:|---|---|---|\n");
        for entry in &self.entries {
            table.push_str(&row(entry));
        }
        table
    }

    /// An array in JSON, one object per line.
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

/// Whether the name may stand between backticks as it is; the derive gives no others.
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

/// Markdown that stays within one cell of a table.
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

/// A string of JSON.
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
