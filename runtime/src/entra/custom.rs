//! Dialects that no preset has, checked when they are built.

use super::delivery_policy::DeliveryPolicy;
use super::dialect::{
    Capacity, Carrier, Dialect, FieldSpec, LastForm, Measured, OverBudget, SendOrder,
};
use super::field::CurrentField;
use super::invalid_dialect::{InvalidDialect, MAX_CAPACITY, MIN_LAST_BUDGET, Problem};
use super::platform_field::PlatformField;
use crate::error::MAX_KEPT_CODE_LEN;

/// Builder of a [`Dialect`]; made by [`Dialect::custom`] and [`Dialect::customize`].
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
    /// A dialect that begins as the default one and gets this name.
    pub fn custom(name: &'static str) -> DialectBuilder {
        Self {
            name,
            ..Self::default()
        }
        .customize()
    }

    /// A dialect that begins as this one.
    pub const fn customize(self) -> DialectBuilder {
        DialectBuilder(self)
    }
}

impl DialectBuilder {
    /// Schema number, with the fields of the second segment.
    pub const fn request(mut self, schema: u8, request: &'static [FieldSpec]) -> Self {
        self.0.schema = schema;
        self.0.current.request = request;
        self
    }

    /// Fields of the third segment.
    pub const fn platform(mut self, platform: &'static [FieldSpec]) -> Self {
        self.0.current.platform = platform;
        self
    }

    /// Whether platform values without a place of their own follow behind the others.
    pub const fn open_platform(mut self, open: bool) -> Self {
        self.0.current.open = open;
        self
    }

    /// Whether the third segment is empty when none of its fields is known.
    pub const fn collapses(mut self, collapses: bool) -> Self {
        self.0.current.collapses = collapses;
        self
    }

    /// Longest current-telemetry header that is sent, in bytes; a longer one is left out.
    pub const fn current_budget(mut self, bytes: usize) -> Self {
        self.0.current.budget = bytes;
        self
    }

    /// Longest last-telemetry header in bytes, and what happens to failures that do not fit.
    pub const fn last_budget(mut self, bytes: usize, over_budget: OverBudget) -> Self {
        self.0.last.budget = bytes;
        self.0.last.measured = Measured::Header;
        self.0.last.over_budget = over_budget;
        self
    }

    /// Whether the last-telemetry header is sent when there is nothing to report.
    pub const fn sent_when_empty(mut self, sent: bool) -> Self {
        self.0.last.sent_when_empty = sent;
        self
    }

    /// Fields of the last segment of the last-telemetry header.
    pub const fn tail(mut self, tail: &'static [PlatformField]) -> Self {
        self.0.last.tail = tail;
        self
    }

    /// Fields that the last segment of the last-telemetry header holds for each failure.
    pub const fn per_failure(mut self, fields: &'static [CurrentField]) -> Self {
        self.0.last.per_failure = fields;
        self
    }

    /// Whether more may follow in the last segment of the last-telemetry header.
    pub const fn open_tail(mut self, open: bool) -> Self {
        self.0.last.open = open;
        self
    }

    /// Longest error code that is reported, in bytes; longer ones are cut.
    pub const fn code_len(mut self, bytes: usize) -> Self {
        self.0.last.code_len = bytes;
        self
    }

    /// How many failures wait, and which goes when there are too many.
    pub const fn capacity(mut self, capacity: Capacity) -> Self {
        self.0.last.capacity = capacity;
        self
    }

    /// Which failures are sent first.
    pub const fn order(mut self, order: SendOrder) -> Self {
        self.0.last.order = order;
        self
    }

    /// When a failure counts as delivered.
    pub const fn delivery_policy(mut self, settling: DeliveryPolicy) -> Self {
        self.0.last.settling = settling;
        self
    }

    /// Whether errors of other libraries, known by the name of their type, are reported.
    pub const fn reports_foreign(mut self, reported: bool) -> Self {
        self.0.last.foreign = reported;
        self
    }

    /// Code under which cancelled calls are reported, if they are.
    pub const fn reports_cancelled(mut self, code: Option<&'static str>) -> Self {
        self.0.last.cancelled = code;
        self
    }

    /// Where the telemetry goes.
    pub const fn carrier(mut self, carrier: Carrier) -> Self {
        self.0.carrier = carrier;
        self
    }

    /// The finished dialect.
    ///
    /// # Errors
    ///
    /// When its parts contradict each other; the error says which and why.
    pub fn build(self) -> Result<Dialect, InvalidDialect> {
        match problem(&self.0) {
            None => Ok(self.0),
            Some(problem) => Err(problem.into()),
        }
    }
}

/// The first contradiction in a dialect.
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
            "is optional, but the second segment has a fixed length",
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
            return Some(Problem::Field(slot.field, "has two places"));
        }
        if slot.optional && rest.iter().any(|other| !other.optional) {
            return Some(Problem::Field(
                slot.field,
                "is optional, so no fixed field can follow it",
            ));
        }
        if !is_clean(slot.blank) {
            return Some(Problem::UnsafeText(slot.blank));
        }
    }
    None
}

/// A section that is empty when all is unknown cannot also have a text for the unknown.
fn collapsing(dialect: &Dialect) -> Option<Problem> {
    let has_blank = |slot: &&FieldSpec| !slot.blank.is_empty();
    let slot = dialect.current.platform.iter().find(has_blank)?;
    dialect.current.collapses.then_some(Problem::Field(
        slot.field,
        "has a text for the unknown, so the segment is never empty",
    ))
}

fn in_last(last: &LastForm) -> Option<Problem> {
    if !last.tail.is_empty() && !last.per_failure.is_empty() {
        return Some(Problem::TwoTails);
    }
    if let Some(text) = last
        .tail
        .iter()
        .find_map(|field| constant(*field))
        .filter(|text| !is_clean(text))
    {
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

const fn constant(field: PlatformField) -> Option<&'static str> {
    match field {
        PlatformField::Constant(text) => Some(text),
        PlatformField::Waiting | PlatformField::Overflow | PlatformField::AllSent => None,
    }
}

/// Printable ASCII without delimiters.
fn is_clean(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b',' | b'|'))
}
