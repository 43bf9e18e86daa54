//! The names that a server knows, and a limited number of those that its clients invent.

use std::borrow::Cow;
use std::collections::HashMap;

use super::ServerMetrics;
use crate::api::{Api, ApiEntry, ApiId, MsalJava, MsalNet, MsalNode, MsalPython};
use crate::otel::interner::{Interner, Symbol};
use crate::otel::quota::Origin;
use crate::wire::{bounded_code, is_plain};

/// The API ids of the MSAL libraries.
const MSAL_APIS: [&[ApiEntry]; 4] = [
    MsalNet::CATALOG,
    MsalPython::CATALOG,
    MsalNode::CATALOG,
    MsalJava::CATALOG,
];

/// The greatest number without a name that is recorded; longer ones are no API ids.
const MAX_NUMBER: u64 = 99_999;

/// Maximum length of a version, such as `4.86.1-preview.20250101`.
const MAX_VERSION: usize = 24;

/// Maximum length of an error code.
const MAX_CODE: usize = 64;

/// The texts of attributes, as symbols.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) skus: Interner,
    pub(super) versions: Interner,
    pub(super) apis: Interner,
    pub(super) codes: Interner,
    known_apis: HashMap<u64, Symbol>,
}

impl Names {
    pub(super) fn new(metrics: &ServerMetrics, skus: impl Iterator<Item = &'static str>) -> Self {
        let mut names = Self {
            skus: Interner::new(),
            versions: Interner::new(),
            apis: Interner::new(),
            codes: Interner::new(),
            known_apis: HashMap::new(),
        };
        let known = skus.map(|sku| -> &str { sku });
        let added = metrics.skus.iter().map(String::as_str);
        for sku in added.chain(known) {
            names.skus.intern(&[sku], Origin::SETTINGS);
        }
        // A name that is inserted later replaces the one before.
        let msal = MSAL_APIS.iter().flat_map(|table| table.iter());
        for api in msal.map(ApiEntry::api).chain(metrics.apis.iter().copied()) {
            names.add_api(api);
        }
        names
    }

    fn add_api(&mut self, api: Api) {
        let symbol = self.apis.intern(&[api.name()], Origin::SETTINGS);
        self.known_apis.insert(api.number().into(), symbol);
    }

    /// Returns the symbol of an SKU, if it is known.
    pub(super) fn sku(&self, sku: Option<&str>) -> Symbol {
        sku.map_or(Symbol::NONE, |sku| {
            self.skus.find(sku).unwrap_or(Symbol::OTHER)
        })
    }

    /// Returns the symbol of the version of an SDK, without its build metadata.
    ///
    /// Only an SDK that is known can add versions.
    pub(super) fn version(&self, sku: Symbol, version: Option<&str>, origin: Origin<'_>) -> Symbol {
        let Some(version) = version else {
            return Symbol::NONE;
        };
        let is_known = sku != Symbol::NONE && sku != Symbol::OTHER;
        let version = version.split('+').next().unwrap_or_default();
        let is_version = is_known
            && version.starts_with(|first: char| first.is_ascii_digit())
            && is_plain(version, MAX_VERSION);
        if is_version {
            self.versions.intern(&[version], origin)
        } else {
            Symbol::OTHER
        }
    }

    /// Returns the symbol of the name of an API id, or of the number if it has no name.
    pub(super) fn api(&self, number: Option<u64>, origin: Origin<'_>) -> Symbol {
        let Some(number) = number else {
            return Symbol::NONE;
        };
        match self.known_apis.get(&number) {
            Some(name) => *name,
            None if number > MAX_NUMBER => Symbol::OTHER,
            None => self.apis.intern(&[&number.to_string()], origin),
        }
    }

    /// Returns the symbol of an error code, which cannot identify a user.
    pub(super) fn code(&self, code: &str, origin: Origin<'_>) -> Symbol {
        match bounded_code(Cow::Borrowed(code), MAX_CODE) {
            code if code.is_empty() => Symbol::OTHER,
            code => self.codes.intern(&[&code], origin),
        }
    }
}
