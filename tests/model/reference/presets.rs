//! The headers of each library, written by hand.

use token_telemetry::entra::{Capacity, Dialect, MsalNetVersion, OverBudget};

use super::carried::{DeliveryRule, Keeps, LastSegment, Rules};

/// A dialect as documented by its library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preset {
    Default,
    Net28,
    Net47,
    Python,
    Apple,
    Node,
    Android,
    Go,
    /// The default with small limits, to exceed them often.
    Cramped,
}

pub(crate) const PRESETS: [Preset; 9] = [
    Preset::Default,
    Preset::Net28,
    Preset::Net47,
    Preset::Python,
    Preset::Apple,
    Preset::Node,
    Preset::Android,
    Preset::Go,
    Preset::Cramped,
];

impl Preset {
    /// Returns the preset of the library under test.
    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Default => Dialect::default(),
            Self::Net28 => Dialect::msal_net(MsalNetVersion::V4_28),
            Self::Net47 => Dialect::msal_net(MsalNetVersion::V4_47),
            Self::Python => Dialect::msal_python(),
            Self::Apple => Dialect::msal_apple(),
            Self::Node => Dialect::msal_node(),
            Self::Android => Dialect::msal_android(),
            Self::Go => Dialect::msal_go(),
            Self::Cramped => Dialect::custom("cramped")
                .capacity(Capacity::DropOldest(3))
                .last_budget(150, OverBudget::Wait)
                .code_len(120)
                .current_budget(32)
                .build()
                .unwrap(),
        }
    }

    pub(crate) fn rules(self) -> Option<Rules> {
        Some(match self {
            Self::Default => DEFAULT,
            Self::Net28 => Rules {
                schema: 4,
                foreign: false,
                tail: LastSegment::Regions,
                ..NET
            },
            Self::Net47 => Rules {
                delivery_rule: DeliveryRule {
                    kept: |status| matches!(status, 408 | 429 | 500..=599),
                    codes: &["request_timeout", "temporarily_unavailable"],
                },
                cancelled: Some("TaskCanceledException"),
                ..NET
            },
            Self::Python => Rules {
                schema: 4,
                delivery_rule: DeliveryRule::ON_SUCCESS,
                keeps: Keeps::OneHeader,
                frame_counts: false,
                sent_when_empty: true,
                ..DEFAULT
            },
            Self::Apple => Rules {
                schema: 4,
                delivery_rule: DeliveryRule::ON_SUCCESS,
                keeps: Keeps::Newest(75),
                newest_first: true,
                sent_when_empty: true,
                ..DEFAULT
            },
            Self::Node => Rules {
                budget: 329,
                frame_counts: false,
                sent_when_empty: true,
                tail: LastSegment::Counts,
                ..DEFAULT
            },
            Self::Android => Rules {
                schema: 2,
                keeps: Keeps::Newest(100),
                budget: 3800,
                sent_when_empty: true,
                tail: LastSegment::AllSent,
                ..DEFAULT
            },
            Self::Go => return None,
            Self::Cramped => Rules {
                keeps: Keeps::Newest(3),
                budget: 150,
                code_len: 120,
                ..DEFAULT
            },
        })
    }

    /// Returns the fields that identify the SDK.
    pub(super) fn identity(self) -> Vec<(&'static str, &'static str)> {
        let lower = [
            "x-client-sku",
            "x-client-ver",
            "x-client-os",
            "x-client-cpu",
        ];
        let mixed = [
            "x-client-SKU",
            "x-client-Ver",
            "x-client-OS",
            "x-client-CPU",
        ];
        let upper = [
            "x-client-SKU",
            "x-client-VER",
            "x-client-OS",
            "x-client-CPU",
        ];
        let (names, os, cpu) = match self {
            Self::Default | Self::Cramped => (mixed, "Linux", None),
            Self::Net28 | Self::Net47 => (mixed, "Linux", Some("x64")),
            Self::Python => (lower, "linux", None),
            Self::Apple => (mixed, "Linux", Some("64")),
            Self::Node => (upper, "linux", Some("x64")),
            Self::Android => (mixed, "Linux", Some("x86_64")),
            Self::Go => (lower, "linux", Some("amd64")),
        };
        let values = [Some(SKU), Some(VERSION), Some(os), cpu];
        let pairs = names.into_iter().zip(values);
        pairs
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    pub(super) fn returns_id(self) -> bool {
        !matches!(self, Self::Python | Self::Node | Self::Android | Self::Go)
    }
}

pub(crate) const SKU: &str = "Model.Sdk";
pub(crate) const VERSION: &str = "1.2.3";

/// The current form of MSAL.NET, plus a last-telemetry header.
const DEFAULT: Rules = Rules {
    schema: 5,
    delivery_rule: DeliveryRule::ON_RESPONSE,
    keeps: Keeps::Newest(50),
    newest_first: false,
    budget: 350,
    frame_counts: true,
    forgets_all: false,
    sent_when_empty: false,
    code_len: 64,
    foreign: true,
    cancelled: None,
    tail: LastSegment::None,
};
/// MSAL.NET while it sent that header.
const NET: Rules = Rules {
    delivery_rule: DeliveryRule {
        kept: |status| status == 429 || status >= 500,
        codes: &["request_timeout"],
    },
    keeps: Keeps::Newest(128),
    budget: 3800,
    forgets_all: true,
    sent_when_empty: true,
    code_len: 3800,
    ..DEFAULT
};
