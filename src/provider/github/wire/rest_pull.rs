//! A pull request as REST tells it. Source: `/repos/{owner}/{repo}/pulls/{number}` and the lists of it.

use serde::{Deserialize, Deserializer};

use super::ids::text;
use super::lenient::{NumberId, TextId, Time, as_type, items, opt, opt_as};
use super::person::{Login, Team};
use crate::domain::{Instant, Mergeable, NodeId, PullId, PullState};
use crate::text::Untrusted;

/// A pull request. Lists leave out what only the single answer knows: it is `None` there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestPull {
    pub number: u64,
    pub id: PullId,
    pub state: PullState,
    pub facts: PullFacts,
}

/// What a pull request says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullFacts {
    #[serde(rename = "node_id", default, deserialize_with = "opt_as::<_, TextId, _>")]
    pub node: Option<NodeId>,
    #[serde(default, deserialize_with = "text")]
    pub title: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub html_url: Option<Untrusted>,
    #[serde(rename = "user", default, deserialize_with = "opt")]
    pub author: Option<Login>,
    #[serde(default, deserialize_with = "opt")]
    pub head: Option<PullEnd>,
    #[serde(default, deserialize_with = "opt")]
    pub base: Option<PullEnd>,
    /// Null there is [`Mergeable::Computing`]: ask again.
    #[serde(default, deserialize_with = "mergeable")]
    pub mergeable: Option<Mergeable>,
    #[serde(default, deserialize_with = "text")]
    pub mergeable_state: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub rebaseable: Option<bool>,
    #[serde(default, deserialize_with = "items")]
    pub requested_reviewers: Vec<Login>,
    #[serde(default, deserialize_with = "items")]
    pub requested_teams: Vec<Team>,
    /// It merges by itself when its rules are met.
    #[serde(default, deserialize_with = "is_object")]
    pub auto_merge: bool,
    #[serde(default, deserialize_with = "opt")]
    pub additions: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub deletions: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub changed_files: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub commits: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub comments: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub review_comments: Option<u64>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub created_at: Option<Instant>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub updated_at: Option<Instant>,
}

/// One end of a pull request: a branch, and the commit it stands at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullEnd {
    #[serde(rename = "ref")]
    pub branch: Untrusted,
    #[serde(default, deserialize_with = "text")]
    pub sha: Option<Untrusted>,
    /// `None` when the fork it came from is gone.
    #[serde(default, deserialize_with = "opt")]
    pub repo: Option<EndRepo>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EndRepo {
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub id: u64,
    #[serde(default, deserialize_with = "text")]
    pub full_name: Option<Untrusted>,
}

/// The words REST has for the state, spread over four fields.
#[derive(Deserialize)]
struct Head {
    number: NumberId,
    id: NumberId,
    state: String,
    #[serde(default, deserialize_with = "opt")]
    draft: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    merged: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    merged_at: Option<Time>,
}

impl<'de> Deserialize<'de> for RestPull {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let not_a_pull = |_| serde::de::Error::custom("not a pull request");
        let head = Head::deserialize(&value).map_err(not_a_pull)?;
        let facts = PullFacts::deserialize(value).map_err(not_a_pull)?;
        let state = match head.state.as_str() {
            // Lists do not say `merged`, but they say when.
            _ if head.merged == Some(true) || head.merged_at.is_some() => PullState::Merged,
            "closed" => PullState::Closed,
            _ if head.draft == Some(true) => PullState::Draft,
            _ => PullState::Open,
        };
        Ok(Self { number: head.number.0, id: PullId(head.id.0), state, facts })
    }
}

/// A missing field says nothing; null says that the service is still at it.
fn mergeable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Mergeable>, D::Error> {
    Ok(Some(match opt::<_, bool>(from)? {
        Some(true) => Mergeable::Yes,
        Some(false) => Mergeable::Conflicting,
        None => Mergeable::Computing,
    }))
}

fn is_object<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(serde_json::Value::deserialize(from)?.is_object())
}
