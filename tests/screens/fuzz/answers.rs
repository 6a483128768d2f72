//! A service, a disk and a ledger that answer what the console asked for: late, twice, wrongly, or with what nobody asked.
#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::wildcard_imports,
    reason = "no throw is above a few thousand; both halves are one stage"
)]

use std::sync::Arc;

use atc::console::event::{Checkout, GrepNews, Local, LogLook, LogNews, LogOrigin, Net, News, Op, Tried, What};
use atc::console::state::found;
use atc::console::state::tone::Tone;
use atc::console::{Effect, biglog, doctor, issue, ledger, rawlog, reviews};
use atc::domain::assign::{Looked, Standing};
use atc::domain::cancel::{Answer, Asked, Matched};
use atc::domain::capability::{self};
use atc::domain::follow_up;
use atc::domain::plan::{PlanNews, Turn};
use atc::domain::policy::{Fact, Facts, InForce};
use atc::domain::pull_look::{Change, ChangedFile, ChangedFiles};
use atc::domain::{
    Assignee, Branches, CancelPhase, CancelProgress, Fault, FaultKind, Instant, Issue, IssueRef, Issues, LogSource,
    PullDiff, PullLook, RepoName, RunId, SessionId, Source, SourceChoice, State, Task, TaskId, TaskRef,
};
use atc::text::Safe;
use atc::transcript::Format;
use atc::transcript::raw::{RawLine, RawLines};
use chrono::TimeDelta;

use crate::dice::Dice;
use crate::world::{pull, repo, task, with_pull, with_session};

const REPOS: [&str; 4] = ["billing", "api", "web", "reports"];

/// Every kind of thing that can happen. A new kind must be named here, and come up.
pub const KINDS: usize = 64;

pub fn kind(what: &What) -> usize {
    match what {
        What::Key(_) => 0,
        What::Paste(_) => 1,
        What::Mouse(_) => 2,
        What::Resize(_) => 3,
        What::Focus(_) => 4,
        What::Wake => 5,
        What::Net(net) => match &net.result {
            Err(_) => 6,
            Ok(News::Same) => 7,
            Ok(News::Viewer(_)) => 8,
            Ok(News::Tasks { .. }) => 9,
            Ok(News::Gone(_)) => 10,
            Ok(News::Task(_)) => 11,
            Ok(News::Person(_)) => 12,
            Ok(News::Pulls(_)) => 13,
            Ok(News::Run { .. }) => 14,
            Ok(News::Log(_)) => 15,
            Ok(News::LogSame(_)) => 16,
            Ok(News::Diagnosis { .. }) => 17,
            Ok(News::Automations(_)) => 57,
            Ok(News::Automation(_)) => 58,
            Ok(News::AutomationRuns { .. }) => 59,
        },
        What::Op(op) => match op {
            Op::Cancel(_) => 18,
            Op::Ruled(_) => 19,
            Op::FollowedUp(_) => 20,
            Op::FollowedBefore(_) => 61,
            Op::Started { .. } => 21,
            Op::Settled { .. } => 22,
            Op::Weighed { .. } => 23,
            Op::Plan { .. } => 24,
            Op::PlanKnown { .. } => 25,
            Op::Note { .. } => 26,
            Op::Found { .. } => 62,
            Op::Agents { .. } => 27,
            Op::Here(_) => 28,
            Op::Record(_) => 29,
            Op::Budget(_) => 30,
            Op::Grep(_) => 31,
            Op::Issue(_) => 32,
            Op::Unresolved(_) => 33,
            Op::Ring(_) => 34,
            Op::Ledger(_) => 35,
            Op::Automations(_) => 60,
            Op::Examined(_) => 36,
            Op::ReadOnly(_) => 37,
            Op::Reviews(news) => match **news {
                reviews::News::Policy(_) => 38,
                reviews::News::Look(..) => 39,
                reviews::News::Diff(..) => 40,
                reviews::News::CheckLog { .. } => 41,
                reviews::News::Acted { .. } => 42,
            },
        },
        What::Local(local) => match local {
            Local::Templates { .. } => 43,
            Local::Rules(_) => 44,
            Local::LogFile { .. } => 45,
            Local::BigLog(_) => 46,
            Local::Edited(_) => 47,
            Local::Drafts(_) => 48,
            Local::Remembered(_) => 49,
            Local::Forget => 50,
            Local::InboxRead(Some(_)) => 51,
            Local::InboxRead(None) => 52,
            Local::Themes { .. } => 53,
            Local::Lines(_) => 54,
            Local::FirstStart => 55,
            Local::DraftsKept(_) => 63,
        },
        What::Ground(_) => 56,
    }
}

