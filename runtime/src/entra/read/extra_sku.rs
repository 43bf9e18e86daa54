//! Parses `x-client-xtra-sku`.

use super::span::Span;
use crate::entra::headers::{ExtraSku, SkuGroup};
use crate::wire::FieldText;
use crate::wire::{ReadError, Reason};

/// Parses `x-client-xtra-sku`; returns `None` for an empty value.
///
/// # Errors
///
/// Returns an error with the offset and the reason if the value is malformed.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{SkuGroup, read};
///
/// let extra = read::extra_sku("msal.js.browser|5.29.0,|,chrome|1.0.2,|")?.ok_or("empty")?;
/// assert_eq!(extra.get(SkuGroup::BrowserExtension), Some(("chrome", "1.0.2")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn extra_sku(value: &(impl AsRef<[u8]> + ?Sized)) -> Result<Option<ExtraSku>, ReadError> {
    let Some(value) = Span::of(value.as_ref())? else {
        return Ok(None);
    };
    let mut groups = value.split(',');
    let mut extra = ExtraSku::new();
    for group in SkuGroup::ALL {
        let found = groups
            .next()
            .ok_or_else(|| value.end().error(Reason::WrongGroup))?;
        let [name, version] = found.segments().map_err(|error| ReadError {
            reason: Reason::WrongGroup,
            ..error
        })?;
        extra = extra.with(
            group,
            FieldText::trusted(name.text),
            FieldText::trusted(version.text),
        );
    }
    match groups.next() {
        None => Ok(Some(extra)),
        Some(group) => Err(group.error(Reason::WrongGroup)),
    }
}
