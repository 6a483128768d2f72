//! Screens that show given words, one builder for each place of [`super::sinks`].
#![cfg(unix)]

use atc::console::automations::{News as Told, NotDone, Offers, Wish};
use atc::console::event::{GrepNews, Local, LogNews, LogOrigin, News, Op, Tried, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::found;
use atc::console::state::tone::Tone;
use atc::console::{Effect, doctor, issue, ledger, rawlog, reviews};
use atc::domain::automation::{Listed, Offered, OfferedField, OfferedTool, OfferedTrigger, ToolGroup};
use atc::domain::capability::{self, Answer};
use atc::domain::policy::{Fact, Facts, InForce, Stage};
use atc::domain::pull_look::{Change, ChangedFile, ChangedFiles};
use atc::domain::{
    Artifact, CancelPhase, CancelProgress, Fault, FaultKind, Issue, IssueRef, Issues, LogSource, NodeId, Person,
    PullDiff, PullId, PullLook, PullRef, PullTarget, SessionId, Source, SourceChoice, State, Task, UserId,
};
use atc::text::{Safe, Untrusted};
use atc::transcript::raw::{RawLine, RawLines};
use atc::transcript::{Format, Transcript, export};
use serde_json::json;

use crate::automation::automation;
use crate::world::{Console, ago, now, pull, repo, task, with_session};

const WIDTH: u16 = 200;

pub fn joined(lines: &[Safe]) -> String {
    lines.iter().map(Safe::as_str).collect::<Vec<_>>().join("\n")
}

pub fn exported(raw: &str, markdown: bool) -> String {
    let mut transcript = Transcript::new(Format::JobLog);
    transcript.absorb(format!("2026-11-20T12:00:00.0000000Z {raw}\n").as_bytes());
    transcript.finish();
    export::entries(transcript.entries(), markdown)
}

pub fn console() -> Console {
    Console::new(WIDTH, 100)
}

pub fn small() -> Console {
    Console::new(WIDTH, 14)
}

pub fn a_task(n: usize, words: &str, state: State) -> Task {
    let mut new = with_session(task(&format!("t{n:03}"), "api", words, state, 60, 5), words);
    new.creator = Some(Person { id: UserId(n as u64), login: Some(words.into()) });
    new.custom_agent = Some(words.into());
    for session in new.sessions.iter_mut().flatten() {
        session.error = Some(words.into());
        session.model = Some(words.into());
        session.head_ref = Some(words.into());
    }
    new
}

pub fn with_tasks(mut console: Console, words: &[String], state: &State) -> Console {
    let tasks = words.iter().enumerate().map(|(n, words)| a_task(n, words, state.clone())).collect();
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    console.keys("g");
    console
}

pub fn command(console: &mut Console, words: &str) -> Vec<Effect> {
    console.keys(":");
    console.keys(words);
    console.press(Key::Enter)
}

pub fn queue(words: &[String]) -> Console {
    with_tasks(console(), words, &State::InProgress)
}

pub fn detail(words: &[String]) -> Console {
    let mut console = with_tasks(console(), &[words.join("\n")], &State::Failed);
    console.keys("d");
    console
}

pub fn log(mut console: Console, format: Format, bytes: Vec<u8>, why: &str) -> Console {
    let session = SessionId::new("s-t000");
    let news = LogNews {
        session: session.clone(),
        choice: SourceChoice::Auto,
        origin: if format == Format::JobLog { LogOrigin::JobLog } else { LogOrigin::CopilotApi },
        format,
        reset: true,
        bytes,
        complete: false,
        because: Some(Safe::new(why)),
        tried: vec![Tried { source: LogSource::JobLog, why: Safe::new(why) }],
        received: 0,
    };
    console.keys("l");
    console.good(Source::Log(session), News::Log(news));
    console
}

pub fn session_log(words: &[String]) -> Console {
    let quoted = |words: &str| serde_json::to_string(words).unwrap();
    let record = |(n, words): (usize, &String)| {
        let arguments = quoted(&format!("{{\"command\":{}}}", quoted(words)));
        format!(
            "data: {{\"id\":\"r{n}\",\"created\":1757413049,\"choices\":[{{\"delta\":{{\"role\":\"assistant\",\"content\":{0},\
             \"tool_calls\":[{{\"id\":\"c{n}\",\"index\":0,\"function\":{{\"name\":{0},\"arguments\":{arguments}}}}}]}},\
             \"finish_reason\":\"stop\"}}]}}\n\n",
            quoted(words)
        )
    };
    let bytes: String = words.iter().enumerate().map(record).collect();
    log(with_tasks(console(), &words[..1], &State::InProgress), Format::SessionLog, bytes.into_bytes(), &words[0])
}

pub fn job_bytes(words: &[String]) -> Vec<u8> {
    words.iter().map(|words| format!("2026-11-20T12:00:00.0Z {words}\n")).collect::<Vec<String>>().concat().into_bytes()
}

pub fn job_log(words: &[String]) -> Console {
    log(with_tasks(console(), &words[..1], &State::InProgress), Format::JobLog, job_bytes(words), &words[0])
}

pub fn record(words: &[String]) -> Console {
    let mut console = job_log(words);
    let effects = console.keys("v");
    let request = effects.iter().find_map(|effect| match effect {
        Effect::RawLog(_, rawlog::Wish::Lines { request, .. }) => Some(*request),
        _ => None,
    });
    let line = |(n, words): (usize, &String)| RawLine { number: u32::try_from(n).ok(), text: words.as_str().into() };
    let lines = RawLines { lines: words.iter().enumerate().map(line).collect(), ..RawLines::default() };
    let news = rawlog::News {
        request: request.expect("lines are wished"),
        result: Ok((lines, rawlog::From::File)),
        received: 0,
    };
    console.happen(What::Op(Op::Record(Box::new(news))));
    console
}

pub fn sources(words: &[String]) -> Console {
    let mut console =
        log(with_tasks(console(), words, &State::InProgress), Format::JobLog, job_bytes(words), &words.join("\n"));
    console.keys("s");
    console
}

pub fn wall(words: &[String]) -> Console {
    let mut console = with_tasks(console(), words, &State::InProgress);
    command(&mut console, "wall");
    for n in 0..words.len() {
        let session = SessionId::new(format!("s-t{n:03}"));
        let news = LogNews {
            session: session.clone(),
            choice: SourceChoice::Auto,
            origin: LogOrigin::JobLog,
            format: Format::JobLog,
            reset: true,
            bytes: job_bytes(&words[n..=n]),
            complete: false,
            because: None,
            tried: Vec::new(),
            received: 0,
        };
        console.good(Source::Log(session), News::Log(news));
    }
    console
}

pub fn found_lines(words: &[String]) -> Console {
    let mut console = with_tasks(console(), &words[..1], &State::InProgress);
    let effects = command(&mut console, "grep fix");
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Grep(Some((id, _))) => Some(*id),
        _ => None,
    });
    let line = |(n, words): (usize, &String)| found::Line {
        log: found::Log { session: None, name: words.as_str().into(), kept_at: now() },
        number: n as u64,
        text: words.as_str().into(),
    };
    let lines = words.iter().enumerate().map(line).collect();
    let progress = Some(found::Progress::Failed(Safe::new(&words[0])));
    console.happen(What::Op(Op::Grep(GrepNews { id: id.expect("a search"), lines, progress })));
    console
}