pub fn fault(dice: &mut Dice) -> Fault {
    let kinds = [FaultKind::Authentication, FaultKind::Offline, FaultKind::Timeout, FaultKind::Local, FaultKind::Gone];
    Fault::new(*dice.pick(&kinds), dice.words(), dice.words())
}

pub fn or_fault<T>(dice: &mut Dice, value: impl FnOnce(&mut Dice) -> T) -> Result<T, Fault> {
    if dice.once_in(4) { Err(fault(dice)) } else { Ok(value(dice)) }
}

pub fn a_repo(dice: &mut Dice) -> RepoName {
    repo(REPOS[dice.below(REPOS.len())])
}

pub fn a_state(dice: &mut Dice) -> State {
    let words =
        ["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "timed_out", "cancelled", "odd"];
    State::parse(words[dice.below(words.len())])
}

pub fn a_task(dice: &mut Dice) -> Task {
    let n = dice.below(30);
    let (created, updated) = (1 + n as i64 * 7, dice.below(1 + n * 7) as i64);
    let mut new = task(&format!("t{n}"), REPOS[n % 4], &dice.words(), a_state(dice), created, updated);
    if !dice.once_in(3) {
        new = with_session(new, &dice.words());
        for session in new.sessions.iter_mut().flatten() {
            session.error = dice.once_in(4).then(|| dice.words().into());
            session.model = Some(dice.words().into());
        }
    }
    if n.is_multiple_of(3) {
        new = with_pull(new, n as u64);
    }
    new
}

/// One that the console knows, or knew, or never heard of.
pub fn known(dice: &mut Dice) -> TaskRef {
    let n = dice.below(32);
    TaskRef { repo: repo(REPOS[n % 4]), id: TaskId::new(format!("t{n}")) }
}

pub fn session(dice: &mut Dice) -> SessionId {
    SessionId::new(format!("s-t{}", dice.below(30)))
}

pub fn a_pull(dice: &mut Dice) -> atc::domain::Pull {
    let n = dice.below(30) as u64;
    let mut new = pull(n, REPOS[(n % 4) as usize], 1000 + n, &dice.words());
    new.head_ref = dice.words().into();
    new.author = Some(dice.words().into());
    new.requested = vec![dice.words().into()];
    new.standing.head = dice.once_in(2).then(|| format!("{n:07x}").into());
    new
}

pub fn net(source: Source, generation: u64, result: Result<News, Fault>) -> What {
    What::Net(Net { source, generation, next_try: None, result })
}

pub fn record(dice: &mut Dice, n: usize) -> String {
    let words = serde_json::to_string(&dice.words()).unwrap();
    let tool = format!(
        r#","tool_calls":[{{"id":"c{n}","index":0,"function":{{"name":"bash","arguments":{}}}}}]"#,
        serde_json::to_string(&format!(r#"{{"command":{words}}}"#)).unwrap()
    );
    let tool = if dice.once_in(2) { tool } else { String::new() };
    format!(
        "data: {{\"id\":\"r{n}\",\"created\":{},\"choices\":[{{\"delta\":{{\"role\":\"assistant\",\"content\":{words}{tool}}},\"finish_reason\":\"stop\"}}]}}\n\n",
        1_757_413_000 + n
    )
}

pub fn log_bytes(dice: &mut Dice) -> (Format, Vec<u8>) {
    let lines = dice.below(12);
    let mut text = String::new();
    let format = *dice.pick(&[Format::SessionLog, Format::JobLog]);
    for n in 0..lines {
        text.push_str(&match format {
            Format::SessionLog => record(dice, n),
            _ => format!("2026-11-20T12:{n:02}:00.0000000Z {}\n", dice.words().replace('\n', " ")),
        });
    }
    let mut bytes = text.into_bytes();
    if dice.once_in(6) {
        bytes.truncate(dice.below(bytes.len()));
    }
    if dice.once_in(10) {
        bytes.extend_from_slice(b"\xff\xfe\x9b31m\xc2\n");
    }
    (format, bytes)
}

pub fn a_log(dice: &mut Dice, session: SessionId, choice: SourceChoice) -> LogNews {
    let (format, bytes) = log_bytes(dice);
    LogNews {
        session,
        choice,
        origin: *dice.pick(&[LogOrigin::CopilotApi, LogOrigin::JobLog, LogOrigin::JobSteps, LogOrigin::Timeline]),
        format,
        reset: dice.once_in(4),
        bytes,
        complete: dice.once_in(6),
        because: dice.once_in(4).then(|| Safe::new(dice.words())),
        tried: vec![Tried { source: LogSource::JobLog, why: Safe::new(dice.words()) }],
        received: dice.below(10_000) as u64,
    }
}

pub fn an_issue(dice: &mut Dice) -> Issue {
    Issue {
        at: IssueRef { repo: a_repo(dice), number: dice.below(50) as u64 },
        title: dice.words().into(),
        body: dice.words().into(),
        open: !dice.once_in(4),
        labels: vec![dice.words().into()],
        assignees: vec![Assignee { login: dice.words().into(), agent: dice.once_in(3) }],
        author: Some(dice.words().into()),
        created_at: None,
        html_url: Some(dice.words().into()),
    }
}

pub fn ledger_rows(dice: &mut Dice, now: Instant) -> Vec<ledger::Row> {
    let row = |dice: &mut Dice| ledger::Row {
        at: now - TimeDelta::seconds(dice.below(100_000) as i64),
        unresolved: dice.once_in(4),
        title: Safe::new(dice.words()),
        tone: *dice.pick(&[Tone::Plain, Tone::Good, Tone::Bad]),
        repo: a_repo(dice),
        task: dice.once_in(2).then(|| known(dice)),
        detail: Safe::new(dice.words()),
    };
    (0..dice.below(6)).map(|_| row(dice)).collect()
}

/// What answers a wish. `None`: nothing does.
pub fn answer(dice: &mut Dice, effect: &Effect, now: Instant, generation: u64) -> Option<What> {
    Some(match effect {
        Effect::Attend { log: Some(log), .. } => {
            let (session, choice) = (log.session.clone(), log.source);
            let news = if dice.once_in(5) {
                News::LogSame(LogLook { session: session.clone(), choice, received: 3 })
            } else {
                News::Log(a_log(dice, session.clone(), choice))
            };
            let told = or_fault(dice, |_| news);
            net(Source::Log(session), generation, told)
        }
        Effect::Start(order) => {
            let result = or_fault(dice, |dice| Box::new(a_task(dice)));
            What::Op(Op::Started { request: order.id, result })
        }
        Effect::Plan(plan) => {
            let repo = plan.orders.first().map_or_else(|| a_repo(dice), |order| order.request.repo.clone());
            let why = Safe::new(dice.words());
            let turn = match dice.below(6) {
                0 => Turn::Sending,
                1 => Turn::Started(known(dice)),
                2 => Turn::Refused(why),
                3 => Turn::Rejected(why),
                4 => Turn::Unknown(why),
                _ => Turn::NotSent(why),
            };
            let news = match dice.below(4) {
                0 => PlanNews::Ended { why: dice.once_in(2).then(|| Safe::new(dice.words())) },
                1 => PlanNews::Holds { until: now + TimeDelta::seconds(60), why: Safe::new(dice.words()) },
                _ => PlanNews::Row { repo, turn, task: dice.once_in(2).then(|| Box::new(a_task(dice))) },
            };
            What::Op(Op::Plan { plan: plan.id, news })
        }
        Effect::LookPlan(plan) | Effect::StopPlan(plan) => {
            let told = or_fault(dice, |dice| vec![(a_repo(dice), Turn::Started(known(dice)))]);
            What::Op(Op::PlanKnown { plan: *plan, told })
        }
        Effect::Weigh(repo) => What::Op(Op::Weighed {
            repo: repo.clone(),
            facts: Box::new(Facts { at: Some(now), login: Fact::Known("octocat".to_owned()), ..Facts::default() }),
            policy: Arc::new(InForce::default()),
        }),
        Effect::Cancel(targets) => cancelling(dice, targets.first()?.task.clone(), now),
        Effect::FollowUp(comment) => {
            let step = match dice.below(8) {
                0 => follow_up::Step::Sending,
                1 => follow_up::Step::Written,
                2 => follow_up::Step::Unknown(fault(dice)),
                3 => follow_up::Step::Refused(fault(dice)),
                4 => follow_up::Step::Began,
                5 => follow_up::Step::Answered(dice.words().into()),
                6 => follow_up::Step::Finished,
                _ => follow_up::Step::Failed,
            };
            let told = follow_up::Told { comment: comment.id, task: comment.task.clone(), at: now, step };
            What::Op(Op::FollowedUp(Box::new(told)))
        }
        Effect::Reviews(wish) => What::Op(Op::Reviews(Box::new(reviewed(dice, wish)?))),
        Effect::Automations(wish) => return super::governing::told(dice, wish),
        other => return read(dice, other, now, generation),
    })
}

/// What was only asked to be read, or looked for.
fn read(dice: &mut Dice, effect: &Effect, now: Instant, generation: u64) -> Option<What> {
    Some(match effect {
        Effect::RawLog(_, rawlog::Wish::Lines { request, .. }) => {
            let lines = (0..dice.below(5)).map(|n| RawLine { number: Some(n as u32), text: dice.words().into() });
            let lines = RawLines { lines: lines.collect(), ..RawLines::default() };
            let result = or_fault(dice, |_| (lines, rawlog::From::Served(now)));
            What::Op(Op::Record(Box::new(rawlog::News { request: *request, result, received: 7 })))
        }
        Effect::Grep(Some((id, _))) => {
            let log = found::Log { session: Some(session(dice)), name: dice.words().into(), kept_at: now };
            let lines = vec![found::Line { log, number: 1, text: dice.words().into() }];
            let progress = match dice.below(3) {
                0 => None,
                1 => Some(found::Progress::Done { logs: 3, unreadable: 1 }),
                _ => Some(found::Progress::Failed(Safe::new(dice.words()))),
            };
            What::Op(Op::Grep(GrepNews { id: *id, lines, progress }))
        }
        Effect::Issue(wish) => What::Op(Op::Issue(issue_news(dice, wish))),
        Effect::Examine(wish) => {
            let told = match dice.below(3) {
                0 => doctor::Told::Asking { words: Safe::new(dice.words()), left: dice.below(9) },
                1 => doctor::Told::Done { not_asked: vec![Safe::new(dice.words())] },
                _ => {
                    let topic =
                        *dice.pick(&[&capability::PULLS_READ, &capability::TASKS_READ, &capability::TASKS_WRITE]);
                    let row = capability::Row::new(topic, capability::Answer::Unknown, dice.words(), now);
                    doctor::Told::Rows(vec![row.because(dice.words())])
                }
            };
            What::Op(Op::Examined(doctor::News { id: wish.id, told }))
        }
        Effect::Ledger(wish) => {
            let told = match wish.ask {
                ledger::Ask::Page { .. } => {
                    let more = dice.once_in(3).then_some(7);
                    ledger::Told::Page { rows: ledger_rows(dice, now), more }
                }
                ledger::Ask::Charts { .. } => {
                    let table = vec![Safe::new(dice.words()); 3];
                    ledger::Told::Charts(Box::new(ledger::Charts { table, ..ledger::Charts::default() }))
                }
            };
            let told = or_fault(dice, |_| told);
            What::Op(Op::Ledger(ledger::News { id: wish.id, told }))
        }
        Effect::KeepRead(read) => {
            let all = read.iter().filter_map(|(id, at)| Some((id.clone(), (*at)?))).collect();
            What::Local(Local::InboxRead((!dice.once_in(3)).then_some(all)))
        }
        Effect::Editor(text) => {
            let text = format!("{text}{}", dice.words());
            let left = or_fault(dice, |_| text.into());
            What::Local(Local::Edited(left))
        }
        Effect::LoadAgents(repo) => {
            let agent = atc::domain::agents::CustomAgent { id: dice.words().into(), description: dice.words().into() };
            let result = or_fault(dice, |_| vec![agent]);
            What::Op(Op::Agents { repo: repo.clone(), result })
        }
        Effect::LookHere { .. } => {
            let here = Checkout {
                repo: a_repo(dice),
                base_ref: Some(dice.words()),
                head_ref: dice.once_in(2).then(|| dice.words()),
                unseen: Some(Safe::new(dice.words())),
            };
            What::Op(Op::Here(or_fault(dice, |_| here)))
        }
        Effect::LookForTemplates => templates(dice),
        Effect::ReadKept(session) => {
            let news = News::Log(a_log(dice, session.clone(), SourceChoice::Auto));
            net(Source::Log(session.clone()), generation, Ok(news))
        }
        Effect::BigLog(_) => big(dice),
        Effect::Save { .. } => What::Op(Op::Note { bad: dice.once_in(2), text: Safe::new(dice.words()) }),
        _ => return None,
    })
}

pub fn cancelling(dice: &mut Dice, task: TaskRef, now: Instant) -> What {
    let phase = match dice.below(9) {
        0 => CancelPhase::Looking,
        1 => CancelPhase::Waiting,
        2 => CancelPhase::Requested,
        3 => CancelPhase::RunEnded,
        4 => CancelPhase::Ended,
        5 => CancelPhase::Orphaned { frees_at: None },
        6 => CancelPhase::RunsOn(RunId(8)),
        7 => CancelPhase::Stubborn,
        _ => CancelPhase::NotFindable,
    };
    let asked = vec![Asked { run: RunId(7), answer: Answer::Accepted, ended: None }];
    let progress = CancelProgress::new(task, phase, now);
    What::Op(Op::Cancel(CancelProgress { runs: vec![RunId(7)], matched: Some(Matched::BySession), asked, ..progress }))
}

pub fn reviewed(dice: &mut Dice, wish: &reviews::Wish) -> Option<reviews::News> {
    Some(match wish {
        reviews::Wish::Policy => reviews::News::Policy(Arc::new(InForce::default())),
        reviews::Wish::Look(at) => reviews::News::Look(at.as_ref()?.target.clone(), Box::new(a_look(dice))),
        reviews::Wish::Diff(target) => {
            let mut text = String::from("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n");
            for _ in 0..dice.below(20) {
                text.push_str(dice.pick::<&str>(&["+", "-", " ", "@@ -9 +9 @@ ", "diff --git a/y b/y\n", ""]));
                text.push_str(&dice.words());
                text.push('\n');
            }
            let diff = PullDiff { text: text.into(), cut: dice.once_in(3) };
            let told = or_fault(dice, |_| diff);
            reviews::News::Diff(target.clone(), told)
        }
        reviews::Wish::CheckLog { of, check, .. } => {
            let bytes = log_bytes(dice).1;
            let log = or_fault(dice, |dice| (!dice.once_in(3)).then_some(bytes));
            reviews::News::CheckLog { of: of.clone(), check: check.clone(), log }
        }
        reviews::Wish::Act(order) => {
            let result = or_fault(dice, |dice| Safe::new(dice.words()));
            reviews::News::Acted { order: order.clone(), result }
        }
    })
}

pub fn a_look(dice: &mut Dice) -> PullLook {
    let file = ChangedFile { path: dice.words().into(), before: None, change: Change::Modified, added: 3, removed: 2 };
    let files = ChangedFiles { files: vec![file; dice.below(4)], more: dice.once_in(3) };
    PullLook { head: Some("0000001".into()), files: or_fault(dice, |_| files), owners: Ok(None), agent_merge: None }
}

pub fn issue_news(dice: &mut Dice, wish: &issue::Wish) -> issue::News {
    match wish {
        issue::Wish::List(repo) => {
            let issues = (0..dice.below(5)).map(|_| an_issue(dice)).collect();
            let issues = Issues { issues, unreadable: 1, more: dice.once_in(2) };
            let result = or_fault(dice, |_| issues);
            issue::News::List { repo: repo.clone(), result, enabled: Fact::Known(!dice.once_in(4)) }
        }
        issue::Wish::Look(at) => {
            let issue = an_issue(dice);
            let standing = Standing::of(&issue, Err(Safe::new(dice.words())));
            let looked = Looked { issue, standing, enabled: Fact::Known(true) };
            issue::News::Looked { at: at.clone(), result: or_fault(dice, |_| Box::new(looked)) }
        }
        issue::Wish::Branches(repo) => {
            let names = (0..dice.below(5)).map(|_| dice.words().into()).collect();
            let result = or_fault(dice, |_| Branches { names, more: false });
            issue::News::Branches { repo: repo.clone(), result }
        }
        issue::Wish::Assign(order) => {
            let at = IssueRef { repo: a_repo(dice), number: 3 };
            issue::News::Assigned { request: order.id, result: or_fault(dice, |_| at) }
        }
    }
}

pub fn templates(dice: &mut Dice) -> What {
    let mut templates = atc::template::shipped::shipped();
    templates.truncate(dice.below(4));
    for template in &mut templates {
        template.title = dice.words();
    }
    What::Local(Local::Templates { templates, faults: Vec::new() })
}

pub fn big(dice: &mut Dice) -> What {
    let (format, bytes) = log_bytes(dice);
    let name = Safe::new(dice.words());
    let told = match dice.below(6) {
        0 => biglog::Told::Opened { name, format, len: 1 << 30, window: None },
        1 => biglog::Told::Window { request: dice.below(9) as u64, result: Err(fault(dice)) },
        2 => biglog::Told::Grew { len: 1 << 31, settled: dice.once_in(2) },
        3 => biglog::Told::More { bytes, anew: dice.once_in(2) },
        4 => biglog::Told::Hit { search: dice.below(9) as u64, hit: None },
        _ => biglog::Told::Whole { name, format, bytes },
    };
    What::Local(Local::BigLog(biglog::News { log: dice.below(3) as u64, what: told }))
}
