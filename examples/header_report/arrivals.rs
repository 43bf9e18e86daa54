//! Finds out whether a reported failure had reached the server before.

use std::collections::{HashMap, VecDeque};

/// How many requests are remembered.
pub(crate) const REMEMBERED: usize = 1 << 16;

/// When a request arrived.
#[derive(Clone, Copy)]
struct Arrival {
    request: u64,
    time: Option<i64>,
}

/// The most recent requests by `client-request-id`.
#[derive(Default)]
pub(crate) struct Arrivals {
    by_id: HashMap<u128, Arrival>,
    order: VecDeque<(u128, u64)>,
}

/// How long after its request a failure was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lag {
    pub(crate) requests: u64,
    pub(crate) millis: Option<i64>,
}

impl Arrivals {
    /// Remembers a request, and forgets the oldest if there are too many.
    pub(crate) fn arrived(&mut self, id: u128, request: u64, time: Option<i64>) {
        self.by_id.insert(id, Arrival { request, time });
        self.order.push_back((id, request));
        if self.order.len() <= REMEMBERED {
            return;
        }
        if let Some((id, request)) = self.order.pop_front()
            && self
                .by_id
                .get(&id)
                .is_some_and(|last| last.request == request)
        {
            self.by_id.remove(&id);
        }
    }

    /// Returns how late a report is, or `None` if the log has no request with its id.
    pub(crate) fn reported(&self, id: u128, request: u64, time: Option<i64>) -> Option<Lag> {
        let arrival = self.by_id.get(&id)?;
        let millis = arrival
            .time
            .zip(time)
            .map(|(then, now)| (now - then).max(0));
        Some(Lag {
            requests: request.saturating_sub(arrival.request),
            millis,
        })
    }
}

/// Parses the 32 digits of a GUID; any other id cannot be remembered.
pub(crate) fn guid(text: &[u8]) -> Option<u128> {
    let mut digits = 0;
    let mut id = 0;
    for byte in text {
        let digit = match byte {
            b'-' => continue,
            byte => char::from(*byte).to_digit(16)?,
        };
        digits += 1;
        id = (id << 4) | u128::from(digit);
        if digits > 32 {
            return None;
        }
    }
    (digits == 32).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_of_a_report() {
        let mut arrivals = Arrivals::default();
        arrivals.arrived(7, 1, Some(1_000));
        arrivals.arrived(8, 2, None);
        let lag = |requests, millis| Some(Lag { requests, millis });
        assert_eq!(arrivals.reported(7, 4, Some(3_500)), lag(3, Some(2_500)));
        assert_eq!(arrivals.reported(8, 4, Some(3_500)), lag(2, None));
        assert_eq!(arrivals.reported(9, 4, None), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut arrivals = Arrivals::default();
        for request in 0..3 * REMEMBERED as u64 {
            arrivals.arrived(u128::from(request % 100_000), request, None);
        }
        assert!(arrivals.by_id.len() <= REMEMBERED && arrivals.order.len() <= REMEMBERED);
    }

    #[test]
    fn ids() {
        assert_eq!(guid(b"00000000-0000-0000-0000-0000000000fF"), Some(255));
        for text in ["", "ff", "zz000000-0000-0000-0000-000000000000"] {
            assert_eq!(guid(text.as_bytes()), None, "{text}");
        }
        assert_eq!(guid(&[b'0'; 33]), None);
    }
}