pub fn ledger_rows(words: &[String]) -> Console {
    let mut console = console();
    let effects = console.keys("A");
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Ledger(wish) => Some(wish.id),
        _ => None,
    });
    let row = |words: &String| ledger::Row {
        at: ago(5),
        unresolved: false,
        title: Safe::new(words),
        tone: Tone::Plain,
        repo: repo("api"),
        task: None,
        detail: Safe::new(words),
    };
    let told = Ok(ledger::Told::Page { rows: words.iter().map(row).collect(), more: None });
    console.happen(What::Op(Op::Ledger(ledger::News { id: id.expect("a page"), told })));
    console
}

pub fn cancels(words: &[String]) -> Console {
    let mut console = with_tasks(console(), words, &State::InProgress);
    for n in 0..words.len() {
        let at = a_task(n, "", State::InProgress).at;
        console.happen(What::Op(Op::Cancel(CancelProgress::new(at, CancelPhase::Looking, now()))));
    }
    console.keys("K");
    console
}

pub fn paste(console: &mut Console, words: &[String]) {
    console.happen(What::Paste(Untrusted::from(words.join("\n").as_str())));
}

pub fn follow_up(words: &[String]) -> Console {
    let mut console = console();
    let mut one = a_task(0, &words[0], State::Idle);
    one.artifacts.push(Artifact::Pull { id: PullId(1), node: Some(NodeId::new("PR_1")), state: None });
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![one], unreadable: 0 });
    a_pull(&mut console, &words[..1]);
    console.keys("gf");
    paste(&mut console, words);
    console
}

