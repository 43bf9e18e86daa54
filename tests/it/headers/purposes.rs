//! Requests whose purpose is set after others have started.

use token_telemetry::entra::{Dialect, PendingFailure};

use super::speaking;

use crate::support::prelude::*;

const HOSTS: [&str; 3] = ["a.example", "b.example", "c.example"];

/// Starts a request to each host, sets the purposes in this order, and fails.
fn record(telemetry: &Telemetry, said: &[(usize, Purpose)]) -> AcquisitionRecord {
    let begin = |host| Acquisition::current().token_request(format!("https://{host}/token"));
    let failing = async {
        let mut requests = HOSTS.map(|host| Some(begin(host)));
        for (at, purpose) in said {
            let request = requests[*at].take().unwrap();
            requests[*at] = Some(request.purpose(*purpose));
        }
        Err::<(), _>(LabError::new("refused"))
    };
    now(capture(for_client(telemetry, failing)))
        .records
        .remove(0)
}

/// Returns the authority of each queued failure.
fn authorities(said: &[(usize, Purpose)]) -> Vec<Option<String>> {
    let telemetry = speaking(Dialect::default());
    record(&telemetry, said);
    let pending = telemetry.pending_failures().into_iter();
    let host = |failure: PendingFailure| Some(failure.authority?.to_string());
    pending.map(host).collect()
}

#[test]
fn purposes_named_in_any_order() {
    use Purpose::Discovery;
    let of = |host: usize| vec![Some(HOSTS[host].to_owned())];
    let cases = [
        (&[0][..], of(2)),
        (&[2], of(1)),
        (&[1, 2], of(0)),
        (&[2, 1], of(0)),
        (&[0, 2], of(1)),
        (&[0, 1, 2], vec![None]),
        (&[1, 0, 2], vec![None]),
        (&[0, 2, 1], vec![None]),
        (&[2, 1, 0], vec![None]),
    ];
    for (order, expected) in cases {
        let said: Vec<_> = order.iter().map(|at| (*at, Discovery)).collect();
        assert_eq!(authorities(&said), expected, "{order:?}");
    }
}

#[test]
fn last_purpose_counts() {
    use Purpose::{Discovery, InstanceMetadata, Token};
    let of = |host: usize| vec![Some(HOSTS[host].to_owned())];
    for (said, expected) in [
        (&[(0, Token)][..], of(2)),
        (&[(0, Discovery), (0, Token)], of(0)),
        (&[(1, Discovery), (2, Discovery), (1, Token)], of(1)),
        (
            &[(0, Discovery), (1, Discovery), (2, InstanceMetadata)],
            vec![],
        ),
        (
            &[
                (0, Discovery),
                (1, Discovery),
                (2, InstanceMetadata),
                (2, Discovery),
            ],
            vec![None],
        ),
    ] {
        assert_eq!(authorities(said), expected, "{said:?}");
    }
}

#[test]
fn endpoint_host_ignores_purposes() {
    let telemetry = speaking(Dialect::default());
    let said = [(0, Purpose::Discovery), (0, Purpose::Token)];
    assert_eq!(record(&telemetry, &said).endpoint_host(), Some(HOSTS[2]));
}
