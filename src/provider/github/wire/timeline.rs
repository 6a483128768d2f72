//! Events of an issue's or a pull request's timeline. Each kind has a shape of its own; what is common is read, the words
//! of the agent's work, of commits, comments and reviews are known, and any other event keeps its own word.

use serde::Deserialize;
use serde_json::Value;

use super::ids::text;
use super::issue::is_agent;
use super::lenient::{NumberId, Time, opt, opt_as};
use super::person::Login;
use crate::domain::{Happened, Instant, Reference, RepoName, TimelineEvent};
use crate::text::Untrusted;

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "event", default, deserialize_with = "opt")]
    word: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    actor: Option<Login>,
    /// In place of `actor` where something was written.
    #[serde(default, deserialize_with = "opt")]
    user: Option<Login>,
    /// Of a commit: who wrote it, by name, and when.
    #[serde(default, deserialize_with = "opt")]
    author: Option<Signature>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    created_at: Option<Instant>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    submitted_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    state: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    body: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    message: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    performed_via_github_app: Option<App>,
    /// Of `assigned`: who was put in charge.
    #[serde(default, deserialize_with = "opt")]
    assignee: Option<Login>,
    /// Of `cross-referenced`: where it is named.
    #[serde(default, deserialize_with = "opt")]
    source: Option<Origin>,
}

#[derive(Debug, Deserialize)]
struct Origin {
    issue: Source,
}

