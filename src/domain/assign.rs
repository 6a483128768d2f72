//! Assigning an issue to the agent: another way to start work. The issue's own words are the prompt.

use chrono::SubsecRound as _;
use serde::Serialize;
use uuid::Uuid;

use super::issue::{Issue, IssueRef};
use super::policy::Fact;
use super::timeline::{Happened, Reference, Timeline};
use super::{Instant, RepoName, StartRequest, Task};
use crate::text::Safe;

/// The name the agent is assigned by.
const AGENT: &str = "copilot-swe-agent[bot]";

/// Source: the body of POST `/repos/{owner}/{repo}/issues/{number}/assignees`. Written by the operator, so its texts are
/// our own. The call adds to those in charge and never replaces them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The work is done in the issue's own repository.
    pub issue: IssueRef,
    /// `None`: the default branch.
    pub base_branch: Option<String>,
    /// What the agent is told besides the issue's words; may be empty.
    pub instructions: String,
    pub custom_agent: Option<String>,
    /// `None`: the service chooses.
    pub model: Option<String>,
}

/// The body as it is sent and as it is shown before it is sent: one type for both, so that they cannot differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AssignBody<'a> {
    assignees: [&'a str; 1],
    agent_assignment: Details<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Details<'a> {
    target_repo: &'a RepoName,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_branch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_instructions: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
}

impl Assignment {
    pub fn wire(&self) -> AssignBody<'_> {
        let agent_assignment = Details {
            target_repo: &self.issue.repo,
            base_branch: chosen(self.base_branch.as_deref()),
            custom_instructions: chosen(Some(self.instructions.trim())),
            custom_agent: chosen(self.custom_agent.as_deref()),
            model: chosen(self.model.as_deref()),
        };
        AssignBody { assignees: [AGENT], agent_assignment }
    }

    /// [`Assignment::wire`] as a value.
    pub fn body(&self) -> serde_json::Value {
        // A struct of texts always serialises.
        serde_json::to_value(self.wire()).unwrap_or_default()
    }

    /// [`Assignment::wire`] as an operator reads it: one field a line, in order.
    pub fn body_text(&self) -> String {
        serde_json::to_string_pretty(&self.wire()).unwrap_or_default()
    }

    /// The start it comes to, for the gate, the ledger and the caps. Its prompt names the issue, so that no two issues
    /// pass for the same work.
    pub fn as_request(&self) -> StartRequest {
        let prompt = format!("Issue {}\n\n{}", self.issue, self.instructions.trim());
        StartRequest {
            repo: self.issue.repo.clone(),
            prompt: prompt.trim().to_owned(),
            model: self.model.clone(),
            custom_agent: self.custom_agent.clone(),
            create_pull_request: true,
            base_ref: self.base_branch.clone(),
            head_ref: None,
        }
    }

    /// What it is for, in the ledger: the issue's place.
    pub fn ticket(&self) -> String {
        self.issue.to_string()
    }
}

/// An empty choice is none.
fn chosen(field: Option<&str>) -> Option<&str> {
    field.filter(|text| !text.is_empty())
}

/// An assignment that somebody wants, with everything the gate and the ledger need to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignOrder {
    /// The intent's, made by whoever orders, so that the answer can be told from others.
    pub id: Uuid,
    pub assignment: Assignment,
    /// As it was typed, where the policy asks for one.
    pub reason: Option<String>,
    /// The agent may be at work on it already: that was shown, and this is wanted all the same.
    pub again: bool,
}

/// What there is of the agent's work on an issue, before it is assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The agent is in charge already.
    pub assigned: bool,
    /// Its pull requests that name the issue: open ones may be the same work, all of them are no news later.
    pub pulls: Vec<AgentPull>,
    /// Why the pull requests are not known, or not all of them. Never as if there were none.
    pub unknown: Option<Safe>,
}

/// An issue, and what there is of the agent's work on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    pub issue: Issue,
    pub standing: Standing,
    /// The viewer can put the agent in charge here.
    pub enabled: Fact<bool>,
}

/// Seconds for which an assigned agent's work is looked for.
pub const LOOKED_FOR: u64 = 60;

/// What was seen of the agent's work in that time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    pub pull: Option<AgentPull>,
    pub task: Option<Task>,
}

/// A pull request of the agent that names an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentPull {
    pub repo: RepoName,
    pub number: u64,
    pub open: bool,
    pub created_at: Option<Instant>,
}

impl Standing {
    pub fn of(issue: &Issue, timeline: Result<&Timeline, Safe>) -> Self {
        let (pulls, unknown) = match timeline {
            Ok(timeline) => {
                let cut = timeline.more.then(|| Safe::new("the issue's timeline is longer than is read"));
                (agent_pulls(timeline), cut)
            }
            Err(why) => (Vec::new(), Some(why)),
        };
        Self { assigned: issue.has_agent(), pulls, unknown }
    }

    /// What may be the same work already, one line each; nothing: nobody works on it.
    pub fn lines(&self) -> Vec<Safe> {
        let mut lines = Vec::new();
        if self.assigned {
            lines.push(Safe::new("the agent is assigned already; the service may start nothing new"));
        }
        let open = self.pulls.iter().filter(|pull| pull.open);
        lines.extend(open.map(|pull| Safe::new(format!("the agent's {}#{} for it is open", pull.repo, pull.number))));
        lines.extend(
            self.unknown.iter().map(|why| Safe::new(format!("its pull requests by the agent are not known: {why}"))),
        );
        lines
    }

