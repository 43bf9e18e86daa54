//! The table of what is recorded and where it shows up names everything that there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use token_telemetry::Telemetry;
use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
use token_telemetry::otel::Metric;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::support::{self, LabApi};

/// What can be called on the current acquisition without recording anything.
const READS: [&str; 5] = [
    "api",
    "attempt_count",
    "is_active",
    "correlation_id",
    "handle",
];

/// Words in code type in one column of all tables; the first column has number 1.
fn column(number: usize) -> BTreeSet<String> {
    let text = read("docs/fields.md");
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|row| row.split('|').nth(number));
    let words = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    words.map(str::to_owned).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// Public methods of a source file whose receiver is `receiver`.
pub(crate) fn methods(file: &str, receiver: &str) -> BTreeSet<String> {
    let text = read(file).replace(['\n', ' '], "");
    let methods = text.split("pubfn").skip(1);
    let named = methods.filter_map(|method| method.split_once('('));
    named
        .filter(|(_, arguments)| arguments.starts_with(receiver))
        .map(|(name, _)| name.split('<').next().unwrap_or(name).to_owned())
        .collect()
}

#[track_caller]
fn assert_holds(table: &BTreeSet<String>, names: &BTreeSet<String>) {
    let missing: Vec<_> = names.difference(table).collect();
    assert!(
        !names.is_empty() && missing.is_empty(),
        "missing: {missing:?}"
    );
}

/// Public getters of a record.
pub(crate) fn getters() -> BTreeSet<String> {
    let folder = "runtime/src/acquisition/record";
    let files = fs::read_dir(root().join(folder)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let getters = names.flat_map(|name| methods(&format!("{folder}/{name}"), "&self)"));
    getters.collect()
}

#[test]
fn getters_in_table() {
    assert_eq!(column(3), getters());
}

/// The name of the fact that a getter returns.
pub(crate) fn fact(getter: &str) -> String {
    getter.strip_prefix("is_").unwrap_or(getter).to_owned()
}

#[test]
fn recording_methods_in_table() {
    let mut methods = methods("runtime/src/acquisition/current.rs", "self");
    methods.retain(|method| !READS.contains(&&**method));
    assert_holds(&column(2), &methods);
}

#[test]
fn metrics_and_attributes_in_table() {
    let names = |metric: &Metric| {
        let attributes = metric.attributes().map(str::to_owned);
        attributes
            .chain([metric.name().to_owned()])
            .collect::<Vec<_>>()
    };
    assert_eq!(column(5), Metric::ALL.iter().flat_map(names).collect());
}

#[test]
fn header_fields_in_table() {
    let slots = |dialect: &Dialect| [dialect.request(), dialect.platform()].concat();
    let fields = Dialect::presets().iter().flat_map(slots);
    let fields = fields.map(|slot: FieldSpec| slot.field());
    let named = fields.filter(|field| !matches!(field, CurrentField::Named(_)));
    assert_holds(
        &column(6),
        &named.map(|field| field.name().to_owned()).collect(),
    );
}

/// A subscriber that keeps the names of the fields of our spans.
#[derive(Clone, Default)]
struct Fields(Arc<Mutex<BTreeSet<String>>>);

impl Subscriber for Fields {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ["acquire_token", "token_request"].contains(&metadata.name())
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let fields = span.metadata().fields().iter();
        let names = fields.map(|field| field.name().to_owned());
        self.0.lock().unwrap().extend(names);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn span_fields() -> BTreeSet<String> {
    static FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        // With a single subscriber in the process, `tracing` asks only that of the thread that reaches
        // a callsite first. Here that may be another test, which has none.
        let _second = Dispatch::new(Fields::default());
        let seen = Fields::default();
        tracing::subscriber::with_default(seen.clone(), make_spans);
        let fields = seen.0.lock().unwrap();
        fields.clone()
    });
    FIELDS.clone()
}

fn make_spans() {
    let telemetry = Telemetry::builder().build().unwrap();
    let call = telemetry.background(LabApi::ForClient, async {
        support::token_request().responded(200);
        Ok::<_, support::LabError>(1)
    });
    assert!(futures::executor::block_on(call).is_ok());
}

#[test]
fn span_fields_in_table() {
    assert_eq!(column(4), span_fields());
}

#[test]
fn span_fields_in_docs_of_options() {
    let text = read("runtime/src/span/mod.rs");
    let rows = text.lines();
    let rows = rows.filter_map(|line| line.trim_start().strip_prefix("/// | `"));
    let names = rows.filter_map(|row| row.split('`').next());
    assert_eq!(
        names.map(str::to_owned).collect::<BTreeSet<_>>(),
        span_fields()
    );
}

#[test]
fn span_fields_named_like_getters() {
    let mut names = span_fields();
    // Those of OpenTelemetry, and those of single requests.
    names.retain(|name| !name.contains('.'));
    let getters = getters().iter().map(|name| fact(name)).collect();
    assert_holds(&getters, &names);
}