pub fn examined(words: &[String]) -> Console {
    let mut console = console();
    command(&mut console, "doctor");
    let id = console.model.place.doctor.wishes;
    let row = |words: &String| {
        capability::Row::new(&capability::PULLS_READ, Answer::No, words, now()).because(words).next(words)
    };
    let told = doctor::Told::Rows(words.iter().map(row).collect());
    console.happen(What::Op(Op::Examined(doctor::News { id, told })));
    console
}

pub fn inbox(words: &[String]) -> Console {
    let mut console = with_tasks(console(), words, &State::WaitingForUser);
    console.keys("I");
    console
}

/// Pull requests in these words, the first of them with its branch, its people and its files.
pub fn a_pull(console: &mut Console, words: &[String]) -> PullTarget {
    let pulls: Vec<_> = words
        .iter()
        .enumerate()
        .map(|(n, words)| {
            let mut pull = pull(n as u64 + 1, "api", n as u64 + 1, words);
            pull.head_ref = words.as_str().into();
            pull.base_ref = words.as_str().into();
            pull.author = Some(words.as_str().into());
            pull.requested = vec![words.as_str().into()];
            pull
        })
        .collect();
    let target = PullTarget::of(&pulls[0]);
    let news =
        pulls.into_iter().map(|p| (PullRef { repo: p.repo.clone(), id: p.id, node: Some(p.node.clone()) }, Some(p)));
    console.good(Source::Pulls, News::Pulls(news.collect()));
    target
}

pub fn review_list(words: &[String]) -> Console {
    let mut console = console();
    a_pull(&mut console, words);
    console.keys("p");
    console
}

pub fn page(words: &[String]) -> Console {
    let mut console = console();
    let target = a_pull(&mut console, &words[..1]);
    console.keys("p");
    console.press(Key::Enter);
    let file = |words: &String| ChangedFile {
        path: words.as_str().into(),
        before: Some(words.as_str().into()),
        change: Change::Renamed,
        added: 1,
        removed: 1,
    };
    let files = ChangedFiles { files: words.iter().map(file).collect(), more: false };
    let look = PullLook { head: target.head.clone(), files: Ok(files), owners: Ok(None), agent_merge: None };
    console.happen(What::Op(Op::Reviews(Box::new(reviews::News::Look(target, Box::new(look))))));
    console
}

pub fn diff(words: &[String]) -> Console {
    let mut console = console();
    let target = a_pull(&mut console, &words[..1]);
    console.keys("pD");
    let mut text = String::from("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,40 +1,40 @@\n");
    for (n, words) in words.iter().enumerate() {
        text.push_str(["+", "-", " "][n % 3]);
        text.push_str(words);
        text.push('\n');
    }
    let news = reviews::News::Diff(target, Ok(PullDiff { text: text.as_str().into(), cut: false }));
    console.happen(What::Op(Op::Reviews(Box::new(news))));
    console
}

pub fn templates(words: &[String]) -> Console {
    let mut console = console();
    let one = atc::template::shipped::shipped().remove(0);
    let templates = words
        .iter()
        .map(|words| {
            let mut template = one.clone();
            (template.title, template.description) = (words.clone(), words.clone());
            template
        })
        .collect();
    console.happen(What::Local(Local::Templates { templates, faults: Vec::new() }));
    console.keys("n");
    console
}

