//! `msal-net.json`: the metrics that MSAL.NET records for sequences of acquisitions.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::Value as Tag;
use opentelemetry_sdk::metrics::Temporality;
use serde_json::Value;
use token_telemetry::Telemetry;
use token_telemetry::otel::{
    MSAL_METER, MSAL_METER_VERSION, Metric, Metrics, MsalNetRelease, MsalSet,
};
use token_telemetry_test_support::collect::{Point, Sink};
use token_telemetry_test_support::warnings::warnings_during;

use crate::config::Config;
use crate::driver::{Driver, ReplayError, Run};
use crate::enriching::{Enricher, Enriching, check_seen};
use crate::fields::{Check, Fields};
use crate::metadata::check_metadata;
use crate::msal_net::SDK;
use crate::step::{Kind, Outcome};

/// Replays a case that expects data points of metrics.
pub(crate) fn replay(schema: &str, mut case: Fields, check: &mut Check) -> Result<(), String> {
    let config = Config::read(case.object("config")?)?;
    let steps = Fields::needed("steps", case.list("steps")?)?;
    let expect = case.object("expect")?;
    case.finish()?;
    let is_extended = schema == "otel-v2";
    check.same("extended_metrics", config.extended_metrics, is_extended)?;
    let enriching = Enriching::default();
    let sink = Sink::new(Temporality::Cumulative);
    let builder = Telemetry::builder()
        .sdk(SDK.0, SDK.1)
        .metrics(metrics(&sink, &config, &enriching));
    let mut driver = Driver::new(config, builder)?;
    let mut ran = Ok(None);
    let warnings = warnings_during(|| {
        ran = run_steps(&mut driver, &steps, &enriching, check);
    });
    let (last, raised) = ran?.ok_or("expected an acquisition")?;
    let after = After {
        points: sink.collect(),
        last,
        raised,
        warnings: warnings.len(),
        enriched: enriching.take(),
    };
    check_end(expect, &after, check)
}

fn metrics(sink: &Sink, config: &Config, enriching: &Enriching) -> Metrics {
    let set = if config.extended_metrics {
        MsalSet::Extended
    } else {
        MsalSet::Base
    };
    let enriching = enriching.clone();
    Metrics::with_provider(sink.provider.clone())
        .msal_set(set)
        // The vectors were taken from 4.87.
        .msal_net_compat(MsalNetRelease::V4_84)
        .enricher(move |record, extra| enriching.enrich(record, extra))
}

/// The last acquisition, and the error of its function.
type Last = (Run, Option<Result<(), ReplayError>>);

fn raised(outcome: &Outcome) -> Option<Result<(), ReplayError>> {
    match &outcome.kind {
        Kind::Error(failure) => Some(Err(ReplayError::of(failure, outcome.status))),
        Kind::Success | Kind::Cache => None,
    }
}

/// Runs all steps; the expectations are about the last acquisition.
fn run_steps(
    driver: &mut Driver,
    steps: &[Value],
    enriching: &Enriching,
    check: &mut Check,
) -> Result<Option<Last>, String> {
    let mut last = None;
    driver.run(steps, |driver, mut acquire| {
        let expect = acquire.expect.take();
        enriching.begin(&acquire);
        let run = driver.acquire(&acquire)?;
        check_step(expect, &run, check)?;
        last = Some((run, raised(&acquire.outcome)));
        Ok(())
    })?;
    Ok(last)
}

fn check_step(expect: Option<Value>, run: &Run, check: &mut Check) -> Result<(), String> {
    let Some(expect) = expect else { return Ok(()) };
    let mut expect = Fields::of(expect)?;
    check_metadata(expect.object("metadata")?, run.record()?, check)?;
    expect.finish()
}

/// The results of all steps.
struct After {
    points: Vec<Point>,
    last: Run,
    raised: Option<Result<(), ReplayError>>,
    warnings: usize,
    enriched: Enricher,
}

impl After {
    fn total(&self, counter: &str) -> u64 {
        let points = self.points.iter().filter(|point| point.metric == counter);
        points.map(|point| point.count).sum()
    }

    fn names(&self) -> BTreeSet<String> {
        let names = self.points.iter().map(|point| point.metric.clone());
        names.collect()
    }
}

fn check_end(mut expect: Fields, after: &After, check: &mut Check) -> Result<(), String> {
    let names = expect.texts("metric_names")?.unwrap_or_default();
    let names: BTreeSet<_> = names.into_iter().collect();
    check.same("metric_names", after.names(), names)?;
    for absent in expect.texts("absent_metrics")?.unwrap_or_default() {
        let is_known = Metric::named(&absent).is_some();
        check.holds(&absent, is_known && !after.names().contains(&absent))?;
    }
    for (key, counter) in [
        ("success_total", "MsalSuccess"),
        ("failure_total", "MsalFailure"),
    ] {
        check.given(key, after.total(counter), expect.number(key)?)?;
    }
    check_points(
        expect.list("metrics")?.unwrap_or_default(),
        &after.points,
        check,
    )?;
    let calls = expect.number("enricher_calls")?;
    check.given("enricher_calls", after.enriched.calls, calls)?;
    let warnings = expect.number("warnings_logged")?;
    check.given("warnings_logged", after.warnings as u64, warnings)?;
    check_caller(&mut expect, after, check)?;
    if expect.has("enricher_saw") {
        check_seen(expect.object("enricher_saw")?, &after.enriched, check)?;
    }
    expect.finish()
}

