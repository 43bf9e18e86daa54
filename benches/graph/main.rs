//! Compares the cost of `SdkVersion` per request with formatting the value for every call.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench graph`
//!
//! All cases are interleaved in one run. Compare the ratios only: absolute times depend on the
//! machine. The budget is 60 ns for a request that adds no features; a test in the workspace checks
//! that such a request allocates nothing.

use std::hint::black_box;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Uri};
use token_telemetry::ClientRequestId;
use token_telemetry::graph::{
    Comment, FeatureUsage, Headers, Product, RequestContext, SDK_VERSION, SdkVersion, read,
};

const ROUNDS: usize = 60;
const SLICE: Duration = Duration::from_micros(300);

const SERVICE: Product = Product::from_static("graph-rust-beta", "1.4.0-preview.2");
const CORE: Product = Product::from_static("graph-rust-core", "1.16.0");
const OS: &str = "linux";
const RUNTIME: (&str, &str) = ("Rust", "1.95.0");

/// A measured operation.
struct Case<'a> {
    name: &'static str,
    work: Box<dyn FnMut() + 'a>,
    calls: u32,
    samples: Vec<f64>,
}

impl<'a> Case<'a> {
    fn new(name: &'static str, mut work: impl FnMut() + 'a) -> Self {
        let mut calls = 16;
        while timed(&mut work, calls) < SLICE {
            calls *= 2;
        }
        Self {
            name,
            work: Box::new(work),
            calls,
            samples: Vec::new(),
        }
    }

    fn sample(&mut self) {
        let time = timed(&mut self.work, self.calls);
        self.samples
            .push(time.as_nanos() as f64 / f64::from(self.calls));
    }

    fn median(&mut self) -> f64 {
        self.samples.sort_by(f64::total_cmp);
        self.samples[self.samples.len() / 2]
    }
}

fn timed(work: &mut dyn FnMut(), calls: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed()
}

/// Formats the value from its parts for every call, as other SDKs do.
fn formatted(features: FeatureUsage) -> HeaderValue {
    let comment = format!("featureUsage={features}; hostOS={OS}");
    let runtime = format!("runtimeEnvironment={}/{}", RUNTIME.0, RUNTIME.1);
    let products = [SERVICE.to_string(), CORE.to_string()].join(", ");
    HeaderValue::try_from(format!("{products} ({comment}; {runtime})")).expect("the value is ASCII")
}

/// Formats only the features; the rest of the value is fixed text.
fn half_formatted(features: FeatureUsage) -> HeaderValue {
    let value = format!(
        "graph-rust-beta/1.4.0-preview.2, graph-rust-core/1.16.0 \
         (featureUsage={features}; hostOS=linux; runtimeEnvironment=Rust/1.95.0)"
    );
    HeaderValue::try_from(value).expect("the value is ASCII")
}

fn sdk_version() -> SdkVersion {
    let comment = Comment::empty()
        .host_os(OS)
        .runtime_environment(RUNTIME.0, RUNTIME.1);
    SdkVersion::builder()
        .service(SERVICE)
        .core(CORE)
        .comment(comment)
        .build()
        .expect("two products fit")
}

fn main() {
    let features = FeatureUsage::RETRY_HANDLER | FeatureUsage::PAGE_ITERATOR_TASK;
    let sdk_version = sdk_version();
    let ours = sdk_version
        .header_value(features)
        .expect("the service and core products are set");
    assert_eq!(ours, formatted(features));
    assert_eq!(ours, half_formatted(features));

    let uri = Uri::from_static("https://graph.microsoft.com/v1.0/me");
    let headers = Headers::new(sdk_version.clone());
    let context = RequestContext::new();
    context.feature_used(features);
    let id = HeaderValue::from_static("b48eb1a9-4b0f-4b18-875a-cbdd171d3711");
    let mut with_id = HeaderMap::with_capacity(8);
    with_id.insert(ClientRequestId::HEADER, id);
    let (mut first, mut again) = (with_id.clone(), with_id);
    headers.apply_for(&context, &uri, &mut again);

    let mut cases = [
        Case::new("format everything per call", || {
            black_box(formatted(black_box(features)));
        }),
        Case::new("format the features into fixed text", || {
            black_box(half_formatted(black_box(features)));
        }),
        Case::new("header_value, no added features", || {
            black_box(sdk_version.header_value(black_box(FeatureUsage::NONE)));
        }),
        Case::new("header_value, two added features", || {
            black_box(sdk_version.header_value(black_box(features)));
        }),
        Case::new("clone of a finished value", || {
            black_box(black_box(&ours).clone());
        }),
        Case::new("both headers, first attempt with an id", || {
            first.remove(SDK_VERSION);
            black_box(headers.apply_for(&context, &uri, &mut first));
        }),
        Case::new("both headers, retry", || {
            black_box(headers.apply_for(&context, &uri, &mut again));
        }),
        Case::new("both headers, a new request with a new id", || {
            black_box(headers.apply(&uri, &mut HeaderMap::with_capacity(4)));
        }),
        Case::new("parse the value", || {
            black_box(read::recipient(black_box(&ours)).expect("the value is well-formed"));
        }),
    ];
    for round in 0..ROUNDS {
        let count = cases.len();
        for step in 0..count {
            cases[(round + step) % count].sample();
        }
    }
    let slowest = cases[0].median();
    println!("{:<44} {:>10} {:>8}", "per request", "ns", "of max");
    for case in &mut cases {
        let median = case.median();
        println!(
            "{:<44} {median:>10.1} {:>7.1}%",
            case.name,
            100.0 * median / slowest
        );
    }
}
