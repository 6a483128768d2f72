//! A running demo with a clock the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use atc::demo::{Options, Server, TOKEN};
use atc::domain::Instant;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::client::{Answer, send};

pub const BILLING: &str = "/agents/repos/acme/billing/tasks";

pub struct Stage {
    pub server: Server,
    origin: Instant,
    millis: Arc<AtomicI64>,
}

pub fn origin() -> Instant {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

impl Stage {
    pub async fn open() -> Self {
        Self::with(7, 1.0).await
    }

    pub async fn with(seed: u64, pace: f64) -> Self {
        Self::at(origin(), seed, pace).await
    }

    /// In a world that opens at another time.
    pub async fn at(origin: Instant, seed: u64, pace: f64) -> Self {
        let millis = Arc::new(AtomicI64::new(0));
        let hand = Arc::clone(&millis);
        let now = Arc::new(move || origin + TimeDelta::milliseconds(hand.load(Ordering::SeqCst)));
        let bind = "127.0.0.1:0".parse().unwrap();
        let server = Server::start(Options { bind, speed: pace, seed, now }).await.expect("the demo starts");
        Self { server, origin, millis }
    }

    pub fn now(&self) -> Instant {
        self.origin + TimeDelta::milliseconds(self.millis.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub async fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = format!("Bearer {TOKEN}");
        let mut all = vec![("Authorization", bearer.as_str()), ("User-Agent", "atc-tests")];
        for (name, value) in headers {
            all.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            all.push((name, value));
        }
        if !body.is_empty() {
            all.push(("Content-Type", "application/json"));
        }
        send(self.server.addr(), method, target, &all, body.as_bytes()).await.expect("an answer")
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, &[], "").await
    }

    pub async fn post(&self, target: &str, body: &Value) -> Answer {
        self.ask("POST", target, &[], &body.to_string()).await
    }

    pub async fn patch(&self, target: &str, body: &Value) -> Answer {
        self.ask("PATCH", target, &[], &body.to_string()).await
    }

    /// The body of a 200.
    pub async fn read(&self, target: &str) -> Value {
        let answer = self.get(target).await;
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    /// From the Copilot API.
    pub async fn copilot(&self, target: &str) -> Answer {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [("Authorization", bearer.as_str()), ("Accept", "application/json")];
        send(self.server.copilot_addr(), "GET", target, &headers, b"").await.expect("an answer")
    }

    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        let answer = self.post("/graphql", &json!({ "query": query, "variables": variables })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// All tasks of a repository, the archived ones left out.
    pub async fn tasks(&self, repo: &str) -> Vec<Value> {
        let body = self.read(&format!("/agents/repos/{repo}/tasks?per_page=100")).await;
        body["tasks"].as_array().unwrap().clone()
    }

    pub async fn every_task(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for repo in REPOS {
            all.extend(self.tasks(repo).await);
        }
        all
    }

    pub async fn detail(&self, repo: &str, id: &str) -> Value {
        self.read(&format!("/agents/repos/{repo}/tasks/{id}")).await
    }

    /// The oldest task whose name starts so, with its sessions.
    pub async fn task_named(&self, repo: &str, name: &str) -> Value {
        let tasks = self.tasks(repo).await;
        let named = tasks.iter().filter(|task| task["name"].as_str().unwrap().starts_with(name));
        let found = named.min_by_key(|task| task["created_at"].as_str().unwrap());
        let id = found.unwrap_or_else(|| panic!("no task {name:?} in {repo}"))["id"].as_str().unwrap().to_owned();
        self.detail(repo, &id).await
    }

    /// The agent's run of a task's newest session, found as a client must: by branch.
    pub async fn run_of(&self, repo: &str, task: &Value) -> Value {
        let branch =
            task["sessions"].as_array().unwrap().last().unwrap()["head_ref"].as_str().expect("a branch").to_owned();
        let runs = self.read(&format!("/repos/{repo}/actions/runs?branch={branch}&event=dynamic")).await;
        runs["workflow_runs"][0].clone()
    }

    pub async fn log(&self, session: &str) -> Option<String> {
        let answer = self.copilot(&format!("/agents/sessions/{session}/logs")).await;
        (answer.status == 200).then(|| answer.text())
    }
}

pub const REPOS: [&str; 4] = ["acme/billing", "acme/api", "acme/web", "acme/reports"];

pub fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item["id"].to_string()).collect()
}

/// The last session of a task.
pub fn last_session(task: &Value) -> &Value {
    task["sessions"].as_array().unwrap().last().unwrap()
}
