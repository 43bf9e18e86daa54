//! Ids of acquisitions, authorities and errors.

use token_telemetry::TransportError;

/// The id of an acquisition in headers: set by the SDK, or random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    Given(u32),
    Random(u32),
}

impl Id {
    /// The number of an acquisition whose id is random.
    pub(crate) fn random(self) -> Option<u32> {
        match self {
            Self::Random(acquisition) => Some(acquisition),
            Self::Given(_) => None,
        }
    }
}

/// The authority of a failure: a host, or a URL without a readable host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    Host(String),
    Unreadable(u8),
}

/// Codes of an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    pub(crate) code: Option<String>,
    pub(crate) foreign: bool,
    pub(crate) suberror: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) sts: Vec<u32>,
    pub(crate) transport: Option<TransportError>,
    pub(crate) pending: bool,
    /// Whether any other code takes precedence.
    pub(crate) fallback: bool,
}

impl Info {
    pub(crate) fn new(code: &str) -> Self {
        Self {
            code: Some(code.to_owned()),
            ..Self::default()
        }
    }

    pub(crate) fn foreign(code: &str) -> Self {
        Self {
            foreign: true,
            ..Self::new(code)
        }
    }

    pub(super) fn transport(class: TransportError) -> Self {
        Self {
            transport: Some(class),
            ..Self::default()
        }
    }

    /// The errors of the SDK, by number.
    pub(crate) fn of_fault(fault: u8) -> Self {
        let refused = Self {
            status: Some(401),
            sts: vec![7_000_215, 50_196],
            suberror: Some("bad_token".to_owned()),
            ..Self::new("invalid_client")
        };
        match fault % FAULTS {
            0 => Self::new("invalid_grant"),
            1 => Self::new("temporarily_unavailable"),
            2 => Self::new("request_timeout"),
            3 => Self::new(&"l".repeat(80)),
            4 => Self::new("a_b_c___"),
            5 => refused,
            6 => Self::foreign("hyper__Error"),
            7 => Self::default(),
            8 => Self::transport(TransportError::Dns),
            9 => Self {
                pending: true,
                ..Self::default()
            },
            10 => Self {
                fallback: true,
                ..Self::new("io_error")
            },
            _ => Self::new(&"x".repeat(1500)),
        }
    }

    /// Returns the form in a record, with at most 64 bytes of the code.
    pub(super) fn shown(&self) -> Self {
        let code = self
            .code
            .as_ref()
            .map(|code| code.chars().take(64).collect());
        Self {
            code,
            fallback: false,
            ..self.clone()
        }
    }

    pub(super) fn has_own_code(&self) -> bool {
        self.code.is_some() && !self.fallback
    }

    /// Fills missing fields from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        let keeps_code = self.code.is_some() && !(self.fallback && other.has_own_code());
        let (code, foreign, fallback) = if keeps_code {
            (self.code, self.foreign, self.fallback)
        } else {
            (other.code, other.foreign, other.fallback)
        };
        Self {
            code,
            foreign,
            fallback,
            pending: self.pending || other.pending,
            suberror: self.suberror.or(other.suberror),
            status: self.status.or(other.status),
            sts: if self.sts.is_empty() {
                other.sts
            } else {
                self.sts
            },
            transport: self.transport.or(other.transport),
        }
    }
}

/// Number of errors in [`Info::of_fault`].
pub(crate) const FAULTS: u8 = 12;
