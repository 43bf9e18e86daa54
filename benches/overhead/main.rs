//! Measures what one acquisition costs: bare, annotated, with metrics, by hand, and with other crates.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench overhead`
//!
//! All cases of a table are interleaved in one run. Compare the ratios only: absolute times depend
//! on the machine.

mod by_hand;
mod harness;
mod ours;
mod peers;

use std::hint::black_box;
use std::time::Duration;

use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use token_telemetry::otel::{Metrics, MetricsRecorder, MsalNetRelease};
use token_telemetry::{AcquisitionRecord, ClientInfo, Observer, Telemetry, capture};

use by_hand::{ByHand, timed};
use harness::{Case, on_two_threads, poll_once, run};
use ours::Client;

/// Uses MSAL.NET's values, so that both sides record all five instruments.
fn metrics(provider: &SdkMeterProvider) -> Metrics {
    Metrics::with_provider(provider.clone()).msal_net_compat(MsalNetRelease::V4_89)
}

fn client(metrics: Metrics) -> Client {
    let builder = Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.3")
        .metrics(metrics);
    Client::new(builder.build().expect("the SKU and the version are valid"))
}

fn recorder(metrics: Metrics) -> MetricsRecorder {
    let info = ClientInfo::detect().with_sdk("Contoso.Auth", "1.2.3");
    MetricsRecorder::new(metrics, &info.expect("the SKU and the version are valid"))
}

fn record(future: impl Future) -> AcquisitionRecord {
    let captured = poll_once(capture(future));
    captured
        .last()
        .expect("the future contains an acquisition")
        .clone()
}

fn provider() -> SdkMeterProvider {
    SdkMeterProvider::builder()
        .with_reader(ManualReader::builder().build())
        .build()
}

/// An observer whose sample of cache hits is exhausted, such as a console between two ticks.
struct Sampler;

impl Observer for Sampler {
    fn finished(&self, record: &AcquisitionRecord) {
        black_box(record);
    }

    fn wants_attempts(&self) -> bool {
        true
    }
}

/// The measured clients and recorders, each with its own provider.
struct Setup {
    off: Client,
    sampled: Client,
    unsubscribed: Client,
    stable: Client,
    bound: Client,
    stable_recorder: MetricsRecorder,
    bound_recorder: MetricsRecorder,
    by_hand: ByHand,
}

fn main() {
    let (for_stable, for_bound, for_hand, for_tracing) =
        (provider(), provider(), provider(), provider());
    let setup = Setup {
        off: client(Metrics::off()),
        sampled: client(Metrics::off()),
        unsubscribed: client(Metrics::default()),
        stable: client(metrics(&for_stable).unbound()),
        bound: client(metrics(&for_bound)),
        stable_recorder: recorder(metrics(&for_stable).unbound()),
        bound_recorder: recorder(metrics(&for_bound)),
        by_hand: ByHand::new(&for_hand),
    };
    let attached = setup.sampled.telemetry.attach_observer(Sampler);
    attached.limit_hits(0);
    peers::subscribe(&for_tracing);
    peers::report_spans();
    hit(&setup);
    fetch(&setup);
    two_threads(&setup);
}

const ROWS: [&str; 10] = [
    "(a) bare function",
    "(b) ours, no metrics",
    "(b) ours, no meter provider",
    "(c) ours, stable API",
    "(d) ours, otel-bound",
    "(e) by hand, whole",
    "(f) tracing + MetricsLayer",
    "(g) autometrics",
    "(h) fastrace",
    "instruments: by hand",
];
const SAMPLED: &str = "(b) ours, hits sampled";
const INSTRUMENTS_STABLE: &str = "instruments: ours, stable";
const INSTRUMENTS_BOUND: &str = "instruments: ours, otel-bound";

fn hit(setup: &Setup) {
    let Setup { off, by_hand, .. } = setup;
    let finished = record(off.hit());
    let total = finished.duration_total().unwrap_or_default();
    let mut cases = vec![
        Case::new(ROWS[0], || drop(poll_once(off.bare_hit()))),
        Case::new(ROWS[1], || drop(poll_once(off.hit()))),
        Case::new(ROWS[2], || drop(poll_once(setup.unsubscribed.hit()))),
        Case::new(ROWS[3], || drop(poll_once(setup.stable.hit()))),
        Case::new(ROWS[4], || drop(poll_once(setup.bound.hit()))),
        Case::new(ROWS[5], || {
            drop(poll_once(timed(off.bare_hit(), |total| by_hand.hit(total))));
        }),
        Case::new(ROWS[6], || drop(poll_once(off.traced_hit()))),
        Case::new(ROWS[7], || drop(poll_once(peers::autometrics_hit(off)))),
        Case::new(ROWS[8], || drop(poll_once(off.fastraced_hit()))),
        Case::new(ROWS[9], || by_hand.hit(black_box(total))),
        Case::new(SAMPLED, || drop(poll_once(setup.sampled.hit()))),
        Case::new(INSTRUMENTS_STABLE, || {
            setup.stable_recorder.record(black_box(&finished));
        }),
        Case::new(INSTRUMENTS_BOUND, || {
            setup.bound_recorder.record(black_box(&finished));
        }),
    ];
    run(&mut cases);
    report("a cache hit", "hit", &cases);
    let of = |name: &str| {
        let case = cases.iter().find(|case| case.name == name);
        case.map_or(f64::NAN, Case::median)
    };
    println!(
        "ratio: sampled / no-metrics = {:.2}",
        of(SAMPLED) / of(ROWS[1])
    );
}

