//! Kinds of errors: who has to act so that the next acquisition succeeds.

use super::info::{ErrorInfo, TransportError};
use crate::wire::named_enum;

named_enum! {
    /// Who has to act so that the next acquisition succeeds.
    ///
    /// Alerts leave out the kinds that are [expected](Self::is_expected): nothing is broken if a user must
    /// sign in. The kind of an error is derived from what its description contains; an SDK that knows
    /// better sets it with [`ErrorInfo::with_kind`].
    ///
    /// # How the kind is derived
    ///
    /// The first row that applies decides.
    ///
    /// | what is known | kind | source |
    /// |---|---|---|
    /// | `with_kind` | that kind | the SDK |
    /// | `AADSTS` numbers, see below | | Microsoft's list of Entra error codes |
    /// | suberror `consent_required` | `ConsentRequired` | MSAL's classification of `invalid_grant` |
    /// | suberror `additional_action`, `bad_token`, `basic_action`, `client_mismatch`, `device_authentication_failed`, `message_only`, `protection_policy_required`, `token_expired`, `user_password_expired` | `InteractionRequired` | MSAL's classification of `invalid_grant` |
    /// | code `consent_required` | `ConsentRequired` | OpenID Connect Core 1.0, 3.1.2.6 |
    /// | code `account_selection_required`, `interaction_required`, `login_required` | `InteractionRequired` | OpenID Connect Core 1.0, 3.1.2.6 |
    /// | code `insufficient_user_authentication` | `InteractionRequired` | RFC 9470, 3 |
    /// | code `access_denied` | `InteractionRequired` | RFC 6749, 4.1.2.1; RFC 8628, 3.5 |
    /// | code `expired_token` | `InteractionRequired` | RFC 8628, 3.5: the device code has expired |
    /// | code `invalid_grant` | `InteractionRequired` | RFC 6749, 5.2 |
    /// | code `invalid_client`, `invalid_request`, `invalid_scope`, `unauthorized_client`, `unsupported_grant_type` | `InvalidConfiguration` | RFC 6749, 5.2 |
    /// | code `unsupported_response_type` | `InvalidConfiguration` | RFC 6749, 4.1.2.1 |
    /// | code `invalid_target` | `InvalidConfiguration` | RFC 8707, 2 |
    /// | code `invalid_resource` | `InvalidConfiguration` | Microsoft's list of Entra error codes |
    /// | code `slow_down` | `Throttled` | RFC 8628, 3.5 |
    /// | code `server_error`, `temporarily_unavailable` | `ServiceUnavailable` | RFC 6749, 4.1.2.1 |
    /// | code `credential_unavailable`, `CredentialUnavailable`, `managed_identity_unreachable_network` | `CredentialUnavailable` | the Azure SDKs, MSAL.NET |
    /// | a transport failure | `Transport` | [`TransportError`](crate::TransportError) |
    /// | status 429 | `Throttled` | RFC 6585, 4 |
    /// | status 408 or 500 to 599 | `ServiceUnavailable` | RFC 9110, 15 |
    /// | nothing of this | `Unknown` | |
    ///
    /// | `AADSTS` number | kind |
    /// |---|---|
    /// | 65001, 65004, 90008, 90094 | `ConsentRequired` |
    /// | 50055, 50058, 50072, 50074, 50076, 50078, 50079, 50085, 50089, 50097, 50105, 50125, 50126, 50127, 50129, 50131–50133, 50135, 50139, 50140, 50144, 50155, 50158, 50173, 50187, 50199, 51006, 53000–53004, 70000, 70008, 70019, 70043, 530032, 700020, 700082 | `InteractionRequired` |
    /// | 50196, 90055 | `Throttled` |
    /// | 50033, 50087, 70012, 90006, 90012, 90024, 90033, 90090, 90091 | `ServiceUnavailable` |
    /// | 50001, 50011, 50012, 50027, 50049, 65005, 70001–70005, 70011, 90002, 90014, 90023, 500011, 700016, 700022, 700023, 700027, 650052, 650057, 7000112, 7000215, 7000218, 7000222 | `InvalidConfiguration` |
    ///
    /// Microsoft may change its numbers at any time. So the kind is for dashboards and alerts, not for
    /// decisions of a program.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ErrorInfo;
    /// use token_telemetry::error::ErrorKind;
    ///
    /// let info = ErrorInfo::new("invalid_grant").with_sts_codes([65_001]);
    /// assert_eq!(info.kind(), ErrorKind::ConsentRequired);
    /// assert!(info.kind().is_expected());
    /// ```
    pub enum ErrorKind {
        /// A user has to sign in, pass a second factor or change a password.
        InteractionRequired = "interaction_required",
        /// A user or an administrator has to consent.
        ConsentRequired = "consent_required",
        /// This credential cannot work in this environment; the next one of a chain may.
        CredentialUnavailable = "credential_unavailable",
        /// The identity provider asks for fewer requests.
        Throttled = "throttled",
        /// A developer or an administrator has to correct the registration or the request.
        InvalidConfiguration = "invalid_configuration",
        /// The identity provider does not work at the moment.
        ServiceUnavailable = "service_unavailable",
        /// No response arrived.
        Transport = "transport",
        /// The caller gave up.
        Cancelled = "cancelled",
        /// Nothing is known, or nothing that has a kind.
        Unknown = "unknown",
    }
}

