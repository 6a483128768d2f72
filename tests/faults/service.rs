//! An honest GitHub with one repository and one task at work, as small as the five calls allow. It does what it is asked
//! before its answer is spoilt, unless it is told not to.

use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant as Tick;

use crate::bench::noon;
use crate::server::{Answer, Seen, answer, json as reply};

pub const TASK: &str = "t1";
pub const NAME: &str = "Fix the flaky retry test";
pub const SESSION: &str = "s1";
pub const AUTOMATION: &str = "a1";
pub const RUN: u64 = 11;
pub const SAID: &str = "I look at the retry test first.";
/// From an accepted cancel to the run's end, and to the session's.
const RUN_ENDS: Duration = Duration::from_secs(4);
const SESSION_ENDS: Duration = Duration::from_secs(8);

/// What the service keeps.
#[derive(Debug)]
pub struct Service {
    began: Tick,
    base: OnceLock<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    created: Vec<String>,
    cancelled: Option<Tick>,
    /// Requests are answered but nothing is done.
    idle: bool,
    log: Option<Vec<u8>>,
}

impl Service {
    pub fn new() -> Self {
        Self { began: Tick::now(), base: OnceLock::new(), state: Mutex::default() }
    }

    pub fn is_at(&self, base: String) {
        self.base.set(base).unwrap();
    }

    pub fn do_nothing(&self, idle: bool) {
        self.state.lock().unwrap().idle = idle;
    }

    pub fn set_log(&self, log: Vec<u8>) {
        self.state.lock().unwrap().log = Some(log);
    }

    /// Tasks that were really started.
    pub fn created(&self) -> usize {
        self.state.lock().unwrap().created.len()
    }

    pub fn run_has_ended(&self) -> bool {
        self.state.lock().unwrap().cancelled.is_some_and(|at| at.elapsed() >= RUN_ENDS)
    }

    pub fn session_has_ended(&self) -> bool {
        self.state.lock().unwrap().cancelled.is_some_and(|at| at.elapsed() >= SESSION_ENDS)
    }

    pub fn honest(&self, seen: &Seen) -> Answer {
        let parts: Vec<&str> = seen.path().split('/').filter(|part| !part.is_empty()).collect();
        match (seen.method.as_str(), parts.as_slice()) {
            ("GET", ["user"]) => reply(200, &json!({"id": 7, "login": "mona"})),
            ("GET", ["user", id]) => reply(200, &json!({"id": id.parse::<u64>().unwrap(), "login": "hubot"})),
            ("POST", ["graphql"]) => {
                let base = self.base.get().unwrap();
                reply(200, &json!({"data": {"viewer": {"copilotEndpoints": {"api": base}}}}))
            }
            ("GET", ["agents", "repos", _, _, "tasks"]) if seen.header("if-none-match").is_some() => answer(304, ""),
            ("GET", ["agents", "repos", _, _, "tasks"]) => reply(200, &json!({"tasks": self.tasks()})),
            ("POST", ["agents", "repos", _, _, "tasks"]) => self.create(seen),
            ("GET", ["agents", "repos", _, _, "tasks", id]) => match self.task(id) {
                Some(task) => reply(200, &task),
                None => reply(404, &json!({"message": "Not Found"})),
            },
            ("GET", ["agents", "repos", _, _, "automations"]) => {
                reply(200, &json!({"automations": [automation()], "total_count": 1}))
            }
            ("GET", ["agents", "repos", _, _, "automations", AUTOMATION]) => {
                let mut detail = automation();
                detail["prompt"] = json!("Bump what is old.");
                detail["current_revision_id"] = json!(3);
                reply(200, &detail)
            }
            ("GET", ["agents", "repos", _, _, "automations", AUTOMATION, "tasks"]) => reply(200, &json!({"tasks": []})),
            ("GET", ["agents", "sessions", SESSION]) => {
                reply(200, &json!({"id": SESSION, "state": "in_progress", "workflow_run_id": RUN}))
            }
            ("GET", ["agents", "sessions", SESSION, "logs"]) => self.log(),
            ("GET", ["repos", _, _, "actions", "runs"]) => reply(200, &json!({"workflow_runs": [self.run()]})),
            ("GET", ["repos", _, _, "actions", "runs", _]) => reply(200, &self.run()),
            ("GET", ["repos", _, _, "actions", "runs", _, "jobs"]) => reply(200, &json!({"jobs": []})),
            ("POST", ["repos", _, _, "actions", "runs", _, "cancel"]) => self.cancel(),
            _ => panic!("the honest service does not know {} {}", seen.method, seen.target),
        }
    }

