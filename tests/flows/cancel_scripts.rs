//! A-05: what a service may do to a cancel, each as a script the demo server plays while an operator cancels one session.
//!
//! Every half second the list of cancels and the row of the task are looked at: the pictures that differ are the
//! snapshot of the script, times of day aside. What is said must be so: nothing is called cancelled, ended or orphaned
//! before the service has shown it.

use std::time::Duration;

use atc::console::keys::Key;
use atc::demo::Fault;
use atc::domain::{Instant, RepoName, RunId, SessionId, State, TaskRef};
use atc::provider::Provider as _;
use atc::provider::github::CopilotApi;
use atc::provider::port::{Fetched, TaskQuery};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Flow, Setup};

const NAME: &str = "Fix flaky retry test in scheduler";
const ROW: &str = "Fix flaky retry test";
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const BRANCH: &str = "copilot/fix-flaky-retry";

/// What the script is about.
struct Scene {
    flow: Flow,
    task: TaskRef,
    session: SessionId,
    run: RunId,
    created: Instant,
}

/// What the service truly has.
#[derive(Clone, Copy, Debug, Default)]
struct Truth {
    run_ended: bool,
    session_ended: bool,
    cancelled: bool,
}

/// What the service does from then on, so many seconds after the answer to the question.
type Act = fn(&Scene);

struct Script {
    name: &'static str,
    copilot: CopilotApi,
    acts: &'static [(u64, Act)],
    /// Keys of the operator meanwhile.
    keys: &'static [(u64, &'static str)],
    /// What the list says at the end.
    says: &'static [&'static str],
    /// Requests that ask for a cancel, and for a forced one.
    sent: (usize, usize),
    seconds: u64,
    /// The service's list tells otherwise than its details: the row says what was read last, which may be either.
    torn: bool,
}

const SCRIPT: Script = Script {
    name: "",
    copilot: CopilotApi::Auto,
    acts: &[],
    keys: &[],
    says: &[],
    sent: (1, 0),
    seconds: 30,
    torn: false,
};

impl Scene {
    async fn new(script: &Script) -> Self {
        let setup = Setup { width: 100, height: 28, copilot_api: script.copilot, diagnose: false, ..Setup::default() };
        let flow = Flow::with(setup).await;
        flow.select(NAME).await;
        // What the demo's own service says of it before the script begins.
        let repo: RepoName = "acme/api".parse().unwrap();
        let query = TaskQuery { repo: Some(repo.clone()), per_page: Some(100), ..TaskQuery::default() };
        let found = drive(&flow, flow.provider.tasks(&query)).await;
        let Ok(Fetched::New { value: page, .. }) = found else { panic!("no list") };
        let is_it = |task: &&atc::domain::Task| task.name.raw_for_match() == NAME;
        let at = page.tasks.iter().find(is_it).unwrap().at.clone();
        let Ok(Fetched::New { value: task, .. }) = drive(&flow, flow.provider.task(&at, None)).await else {
            panic!("no task")
        };
        let session = task.latest_session().unwrap().clone();
        let branch = session.head_ref.clone().unwrap();
        let runs = drive(&flow, flow.provider.agent_runs(&repo, &branch)).await.unwrap();
        flow.until("the run", |text| text.contains("in progress")).await;
        Self { task: at, session: session.id, run: runs[0].id, created: session.created_at, flow }
    }

    fn fault(&self, fault: Fault) {
        self.flow.server.faults().add(fault);
    }

    fn answers(&self, verb: &str, status: u16, body: &str) {
        let path = format!("/repos/*/*/actions/runs/*/{verb}");
        self.fault(Fault::on(&path).method("POST").answer(status, JSON, body));
    }

    fn run_json(&self, id: u64, status: &str, conclusion: Option<&str>, attempt: u32) -> Value {
        let at = self.created + TimeDelta::seconds(2);
        json!({
            "id": id, "name": "Running Copilot cloud agent", "path": "dynamic/copilot-swe-agent/copilot",
            "event": "dynamic", "status": status, "conclusion": conclusion, "head_branch": BRANCH,
            "run_attempt": attempt, "created_at": at.to_rfc3339(), "run_started_at": at.to_rfc3339(),
            "updated_at": self.flow.clock.now().to_rfc3339(), "html_url": "https://github.com/acme/api/actions/runs/1",
        })
    }

    fn run(&self, status: &str, conclusion: Option<&str>, attempt: u32) {
        self.run_of(self.run.0, status, conclusion, attempt);
    }

