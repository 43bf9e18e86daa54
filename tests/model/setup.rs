//! The configuration of a program: dialects, hosts, authorities.

use fastrand::Rng;

use crate::program::TELEMETRIES;
use crate::reference::presets::{PRESETS, Preset};

/// The configuration of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) presets: [Preset; 3],
    /// Number of hosts in use.
    hosts: u8,
    /// Number of instances in use; a single one gets more work.
    pub(crate) instances: u8,
    /// Whether only the first two hosts may receive headers.
    pub(crate) limited: bool,
}

/// A host, as a URL names it.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) number: u8,
    /// Its name, if readable.
    pub(crate) name: Option<String>,
    pub(crate) url: String,
}

impl Setup {
    pub(crate) fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(!seed);
        let mut preset = || PRESETS[rng.usize(..PRESETS.len())];
        let presets = [preset(), preset(), preset()];
        let hosts = rng.choice([1, 2, 7, 40]).unwrap_or(1);
        Self {
            presets,
            hosts,
            instances: if hosts == 40 { 1 } else { TELEMETRIES },
            limited: rng.u8(..8) == 0,
        }
    }

    pub(crate) fn host(self, number: u8) -> Host {
        let number = number % self.hosts;
        let (name, url) = match number {
            0 => (
                Some("login.microsoftonline.com"),
                "https://login.microsoftonline.com/tenant/token",
            ),
            1 => (
                Some("login.microsoftonline.us"),
                "https://login.microsoftonline.us/tenant/token",
            ),
            2 => (Some("login.example"), "https://login.example/token"),
            3 => (
                Some("login.example"),
                "https://LOGIN.Example:8443/other?x=y",
            ),
            4 => (None, "https://l\u{f6}gin.example/token"),
            5 => (None, "https://\u{e9}vil.example/token"),
            6 => (None, "https://login%2eexample/token"),
            _ => {
                let name = format!("login-{number}.example");
                let url = format!("https://{name}/token");
                return Host {
                    number,
                    name: Some(name),
                    url,
                };
            }
        };
        Host {
            number,
            name: name.map(str::to_owned),
            url: url.to_owned(),
        }
    }

    pub(crate) fn host_url(self, number: u8) -> String {
        self.host(number).url
    }

    /// Returns whether a host may receive headers.
    pub(crate) fn allows(self, host: &Host) -> bool {
        !self.limited || host.number < 2
    }
}