fn fetch(setup: &Setup) {
    let Setup { off, by_hand, .. } = setup;
    let finished = record(off.fetch());
    let total = finished.duration_total().unwrap_or_default();
    let mut cases = vec![
        Case::new(ROWS[0], || drop(poll_once(off.bare_fetch()))),
        Case::new(ROWS[1], || drop(poll_once(off.fetch()))),
        Case::new(ROWS[2], || drop(poll_once(setup.unsubscribed.fetch()))),
        Case::new(ROWS[3], || drop(poll_once(setup.stable.fetch()))),
        Case::new(ROWS[4], || drop(poll_once(setup.bound.fetch()))),
        Case::new(ROWS[5], || {
            drop(poll_once(timed(off.bare_fetch(), |total| {
                by_hand.fetch(total)
            })));
        }),
        Case::new(ROWS[6], || drop(poll_once(off.traced_fetch()))),
        Case::new(ROWS[7], || drop(poll_once(peers::autometrics_fetch(off)))),
        Case::new(ROWS[8], || drop(poll_once(off.fastraced_fetch()))),
        Case::new(ROWS[9], || by_hand.fetch(black_box(total))),
        Case::new(INSTRUMENTS_STABLE, || {
            setup.stable_recorder.record(black_box(&finished));
        }),
        Case::new(INSTRUMENTS_BOUND, || {
            setup.bound_recorder.record(black_box(&finished));
        }),
    ];
    run(&mut cases);
    report(
        "a token from the identity provider (ours with all headers, without network)",
        "fetch",
        &cases,
    );
}

fn report(title: &str, whole: &str, cases: &[Case<'_>]) {
    println!("\n{title}\n{:<32}{:>12}{:>12}", "", "median ns", "min ns");
    for case in cases {
        println!(
            "{:<32}{:>12.1}{:>12.1}",
            case.name,
            case.median(),
            case.min()
        );
    }
    let of = |name: &str| {
        let case = cases.iter().find(|case| case.name == name);
        case.map_or(f64::NAN, Case::median)
    };
    let by_hand = of(ROWS[9]);
    println!();
    let ratio = |name: &str, value: f64| println!("ratio: {name} = {value:.1}");
    ratio("by-hand / otel-bound", by_hand / of(INSTRUMENTS_BOUND));
    ratio("by-hand / stable", by_hand / of(INSTRUMENTS_STABLE));
    ratio(
        &format!("by-hand / whole-{whole}-bound"),
        by_hand / of(ROWS[4]),
    );
    ratio(
        &format!("tracing / whole-{whole}-bound"),
        of(ROWS[6]) / of(ROWS[4]),
    );
    ratio(
        &format!("autometrics / whole-{whole}-bound"),
        of(ROWS[7]) / of(ROWS[4]),
    );
    ratio(
        &format!("fastrace / whole-{whole}-bound"),
        of(ROWS[8]) / of(ROWS[4]),
    );
}

fn two_threads(setup: &Setup) {
    let Setup { off, by_hand, .. } = setup;
    let finished = record(off.hit());
    let total = Duration::from_nanos(90);
    println!("\ntwo threads, one hot series, ns per call and thread");
    let row = |name: &str, value: f64| println!("{name:<32}{value:>12.1}");
    let without = || drop(poll_once(off.hit()));
    let mut alone = [Case::new("one", without)];
    run(&mut alone);
    let (one, two) = (alone[0].median(), on_two_threads(&without));
    row("ours, no metrics, one thread", one);
    row("ours, no metrics", two);
    let hand = on_two_threads(&|| by_hand.hit(black_box(total)));
    let bound = on_two_threads(&|| setup.bound_recorder.record(black_box(&finished)));
    let stable = on_two_threads(&|| setup.stable_recorder.record(black_box(&finished)));
    let whole = on_two_threads(&|| drop(poll_once(setup.bound.hit())));
    row("instruments: by hand", hand);
    row("instruments: ours, stable", stable);
    row("instruments: ours, otel-bound", bound);
    row("ours, otel-bound", whole);
    println!(
        "\nratio: two-threads / one-thread, no metrics = {:.1}",
        two / one
    );
    println!(
        "ratio: two-threads by-hand / otel-bound = {:.1}",
        hand / bound
    );
    println!(
        "ratio: two-threads by-hand / whole-hit-bound = {:.1}",
        hand / whole
    );
}