/// An issue or a pull request that names another.
#[derive(Debug, Deserialize)]
struct Source {
    number: NumberId,
    #[serde(default, deserialize_with = "opt")]
    title: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    state: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    user: Option<Login>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    created_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    html_url: Option<Untrusted>,
    #[serde(default)]
    pull_request: Option<Value>,
    #[serde(default, deserialize_with = "opt")]
    repository: Option<Place>,
    #[serde(default, deserialize_with = "opt")]
    repository_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Place {
    #[serde(default, deserialize_with = "opt")]
    full_name: Option<String>,
}

/// `None`: its repository is not named, so nobody can say what it is.
fn reference(from: Source) -> Option<Reference> {
    let of_address = || {
        let address = from.repository_url.as_deref()?;
        let mut parts = address.trim_end_matches('/').rsplit('/');
        let (name, owner) = (parts.next()?, parts.next()?);
        RepoName::from_parts(owner, name).ok()
    };
    let named = from.repository.as_ref().and_then(|place| place.full_name.as_ref()?.parse().ok());
    Some(Reference {
        repo: named.or_else(of_address)?,
        number: from.number.0,
        by_agent: from.user.as_ref().is_some_and(is_agent),
        title: from.title.unwrap_or_default(),
        url: from.html_url,
        pull: from.pull_request.is_some(),
        open: from.state.as_deref() != Some("closed"),
        created_at: from.created_at,
    })
}

#[derive(Debug, Deserialize)]
struct Signature {
    #[serde(default, deserialize_with = "text")]
    name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    date: Option<Instant>,
}

#[derive(Debug, Deserialize)]
struct App {
    #[serde(default, deserialize_with = "text")]
    slug: Option<Untrusted>,
}

/// `None`: nothing that can be told, not even its word.
pub fn event(record: &Value) -> Option<TimelineEvent> {
    let event = Event::deserialize(record).ok()?;
    let word = event.word.filter(|word| !word.is_empty())?;
    let what = match word.as_str() {
        "copilot_work_started" => Happened::WorkStarted,
        "copilot_work_finished" => Happened::WorkFinished,
        "copilot_work_finished_failure" => Happened::WorkFailed,
        "committed" => Happened::Committed,
        "commented" => Happened::Commented,
        "reviewed" => Happened::Reviewed(event.state.unwrap_or_default()),
        "cross-referenced" => match event.source.and_then(|source| reference(source.issue)) {
            Some(from) => Happened::Referenced(Box::new(from)),
            None => Happened::Other(word.into()),
        },
        "assigned" => match event.assignee {
            Some(person) => Happened::Assigned { agent: is_agent(&person), to: person.login },
            None => Happened::Other(word.into()),
        },
        _ => Happened::Other(word.into()),
    };
    let (name, date) = event.author.map_or((None, None), |author| (author.name, author.date));
    let login = event.actor.or(event.user).map(|person| person.login);
    Some(TimelineEvent {
        at: event.created_at.or(event.submitted_at).or(date),
        what,
        by: login.or(name),
        app: event.performed_via_github_app.and_then(|app| app.slug),
        text: event.body.or(event.message),
        record: record.to_string().into(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(record: &Value) -> (Happened, Option<String>, Option<String>, Option<i64>) {
        let event = event(record).unwrap();
        let text = |text: Option<Untrusted>| text.map(|text| text.raw_for_match().to_owned());
        (event.what, text(event.by), text(event.text), event.at.map(|at| at.timestamp()))
    }

    #[test]
    fn the_agent_s_work_names_who_asked_for_it_and_the_app_that_did_it() {
        let record = json!({
            "event": "copilot_work_started", "actor": {"login": "mona", "id": 1}, "created_at": "2026-09-09T10:00:00Z",
            "performed_via_github_app": {"slug": "copilot-swe-agent"},
        });
        assert_eq!(said(&record), (Happened::WorkStarted, Some("mona".into()), None, Some(1_788_948_000)));
        assert_eq!(event(&record).unwrap().app.unwrap().raw_for_match(), "copilot-swe-agent");
        let failed = json!({"event": "copilot_work_finished_failure", "actor": null});
        assert_eq!(said(&failed), (Happened::WorkFailed, None, None, None));
    }

    #[test]
    fn commits_reviews_and_comments_keep_their_words_and_times() {
        let commit = json!({
            "event": "committed", "sha": "f00", "message": "Fix it",
            "author": {"name": "Mona", "date": "2026-09-09T10:00:00Z"},
        });
        assert_eq!(
            said(&commit),
            (Happened::Committed, Some("Mona".into()), Some("Fix it".into()), Some(1_788_948_000))
        );
        let review = json!({
            "event": "reviewed", "user": {"login": "hubot"}, "state": "changes_requested", "body": "No.",
            "submitted_at": "2026-09-09T10:00:00Z",
        });
        let wanted = Happened::Reviewed("changes_requested".into());
        assert_eq!(said(&review), (wanted, Some("hubot".into()), Some("No.".into()), Some(1_788_948_000)));
    }

    #[test]
    fn what_names_an_issue_says_whose_it_is_and_where() {
        let record = json!({
            "event": "cross-referenced", "actor": {"login": "Copilot"}, "created_at": "2026-09-09T10:00:00Z",
            "source": {"type": "issue", "issue": {
                "number": 1290, "title": "Fix it", "state": "open", "user": {"login": "Copilot", "id": 198_982_749},
                "created_at": "2026-09-09T09:59:00Z", "pull_request": {"url": "x"},
                "repository": {"full_name": "acme/api"},
            }},
        });
        let Happened::Referenced(from) = event(&record).unwrap().what else { panic!("a reference") };
        assert_eq!((from.repo.as_str(), from.number), ("acme/api", 1290));
        assert!(from.pull && from.by_agent && from.open && from.created_at.is_some());
        let mut by_address = record.clone();
        by_address["source"]["issue"]["repository"] = json!(null);
        by_address["source"]["issue"]["repository_url"] = json!("https://api.github.com/repos/acme/web");
        by_address["source"]["issue"]["user"] = json!(null);
        let Happened::Referenced(from) = event(&by_address).unwrap().what else { panic!("a reference") };
        assert_eq!((from.repo.as_str(), from.by_agent), ("acme/web", false));
        for odd in [json!(null), json!({}), json!({"issue": 7}), json!({"issue": {"number": 3}})] {
            let record = json!({"event": "cross-referenced", "source": odd});
            assert_eq!(event(&record).unwrap().what, Happened::Other("cross-referenced".into()));
        }
        let assigned = json!({"event": "assigned", "assignee": {"login": "copilot-swe-agent[bot]"}});
        assert!(matches!(event(&assigned).unwrap().what, Happened::Assigned { agent: true, .. }));
    }

    #[test]
    fn an_unknown_event_keeps_its_own_word_and_its_record() {
        let record = json!({"event": "moved_columns_in_project", "actor": 7, "created_at": [], "z": 1, "a": 2});
        assert_eq!(said(&record), (Happened::Other("moved_columns_in_project".into()), None, None, None));
        assert_eq!(event(&record).unwrap().record.raw_for_match(), record.to_string());
        for nothing in [json!(null), json!({}), json!({"event": ""}), json!("started")] {
            assert_eq!(event(&nothing), None);
        }
    }
}
