//! The fields of a token request, byte for byte.

use token_telemetry::{CacheRefreshReason, TokenType};

use super::carried::Carried;
use super::facts::Facts;
use super::info::Id;
use super::presets::Preset;
use crate::program::Purpose;

/// The fields of a request, before random ids are known.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) preset: Preset,
    pub(crate) purpose: Purpose,
    pub(crate) id: Id,
    pub(crate) facts: Facts,
    pub(crate) last: Option<Carried>,
}

impl Sheet {
    /// Returns whether the fields go into the body, which only token requests have.
    pub(crate) fn is_form(&self) -> bool {
        self.preset == Preset::Node && self.purpose == Purpose::Token
    }

    /// Returns sorted names and values, with lowercase header names.
    pub(crate) fn render(&self, text: impl Fn(Id) -> String) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut push = |name: &str, value: String| {
            let name = if self.is_form() {
                name.to_owned()
            } else {
                name.to_lowercase()
            };
            pairs.push((name, value));
        };
        let at_metadata_service = self.purpose == Purpose::InstanceMetadata;
        let named = if at_metadata_service { 2 } else { usize::MAX };
        for (name, value) in self.preset.identity().iter().take(named) {
            push(name, (*value).to_owned());
        }
        if at_metadata_service {
            push("x-ms-client-request-id", text(self.id));
        } else {
            push("client-request-id", text(self.id));
            if self.preset.returns_id() {
                push("return-client-request-id", "true".to_owned());
            }
        }
        if self.purpose == Purpose::Token {
            if let Some(value) = self.preset.current(&self.facts) {
                push("x-client-current-telemetry", value);
            }
            if let Some(value) = self.last.as_ref().and_then(|last| last.render(text)) {
                push("x-client-last-telemetry", value);
            }
        }
        pairs.sort();
        pairs
    }
}

impl Preset {
    /// Returns the value of `x-client-current-telemetry`.
    fn current(self, facts: &Facts) -> Option<String> {
        let api = facts.api;
        let reason = facts.reason().map(CacheRefreshReason::wire);
        let info = reason.unwrap_or(0);
        let flag =
            |flag: Option<bool>| flag.map_or_else(String::new, |flag| u8::from(flag).to_string());
        let (serialized, legacy) = (
            flag(facts.serialized.or(Some(false))),
            flag(facts.legacy_cache.or(Some(true))),
        );
        let regions = ["centralus,4,4", ",1,5", "westus2,,6"];
        let region = facts
            .region
            .map_or(",,", |region| regions[usize::from(region)]);
        let token_type = facts.token_type.map_or(1, TokenType::wire);
        match self {
            Self::Default | Self::Cramped => {
                let (id, version) = facts.caller.unwrap_or_default();
                let certificate = flag(facts.certificate);
                let value = format!(
                    "5|{api},{info},{region}|{serialized},{legacy},{token_type},{id},{version},{certificate}"
                );
                let budget = if self == Self::Cramped { 32 } else { 100 };
                (value.len() <= budget).then_some(value)
            }
            Self::Net28 => {
                let detected = ["centralus,2", ",5", "westus2,4"];
                let user = ["eastus,0,0", ",,1", "westus2,1,0"];
                let of = |table: [&'static str; 3], blank| {
                    facts
                        .region
                        .map_or(blank, |region| table[usize::from(region)])
                };
                let (detected, user) = (of(detected, ","), of(user, ",,"));
                Some(format!(
                    "4|{api},{info}|{detected},{serialized},{user},{legacy}"
                ))
            }
            Self::Net47 => Some(format!("5|{api},{info},{region}|{serialized},{legacy}")),
            Self::Python | Self::Apple => Some(format!("4|{api},{info}|")),
            Self::Node => {
                let (sku, version) = facts.wrapper.unwrap_or_default();
                let broker = facts
                    .broker_error
                    .map_or_else(String::new, |code| format!(",broker_error={code}"));
                Some(format!("5|{api},{info},{region}|{sku},{version}{broker}"))
            }
            Self::Android => {
                let forced = u8::from(reason == Some(1));
                Some(format!("2|{api},{forced}|2,,,,,,,,,,,,"))
            }
            Self::Go => None,
        }
    }
}