pub fn issues(words: &[String]) -> Console {
    let mut console = console();
    command(&mut console, "issue acme/api");
    let issue = |(n, words): (usize, &String)| Issue {
        at: IssueRef { repo: repo("api"), number: n as u64 },
        title: words.as_str().into(),
        body: words.as_str().into(),
        open: true,
        labels: vec![words.as_str().into()],
        assignees: Vec::new(),
        author: Some(words.as_str().into()),
        created_at: None,
        html_url: None,
    };
    let all = Issues { issues: words.iter().enumerate().map(issue).collect(), unreadable: 0, more: false };
    let news = issue::News::List { repo: repo("api"), result: Ok(all), enabled: Fact::Known(true) };
    console.happen(What::Op(Op::Issue(news)));
    console
}

pub fn blank_form() -> Console {
    let mut console = console();
    console.keys("nG");
    console.press(Key::Enter);
    console
}

pub fn form(words: &[String]) -> Console {
    let mut console = blank_form();
    paste(&mut console, words);
    console
}

pub fn ctrl(console: &mut Console, c: char) {
    console.happen(What::Key(Chord::ctrl(c)));
}

pub fn repos(words: &[String]) -> Console {
    let mut console = form(words);
    ctrl(&mut console, 'f');
    paste(&mut console, &words[..1]);
    console
}

pub fn plan(words: &[String]) -> Console {
    let mut console = form(words);
    ctrl(&mut console, 'f');
    for _ in 0..2 {
        console.press(Key::Down);
        console.keys(" ");
    }
    console.press(Key::Enter);
    ctrl(&mut console, 's');
    console
}

pub fn dialog(words: &[String]) -> Console {
    let mut console = with_tasks(console(), &[words.join("\n")], &State::InProgress);
    console.keys("x");
    console
}

pub fn palette(words: &[String]) -> Console {
    let mut console = queue(words);
    console.happen(What::Key(Chord::ctrl('k')));
    console
}

pub fn tour(words: &[String]) -> Console {
    let mut console = queue(words);
    console.keys(":tour");
    console.press(Key::Enter);
    console
}

pub fn help(words: &[String]) -> Console {
    let mut console = queue(words);
    console.keys("?");
    console
}

pub fn line(words: &[String]) -> Console {
    let mut console = with_tasks(small(), words, &State::InProgress);
    console.keys("/");
    paste(&mut console, words);
    console
}

pub fn note(words: &[String]) -> Console {
    let mut console = small();
    console.happen(What::Op(Op::Note { bad: true, text: Safe::new(words.join("\n")) }));
    let fault = Fault::new(FaultKind::Authentication, words.join("\n"), words.join("\n"));
    console.bad(Source::Tasks(repo("api")), fault);
    console
}

pub fn file_name_on_screen(words: &[String]) -> Console {
    let mut console = small();
    console.model.place.log_only = true;
    let name = Untrusted::from(words.join("\n").as_str()).show_line();
    let bytes = job_bytes(words);
    console.happen(What::Local(Local::LogFile { name, format: Format::JobLog, bytes }));
    console
}

/// An automation that says these words wherever it says any.
fn wordy(words: &[String]) -> serde_json::Value {
    let of = |n: usize| words.get(n % words.len()).cloned().unwrap_or_default();
    let triggers: serde_json::Map<String, serde_json::Value> = words
        .iter()
        .enumerate()
        .map(|(n, words)| {
            (format!("{n}{words}"), json!({"types": [words, of(n + 1)], "query": words, "deep": {words: [words]}}))
        })
        .collect();
    json!({
        "name": of(0),
        "description": words.join("\n"),
        "enabled": true,
        "write_scope": of(1),
        "model": of(2),
        "reasoning_effort": {"odd": of(3)},
        "triggers": triggers,
        "tools": words,
        "permissions": {of(4): of(5)},
        "allowed_custom_agents": words,
        "usage_limits": [{"period": of(6), "limit": 3}],
        "prompt": words.join("\n"),
        of(7): of(8),
    })
}

