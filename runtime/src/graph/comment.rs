//! The comment of `SdkVersion`, which describes the platform.

use std::fmt;

/// A key in the comment of [`SdkVersion`](super::SdkVersion).
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::Key;
///
/// assert_eq!(Key::HostOs.name(), "hostOS");
/// assert_eq!(Key::ALL.len(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// The bitmap of features behind the request.
    FeatureUsage,
    /// The operating system.
    HostOs,
    /// The processor architecture; undocumented, but sent by three SDKs.
    HostArch,
    /// The language runtime and its version.
    RuntimeEnvironment,
}

impl Key {
    /// All keys, in the order of the SDKs that send them all.
    pub const ALL: &'static [Self] = &[
        Self::FeatureUsage,
        Self::HostOs,
        Self::HostArch,
        Self::RuntimeEnvironment,
    ];

    /// Returns the spelling in the header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Key;
    ///
    /// assert_eq!(Key::RuntimeEnvironment.name(), "runtimeEnvironment");
    /// ```
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

/// The comment of [`SdkVersion`](super::SdkVersion), which describes the platform.
///
/// Any text yields a valid header: `( ) \ ;` and everything except printable ASCII become `_`,
/// surrounding spaces are trimmed, and empty text is omitted.
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
    /// Pairs in the order they were set.
    pairs: Vec<Pair>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    key: Key,
    text: String,
}

impl Comment {
    /// Creates a comment without pairs.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Comment;
    ///
    /// assert_eq!(Comment::empty().to_string(), "");
    /// ```
    #[must_use]
    pub const fn empty() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Creates a comment with the operating system family and the Rust version of this build.
    ///
    /// More detail would make machines identifiable, which RFC 9110, section 10.1.5, warns about.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Comment;
    ///
    /// let comment = Comment::detect().host_arch(std::env::consts::ARCH);
    /// assert!(comment.to_string().contains("runtimeEnvironment=Rust/"));
    /// ```
    #[must_use]
    pub fn detect() -> Self {
        Self::empty()
            .host_os(std::env::consts::OS)
            .runtime_environment("Rust", env!("TOKEN_TELEMETRY_RUSTC"))
    }

    /// Sets the operating system.
    ///
    /// A full name with version and build makes machines identifiable; send it only if the
    /// application's owner agrees.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Comment;
    ///
    /// assert_eq!(Comment::empty().host_os("linux").to_string(), "hostOS=linux");
    /// ```
    #[must_use]
    pub fn host_os(self, text: impl AsRef<str>) -> Self {
        self.with(Key::HostOs, text.as_ref())
    }

    /// Sets the processor architecture.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Comment;
    ///
    /// assert_eq!(Comment::empty().host_arch("x86_64").to_string(), "hostArch=x86_64");
    /// ```
    #[must_use]
    pub fn host_arch(self, text: impl AsRef<str>) -> Self {
        self.with(Key::HostArch, text.as_ref())
    }

    /// Sets the language runtime; an empty version is omitted.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Comment;
    ///
    /// let comment = Comment::empty().runtime_environment("Rust", "1.95.0");
    /// assert_eq!(comment.to_string(), "runtimeEnvironment=Rust/1.95.0");
    /// ```
    #[must_use]
    pub fn runtime_environment(self, name: impl AsRef<str>, version: impl AsRef<str>) -> Self {
        let (name, version) = (name.as_ref(), version.as_ref());
        if version.is_empty() {
            return self.with(Key::RuntimeEnvironment, name);
        }
        self.with(Key::RuntimeEnvironment, &format!("{name}/{version}"))
    }

    fn with(mut self, key: Key, text: &str) -> Self {
        let text = sanitized(text);
        match self.pairs.iter_mut().find(|pair| pair.key == key) {
            Some(pair) => pair.text = text,
            None => self.pairs.push(Pair { key, text }),
        }
        self.pairs.retain(|pair| !pair.text.is_empty());
        self
    }

    /// Removes a pair; returns whether it was present.
    pub(super) fn remove(&mut self, key: Key) -> bool {
        let before = self.pairs.len();
        self.pairs.retain(|pair| pair.key != key);
        self.pairs.len() < before
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Pair { key, text }) in self.pairs.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{key}={text}")?;
        }
        Ok(())
    }
}

/// Replaces everything that is not safe in a pair; the result may be empty.
fn sanitized(text: &str) -> String {
    // A `;` ends the pair, and RFC 9110 does not allow a sender to quote it in a comment.
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
    fn second_text_replaces_first() {
        let comment = Comment::empty().host_os("linux").host_arch("x64");
        let comment = comment.host_os("windows");
        assert_eq!(comment.to_string(), "hostOS=windows; hostArch=x64");
        assert_eq!(comment.host_os(" ").to_string(), "hostArch=x64");
    }

    #[test]
    fn line_breaks_are_replaced() {
        let comment = Comment::empty().host_os(" Linux\r\nX-Evil: 1 ");
        assert_eq!(comment.to_string(), "hostOS=Linux__X-Evil: 1");
    }

    #[test]
    fn detect_sends_only_the_os_family() {
        let os = format!("hostOS={};", std::env::consts::OS);
        assert!(Comment::detect().to_string().starts_with(&os));
    }
}
