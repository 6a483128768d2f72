//! Clocks that are wrong, jump, or stand in another zone while a limit is waited out.

use std::time::Duration;

use atc::domain::{FaultKind, Source};
use chrono::FixedOffset;

use crate::bench::{Bench, Call, repo};
use crate::cases::{How, http_date};
use crate::runs::{SLACK, on_paused_time};
use crate::server::Answer;
use crate::spoil::{Spoil, said};

pub struct Clock {
    pub id: &'static str,
    pub name: &'static str,
    limit: Spoil,
    /// Seconds the local clock is wrong by, from the start and from the middle of the wait.
    wrong: [i64; 2],
    /// Hours the zone moves in the middle.
    zone: i32,
    /// Seconds to the next try.
    pub wait: u64,
}

const fn clock(id: &'static str, name: &'static str, limit: Spoil, wrong: [i64; 2], wait: u64) -> Clock {
    Clock { id, name, limit, wrong, zone: 0, wait }
}

const HOUR: i64 = 3600;

pub const CLOCKS: &[Clock] = &[
    clock("H-65", "26 h ahead", until_date, [26 * HOUR; 2], 90),
    clock("H-66", "26 h behind", until_date, [-26 * HOUR; 2], 90),
    clock("H-67", "steps back 1 h in the middle", half_a_minute, [0, -HOUR], 30),
    clock("H-68", "steps forward 1 h in the middle", half_a_minute, [0, HOUR], 30),
    Clock { zone: 1, ..clock("H-69", "summer time begins in the middle", half_a_minute, [0; 2], 30) },
    Clock { zone: -1, ..clock("H-70", "summer time ends in the middle", half_a_minute, [0; 2], 30) },
    clock("H-71", "the limit's reset is in the past", |_, _| spent(-100).into(), [0; 2], 60),
    clock("H-72", "the limit's reset is weeks away", |_, _| spent(1_000_000).into(), [0; 2], 3600),
    clock("H-73", "the service says no date", |_, _| dated(None).into(), [0; 2], 90),
    clock("H-73", "the service's date is garbage", |_, _| dated(Some("noon")).into(), [0; 2], 90),
    clock("H-74", "asleep for 8 h in the middle", half_a_minute, [0, 8 * HOUR], 30),
];

fn until_date(_: Answer, _: usize) -> crate::server::Reply {
    dated(Some(&http_date(0))).into()
}

fn half_a_minute(_: Answer, _: usize) -> crate::server::Reply {
    said(429, "slow down").with("retry-after", "30").into()
}

fn dated(date: Option<&str>) -> Answer {
    let answer = said(429, "slow down").with("retry-after", http_date(90));
    date.map_or(answer.clone(), |date| answer.with("date", date))
}

fn spent(seconds: i64) -> Answer {
    let reset = crate::bench::noon().timestamp() + seconds;
    said(403, "API rate limit exceeded").with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", reset.to_string())
}

#[test]
fn whatever_the_clock_does_a_limit_is_waited_out_and_no_longer() {
    for clock in CLOCKS {
        on_paused_time(waits(clock));
    }
}

async fn waits(clock: &Clock) {
    let name = clock.name;
    let mut bench = Bench::new(How::Spoil(clock.limit)).await;
    bench.set_clock(clock.wrong[0]);
    bench.trouble(Some(Call::List));
    bench.watch();
    let source = Source::Tasks(repo());
    assert!(bench.until(SLACK * 5, |bench| bench.of(&source).count() > 0).await, "{name}");
    let told = bench.of(&source).last().unwrap();
    let (fault, at) = (told.fault.clone().unwrap(), told.at);
    assert_eq!(fault.kind, FaultKind::RateLimited, "{name}: {fault}");
    let sent = bench.server.count();
    bench.pass(Duration::from_secs(10)).await;
    bench.set_clock(clock.wrong[1]);
    bench.model.settings.zone = FixedOffset::east_opt(clock.zone * 3600).unwrap().into();
    bench.peace();
    let asked = Duration::from_secs(clock.wait);
    bench.pass(asked.saturating_sub(at.elapsed() + SLACK)).await;
    assert_eq!(bench.server.count(), sent, "{name}: sent before the limit's end");
    // A few seconds on top, so that many consoles do not come back together.
    let most = (asked / 10).min(Duration::from_secs(10)) + SLACK * 3;
    let well = bench.until(most, |bench| bench.of(&source).any(|told| told.fault.is_none())).await;
    assert!(well, "{name}: not asked again after {asked:?}");
    let screen = bench.screen();
    assert!(!screen.contains("failed") && screen.contains(crate::service::NAME), "{name}:\n{screen}");
}
