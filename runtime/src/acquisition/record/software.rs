//! The facts of the software around the SDK.

use std::borrow::Cow;

use super::AcquisitionRecord;

impl AcquisitionRecord {
    /// Returns id and version of the SDK that called the acquiring SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some((id, version)) = record.caller_sdk() {
    ///         println!("called by {id} {version}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn caller_sdk(&self) -> Option<(&str, &str)> {
        self.rare()?
            .caller_sdk
            .as_ref()
            .map(|caller| (&*caller.id, &*caller.version))
    }

    /// Returns SKU and version of the library that wraps the SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some((sku, version)) = record.wrapper() {
    ///         println!("wrapped by {sku} {version}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn wrapper(&self) -> Option<(&str, &str)> {
        let wrapper = self.rare()?.wrapper.as_ref()?;
        Some((&*wrapper.sku, &*wrapper.version))
    }

    /// Returns whether the platform manages the client certificate.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.managed_certificate() {
    ///         println!("managed certificate: {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn managed_certificate(&self) -> Option<bool> {
        self.cold()?.managed_certificate
    }

    /// Returns names and values of the fields that only some dialects send.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     for (name, value) in record.platform_fields() {
    ///         println!("{name}: {value}");
    ///     }
    /// }
    /// ```
    pub fn platform_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = self.shown_platform_fields().iter();
        fields.map(|(name, value)| (*name, &**value))
    }

    /// Returns the same fields as a slice.
    pub(crate) fn shown_platform_fields(&self) -> &[(&'static str, Cow<'static, str>)] {
        self.rare().map_or(&[], |rare| &rare.platform_fields)
    }
}
