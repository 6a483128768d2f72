#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Mutex;

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::*;
use crate::domain::transition::{Kind, Transition, Turn};
use crate::domain::{TaskId, Zone};
use crate::provider::Webhook;
use crate::provider::webhook::{Delivery, Refused};
use crate::runtime::clock::Clock;
use crate::runtime::notify::quiet::Quiet;

#[derive(Debug, Default)]
struct Heard {
    rung: Mutex<Vec<String>>,
    said: Mutex<Vec<(bool, String)>>,
}

impl Outlet for Heard {
    fn ring(&self, bytes: Box<[u8]>) {
        self.rung.lock().unwrap().push(String::from_utf8(bytes.into()).unwrap());
    }

    fn say(&self, bad: bool, text: Safe) {
        self.said.lock().unwrap().push((bad, text.to_string()));
    }
}

impl Heard {
    fn rung(&self) -> Vec<String> {
        std::mem::take(&mut self.rung.lock().unwrap())
    }

    fn said(&self) -> Vec<(bool, String)> {
        std::mem::take(&mut self.said.lock().unwrap())
    }
}

/// Answers in turn; then takes everything.
#[derive(Debug, Default)]
struct Receiver {
    answers: Mutex<Vec<Refused>>,
    got: Mutex<Vec<(String, tokio::time::Duration)>>,
    began: Mutex<Option<tokio::time::Instant>>,
}

impl Webhook for Receiver {
    fn post<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), Refused>> {
        let began = *self.began.lock().unwrap().get_or_insert_with(tokio::time::Instant::now);
        self.got.lock().unwrap().push((delivery.id.clone(), began.elapsed()));
        let answer = self.answers.lock().unwrap().pop();
        async move { answer.map_or(Ok(()), Err) }.boxed()
    }
}

fn plan() -> Plan {
    Plan {
        quiet: None,
        per_minute: 6,
        focused: false,
        webhook: Ok(None),
        tries: 4,
        command: Vec::new(),
        command_within: Duration::from_secs(1),
        in_tmux: false,
        zone: Zone::utc(),
    }
}

fn started(plan: Plan, at: &str) -> (Notifier, Arc<Heard>) {
    started_in(None, plan, at)
}

fn started_in(state_dir: Option<&Path>, plan: Plan, at: &str) -> (Notifier, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let now = Clock::virtual_from(at.parse().unwrap()).as_now();
    (Notifier::spawn(plan, state_dir, now, Arc::clone(&heard) as Arc<dyn Outlet>), heard)
}

/// From ten in the evening to seven in the morning.
fn by_night() -> Plan {
    Plan { quiet: Some(Quiet { from: "22:00:00".parse().unwrap(), to: "07:00:00".parse().unwrap() }), ..plan() }
}

fn notice(n: i64, by: &[Way]) -> Notice {
    let transition = Transition {
        repo: "acme/api".parse().unwrap(),
        task: Some(TaskId::new(format!("t{n}"))),
        turn: Turn { kind: Kind::TaskState, became: "failed".into(), over: false },
        at: Instant::UNIX_EPOCH + TimeDelta::seconds(n),
        name: format!("task {n}").into(),
        pull: None,
        url: None,
        more: "".into(),
    };
    Notice { transition, by: by.to_vec() }
}

async fn seconds(n: u64) {
    tokio::time::sleep(Duration::from_secs(n)).await;
}

