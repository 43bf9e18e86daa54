//! Records made in other tasks count only with a handle.

use crate::support::prelude::*;

/// Ways to leave a task.
#[derive(Clone, Copy, Debug)]
enum Way {
    Spawn,
    JoinSet,
    SpawnBlocking,
    Thread,
}

const WAYS: [Way; 4] = [Way::Spawn, Way::JoinSet, Way::SpawnBlocking, Way::Thread];

fn record(current: Acquisition) {
    current.record_refresh_reason(CacheRefreshReason::Expired);
    current.record_cache_hit(CacheLevel::L2Cache);
}

async fn leave(way: Way, handle: Option<Handle>) {
    let blocking = {
        let handle = handle.clone();
        move || {
            let _entered = handle.as_ref().map(Handle::enter);
            record(Acquisition::current());
        }
    };
    let task = async move {
        let work = async {
            tokio::task::yield_now().await;
            record(Acquisition::current());
        };
        match handle {
            Some(handle) => handle.scope(work).await,
            None => work.await,
        }
    };
    match way {
        Way::Spawn => tokio::spawn(task).await.unwrap(),
        Way::JoinSet => {
            let mut tasks = tokio::task::JoinSet::new();
            tasks.spawn(task);
            tasks.join_next().await.unwrap().unwrap();
        }
        Way::SpawnBlocking => tokio::task::spawn_blocking(blocking).await.unwrap(),
        Way::Thread => std::thread::spawn(blocking).join().unwrap(),
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn leaving(telemetry: &Telemetry, way: Way, with_handle: bool) -> Result<(), LabError> {
    leave(way, with_handle.then(|| Acquisition::current().handle())).await;
    Ok(())
}

on_both_runtimes! {
    async fn records_in_other_task_need_a_handle() {
        for way in WAYS {
            let (telemetry, recorder) = telemetry();
            assert_eq!(leaving(&telemetry, way, true).await, Ok(()));
            let record = only(&recorder);
            assert_eq!(record.token_source(), Some(TokenSource::Cache), "{way:?}");
            assert_eq!(record.cache_level(), Some(CacheLevel::L2Cache), "{way:?}");
        }
    }

    async fn records_without_handle_are_dropped() {
        for way in WAYS {
            let (telemetry, recorder) = telemetry();
            assert_eq!(leaving(&telemetry, way, false).await, Ok(()));
            assert_eq!(only(&recorder).token_source(), None, "{way:?}");
        }
    }

    async fn outliving_handle_changes_nothing() {
        let (telemetry, recorder) = telemetry();
        let handle = acquire(&telemetry, || Acquisition::current().handle());
        let record = only(&recorder);
        leave(Way::Thread, Some(handle.clone())).await;
        handle.token_request("https://login.example/token").responded(200);
        assert_eq!((record.token_source(), record.attempt_count()), (None, 0));
        assert_eq!(recorder.take().len(), 0);
    }

    async fn misordered_guards_leave_nothing() {
        let (telemetry, _recorder) = telemetry();
        let one = acquire(&telemetry, || Acquisition::current().handle());
        let two = acquire(&telemetry, || Acquisition::current().handle());
        {
            let first = one.enter();
            let second = two.enter();
            drop(first);
            assert!(Acquisition::current().is_active());
            drop(second);
        }
        assert!(!Acquisition::current().is_active());
    }

    async fn outside_handle_carries_the_capture() {
        let (telemetry, _recorder) = telemetry();
        let captured = capture(async {
            let handle = Acquisition::current().handle();
            let task = async move { leaving(&telemetry, Way::Spawn, false).await };
            tokio::spawn(handle.scope(task)).await.unwrap()
        });
        assert_eq!(captured.await.records.len(), 1);
    }
}
