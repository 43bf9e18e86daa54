//! `msal-net.json`: the metrics that MSAL.NET records for sequences of acquisitions.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::Value as Tag;
use opentelemetry_sdk::metrics::Temporality;
use serde_json::Value;
use token_telemetry::Telemetry;
use token_telemetry::otel::{MSAL_METER, MSAL_METER_VERSION, Metric, Metrics, MsalSet};

use crate::collect::{Point, Sink};
use crate::config::Config;
use crate::driver::{Driver, ReplayError, Run};
use crate::enriching::{Enricher, Enriching, check_seen};
use crate::fields::{Check, Fields};
use crate::metadata::check_metadata;
use crate::msal_net::SDK;
use crate::step::{Kind, Op, Outcome};
use crate::warnings::warnings_during;

/// Replays a case that expects data points of metrics.
pub(crate) fn replay(schema: &str, mut case: Fields, check: &mut Check) -> Result<(), String> {
    let config = Config::read(case.object("config")?)?;
    let steps = Fields::needed("steps", case.list("steps")?)?;
    let expect = case.object("expect")?;
    case.finish()?;
    check.same(
        "extended_metrics",
        &config.extended_metrics,
        &(schema == "otel-v2"),
    )?;
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
        .msal_net_compat()
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
    for (at, step) in steps.iter().enumerate() {
        let in_step = |error| format!("step {}: {error}", at + 1);
        match Op::read(step, &mut driver.config).map_err(in_step)? {
            Op::Acquire(mut acquire) => {
                let expect = acquire.expect.take();
                enriching.begin(&acquire);
                let run = driver.acquire(&acquire).map_err(in_step)?;
                check_step(expect, &run, check).map_err(in_step)?;
                last = Some((run, raised(&acquire.outcome)));
            }
            Op::AdvanceTime => driver.advance_time(),
            Op::Configure | Op::ExpireCachedTokens => {}
        }
    }
    Ok(last)
}

fn check_step(expect: Option<Value>, run: &Run, check: &mut Check) -> Result<(), String> {
    let Some(expect) = expect else { return Ok(()) };
    let mut expect = Fields::of(expect)?;
    let record = run
        .foreground
        .as_ref()
        .ok_or("expected a record of the call")?;
    check_metadata(expect.object("metadata")?, record, check)?;
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
    check.same("metric_names", &after.names(), &names.into_iter().collect())?;
    for absent in expect.texts("absent_metrics")?.unwrap_or_default() {
        let is_known = Metric::named(&absent).is_some();
        check.holds(&absent, is_known && !after.names().contains(&absent))?;
    }
    for (key, counter) in [
        ("success_total", "MsalSuccess"),
        ("failure_total", "MsalFailure"),
    ] {
        if let Some(total) = expect.number(key)? {
            check.same(key, &after.total(counter), &total)?;
        }
    }
    check_points(
        expect.list("metrics")?.unwrap_or_default(),
        &after.points,
        check,
    )?;
    if let Some(calls) = expect.number("enricher_calls")? {
        check.same("enricher_calls", &after.enriched.calls, &calls)?;
    }
    if let Some(warnings) = expect.number("warnings_logged")? {
        check.same(
            "warnings_logged",
            &after.warnings,
            &usize::try_from(warnings).unwrap_or_default(),
        )?;
    }
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
        check.same(
            &what,
            &point.map(|point| point.count),
            &Some(expected.count),
        )?;
        let kind = Metric::named(&expected.name).map(|metric| format!("{:?}", metric.kind()));
        check.same(
            &what,
            &kind.map(|kind| kind.to_lowercase()),
            &Some(expected.kind),
        )?;
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
    check.same("meter", &meter.text("name")?, &Some(MSAL_METER.to_owned()))?;
    check.same(
        "version",
        &meter.text("version")?,
        &Some(MSAL_METER_VERSION.to_owned()),
    )?;
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
    check.same(
        "metrics",
        &ours.map(|metric| metric.name().to_owned()).collect(),
        &known,
    )?;
    for (name, unit) in expect.object("units")?.into_entries() {
        let metric = Metric::named(&name).ok_or_else(|| format!("no metric {name}"))?;
        check.same(
            &name,
            &metric.unit().map_or(Value::Null, Value::from),
            &unit,
        )?;
    }
    expect.finish()
}