    fn task(&self, id: &str) -> Option<Value> {
        let state = self.state.lock().unwrap();
        let ended = state.cancelled.is_some_and(|at| at.elapsed() >= SESSION_ENDS);
        let (word, prompt) = match id.strip_prefix("new-").and_then(|n| n.parse::<usize>().ok()) {
            Some(nth) => ("queued", state.created.get(nth)?.clone()),
            None if ended => ("cancelled", "Make the retry test deterministic.".to_owned()),
            None => ("in_progress", "Make the retry test deterministic.".to_owned()),
        };
        drop(state);
        let mut task = self.row(id, word);
        let session = if id == TASK { SESSION.to_owned() } else { format!("s-{id}") };
        task["sessions"] = json!([{
            "id": session, "state": word, "created_at": at(Duration::ZERO), "updated_at": task["updated_at"],
            "prompt": prompt, "head_ref": "copilot/fix-1", "base_ref": "main", "model": "gpt-5.4",
            "usage": {"type": "ai_credits", "amount": 1_500_000_000_u64},
        }]);
        Some(task)
    }

    /// Its row keeps moving, so that its details are worth a look each time.
    fn row(&self, id: &str, state: &str) -> Value {
        let name = if id == TASK { NAME.to_owned() } else { format!("Started task {id}") };
        json!({
            "id": id, "state": state, "name": name, "created_at": at(Duration::ZERO),
            "updated_at": at(Duration::from_secs(self.began.elapsed().as_secs() / 5 * 5)), "creator": {"id": 7},
            "html_url": format!("https://github.com/acme/billing/copilot/tasks/{id}"), "session_count": 1,
            "artifacts": [{"provider": "github", "type": "branch", "data": {"head_ref": "copilot/fix-1", "base_ref": "main"}}],
        })
    }

    fn tasks(&self) -> Vec<Value> {
        let ended = self.session_has_ended();
        let started = (0..self.created()).rev().map(|nth| self.row(&format!("new-{nth}"), "queued"));
        started.chain([self.row(TASK, if ended { "cancelled" } else { "in_progress" })]).collect()
    }

    fn create(&self, seen: &Seen) -> Answer {
        let nth = {
            let mut state = self.state.lock().unwrap();
            if !state.idle {
                state.created.push(seen.json()["prompt"].as_str().unwrap().to_owned());
            }
            state.created.len().saturating_sub(1)
        };
        reply(201, &self.row(&format!("new-{nth}"), "queued"))
    }

    fn run(&self) -> Value {
        let ended = self.run_has_ended();
        json!({
            "id": RUN, "name": "Running Copilot cloud agent", "path": "dynamic/copilot-swe-agent/copilot",
            "event": "dynamic", "status": if ended { "completed" } else { "in_progress" },
            "conclusion": if ended { json!("cancelled") } else { json!(null) }, "head_branch": "copilot/fix-1",
            "run_attempt": 1, "created_at": at(Duration::from_secs(2)), "updated_at": at(Duration::from_secs(2)),
            "html_url": "https://github.com/acme/billing/actions/runs/11",
        })
    }

    fn cancel(&self) -> Answer {
        let mut state = self.state.lock().unwrap();
        if !state.idle {
            state.cancelled.get_or_insert_with(Tick::now);
        }
        reply(202, &json!({}))
    }

    fn log(&self) -> Answer {
        let log = self.state.lock().unwrap().log.clone();
        answer(200, log.unwrap_or_else(|| record(SAID).into_bytes())).with("content-type", "text/event-stream")
    }
}

fn at(after: Duration) -> String {
    (noon() + after).to_rfc3339()
}

/// One record of a session log: the agent says something.
pub fn record(words: &str) -> String {
    let chunk = json!({"id": words, "created": noon().timestamp(), "model": "m", "object": "chat.completion.chunk",
        "choices": [{"index": 0, "finish_reason": "stop", "delta": {"role": "assistant", "content": words}}]});
    format!("data: {chunk}\n\n")
}

fn automation() -> Value {
    json!({
        "id": AUTOMATION, "name": "Nightly deps", "enabled": true, "owner_type": "user", "write_scope": "trigger",
        "require_actor_write_permission": true, "triggers": {"interval": {"cadence": ["daily"], "hour_utc": 6}},
        "created_at": at(Duration::ZERO), "updated_at": at(Duration::ZERO),
    })
}
