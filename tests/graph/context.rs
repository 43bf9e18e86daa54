//! The scope of a request across awaits, panics, and threads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::executor::block_on;
use futures::future::join;
use http::{HeaderMap, Uri};
use token_telemetry::ClientRequestId;
use token_telemetry::graph::{
    FeatureUsage, Headers, Product, RequestContext, SdkVersion, feature_used,
};

const PAGE: FeatureUsage = FeatureUsage::PAGE_ITERATOR_TASK;
const UPLOAD: FeatureUsage = FeatureUsage::FILE_UPLOAD_TASK;

/// Yields to the other future of a `join`.
async fn turn() {
    let mut is_first = true;
    std::future::poll_fn(|cx| {
        if std::mem::take(&mut is_first) {
            cx.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}

#[test]
fn interleaved_requests_do_not_share_features() {
    let (one, other) = (RequestContext::new(), RequestContext::new());
    let work = |features| async move {
        turn().await;
        feature_used(features);
        turn().await;
    };
    block_on(join(one.scope(work(PAGE)), other.scope(work(UPLOAD))));
    assert_eq!(one.features(), PAGE);
    assert_eq!(other.features(), UPLOAD);
    assert!(RequestContext::current().is_none());
}

#[test]
fn feature_outside_a_scope_is_ignored() {
    feature_used(PAGE);
    let context = RequestContext::new();
    let _entered = context.enter();
    assert!(context.features().is_empty());
}

#[test]
fn panic_leaves_no_current_request() {
    let context = RequestContext::new();
    let work = context.scope(async { panic!("in the scope") });
    let caught = catch_unwind(AssertUnwindSafe(|| block_on(work)));
    assert!(caught.is_err());
    assert!(RequestContext::current().is_none());
}

#[test]
fn features_stay_within_their_request() {
    let pages = RequestContext::new();
    pages.feature_used(PAGE);
    let (first, second) = (pages.child(), pages.child());
    block_on(first.scope(async { feature_used(UPLOAD) }));
    assert_eq!(first.features(), PAGE | UPLOAD);
    assert_eq!(second.features(), PAGE);
    assert_eq!(pages.features(), PAGE);
}

#[test]
fn task_requests_have_own_ids_unless_set() {
    let ids = |work: &RequestContext| {
        let (one, other) = (work.child(), work.child());
        (id_sent(&one), id_sent(&other))
    };
    let (one, other) = ids(&RequestContext::new());
    assert_ne!(one, other);
    let given = ClientRequestId::new();
    let (one, other) = ids(&RequestContext::with_client_request_id(given));
    assert_eq!((&one, &other), (&given.to_string(), &given.to_string()));
}

#[test]
fn applied_is_visible_in_the_outer_context() {
    let work = RequestContext::new();
    let sent = id_sent(&work.child());
    let applied = work.applied().unwrap();
    assert!(applied.is_written);
    assert_eq!(applied.client_request_id.unwrap().to_string(), sent);
}

#[test]
fn request_moves_between_threads() {
    let context = RequestContext::new();
    let workers: Vec<_> = [PAGE, UPLOAD]
        .into_iter()
        .map(|features| {
            let context = context.clone();
            std::thread::spawn(move || {
                let _entered = context.enter();
                feature_used(features);
                id_sent(&context)
            })
        })
        .collect();
    let ids: Vec<_> = workers
        .into_iter()
        .map(|worker| worker.join().unwrap())
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(context.features(), PAGE | UPLOAD);
}

#[test]
fn guards_dropped_in_order_restore_the_outer() {
    let (outer, inner) = (RequestContext::new(), RequestContext::new());
    let entered_outer = outer.enter();
    let entered_inner = inner.enter();
    feature_used(PAGE);
    drop(entered_inner);
    feature_used(UPLOAD);
    drop(entered_outer);
    assert_eq!((outer.features(), inner.features()), (UPLOAD, PAGE));
}

fn id_sent(context: &RequestContext) -> String {
    let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    let headers = Headers::new(SdkVersion::builder().core(core).build().unwrap());
    let mut map = HeaderMap::new();
    let uri = Uri::from_static("https://graph.microsoft.com/");
    headers.apply_for(context, &uri, &mut map);
    map[ClientRequestId::HEADER].to_str().unwrap().to_owned()
}

#[test]
fn guards_dropped_out_of_order() {
    let first = RequestContext::with_client_request_id(ClientRequestId::new());
    let (second, third) = (RequestContext::new(), RequestContext::new());
    let (in_first, in_second, in_third) = (first.enter(), second.enter(), third.enter());
    drop(in_first);
    drop(in_third);
    feature_used(PAGE);
    drop(in_second);
    assert!(RequestContext::current().is_none());
    let features = [first, second, third].map(|context| context.features());
    assert_eq!(features, [FeatureUsage::NONE, PAGE, FeatureUsage::NONE]);
}

#[test]
fn leaked_guard_ends_with_its_poll() {
    let (work, leaked) = (RequestContext::new(), RequestContext::new());
    block_on(work.scope(async {
        #[expect(clippy::mem_forget, reason = "this tests the leak")]
        std::mem::forget(leaked.enter());
        turn().await;
        feature_used(PAGE);
    }));
    assert!(RequestContext::current().is_none());
    assert_eq!(
        (work.features(), leaked.features()),
        (PAGE, FeatureUsage::NONE)
    );
}

#[test]
fn guard_across_await_removes_only_itself() {
    let (work, kept) = (RequestContext::new(), RequestContext::new());
    block_on(work.scope(async {
        let guard = kept.enter();
        turn().await;
        drop(guard);
        feature_used(PAGE);
    }));
    assert!(RequestContext::current().is_none());
    assert_eq!(
        (work.features(), kept.features()),
        (PAGE, FeatureUsage::NONE)
    );
}

#[test]
fn long_chain_of_requests_does_not_overflow_the_stack() {
    let mut innermost = RequestContext::new();
    for _ in 0..1_000_000 {
        innermost = innermost.child();
    }
    drop(innermost);
}

#[test]
fn request_made_while_another_is_sent_has_its_own_id() {
    let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    let headers = Headers::new(SdkVersion::builder().core(core).build().unwrap());
    let get = || http::Request::get("https://graph.microsoft.com/v1.0/me").body(());
    let mut first = get().unwrap();
    let context = headers.apply_to(&mut first);
    let entered = context.enter();
    feature_used(PAGE);
    let mut second = get().unwrap();
    let other = headers.apply_to(&mut second);
    let by_hand = headers.apply(first.uri(), &mut HeaderMap::new());
    // Another attempt of the first request, after a redirect lost the extensions.
    let mut again = get().unwrap();
    again.headers_mut().clone_from(first.headers());
    headers.apply_to(&mut again);
    drop(entered);
    let id = |request: &http::Request<()>| request.headers()[ClientRequestId::HEADER].clone();
    assert_ne!(id(&second), id(&first));
    assert_ne!(by_hand.client_request_id, context.client_request_id());
    assert_eq!(id(&again), id(&first));
    assert!(other.features().is_empty());
    assert_eq!(
        context.applied().unwrap().client_request_id,
        context.client_request_id()
    );
}