    pub fn is_clear(&self) -> bool {
        self.lines().is_empty()
    }

    /// A pull request that came of an assignment at `since`. Where the earlier ones are known it is one that was not among
    /// them, whatever the clocks say; else one that is not older.
    pub fn is_new(&self, pull: &AgentPull, since: Instant) -> bool {
        let seen = self.pulls.iter().any(|known| (&known.repo, known.number) == (&pull.repo, pull.number));
        !seen && (self.unknown.is_none() || pull.created_at.is_some_and(|at| at >= since))
    }
}

/// The agent's pull requests that a timeline names, each once.
pub fn agent_pulls(timeline: &Timeline) -> Vec<AgentPull> {
    let mut pulls: Vec<AgentPull> = Vec::new();
    for event in &timeline.events {
        let Happened::Referenced(from) = &event.what else { continue };
        let Reference { repo, number, pull: true, by_agent: true, open, created_at, .. } = &**from else { continue };
        if !pulls.iter().any(|known| known.repo == *repo && known.number == *number) {
            let created_at = created_at.or(event.at);
            pulls.push(AgentPull { repo: repo.clone(), number: *number, open: *open, created_at });
        }
    }
    pulls
}

/// The agent was put in charge at or after this. The service tells whole seconds.
pub fn assigned_since(timeline: &Timeline, since: Instant) -> bool {
    let since = since.trunc_subsecs(0);
    let by_now = |at: Option<Instant>| at.is_some_and(|at| at >= since);
    timeline.events.iter().any(|event| matches!(event.what, Happened::Assigned { agent: true, .. }) && by_now(event.at))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::domain::TimelineEvent;

    fn assignment() -> Assignment {
        Assignment {
            issue: IssueRef { repo: "acme/api".parse().unwrap(), number: 412 },
            base_branch: Some("next".into()),
            instructions: "Only \"the gateway\".\n".into(),
            custom_agent: Some("api-gardener".into()),
            model: Some("gpt-5.4".into()),
        }
    }

    #[test]
    fn the_body_adds_the_agent_alone_and_has_its_details_in_the_documented_order() {
        let text = assignment().body_text();
        let keys = ["assignees", "agent_assignment", "target_repo", "base_branch"];
        let keys = keys.into_iter().chain(["custom_instructions", "custom_agent", "model"]);
        let places: Vec<usize> = keys.map(|key| text.find(&format!("\"{key}\"")).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        let body = assignment().body();
        assert_eq!(body["assignees"], serde_json::json!(["copilot-swe-agent[bot]"]));
        assert_eq!(body["agent_assignment"]["custom_instructions"], "Only \"the gateway\".");
        assert!(body.get("assignee").is_none(), "the singular field is gone from the service");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), body);
    }

    #[test]
    fn what_is_not_chosen_is_left_out() {
        let bare = Assignment {
            base_branch: Some(String::new()),
            instructions: " \n".into(),
            custom_agent: None,
            model: None,
            ..assignment()
        };
        let details = bare.body()["agent_assignment"].clone();
        assert_eq!(details, serde_json::json!({"target_repo": "acme/api"}));
    }

    #[test]
    fn two_issues_are_never_the_same_start_and_a_pull_request_is_always_part_of_it() {
        let one = assignment();
        let other = Assignment { issue: IssueRef { number: 413, ..one.issue.clone() }, ..one.clone() };
        assert_ne!(one.as_request().prompt, other.as_request().prompt);
        assert!(one.as_request().create_pull_request);
        assert_eq!((one.ticket(), one.as_request().base_ref.as_deref()), ("acme/api#412".into(), Some("next")));
    }

    fn reference(number: u64, by_agent: bool, open: bool, at: Instant) -> TimelineEvent {
        let from = Reference {
            repo: "acme/api".parse().unwrap(),
            number,
            title: "t".into(),
            url: None,
            by_agent,
            pull: true,
            open,
            created_at: Some(at),
        };
        TimelineEvent {
            at: Some(at),
            what: Happened::Referenced(Box::new(from)),
            by: None,
            app: None,
            text: None,
            record: "{}".into(),
        }
    }

    #[test]
    fn a_new_pull_request_is_told_from_earlier_ones_without_a_clock_where_those_are_known() {
        let at = Instant::UNIX_EPOCH;
        let events = vec![reference(7, true, true, at), reference(7, true, true, at), reference(8, false, true, at)];
        let timeline = Timeline { events, ..Timeline::default() };
        let pulls = agent_pulls(&timeline);
        assert_eq!(pulls.iter().map(|pull| pull.number).collect::<Vec<_>>(), [7]);
        let standing = Standing { pulls: pulls.clone(), ..Standing::default() };
        assert!(!standing.is_clear() && !standing.is_new(&pulls[0], at));
        let later = AgentPull { number: 9, ..pulls[0].clone() };
        let tomorrow = at + chrono::TimeDelta::days(1);
        assert!(standing.is_new(&later, tomorrow), "the local clock is ahead");
        let blind = Standing { unknown: Some(Safe::new("403")), ..Standing::default() };
        assert!(!blind.is_clear(), "what is not known is not nothing");
        assert!(blind.is_new(&later, at) && !blind.is_new(&later, tomorrow));
    }
}