/// Checks what the caller of the last acquisition received.
fn check_caller(expect: &mut Fields, after: &After, check: &mut Check) -> Result<(), String> {
    if let Some(succeeds) = expect.flag("acquisition_succeeds")? {
        let returned = after.last.returned.as_ref().map(Result::is_ok);
        check.same("acquisition_succeeds", &returned, &Some(succeeds))?;
    }
    match expect.text("caller_sees")?.as_deref() {
        None => Ok(()),
        Some("original error unchanged") => {
            let seen = after.last.returned.as_ref();
            check.same("caller_sees", &seen, &after.raised.as_ref())
        }
        Some(other) => Err(format!("unknown sight of the caller `{other}`")),
    }
}

fn check_points(expected: Vec<Value>, found: &[Point], check: &mut Check) -> Result<(), String> {
    check.same("number of points", &found.len(), &expected.len())?;
    for expected in expected {
        let expected = Expected::read(Fields::of(expected)?)?;
        let is_it =
            |point: &&Point| point.metric == expected.name && point.attributes == expected.tags;
        let point = found.iter().find(is_it);
        let what = format!("{} {:?}", expected.name, expected.tags);
        let count = point.map(|point| point.count);
        check.same(&what, count, Some(expected.count))?;
        let kind = Metric::named(&expected.name).map(|metric| format!("{:?}", metric.kind()));
        let kind = kind.map(|kind| kind.to_lowercase());
        check.same(&what, kind, Some(expected.kind))?;
    }
    Ok(())
}

/// One expected point.
struct Expected {
    name: String,
    kind: String,
    count: u64,
    tags: BTreeMap<String, Tag>,
}

impl Expected {
    fn read(mut fields: Fields) -> Result<Self, String> {
        let kind = Fields::needed("kind", fields.text("kind")?)?;
        let count = match &*kind {
            "counter" => fields.number("sum")?,
            "histogram" => fields.number("count")?,
            other => return Err(format!("unknown kind of metric `{other}`")),
        };
        let tags = fields.object("tags")?.into_entries();
        let expected = Self {
            name: Fields::needed("name", fields.text("name")?)?,
            count: Fields::needed("sum or count", count)?,
            tags: tags
                .map(|(key, value)| Ok((key, tag(&value)?)))
                .collect::<Result<_, String>>()?,
            kind,
        };
        fields.finish()?;
        Ok(expected)
    }
}

fn tag(value: &Value) -> Result<Tag, String> {
    match value {
        Value::String(text) => {
            let text = text
                .replace("{sdk_version}", SDK.1)
                .replace("{platform}", SDK.0);
            Ok(text.into())
        }
        Value::Bool(flag) => Ok((*flag).into()),
        Value::Number(number) => number
            .as_i64()
            .map(Tag::I64)
            .ok_or_else(|| format!("tag {number}")),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(format!("{value} is no tag")),
    }
}

/// Compares the published catalog.
pub(crate) fn replay_catalogue(mut case: Fields, check: &mut Check) -> Result<(), String> {
    if !Fields::needed("steps", case.list("steps")?)?.is_empty() {
        return Err("a catalog has no steps".to_owned());
    }
    let mut expect = case.object("expect")?;
    case.finish()?;
    let mut meter = expect.object("meter")?;
    let (name, version) = (meter.text("name")?, meter.text("version")?);
    check.same("meter", name.as_deref(), Some(MSAL_METER))?;
    check.same("version", version.as_deref(), Some(MSAL_METER_VERSION))?;
    meter.finish()?;
    let ours = Metric::ALL.iter().filter(|metric| metric.is_msal());
    let tags = expect.object("canonical_tags_by_metric")?.into_entries();
    let mut known = BTreeSet::new();
    for (name, tags) in tags {
        let metric = Metric::named(&name).ok_or_else(|| format!("no metric {name}"))?;
        let ours: Vec<Value> = metric.attributes().map(Value::from).collect();
        check.same(&name, &Value::from(ours), &tags)?;
        known.insert(name);
    }
    let ours: BTreeSet<_> = ours.map(|metric| metric.name().to_owned()).collect();
    check.same("metrics", ours, known)?;
    for (name, unit) in expect.object("units")?.into_entries() {
        let metric = Metric::named(&name).ok_or_else(|| format!("no metric {name}"))?;
        let ours = metric.unit().map_or(Value::Null, Value::from);
        check.same(&name, ours, unit)?;
    }
    expect.finish()
}
