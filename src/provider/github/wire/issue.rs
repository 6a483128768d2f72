//! Issues and branches. Source: `/repos/{owner}/{repo}/issues`, its single answers, and `/repos/{owner}/{repo}/branches`.

use serde::Deserialize;
use serde_json::Value;

use super::ids::text;
use super::lenient::{NumberId, Time, items, opt, opt_as};
use super::person::Login;
use crate::domain::{Assignee, Instant, Issue, IssueRef, RepoName};
use crate::text::Untrusted;

/// The database id of the agent's account.
const AGENT_ID: u64 = 198_982_749;
/// The names it goes by, without the mark of a bot.
const AGENT_NAMES: [&str; 2] = ["copilot-swe-agent", "copilot"];

#[derive(Debug, Deserialize)]
pub struct WireIssue {
    number: NumberId,
    #[serde(default, deserialize_with = "opt")]
    title: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    body: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    state: Option<String>,
    #[serde(default, deserialize_with = "items")]
    labels: Vec<Value>,
    #[serde(default, deserialize_with = "items")]
    assignees: Vec<Login>,
    #[serde(default, deserialize_with = "opt")]
    user: Option<Login>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    created_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    html_url: Option<Untrusted>,
    /// On pull requests, which count among the issues.
    #[serde(default)]
    pull_request: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub struct WireBranch {
    pub name: Untrusted,
}

/// The coding agent, under whichever of its names.
pub fn is_agent(person: &Login) -> bool {
    person.id.is_some_and(|id| id.0 == AGENT_ID) || is_agent_name(person.login.raw_for_match())
}

pub fn is_agent_name(login: &str) -> bool {
    let login = login.to_ascii_lowercase();
    AGENT_NAMES.contains(&login.strip_suffix("[bot]").unwrap_or(&login))
}

impl WireIssue {
    pub fn is_pull(&self) -> bool {
        self.pull_request.is_some()
    }

    pub fn into_issue(self, repo: &RepoName) -> Issue {
        let assignee = |person: Login| Assignee { agent: is_agent(&person), login: person.login };
        Issue {
            at: IssueRef { repo: repo.clone(), number: self.number.0 },
            title: self.title.unwrap_or_default(),
            body: self.body.unwrap_or_default(),
            open: self.state.as_deref() != Some("closed"),
            labels: self.labels.into_iter().filter_map(label).collect(),
            assignees: self.assignees.into_iter().map(assignee).collect(),
            author: self.user.map(|user| user.login),
            created_at: self.created_at,
            html_url: self.html_url,
        }
    }
}

/// A label is its name, or an object with one.
fn label(value: Value) -> Option<Untrusted> {
    let name = match &value {
        Value::String(name) => name.as_str(),
        other => other.get("name")?.as_str()?,
    };
    (!name.is_empty()).then(|| name.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Option<Issue> {
        let issue = WireIssue::deserialize(value).ok()?;
        Some(issue.into_issue(&"acme/api".parse().unwrap()))
    }

    #[test]
    fn the_agent_is_known_by_its_names_and_by_its_id() {
        for (login, id, agent) in [
            ("Copilot", 198_982_749, true),
            ("copilot-swe-agent", 5, true),
            ("copilot-swe-agent[bot]", 5, true),
            ("renamed", 198_982_749, true),
            ("copilot-fan", 5, false),
            ("mona", 5, false),
        ] {
            let issue = read(json!({"number": 1, "assignees": [{"login": login, "id": id}]})).unwrap();
            assert_eq!(issue.has_agent(), agent, "{login} {id}");
        }
    }

    #[test]
    fn everything_but_the_number_may_be_missing_null_or_of_another_kind() {
        for odd in [json!(null), json!(7), json!({}), json!([]), json!("x")] {
            let value = json!({
                "number": 412, "title": odd, "body": odd, "state": odd, "labels": odd, "assignees": odd, "user": odd,
                "created_at": odd, "html_url": odd,
            });
            assert_eq!(read(value).unwrap().at.number, 412);
        }
        let bare = read(json!({"number": "412"})).unwrap();
        assert!(bare.title.is_empty() && bare.body.is_empty() && bare.open && bare.created_at.is_none());
        assert_eq!(read(json!({"title": "no number"})), None);
        let labels =
            read(json!({"number": 1, "labels": ["a", {"name": "b"}, {"name": null}, null, 3]})).unwrap().labels;
        assert_eq!(labels.iter().map(Untrusted::raw_for_match).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_pull_request_among_the_issues_is_told_from_them() {
        let is_pull = |value: Value| WireIssue::deserialize(value).unwrap().is_pull();
        assert!(is_pull(json!({"number": 1, "pull_request": {"url": "x"}})));
        assert!(!is_pull(json!({"number": 1, "pull_request": null})) && !is_pull(json!({"number": 1})));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        let keys = prop_oneof![
            Just("number"),
            Just("title"),
            Just("body"),
            Just("labels"),
            Just("assignees"),
            Just("user"),
            Just("login"),
            Just("id"),
            Just("name"),
            Just("state"),
            Just("created_at"),
            Just("pull_request"),
            Just("html_url"),
        ];
        leaf.prop_recursive(4, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::hash_map(keys.clone(), inner, 0..9)
                    .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_in_place_of_an_issue_is_read_or_left_out(value in any_json(), number in 1..u64::MAX) {
            let mut numbered = value.clone();
            let _ = read(value);
            if let Some(numbered) = numbered.as_object_mut() {
                numbered.insert("number".into(), number.into());
                prop_assert_eq!(read(Value::Object(numbered.clone())).unwrap().at.number, number);
            }
        }
    }
}
