//! What the comment of `SdkVersion` says about the machine.

use std::fmt;

/// Key of a pair in the comment, in the spelling of the documents and SDKs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// Bitmap of the features behind the request.
    FeatureUsage,
    /// Operating system.
    HostOs,
    /// Processor architecture; no document has it, three SDKs send it.
    HostArch,
    /// Language runtime and its version.
    RuntimeEnvironment,
}

impl Key {
    /// Every key, in the order of the SDKs that send them all.
    pub const ALL: &'static [Self] = &[
        Self::FeatureUsage,
        Self::HostOs,
        Self::HostArch,
        Self::RuntimeEnvironment,
    ];

    /// Spelling in the header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FeatureUsage => "featureUsage",
            Self::HostOs => "hostOS",
            Self::HostArch => "hostArch",
            Self::RuntimeEnvironment => "runtimeEnvironment",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Facts about the machine in the comment of `SdkVersion`.
///
/// Text from the machine never makes a header fail: whatever is not printable ASCII, and
/// `( ) \ ;`, becomes `_`, blanks around it go, and an empty text is left out.
///
/// ```text
/// comment-content = pair *( "; " pair )
/// pair            = ( "hostOS" / "hostArch" / "runtimeEnvironment" ) "=" text
/// ```
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::Comment;
///
/// let comment = Comment::empty()
///     .host_os("NixOS 24.11 (Vicuña)")
///     .runtime_environment("Rust", "1.95.0");
/// assert_eq!(comment.to_string(), "hostOS=NixOS 24.11 _Vicu_a_; runtimeEnvironment=Rust/1.95.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Pairs in the order in which they were told.
    pairs: Vec<(Key, String)>,
}

impl Comment {
    /// Only what the caller tells.
    #[must_use]
    pub const fn empty() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Family of the operating system, and Rust with the version that compiled this crate.
    ///
    /// Finer detail would tell machines apart, which RFC 9110, section 10.1.5, warns of.
    #[must_use]
    pub fn detect() -> Self {
        Self::empty()
            .host_os(std::env::consts::OS)
            .runtime_environment("Rust", env!("TOKEN_TELEMETRY_RUSTC"))
    }

    /// Says which operating system the program runs on.
    ///
    /// A full name with version and build tells machines apart; send it only if the
    /// application's owner wants that.
    #[must_use]
    pub fn host_os(self, text: impl AsRef<str>) -> Self {
        self.with(Key::HostOs, text.as_ref())
    }

    /// Says which processor architecture the program runs on.
    #[must_use]
    pub fn host_arch(self, text: impl AsRef<str>) -> Self {
        self.with(Key::HostArch, text.as_ref())
    }

    /// Says which language runtime the program uses; an empty version is left out.
    #[must_use]
    pub fn runtime_environment(self, name: impl AsRef<str>, version: impl AsRef<str>) -> Self {
        let (name, version) = (name.as_ref(), version.as_ref());
        if version.is_empty() {
            return self.with(Key::RuntimeEnvironment, name);
        }
        self.with(Key::RuntimeEnvironment, &format!("{name}/{version}"))
    }

    fn with(mut self, key: Key, text: &str) -> Self {
        let text = sanitised(text);
        let told = self.pairs.iter().position(|(known, _)| *known == key);
        match (told, text.is_empty()) {
            (None, true) => {}
            (None, false) => self.pairs.push((key, text)),
            (Some(at), true) => drop(self.pairs.remove(at)),
            (Some(at), false) => {
                if let Some(pair) = self.pairs.get_mut(at) {
                    pair.1 = text;
                }
            }
        }
        self
    }

    /// Leaves a pair out, and says whether it was there.
    pub(super) fn remove(&mut self, key: Key) -> bool {
        let before = self.pairs.len();
        self.pairs.retain(|(known, _)| *known != key);
        self.pairs.len() < before
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (key, text)) in self.pairs.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{key}={text}")?;
        }
        Ok(())
    }
}

/// Text that is safe as the value of a pair; may be empty.
fn sanitised(text: &str) -> String {
    // A `;` cannot be escaped: no sender may quote it in a comment, and it ends the pair.
    let safe = |character| match character {
        '(' | ')' | '\\' | ';' => '_',
        ' '..='~' => character,
        _ => '_',
    };
    let text: String = text.chars().map(safe).collect();
    text.trim_matches(' ').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_text_replaces_the_first_in_its_place() {
        let comment = Comment::empty().host_os("linux").host_arch("x64");
        let comment = comment.host_os("windows");
        assert_eq!(comment.to_string(), "hostOS=windows; hostArch=x64");
        assert_eq!(comment.host_os(" ").to_string(), "hostArch=x64");
    }

    #[test]
    fn line_ends_cannot_split_the_header() {
        let comment = Comment::empty().host_os(" Linux\r\nX-Evil: 1 ");
        assert_eq!(comment.to_string(), "hostOS=Linux__X-Evil: 1");
    }

    #[test]
    fn the_default_names_only_the_family() {
        let os = format!("hostOS={};", std::env::consts::OS);
        assert!(Comment::detect().to_string().starts_with(&os));
    }
}