    fn run_of(&self, id: u64, status: &str, conclusion: Option<&str>, attempt: u32) {
        let body = self.run_json(id, status, conclusion, attempt).to_string();
        self.fault(Fault::on(&format!("/repos/*/*/actions/runs/{id}")).method("GET").answer(200, JSON, body));
    }

    fn runs(&self, runs: &[(u64, &str)]) {
        let all: Vec<Value> = runs.iter().map(|(id, status)| self.run_json(*id, status, None, 1)).collect();
        let body = json!({ "total_count": all.len(), "workflow_runs": all }).to_string();
        self.fault(Fault::on("/repos/*/*/actions/runs").method("GET").answer(200, JSON, body));
    }

    /// The task and its session, with or without a branch.
    fn session(&self, state: &str, branch: Option<&str>) {
        let now = self.flow.clock.now().to_rfc3339();
        let ended = (!State::parse(state).is_active()).then(|| now.clone());
        let body = json!({
            "id": self.task.id.raw(), "state": state, "name": NAME, "created_at": self.created.to_rfc3339(),
            "updated_at": now, "session_count": 1,
            "sessions": [{
                "id": self.session.raw(), "state": state, "created_at": self.created.to_rfc3339(), "prompt": "x",
                "head_ref": branch, "base_ref": "main", "completed_at": ended, "model": "m",
            }],
        });
        let path = format!("/agents/repos/*/*/tasks/{}", self.task.id.raw());
        self.fault(Fault::on(&path).method("GET").answer(200, JSON, body.to_string()));
    }

    async fn truth(&self) -> Truth {
        let run = drive(&self.flow, self.flow.provider.run(&self.task.repo, self.run)).await;
        let task = drive(&self.flow, self.flow.provider.task(&self.task, None)).await;
        let task = match task {
            Ok(Fetched::New { value, .. }) => Some(value),
            _ => None,
        };
        let state = task.map(|task| task.state);
        Truth {
            run_ended: run.is_ok_and(|run| run.is_completed()),
            session_ended: state.as_ref().is_some_and(|state| !state.is_active()),
            cancelled: state == Some(State::Cancelled),
        }
    }

