//! Custom dialects, validated when they are built.

use super::current_field::CurrentField;
use super::definition::Dialect;
use super::delivery_policy::DeliveryPolicy;
use super::field_spec::FieldSpec;
use super::forms::{Capacity, Carrier, LastForm, Measured, OverBudget, SendOrder};
use super::invalid_dialect::{InvalidDialect, MAX_CAPACITY, MIN_LAST_BUDGET, Problem};
use super::platform_field::PlatformField;
use crate::error::MAX_KEPT_CODE_LEN;

/// A builder of a [`Dialect`], created by [`Dialect::custom`] or [`Dialect::customize`].
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
///
/// const PLATFORM: &[FieldSpec] = &[
///     FieldSpec::new(CurrentField::CacheSerialized).default_text("0"),
///     FieldSpec::new(CurrentField::TokenType).default_text("1"),
/// ];
/// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
/// assert_eq!(dialect.schema(), 5);
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct DialectBuilder(Dialect);

impl Dialect {
    /// Creates a builder from the default dialect, with a new name.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let dialect = Dialect::custom("contoso").sent_when_empty(true).build()?;
    /// assert_eq!(dialect.name(), "contoso");
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub fn custom(name: &'static str) -> DialectBuilder {
        Self {
            name,
            ..Self::default()
        }
        .customize()
    }

    /// Creates a builder from this dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Capacity, Dialect};
    ///
    /// let dialect = Dialect::msal_python().customize().capacity(Capacity::DropOldest(5)).build()?;
    /// assert_eq!(dialect.schema(), 4);
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub const fn customize(self) -> DialectBuilder {
        DialectBuilder(self)
    }
}