impl ErrorKind {
    /// Returns whether errors of this kind are part of normal operation.
    ///
    /// That is so if a user has to sign in or to consent, and if the caller gave up.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::error::ErrorKind;
    ///
    /// assert!(ErrorKind::InteractionRequired.is_expected());
    /// assert!(!ErrorKind::InvalidConfiguration.is_expected());
    /// ```
    #[must_use]
    pub const fn is_expected(self) -> bool {
        match self {
            Self::InteractionRequired | Self::ConsentRequired | Self::Cancelled => true,
            Self::CredentialUnavailable
            | Self::Throttled
            | Self::InvalidConfiguration
            | Self::ServiceUnavailable
            | Self::Transport
            | Self::Unknown => false,
        }
    }

    /// Derives the kind from a description that does not set it.
    pub(super) fn derive(info: &ErrorInfo) -> Self {
        let of_sts_codes = || info.sts_codes().iter().copied().find_map(of_sts_code);
        of_sts_codes()
            .or_else(|| info.suberror().and_then(of_suberror))
            .or_else(|| info.code().and_then(of_code))
            .or_else(|| Self::of_requests(info.status(), info.transport_error()))
            .unwrap_or(Self::Unknown)
    }

    /// Derives the kind from how the last request ended.
    pub(super) fn of_requests(
        status: Option<u16>,
        transport: Option<TransportError>,
    ) -> Option<Self> {
        let of_transport = transport.map(|_| Self::Transport);
        of_transport.or_else(|| status.and_then(of_status))
    }
}

/// The `AADSTS` numbers whose meaning is known.
const STS_CODES: [(ErrorKind, &[u32]); 5] = [
    (
        ErrorKind::ConsentRequired,
        &[65_001, 65_004, 90_008, 90_094],
    ),
    (
        ErrorKind::InteractionRequired,
        &[
            50_055, 50_058, 50_072, 50_074, 50_076, 50_078, 50_079, 50_085, 50_089, 50_097, 50_105,
            50_125, 50_126, 50_127, 50_129, 50_131, 50_132, 50_133, 50_135, 50_139, 50_140, 50_144,
            50_155, 50_158, 50_173, 50_187, 50_199, 51_006, 53_000, 53_001, 53_002, 53_003, 53_004,
            70_000, 70_008, 70_019, 70_043, 530_032, 700_020, 700_082,
        ],
    ),
    (ErrorKind::Throttled, &[50_196, 90_055]),
    (
        ErrorKind::ServiceUnavailable,
        &[
            50_033, 50_087, 70_012, 90_006, 90_012, 90_024, 90_033, 90_090, 90_091,
        ],
    ),
    (
        ErrorKind::InvalidConfiguration,
        &[
            50_001, 50_011, 50_012, 50_027, 50_049, 65_005, 70_001, 70_002, 70_003, 70_004, 70_005,
            70_011, 90_002, 90_014, 90_023, 500_011, 650_052, 650_057, 700_016, 700_022, 700_023,
            700_027, 7_000_112, 7_000_215, 7_000_218, 7_000_222,
        ],
    ),
];

fn of_sts_code(code: u32) -> Option<ErrorKind> {
    let known = STS_CODES.iter().find(|(_, codes)| codes.contains(&code));
    known.map(|(kind, _)| *kind)
}

/// The suberrors whose meaning is known.
const SUBERRORS: [(&str, ErrorKind); 10] = [
    ("additional_action", ErrorKind::InteractionRequired),
    ("bad_token", ErrorKind::InteractionRequired),
    ("basic_action", ErrorKind::InteractionRequired),
    ("client_mismatch", ErrorKind::InteractionRequired),
    ("consent_required", ErrorKind::ConsentRequired),
    (
        "device_authentication_failed",
        ErrorKind::InteractionRequired,
    ),
    ("message_only", ErrorKind::InteractionRequired),
    ("protection_policy_required", ErrorKind::InteractionRequired),
    ("token_expired", ErrorKind::InteractionRequired),
    ("user_password_expired", ErrorKind::InteractionRequired),
];

fn of_suberror(suberror: &str) -> Option<ErrorKind> {
    let known = SUBERRORS.iter().find(|(known, _)| *known == suberror);
    known.map(|(_, kind)| *kind)
}

/// A suberror whose meaning is known; there are few, whatever a server returns.
#[cfg(feature = "otel")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownSuberror {
    pub(crate) name: &'static str,
    /// Its number, from 1 to [`COUNT`](Self::COUNT).
    pub(crate) number: u8,
}

#[cfg(feature = "otel")]
impl KnownSuberror {
    pub(crate) const COUNT: usize = SUBERRORS.len();

    /// Returns the suberror in the table that has this name.
    pub(crate) fn named(suberror: &str) -> Option<Self> {
        let mut known = (1..).zip(SUBERRORS.iter());
        let (number, (name, _)) = known.find(|(_, (known, _))| *known == suberror)?;
        Some(Self { name, number })
    }
}

fn of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "consent_required" => ErrorKind::ConsentRequired,
        "access_denied"
        | "account_selection_required"
        | "expired_token"
        | "insufficient_user_authentication"
        | "interaction_required"
        | "invalid_grant"
        | "login_required" => ErrorKind::InteractionRequired,
        "invalid_client"
        | "invalid_request"
        | "invalid_resource"
        | "invalid_scope"
        | "invalid_target"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "unsupported_response_type" => ErrorKind::InvalidConfiguration,
        "slow_down" => ErrorKind::Throttled,
        "server_error" | "temporarily_unavailable" => ErrorKind::ServiceUnavailable,
        "credential_unavailable"
        | "CredentialUnavailable"
        | "managed_identity_unreachable_network" => ErrorKind::CredentialUnavailable,
        _ => return None,
    })
}

const fn of_status(status: u16) -> Option<ErrorKind> {
    match status {
        429 => Some(ErrorKind::Throttled),
        408 | 500..600 => Some(ErrorKind::ServiceUnavailable),
        _ => None,
    }
}