    /// The list of cancels and the row, without times of day and ages.
    fn picture(&self) -> String {
        let text = self.flow.text();
        let from = text.find("── Cancels").unwrap_or(0);
        let body: Vec<&str> = text.get(from..).unwrap_or("").lines().collect();
        let body = body.split_last().map_or(&[][..], |(_, body)| body);
        // A note stands over the last rows.
        let below = body.iter().skip(1).position(|line| line.starts_with("── ")).unwrap_or(0);
        let is_note = |line: &str| line.starts_with(" ✗ ") || line.starts_with(" · ");
        let body = body.iter().enumerate().take_while(|(n, line)| *n <= below || !is_note(line)).map(|(_, line)| line);
        let address = self.flow.server.addr().to_string();
        let lines = body.map(|line| without_times(&line.trim_end().replace(&address, "127.0.0.1:PORT_")));
        let lines: Vec<String> = lines.collect();
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Lets a call of the test itself be answered.
async fn drive<T>(flow: &Flow, call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    loop {
        tokio::select! {
            biased;
            answer = &mut call => return answer,
            () = flow.pass(Duration::from_millis(50)) => {}
        }
    }
}

fn without_times(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    let is_time = |at: usize, len: usize| {
        chars.get(at..at + len).is_some_and(|part| {
            part.iter().enumerate().all(|(n, c)| if n % 3 == 2 { *c == ':' } else { c.is_ascii_digit() })
        })
    };
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let len = if is_time(at, 8) {
            8
        } else if is_time(at, 5) {
            5
        } else {
            0
        };
        if len > 0 {
            out.push_str(if len == 8 { "HH:MM:SS" } else { "HH:MM" });
            at += len;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Plays one script and returns its pictures.
async fn play(script: &Script) -> String {
    let scene = Scene::new(script).await;
    let flow = &scene.flow;
    // Acts of before the question.
    for (_, act) in script.acts.iter().filter(|(at, _)| *at == 0) {
        act(&scene);
    }
    flow.pass(Duration::from_secs(1)).await;
    flow.keys("x").await;
    flow.sees("Cancel this session?").await;
    flow.pass(Duration::from_millis(400)).await;
    flow.keys("yK").await;
    flow.sees("── Cancels").await;
    let mut pictures: Vec<String> = Vec::new();
    for half in 0..script.seconds * 2 {
        if half % 2 == 0 {
            let second = half / 2;
            for (_, act) in script.acts.iter().filter(|(at, _)| *at > 0 && *at == second) {
                act(&scene);
            }
            for (_, keys) in script.keys.iter().filter(|(at, _)| *at == second) {
                flow.keys(keys).await;
            }
        }
        flow.pass(Duration::from_millis(500)).await;
        let picture = scene.picture();
        // Where a question covers the list there is nothing to compare, and looking takes no time that counts.
        let is_news = picture.contains("── Cancels") && !picture.contains("looking for its run");
        if is_news && pictures.last() != Some(&picture) {
            check(script, &scene, &picture).await;
            pictures.push(picture);
        }
    }
    let last = scene.picture().split_whitespace().collect::<Vec<_>>().join(" ");
    for words in script.says {
        assert!(last.contains(words), "{}: “{words}” is missing:\n{last}", script.name);
    }
    let sent = (flow.requests("POST", "/cancel"), flow.requests("POST", "/force-cancel"));
    assert_eq!((sent.0, sent.1), script.sent, "{}: requests", script.name);
    // What the list of cancels tells at once comes to the row with the next look at the task.
    flow.pass(Duration::from_secs(5)).await;
    let mut row = self::row(flow).await;
    for _ in 0..12 {
        if !(last.contains("proof run seen to have ended · session seen to have ended") && row.contains("cancelling"))
        {
            break;
        }
        flow.pass(Duration::from_secs(5)).await;
        row = self::row(flow).await;
    }
    let truth = scene.truth().await;
    assert!(truth.cancelled || !row.contains("cancelled"), "{}: {row}", script.name);
    if !script.torn {
        pictures.push(format!("row: {row}"));
    }
    pictures.join("\n\n")
}

/// Nothing is said that is not so.
async fn check(script: &Script, scene: &Scene, picture: &str) {
    let truth = scene.truth().await;
    let so = [
        (picture.contains("run cancelled") || picture.contains("run ended"), truth.run_ended),
        (picture.contains("session ended"), truth.session_ended),
        (picture.contains("orphaned"), truth.run_ended && !truth.session_ended),
    ];
    for (said, so) in so {
        assert!(!said || so, "{}: said before it was so ({truth:?}):\n{picture}", script.name);
    }
}

/// The state of the task's row.
async fn row(flow: &Flow) -> String {
    flow.press(Key::Esc).await;
    flow.until("the queue", |text| !text.contains("── Cancels")).await;
    let row = flow.row(ROW);
    row.chars().take(14).collect::<String>().trim_end().to_owned()
}

/// 202, and nothing happens by itself.
fn accepted(scene: &Scene) {
    scene.answers("cancel", 202, "{}");
    scene.run("in_progress", None, 1);
}

fn run_cancelled(scene: &Scene) {
    scene.run("completed", Some("cancelled"), 1);
}

fn run_succeeded(scene: &Scene) {
    scene.run("completed", Some("success"), 1);
}

fn session_cancelled(scene: &Scene) {
    scene.session("cancelled", Some(BRANCH));
}

fn session_completed(scene: &Scene) {
    scene.session("completed", Some(BRANCH));
}

/// The session names no run, and its branch is not known yet.
fn no_branch(scene: &Scene) {
    scene.session("in_progress", None);
    scene.runs(&[]);
}

const SCRIPTS: &[Script] = &[
    Script {
        name: "accepted_then_cancelled",
        acts: &[(0, accepted), (6, run_cancelled), (12, session_cancelled)],
        says: &["202, accepted", "run cancelled", "session ended", "session seen to have ended"],
        ..SCRIPT
    },
    Script {
        name: "accepted_but_finished_first",
        acts: &[(0, accepted), (6, run_succeeded), (12, session_completed)],
        says: &["run ended by itself (success)", "session ended"],
        ..SCRIPT
    },
    Script {
        name: "conflict_because_done",
        acts: &[
            (0, |scene| {
                scene.answers("cancel", 409, r#"{"message":"Cannot cancel a workflow run that is completed."}"#);
            }),
            (0, |scene| scene.run("in_progress", None, 1)),
            (0, |scene| {
                let body = scene.run_json(scene.run.0, "in_progress", None, 1).to_string();
                run_succeeded(scene);
                let path = format!("/repos/*/*/actions/runs/{}", scene.run);
                scene.fault(Fault::on(&path).method("GET").times(1).answer(200, JSON, body));
            }),
            (9, session_completed),
        ],
        says: &["409: it had completed before", "session ended"],
        ..SCRIPT
    },
    Script {
        name: "conflict_with_a_zombie",
        acts: &[
            (0, |scene| scene.answers("cancel", 409, r#"{"message":"has not been queued yet"}"#)),
            (0, |scene| scene.run("queued", None, 1)),
        ],
        says: &["refused", "409: GitHub refuses to cancel", "support"],
        ..SCRIPT
    },
    Script {
        name: "a_fault_for_ever",
        acts: &[(0, |scene| scene.answers("cancel", 500, "oops")), (0, |scene| scene.run("in_progress", None, 1))],
        says: &["it is not known whether this happened", "it has most likely not arrived", "cancel it again"],
        seconds: 110,
        ..SCRIPT
    },
    Script {
        name: "a_fault_but_done",
        acts: &[
            (0, |scene| scene.answers("cancel", 502, "oops")),
            (0, |scene| scene.run("in_progress", None, 1)),
            (6, run_cancelled),
            (12, session_cancelled),
        ],
        says: &["not known whether it arrived", "ended: cancelled", "session ended"],
        ..SCRIPT
    },
    Script {
        name: "not_there",
        acts: &[
            (0, |scene| scene.answers("cancel", 404, r#"{"message":"Not Found"}"#)),
            (0, |scene| scene.run("in_progress", None, 1)),
        ],
        says: &["refused", "404"],
        ..SCRIPT
    },
    Script {
        name: "not_allowed",
        acts: &[
            (0, |scene| {
                scene.answers("cancel", 403, r#"{"message":"Resource not accessible by personal access token"}"#);
            }),
            (0, |scene| scene.run("in_progress", None, 1)),
        ],
        says: &["refused", "403", "scope"],
        ..SCRIPT
    },
    Script {
        name: "never_ends",
        acts: &[(0, accepted)],
        says: &["still running", "x offers to force it", "run not seen to have ended"],
        seconds: 110,
        ..SCRIPT
    },
    Script {
        name: "never_ends_and_is_forced",
        acts: &[
            (0, accepted),
            (0, |scene| scene.answers("force-cancel", 202, "{}")),
            (106, run_cancelled),
            (112, session_cancelled),
        ],
        keys: &[(100, "x"), (101, "y")],
        says: &["forced", "run cancelled", "session ended", "2 in all"],
        sent: (1, 1),
        seconds: 125,
        ..SCRIPT
    },
    Script {
        name: "force_is_refused_too",
        acts: &[(0, accepted), (0, |scene| scene.answers("force-cancel", 500, "oops"))],
        keys: &[(100, "x"), (101, "y")],
        says: &["forced", "not known whether it arrived", "has most likely not arrived"],
        sent: (1, 1),
        seconds: 210,
        ..SCRIPT
    },
    Script {
        name: "the_run_was_started_again",
        acts: &[(0, accepted), (6, |scene| scene.run("in_progress", None, 2))],
        says: &["runs on", "works in its place", "x asks to cancel it again"],
        ..SCRIPT
    },
    Script {
        name: "the_run_was_replaced",
        acts: &[
            (0, accepted),
            (0, |scene| scene.session("in_progress", Some(BRANCH))),
            (6, run_cancelled),
            (6, |scene| scene.runs(&[(77, "in_progress")])),
        ],
        says: &["runs on", "run 77 works in its place"],
        seconds: 115,
        ..SCRIPT
    },
    Script {
        name: "two_runs",
        copilot: CopilotApi::Off,
        acts: &[
            (0, accepted),
            (0, |scene| scene.runs(&[(scene.run.0, "in_progress"), (77, "queued")])),
            (0, |scene| scene.run_of(77, "queued", None, 1)),
            (6, run_cancelled),
            (9, |scene| scene.run_of(77, "completed", Some("cancelled"), 1)),
            (15, session_cancelled),
        ],
        says: &["found on its branch", "run 77", "run cancelled", "session ended"],
        sent: (2, 0),
        ..SCRIPT
    },
    Script {
        name: "two_runs_and_one_is_refused",
        copilot: CopilotApi::Off,
        acts: &[
            (0, accepted),
            (0, |scene| scene.runs(&[(scene.run.0, "in_progress"), (77, "queued")])),
            (0, |scene| scene.run_of(77, "queued", None, 1)),
            (0, |scene| {
                let fault = Fault::on("/repos/*/*/actions/runs/77/cancel").method("POST");
                scene.fault(fault.answer(403, JSON, r#"{"message":"no"}"#));
            }),
            (6, run_cancelled),
        ],
        says: &["still running", "403", "ended: cancelled", "not all runs seen to have ended"],
        sent: (2, 0),
        seconds: 110,
        ..SCRIPT
    },
    Script {
        name: "no_branch_and_taken_back",
        copilot: CopilotApi::Off,
        acts: &[(0, no_branch)],
        keys: &[(15, "w")],
        says: &["withdrawn", "nothing was sent"],
        sent: (0, 0),
        ..SCRIPT
    },
    Script {
        name: "no_branch_and_found_later",
        torn: true,
        copilot: CopilotApi::Off,
        acts: &[
            (0, accepted),
            (0, no_branch),
            (15, |scene| scene.session("in_progress", Some(BRANCH))),
            (15, |scene| scene.runs(&[(scene.run.0, "in_progress")])),
            (30, run_cancelled),
            (36, session_cancelled),
        ],
        says: &["found on its branch", "202, accepted", "session ended"],
        seconds: 50,
        ..SCRIPT
    },
    Script {
        name: "the_session_ends_while_its_run_is_looked_for",
        copilot: CopilotApi::Off,
        acts: &[(0, run_succeeded), (0, no_branch), (15, session_completed)],
        says: &["session ended", "by itself, nothing was sent"],
        sent: (0, 0),
        ..SCRIPT
    },
    Script {
        name: "the_session_ends_without_its_run",
        acts: &[(0, accepted), (6, session_cancelled)],
        says: &["session ended", "run not seen to have ended"],
        seconds: 110,
        ..SCRIPT
    },
    Script {
        name: "the_run_ends_without_its_session",
        acts: &[
            (0, accepted),
            (0, |scene| scene.session("in_progress", Some(BRANCH))),
            (0, |scene| scene.runs(&[])),
            (6, run_cancelled),
        ],
        says: &["orphaned", "frees itself at", "nothing can hurry it"],
        seconds: 115,
        ..SCRIPT
    },
    Script {
        name: "the_answer_is_lost_and_it_was_done",
        acts: &[
            (0, accepted),
            (0, |scene| scene.fault(Fault::on("/repos/*/*/actions/runs/*/cancel").method("POST").hang_up())),
            (6, run_cancelled),
            (12, session_cancelled),
        ],
        says: &["not known whether it arrived", "ended: cancelled", "session ended"],
        ..SCRIPT
    },
    Script {
        name: "the_answer_is_lost_and_it_was_not_done",
        acts: &[
            (0, accepted),
            (0, |scene| scene.fault(Fault::on("/repos/*/*/actions/runs/*/cancel").method("POST").hang_up())),
        ],
        says: &["not known whether it arrived", "has most likely not arrived"],
        seconds: 110,
        ..SCRIPT
    },
    Script {
        name: "a_limit",
        acts: &[
            (0, |scene| scene.run("in_progress", None, 1)),
            (0, |scene| {
                let fault = Fault::on("/repos/*/*/actions/runs/*/cancel").method("POST");
                let headers = [("content-type", "application/json"), ("retry-after", "60")];
                scene.fault(fault.answer(429, &headers, r#"{"message":"secondary rate limit"}"#));
            }),
        ],
        says: &["refused", "429", "nothing is sent before"],
        ..SCRIPT
    },
    Script {
        name: "a_redirect",
        acts: &[
            (0, |scene| scene.run("in_progress", None, 1)),
            (0, |scene| {
                let fault = Fault::on("/repos/*/*/actions/runs/*/cancel").method("POST");
                scene.fault(fault.answer(307, &[("location", "/elsewhere")], ""));
            }),
        ],
        says: &["refused"],
        ..SCRIPT
    },
    Script {
        name: "a_run_of_another_repository",
        acts: &[(0, |scene| {
            let path = format!("/repos/*/*/actions/runs/{}", scene.run);
            scene.fault(Fault::on(&path).method("GET").answer(404, JSON, r#"{"message":"Not Found"}"#));
        })],
        says: &["refused", "404"],
        sent: (0, 0),
        ..SCRIPT
    },
    Script {
        name: "accepted_and_then_nothing_can_be_read",
        acts: &[
            (0, accepted),
            (6, |scene| {
                for path in ["/repos/*/*/actions/runs/*", "/agents/repos/*/*/tasks/*"] {
                    scene.fault(Fault::on(path).method("GET").answer(500, JSON, "oops"));
                }
            }),
        ],
        says: &["unverified", "run not seen to have ended"],
        seconds: 140,
        ..SCRIPT
    },
];

#[tokio::test(start_paused = true)]
async fn every_script_of_a_service_is_told_as_it_is_step_by_step() {
    assert!(SCRIPTS.len() >= 24);
    let only = std::env::var("ATC_SCRIPT").ok();
    for script in SCRIPTS.iter().filter(|script| only.as_deref().is_none_or(|only| script.name == only)) {
        let pictures = play(script).await;
        insta::assert_snapshot!(script.name, pictures);
    }
}
