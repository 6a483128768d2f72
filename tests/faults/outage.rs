//! Everything is down for long: how little is sent, whether what is told of the next try is so, and how soon it is well.

use std::time::Duration;

use atc::domain::{FaultKind, Source};
use tokio::time::Instant as Tick;

use crate::bench::{Bench, repo};
use crate::cases::How;
use crate::runs::{SLACK, on_paused_time};
use crate::server::answer;

const OUTAGE: Duration = Duration::from_mins(20);

async fn down() -> Bench {
    let mut bench = Bench::new(How::Spoil(|_, _| answer(502, "").into())).await;
    bench.watch();
    bench.until(SLACK * 20, |bench| !bench.model.queue.rows.is_empty()).await;
    bench.pass(Duration::from_secs(30)).await;
    bench.trouble(None);
    bench
}

fn sent(bench: &Bench, since: Tick) -> usize {
    bench.server.seen().iter().filter(|seen| seen.at >= since).count()
}

#[test]
fn a_host_that_is_down_is_asked_once_in_a_while_and_not_by_every_source() {
    on_paused_time(async {
        let mut bench = down().await;
        let since = Tick::now();
        bench.pass(OUTAGE).await;
        // Five until it is seen, then 5, 10, 20, 40, 80 and 120 s apart, for the service and for its log service.
        let sent = sent(&bench, since);
        assert!((20..=2 * (5 + 6 + 10)).contains(&sent), "{sent} requests in {OUTAGE:?}");
        assert!(bench.told.iter().any(|told| told.fault.as_ref().is_some_and(|f| f.kind == FaultKind::HeldBack)));
        let screen = bench.screen();
        assert!(screen.contains("next try") && !screen.contains("No agent tasks"), "{screen}");
    });
}

#[test]
fn what_is_told_of_the_next_try_is_so_and_then_all_is_well_again() {
    on_paused_time(async {
        let mut bench = down().await;
        bench.pass(OUTAGE).await;
        let list = Source::Tasks(repo());
        let next = bench.of(&list).next_back().and_then(|told| told.next_try).expect("a next try is told");
        let wait = (next - bench.now()).to_std().unwrap_or_default();
        assert!(wait <= Duration::from_secs(165), "the longest pause, and what is left to others: {wait:?}");
        bench.peace();
        let (known, quiet) = (bench.of(&list).count(), Tick::now());
        bench.pass(wait.saturating_sub(SLACK * 15)).await;
        let early = sent(&bench, quiet);
        let well = |bench: &Bench| bench.of(&list).skip(known).any(|told| told.fault.is_none());
        assert!(bench.until(SLACK * 20, well).await, "{early} requests went before, and the list is not read yet");
        bench.pass(Duration::from_secs(150)).await;
        assert!(!bench.screen().contains("502"), "{}", bench.screen());
    });
}

#[test]
fn the_operator_need_not_wait() {
    on_paused_time(async {
        let mut bench = down().await;
        bench.pass(OUTAGE).await;
        let since = Tick::now();
        bench.key('r');
        bench.pass(SLACK * 3).await;
        assert!((1..=4).contains(&sent(&bench, since)), "a refresh asks, though not for everything");
        bench.peace();
        bench.key('r');
        let list = Source::Tasks(repo());
        let well = |bench: &Bench| bench.of(&list).next_back().is_some_and(|told| told.fault.is_none());
        assert!(bench.until(SLACK * 3, well).await, "{}", bench.screen());
    });
}