#[tokio::test(start_paused = true)]
async fn a_transition_rings_once_and_not_while_somebody_looks() {
    let (notifier, heard) = started(plan(), "2026-05-05T12:00:00Z");
    notifier.tell(vec![notice(1, &[Way::Bell])]);
    notifier.tell(vec![notice(1, &[Way::Bell])]);
    seconds(1).await;
    assert_eq!(heard.rung(), ["\x07"]);
    notifier.focus(true);
    notifier.tell(vec![notice(2, &[Way::Bell])]);
    seconds(1).await;
    assert!(heard.rung().is_empty());
    notifier.focus(false);
    notifier.tell(vec![notice(3, &[Way::Bell])]);
    seconds(1).await;
    assert_eq!(heard.rung(), ["\x07"]);
    notifier.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_for_a_minute_is_counted_in_the_next() {
    let (notifier, heard) = started(plan(), "2026-05-05T12:00:00Z");
    notifier.tell((0..18).map(|n| notice(n, &[Way::Osc9])).collect());
    seconds(1).await;
    assert_eq!(heard.rung().len(), 6);
    seconds(58).await;
    assert!(heard.rung().is_empty());
    seconds(3).await;
    assert_eq!(heard.rung(), ["\x1b]9;atc: atc: and 12 more - 12 failed\x1b\\"]);
}

#[tokio::test(start_paused = true)]
async fn what_happens_in_quiet_hours_is_summed_up_after_them() {
    let (notifier, heard) = started(by_night(), "2026-05-05T23:59:00Z");
    notifier.tell(vec![notice(1, &[Way::Osc777]), notice(2, &[Way::Bell])]);
    seconds(7 * 3600).await;
    assert!(heard.rung().is_empty());
    seconds(120).await;
    assert_eq!(heard.rung(), ["\x07\x1b]777;notify;atc: 2 in quiet hours;2 failed\x1b\\"]);
    notifier.tell(vec![notice(3, &[Way::Bell])]);
    seconds(1).await;
    assert_eq!(heard.rung().len(), 1, "the day goes on");
}

#[tokio::test(start_paused = true)]
async fn a_message_is_posted_until_it_is_taken_each_time_later() {
    let receiver = Arc::new(Receiver::default());
    let later = || Refused::ForNow(Safe::new("the webhook answered 503"), None);
    *receiver.answers.lock().unwrap() = vec![later(), later()];
    let webhook: Arc<dyn Webhook> = Arc::clone(&receiver) as Arc<dyn Webhook>;
    let (notifier, heard) = started(Plan { webhook: Ok(Some(webhook)), ..plan() }, "2026-05-05T12:00:00Z");
    notifier.tell(vec![notice(1, &[Way::Webhook])]);
    seconds(60).await;
    let got = receiver.got.lock().unwrap().clone();
    assert_eq!(got.len(), 3);
    assert!(got.iter().all(|(id, _)| *id == got[0].0), "the receiver can tell that it is the same message");
    assert!(got[1].1 >= Duration::from_millis(500) && got[2].1 >= got[1].1 + Duration::from_secs(1));
    assert!(heard.said().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_refuses_is_said_once_and_asked_no_more_for_that_message() {
    let receiver = Arc::new(Receiver::default());
    let never = || Refused::ForGood(Safe::new("the webhook answered 410"));
    *receiver.answers.lock().unwrap() = vec![never(), never()];
    let webhook: Arc<dyn Webhook> = Arc::clone(&receiver) as Arc<dyn Webhook>;
    let (notifier, heard) = started(Plan { webhook: Ok(Some(webhook)), ..plan() }, "2026-05-05T12:00:00Z");
    notifier.tell(vec![notice(1, &[Way::Webhook]), notice(2, &[Way::Webhook])]);
    seconds(600).await;
    assert_eq!(receiver.got.lock().unwrap().len(), 2);
    assert_eq!(heard.said(), [(true, "the webhook answered 410".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_way_that_is_not_set_up_is_said_once() {
    let (notifier, heard) = started(plan(), "2026-05-05T12:00:00Z");
    notifier.tell((0..3).map(|n| notice(n, &[Way::Webhook, Way::Command])).collect());
    seconds(1).await;
    let said: Vec<_> = heard.said().into_iter().map(|(_, text)| text).collect();
    assert_eq!(said, ["no webhook is set: notify.webhook_url", "no command is set: notify.command"]);
}

#[tokio::test(start_paused = true)]
async fn a_test_sends_one_of_each_and_says_what_came_of_it() {
    let receiver = Arc::new(Receiver::default());
    let webhook: Arc<dyn Webhook> = Arc::clone(&receiver) as Arc<dyn Webhook>;
    let plan = Plan { webhook: Ok(Some(webhook)), ..plan() };
    let (notifier, heard) = started(plan, "2026-05-05T12:00:00Z");
    notifier.focus(true);
    notifier.test();
    seconds(1).await;
    assert_eq!(heard.rung().len(), 1, "also while somebody looks");
    assert_eq!(heard.said(), [(false, "terminal rung · webhook ok · command not set".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn what_quiet_hours_held_back_is_told_once_by_whoever_runs_after_them() {
    let dir = tempfile::tempdir().unwrap();
    let night = async |clock: &str, n: i64| {
        let (notifier, heard) = started_in(Some(dir.path()), by_night(), clock);
        notifier.tell(vec![notice(n, &[Way::Osc9]), notice(9, &[Way::Bell])]);
        notifier.finish().await;
        assert!(heard.rung().is_empty());
    };
    night("2026-05-05T23:00:00Z", 1).await;
    // Another run in the same night, which sees the ninth still so, ends in it, too.
    night("2026-05-06T02:00:00Z", 2).await;
    // One that begins before the hours are over tells it after them, though nothing happens meanwhile.
    let (early, heard) = started_in(Some(dir.path()), by_night(), "2026-05-06T06:58:00Z");
    seconds(60).await;
    assert!(heard.rung().is_empty());
    seconds(120).await;
    assert_eq!(heard.rung(), ["\x07\x1b]9;atc: atc: 3 in quiet hours - 3 failed\x1b\\"]);
    early.finish().await;
    let (late, heard) = started_in(Some(dir.path()), by_night(), "2026-05-06T08:00:00Z");
    seconds(60).await;
    late.finish().await;
    assert!(heard.rung().is_empty(), "once is enough");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_only_looks_once_tells_what_the_night_held_back_and_of_two_consoles_one_does() {
    let dir = tempfile::tempdir().unwrap();
    let (notifier, _) = started_in(Some(dir.path()), by_night(), "2026-05-05T23:00:00Z");
    notifier.tell(vec![notice(1, &[Way::Bell])]);
    notifier.finish().await;
    let (one, heard) = started_in(Some(dir.path()), by_night(), "2026-05-06T08:00:00Z");
    let (other, other_heard) = started_in(Some(dir.path()), by_night(), "2026-05-06T08:00:00Z");
    one.finish().await;
    other.finish().await;
    assert_eq!(heard.rung().len() + other_heard.rung().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_disk_keeps_nothing_the_night_is_told_by_the_same_run() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (notifier, heard) = started_in(Some(file.path()), by_night(), "2026-05-06T06:00:00Z");
    notifier.tell(vec![notice(1, &[Way::Bell])]);
    seconds(3700).await;
    assert_eq!(heard.rung(), ["\x07"]);
    notifier.finish().await;
}
