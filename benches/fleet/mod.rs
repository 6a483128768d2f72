//! A fleet of tasks that looks like a real one: twenty repositories, every state, every second task with a pull request.

use atc::domain::{
    Artifact, Checks, Instant, Mergeable, NodeId, Person, Pull, PullId, PullRef, PullState, RepoName, ReviewDecision,
    Session, SessionId, State, Task, TaskId, TaskRef, Usage, UserId,
};
use chrono::TimeDelta;

pub const REPOS: usize = 20;

pub fn repo(n: usize) -> RepoName {
    format!("acme/service-{:02}", n % REPOS).parse().unwrap()
}

pub fn now() -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::days(20_000)
}

pub fn state(n: usize) -> State {
    match n % 100 {
        0..3 => State::InProgress,
        3..5 => State::Queued,
        5 => State::WaitingForUser,
        6..14 => State::Failed,
        14..17 => State::TimedOut,
        17..20 => State::Cancelled,
        _ => State::Completed,
    }
}

/// A task as a list gives it; every tenth with its sessions, as if it had been looked at. `turn` makes it another one.
pub fn task(n: usize, turn: usize) -> Task {
    const VERBS: [&str; 8] =
        ["Fix flaky", "Migrate", "Remove dead code from", "Document", "Speed up", "Bump", "Refactor", "Add tests for"];
    const THINGS: [&str; 8] =
        ["retry test", "billing", "scheduler", "tax rounding", "exports", "webhooks", "axum", "logs"];
    let created = now() - TimeDelta::seconds((n * 37 % 2_000_000) as i64 + 60);
    let name = format!("{} {} in module {}", VERBS[n % 8], THINGS[n / 8 % 8], n * 7919 % 10_007);
    let session = Session {
        id: SessionId::new(format!("5e55{n:08}-aaaa-bbbb-cccc-000000000000")),
        state: state(n),
        name: None,
        prompt: Some(
            format!("{name}. Keep the public interface as it is, run the tests, and say what you changed.").into(),
        ),
        model: Some("claude-sonnet-4.6".into()),
        head_ref: Some(format!("copilot/work-{n}").into()),
        base_ref: Some("main".into()),
        created_at: created,
        updated_at: Some(created),
        completed_at: Some(created + TimeDelta::minutes(20)),
        usage: Some(Usage::AiCredits(1_000_000_000 + n as u64)),
        error: None,
        run: None,
    };
    let pull = Artifact::Pull { id: PullId(n as u64), node: Some(NodeId::new(format!("PR_{n:012}"))), state: None };
    Task {
        at: TaskRef { repo: repo(n), id: TaskId::new(format!("{n:08x}-1111-2222-3333-444444444444")) },
        name: name.into(),
        state: state(n + turn),
        created_at: created,
        updated_at: Some(created + TimeDelta::minutes(20 + turn as i64)),
        archived_at: None,
        creator: Some(Person { id: UserId((n % 50) as u64), login: Some(format!("person-{}", n % 50).into()) }),
        custom_agent: n.is_multiple_of(4).then(|| "test-writer".into()),
        session_count: Some(1),
        artifacts: if n.is_multiple_of(2) { vec![pull] } else { Vec::new() },
        html_url: Some(format!("https://github.com/{}/agents/tasks/{n:08x}", repo(n)).into()),
        sessions: n.is_multiple_of(10).then(|| vec![session]),
    }
}

pub fn pull(n: usize) -> (PullRef, Option<Pull>) {
    let node = NodeId::new(format!("PR_{n:012}"));
    let pull = Pull {
        id: PullId(n as u64),
        node: node.clone(),
        repo: repo(n),
        number: n as u64 + 1,
        title: format!("Work {n}").into(),
        url: format!("https://github.com/{}/pull/{}", repo(n), n + 1).into(),
        state: if n.is_multiple_of(4) { PullState::Draft } else { PullState::Merged },
        head_ref: format!("copilot/work-{n}").into(),
        base_ref: "main".into(),
        author: Some("copilot".into()),
        created_at: now() - TimeDelta::days(1),
        updated_at: now(),
        additions: 10,
        deletions: 3,
        review: ReviewDecision::ReviewRequired,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Yes,
        checks: Some(Checks { passed: 11, ..Checks::default() }),
        standing: atc::domain::Standing::default(),
    };
    (PullRef { repo: repo(n), id: PullId(n as u64), node: Some(node) }, Some(pull))
}