/// One that says all of it, and one for each of the words, all of them on a schedule.
pub fn automations(words: &[String]) -> Console {
    let mut console = console();
    let one = automation("a1", wordy(words), 1);
    let scheduled = |(n, word): (usize, &String)| {
        let triggers = json!({"interval": {"cadence": ["hourly"]}, word: {}});
        automation(&format!("z{n}"), json!({"name": word, "enabled": true, "triggers": triggers, "model": word}), 1)
    };
    let mut automations: Vec<_> = words.iter().enumerate().map(scheduled).collect();
    automations.push(one.clone());
    let listed = Listed::Here { automations, unreadable: 0, more: false };
    console.good(Source::Automations(repo("api")), News::Automations(listed));
    console.good(Source::Automation(one.at.clone()), News::Automation(Some(Box::new(one))));
    console.keys("T");
    // The cursor goes to the one that says all of it.
    for _ in 0..=words.len() {
        if console.model.automation().is_some_and(|known| known.automation.at.id.raw() == "a1") {
            break;
        }
        console.keys("j");
    }
    console
}

pub fn automation_page(words: &[String]) -> Console {
    let mut console = automations(words);
    console.press(Key::Enter);
    console
}

fn govern(console: &mut Console, told: Told) {
    console.happen(What::Op(Op::Automations(Box::new(told))));
}

fn hostile_offers(words: &[String]) -> Offers {
    let field = |word: &String| OfferedField {
        id: word.as_str().into(),
        label: Some(word.as_str().into()),
        kind: if word.len().is_multiple_of(2) { "string_array".into() } else { word.as_str().into() },
        required: word.len().is_multiple_of(3),
        options: words.iter().take(6).map(|word| word.as_str().into()).collect(),
        description: Some(word.as_str().into()),
    };
    let trigger = |(n, word): (usize, &String)| OfferedTrigger {
        id: format!("{n}{word}").as_str().into(),
        title: Some(word.as_str().into()),
        description: Some(word.as_str().into()),
        fields: words.iter().skip(n).take(2).map(field).collect(),
        can_run_now: Some(true),
    };
    let tool = |word: &String| OfferedTool {
        id: word.as_str().into(),
        title: Some(word.as_str().into()),
        description: Some(word.as_str().into()),
        writes: Some(true),
    };
    let group = ToolGroup {
        id: words[0].as_str().into(),
        title: Some(words[0].as_str().into()),
        tools: words.iter().map(tool).collect(),
    };
    Offers {
        triggers: Offered::Here(words.iter().enumerate().map(trigger).collect()),
        tools: Offered::Here(vec![group]),
    }
}

pub fn automation_form(words: &[String]) -> Console {
    let mut console = automations(words);
    console.keys("e");
    govern(&mut console, Told::Offers(repo("api"), Ok(Box::new(hostile_offers(words)))));
    // To the last of the fields: the prompt has what is pasted.
    console.press(Key::BackTab);
    paste(&mut console, words);
    console
}

pub fn automation_run(words: &[String]) -> Console {
    let mut console = automations(words);
    console.keys("R");
    console.press(Key::Right);
    console.press(Key::Tab);
    console.press(Key::Tab);
    paste(&mut console, &words[..1]);
    console
}

pub fn automation_question(words: &[String]) -> Console {
    let mut console = automations(words);
    let effects = console.keys("x");
    let order = effects.iter().find_map(|effect| match effect {
        Effect::Automations(Wish::Judge(order)) => Some(order.clone()),
        _ => None,
    });
    let order = order.expect("its verdict is asked for");
    let judged = InForce::broken(&words[0]).judge_automation(&order, &Facts::default(), Stage::Gate);
    govern(&mut console, Told::Judged(order, Box::new(judged)));
    console
}

pub fn automation_versions(words: &[String]) -> Console {
    let mut console = automation_question(words);
    console.wait(chrono::TimeDelta::seconds(1));
    let effects = console.keys("y");
    let order = effects.iter().find_map(|effect| match effect {
        Effect::Automations(Wish::Act(order)) => Some(order.clone()),
        _ => None,
    });
    let mut now = wordy(words);
    now["prompt"] = json!(words[0]);
    now["model"] = json!(words.concat());
    let fault = Fault::new(FaultKind::Conflict, &words[0], &words[0]);
    let not_done = NotDone { fault, judged: None, edited: Some(Box::new(automation("a1", now, 2))) };
    govern(&mut console, Told::Acted { order: order.expect("an order"), result: Err(not_done) });
    console
}
