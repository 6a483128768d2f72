//! How long to wait after a failure. It never gives up; it only gets slower.

use std::time::Duration;

use crate::domain::{Fault, FaultKind, Instant};

/// Nothing waits longer than this for another try, unless the service said so.
pub const LONGEST: Duration = Duration::from_mins(15);
/// A broken line costs the service nothing, and somebody is waiting for it to work again.
const LINE: Duration = Duration::from_mins(2);
/// A token that was refused or a repository that is gone may be mended by somebody: look again now and then.
const LASTING: Duration = Duration::from_mins(5);
/// What stands between refuses now and then what the service would not: one more look, sooner.
const ONCE_MORE: Duration = Duration::from_secs(30);

/// The wait before the next try of a source that is normally asked every `every` and failed `failures` times in a row.
pub fn wait(every: Duration, failures: u32, fault: &Fault, now: Instant) -> Duration {
    if let Some(at) = fault.retry_at {
        return (at - now).to_std().unwrap_or_default().clamp(Duration::from_secs(1), Duration::from_hours(1));
    }
    if !fault.is_passing() && fault.kind != FaultKind::NotFound {
        let refused = matches!(fault.kind, FaultKind::Authentication | FaultKind::Permission);
        return if refused && failures <= 1 { ONCE_MORE } else { LASTING };
    }
    let longest = if is_line(fault) { LINE } else { LONGEST };
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(10));
    every.max(Duration::from_secs(5)).saturating_mul(doubled).min(longest)
}

/// The way to the service is broken, not the service.
pub fn is_line(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Offline | FaultKind::Timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> Fault {
        Fault::new(kind, "x", "y")
    }

    #[test]
    fn a_passing_fault_is_tried_again_ever_more_slowly_but_never_given_up() {
        let every = Duration::from_secs(10);
        let now = Instant::UNIX_EPOCH;
        let waits = |kind| (1..=10).map(|n| wait(every, n, &fault(kind), now).as_secs()).collect::<Vec<_>>();
        assert_eq!(waits(FaultKind::Server), [10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
        assert_eq!(waits(FaultKind::Offline), [10, 20, 40, 80, 120, 120, 120, 120, 120, 120]);
    }

    #[test]
    fn the_time_the_service_named_is_honoured() {
        let now = Instant::UNIX_EPOCH;
        let limited = fault(FaultKind::RateLimited).retry_at(now + chrono::TimeDelta::seconds(42));
        assert_eq!(wait(Duration::from_secs(10), 1, &limited, now).as_secs(), 42);
        let past = fault(FaultKind::RateLimited).retry_at(now - chrono::TimeDelta::seconds(42));
        assert_eq!(wait(Duration::from_secs(10), 1, &past, now).as_secs(), 1);
    }

    #[test]
    fn a_refused_token_is_not_hammered() {
        let waits = |n| wait(Duration::from_secs(10), n, &fault(FaultKind::Authentication), Instant::UNIX_EPOCH);
        assert_eq!([1, 2, 3, 20].map(waits), [ONCE_MORE, LASTING, LASTING, LASTING]);
    }
}