/// Defines the methods that set one part of the dialect.
macro_rules! setters {
    ($( $(#[$attribute:meta])* $name:ident($argument:ident: $type:ty) sets $($part:ident).+; )+) => {
        $(
            $(#[$attribute])*
            pub const fn $name(mut self, $argument: $type) -> Self {
                self.0.$($part).+ = $argument;
                self
            }
        )+
    };
}

impl DialectBuilder {
    setters! {
        /// Sets the fields of the third segment.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
        ///
        /// const PLATFORM: &[FieldSpec] = &[FieldSpec::new(CurrentField::TokenType).default_text("1")];
        /// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
        /// assert_eq!(dialect.platform(), PLATFORM);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        platform(platform: &'static [FieldSpec]) sets current.platform;

        /// Sets whether recorded values without a slot follow the platform fields.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").platform(&[]).open_platform(true).build()?;
        /// assert!(dialect.has_open_platform());
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        open_platform(open: bool) sets current.open;

        /// Sets whether the third segment is empty while none of its fields is known.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldSpec};
        ///
        /// const PLATFORM: &[FieldSpec] = &[
        ///     FieldSpec::new(CurrentField::WrapperSku),
        ///     FieldSpec::new(CurrentField::WrapperVersion),
        /// ];
        /// let dialect = Dialect::custom("contoso").platform(PLATFORM).collapses(true).build()?;
        /// assert_eq!(CurrentTelemetry::new().render(&dialect), "5|,0,,,|");
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        collapses(collapses: bool) sets current.collapses;

        /// Sets the maximum length of the current-telemetry header, in bytes.
        ///
        /// A longer header is not sent.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").current_budget(200).build()?;
        /// assert_eq!(dialect.current_budget(), 200);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        current_budget(bytes: usize) sets current.budget;

        /// Sets whether the last-telemetry header is sent when there is nothing to report.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").sent_when_empty(true).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        sent_when_empty(sent: bool) sets last.sent_when_empty;

        /// Sets the fields in the last segment of the last-telemetry header.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Dialect, LastTelemetry, PlatformField};
        ///
        /// const FIELDS: &[PlatformField] = &[PlatformField::Waiting];
        /// let dialect = Dialect::custom("contoso").platform_fields(FIELDS).build()?;
        /// assert_eq!(LastTelemetry::new(0).with_platform_field(FIELDS[0], 2_u32).render(&dialect), "5|0|||2");
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        platform_fields(fields: &'static [PlatformField]) sets last.platform_fields;

        /// Sets the fields that the last-telemetry header repeats for each failure.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, Dialect};
        ///
        /// const FIELDS: &[CurrentField] = &[CurrentField::RegionUsed];
        /// let dialect = Dialect::custom("contoso").per_failure(FIELDS).build()?;
        /// assert_eq!(dialect.per_failure(), FIELDS);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        per_failure(fields: &'static [CurrentField]) sets last.per_failure;

        /// Sets whether more fields may follow in the last segment.
        ///
        /// This affects reading only: [`read_last`](Dialect::read_last) then accepts more fields.
        open_platform_fields(open: bool) sets last.open;

        /// Sets the maximum length of an error code, in bytes; longer ones are truncated.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").code_len(32).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        code_len(bytes: usize) sets last.code_len;

        /// Sets how many failures may wait, and which are dropped when there are more.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Capacity, Dialect};
        ///
        /// let dialect = Dialect::custom("contoso").capacity(Capacity::OneHeader).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        capacity(capacity: Capacity) sets last.capacity;

        /// Sets which failures are sent first.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Dialect, SendOrder};
        ///
        /// let dialect = Dialect::custom("contoso").order(SendOrder::NewestFirst).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        order(order: SendOrder) sets last.order;

        /// Sets the rule that decides when failures were delivered.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{DeliveryPolicy, Dialect};
        ///
        /// let dialect =
        ///     Dialect::custom("contoso").delivery_policy(DeliveryPolicy::ON_SUCCESS).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        delivery_policy(policy: DeliveryPolicy) sets last.delivery_policy;

        /// Sets whether errors of foreign types are reported under their type name.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").reports_foreign(false).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        reports_foreign(reported: bool) sets last.foreign;

        /// Sets the error code for canceled calls; `None` does not report them.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").cancelled_code(Some("canceled")).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        cancelled_code(code: Option<&'static str>) sets last.cancelled;

        /// Sets where the telemetry is written.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Carrier, Dialect};
        ///
        /// let dialect = Dialect::custom("contoso").carrier(Carrier::Form).build()?;
        /// assert_eq!(dialect.carrier(), Carrier::Form);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        carrier(carrier: Carrier) sets carrier;
    }

    /// Sets the schema number and the fields of the second segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
    ///
    /// const REQUEST: &[FieldSpec] = &[
    ///     FieldSpec::new(CurrentField::Api),
    ///     FieldSpec::new(CurrentField::CacheInfo).default_text("0"),
    /// ];
    /// let dialect = Dialect::custom("contoso").request(4, REQUEST).build()?;
    /// assert_eq!(dialect.schema(), 4);
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub const fn request(mut self, schema: u8, request: &'static [FieldSpec]) -> Self {
        self.0.schema = schema;
        self.0.current.request = request;
        self
    }

    /// Sets the maximum length of the last-telemetry header, in bytes.
    ///
    /// `over_budget` decides what happens to failures that do not fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, OverBudget};
    ///
    /// let dialect = Dialect::custom("contoso").last_budget(500, OverBudget::Wait).build()?;
    /// assert_eq!(dialect.last_budget(), 500);
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub const fn last_budget(mut self, bytes: usize, over_budget: OverBudget) -> Self {
        self.0.last.budget = bytes;
        self.0.last.measured = Measured::Header;
        self.0.last.over_budget = over_budget;
        self
    }

    /// Builds the dialect.
    ///
    /// # Errors
    ///
    /// Returns an error if the parts contradict each other.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let error = Dialect::custom("contoso").code_len(0).build().unwrap_err();
    /// assert_eq!(error.to_string(), "expected an error code length of 1 to 3800 bytes, found 0");
    /// ```
    pub fn build(self) -> Result<Dialect, InvalidDialect> {
        match problem(&self.0) {
            None => Ok(self.0),
            Some(problem) => Err(problem.into()),
        }
    }
}

/// Returns the first contradiction in a dialect.
fn problem(dialect: &Dialect) -> Option<Problem> {
    let Dialect {
        schema,
        current,
        last,
        ..
    } = dialect;
    let expected = match schema {
        2 | 4 => 2,
        3 => 3,
        5 => 5,
        other => return Some(Problem::UnknownSchema(*other)),
    };
    if current.request.len() != expected {
        return Some(Problem::RequestFields {
            schema: *schema,
            expected,
            found: current.request.len(),
        });
    }
    if current.request.first().map(FieldSpec::field) != Some(CurrentField::Api) {
        return Some(Problem::ApiNotFirst);
    }
    if let Some(slot) = current.request.iter().find(|slot| slot.optional) {
        return Some(Problem::Field(
            slot.field,
            "cannot be optional, because the second segment has a fixed length",
        ));
    }
    in_slots(&[current.request, current.platform].concat())
        .or_else(|| collapsing(dialect))
        .or_else(|| in_last(last))
}

fn in_slots(slots: &[FieldSpec]) -> Option<Problem> {
    for (at, slot) in slots.iter().enumerate() {
        let rest = slots.get(at + 1..).unwrap_or_default();
        if rest.iter().any(|other| other.field == slot.field) {
            return Some(Problem::Field(slot.field, "appears twice"));
        }
        if slot.optional && rest.iter().any(|other| !other.optional) {
            return Some(Problem::Field(
                slot.field,
                "is optional and must come after all required fields",
            ));
        }
        if !is_clean(slot.default_text) {
            return Some(Problem::UnsafeText(slot.default_text));
        }
    }
    None
}

/// Rejects default texts in a segment that collapses: it would never be empty.
fn collapsing(dialect: &Dialect) -> Option<Problem> {
    let has_default = |slot: &&FieldSpec| !slot.default_text.is_empty();
    let slot = dialect.current.platform.iter().find(has_default)?;
    dialect.current.collapses.then_some(Problem::Field(
        slot.field,
        "has a default text, so the segment cannot collapse",
    ))
}

fn in_last(last: &LastForm) -> Option<Problem> {
    if !last.platform_fields.is_empty() && !last.per_failure.is_empty() {
        return Some(Problem::TwoLastSegments);
    }
    let mut texts = last
        .platform_fields
        .iter()
        .map(|field| field.default_text());
    if let Some(text) = texts.find(|text| !is_clean(text)) {
        return Some(Problem::UnsafeText(text));
    }
    if let Some(code) = last
        .cancelled
        .filter(|code| code.is_empty() || !is_clean(code))
    {
        return Some(Problem::UnsafeText(code));
    }
    if last.budget < MIN_LAST_BUDGET {
        return Some(Problem::LastBudget(last.budget));
    }
    if !(1..=MAX_KEPT_CODE_LEN).contains(&last.code_len) {
        return Some(Problem::CodeLen(last.code_len));
    }
    match last.capacity {
        Capacity::DropOldest(kept) if !(1..=MAX_CAPACITY).contains(&kept) => {
            Some(Problem::Capacity(kept))
        }
        Capacity::DropOldest(_) | Capacity::OneHeader => None,
    }
}

/// Returns whether `text` is printable ASCII without delimiters.
fn is_clean(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b',' | b'|'))
}
