//! The configuration of an application in `msal-net.json`.

use token_telemetry::CacheLevel;

use crate::fields::Fields;

/// The configuration of an application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) has_last: Option<bool>,
    pub(crate) v5_fields: Option<u64>,
    pub(crate) reset_rule: Option<String>,
    pub(crate) records_non_msal: bool,
    pub(crate) cache_level: Option<CacheLevel>,
    pub(crate) cache_serialized: Option<bool>,
    pub(crate) legacy_cache: Option<bool>,
    pub(crate) client_name: Option<String>,
    pub(crate) client_version: Option<String>,
    pub(crate) extended_metrics: bool,
}

impl Config {
    pub(crate) fn read(mut fields: Fields) -> Result<Self, String> {
        // The kind of application does not affect the headers.
        fields.text("client")?;
        let mut config = Self {
            has_last: fields.flag("has_last")?,
            v5_fields: fields.number("v5_fields")?,
            reset_rule: fields.text("reset_rule")?,
            records_non_msal: fields.flag("records_non_msal")?.unwrap_or(false),
            extended_metrics: fields.flag("extended_metrics")?.unwrap_or(false),
            ..Self::default()
        };
        config.change(&mut fields)?;
        fields.finish()?;
        Ok(config)
    }

    /// Applies the settings that a step may change later.
    pub(crate) fn change(&mut self, fields: &mut Fields) -> Result<(), String> {
        let level = fields.text("cache_kind")?;
        let level = level.map(|kind| cache_level(&kind)).transpose()?;
        self.cache_level = level.or(self.cache_level);
        self.cache_serialized = fields.flag("cache_serialized")?.or(self.cache_serialized);
        self.legacy_cache = fields.flag("legacy_cache")?.or(self.legacy_cache);
        self.client_name = fields
            .text("client_name")?
            .or_else(|| self.client_name.take());
        self.client_version = fields
            .text("client_version")?
            .or_else(|| self.client_version.take());
        Ok(())
    }
}

fn cache_level(kind: &str) -> Result<CacheLevel, String> {
    match kind {
        "memory" => Ok(CacheLevel::L1Cache),
        "callbacks_no_level" => Ok(CacheLevel::Unknown),
        l2 if l2.to_ascii_lowercase().contains("l2") => Ok(CacheLevel::L2Cache),
        other => Err(format!("unknown cache kind `{other}`")),
    }
}
