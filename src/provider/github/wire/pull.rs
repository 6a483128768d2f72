//! Pull requests. Source: GraphQL `nodes(ids:)`, and the REST list by branch.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::lenient::{HasId, Item, NumberId, TextId, Time, items, opt};
use crate::text::Untrusted;

/// A GraphQL connection, of which only the nodes matter. Null nodes are left out.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub struct Nodes<T> {
    #[serde(default, deserialize_with = "items")]
    pub nodes: Vec<T>,
    #[serde(rename = "totalCount", default, deserialize_with = "opt")]
    pub total: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pull {
    pub id: TextId,
    /// A `BigInt`: text.
    #[serde(default, deserialize_with = "opt")]
    pub full_database_id: Option<NumberId>,
    pub number: NumberId,
    pub url: Untrusted,
    #[serde(default, deserialize_with = "opt")]
    pub title: Option<Untrusted>,
    pub state: String,
    #[serde(default, deserialize_with = "opt")]
    pub is_draft: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub head_ref_name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub base_ref_name: Option<Untrusted>,
    pub repository: Repository,
    #[serde(default, deserialize_with = "opt")]
    pub author: Option<Actor>,
    pub created_at: Time,
    #[serde(default, deserialize_with = "opt")]
    pub updated_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub additions: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub deletions: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub changed_files: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub head_ref_oid: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub review_threads: Option<Nodes<Thread>>,
    #[serde(default, deserialize_with = "opt")]
    pub review_decision: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub mergeable: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub review_requests: Option<Nodes<ReviewRequest>>,
    #[serde(default, deserialize_with = "opt")]
    pub latest_opinionated_reviews: Option<Nodes<Review>>,
    #[serde(default, deserialize_with = "opt")]
    pub status_check_rollup: Option<Rollup>,
    #[serde(default, deserialize_with = "opt")]
    pub commits: Option<Nodes<CommitNode>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    pub name_with_owner: String,
}

#[derive(Debug, Deserialize)]
pub struct Actor {
    pub login: Untrusted,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewRequest {
    pub requested_reviewer: Reviewer,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    pub is_resolved: bool,
}

/// A user, bot or mannequin has a login, a team a name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewer {
    #[serde(rename = "__typename", default, deserialize_with = "opt")]
    pub kind: Option<String>,
    /// `org/team`.
    #[serde(default, deserialize_with = "opt")]
    pub combined_slug: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub login: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub struct Review {
    pub state: String,
    #[serde(default, deserialize_with = "opt")]
    pub author: Option<Actor>,
    #[serde(default, deserialize_with = "opt")]
    pub commit: Option<Oid>,
}

#[derive(Debug, Deserialize)]
pub struct Oid {
    pub oid: Untrusted,
}

#[derive(Debug, Deserialize)]
pub struct Rollup {
    /// How all of them stand, also those that are not listed.
    #[serde(default, deserialize_with = "opt")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub contexts: Option<Nodes<Check>>,
}

/// A check run (`name`, `status`, `conclusion`) or a commit status (`context`, `state`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    #[serde(default, deserialize_with = "opt")]
    pub database_id: Option<NumberId>,
    #[serde(default, deserialize_with = "opt")]
    pub details_url: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub target_url: Option<Untrusted>,
    #[serde(rename = "checkSuite", default, deserialize_with = "opt")]
    pub suite: Option<SuiteApp>,
    /// Told in a field of its own, with the id or the context and nothing else.
    #[serde(default, deserialize_with = "opt")]
    pub is_required: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub conclusion: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub context: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub state: Option<String>,
}

/// Who made a check.
#[derive(Debug, Deserialize)]
pub struct SuiteApp {
    #[serde(default, deserialize_with = "opt")]
    pub app: Option<App>,
}

#[derive(Debug, Deserialize)]
pub struct App {
    pub slug: String,
}

/// What a pull request needs: its checks, each with its mark.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Required {
    #[serde(default, deserialize_with = "opt")]
    pub status_check_rollup: Option<Rollup>,
}

#[derive(Debug, Deserialize)]
pub struct CommitNode {
    pub commit: Commit,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    #[serde(default, deserialize_with = "opt")]
    pub check_suites: Option<Nodes<CheckSuite>>,
}

/// A workflow that waits for approval has a suite with this conclusion and no runs, so no roll-up shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckSuite {
    #[serde(default, deserialize_with = "opt")]
    pub conclusion: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub check_runs: Option<Total>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    pub total_count: u64,
}

/// An item of GET `/repos/{owner}/{repo}/pulls`.
#[derive(Debug, Deserialize)]
pub struct ListedPull {
    pub id: NumberId,
    #[serde(default, deserialize_with = "opt")]
    pub node_id: Option<TextId>,
    pub head: Head,
    #[serde(default, deserialize_with = "opt")]
    pub base: Option<Base>,
}

#[derive(Debug, Deserialize)]
pub struct Head {
    #[serde(rename = "ref")]
    pub name: String,
    #[serde(default, deserialize_with = "opt")]
    pub repo: Option<HasId>,
}

#[derive(Debug, Deserialize)]
pub struct Base {
    #[serde(default, deserialize_with = "opt")]
    pub repo: Option<HasId>,
}

/// `data` of the answer to the pulls query: its `nodes`, each of which may be null, and beside them as `r0`, `r1`, … what
/// each needs.
#[derive(Debug)]
pub struct Pulls {
    pub nodes: Vec<Option<Pull>>,
    pub required: HashMap<usize, Required>,
}

impl<'de> Deserialize<'de> for Pulls {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Pulls;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pull requests")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Pulls, A::Error> {
        let (mut nodes, mut required) = (None, HashMap::new());
        while let Some(name) = fields.next_key::<String>()? {
            if name == "nodes" {
                nodes = Some(fields.next_value::<Vec<Item<Pull>>>()?.into_iter().map(|Item(pull)| pull).collect());
            } else if let Some(index) = name.strip_prefix('r').and_then(|index| index.parse().ok()) {
                let Item(told) = fields.next_value()?;
                required.insert(index, told.unwrap_or_default());
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        let nodes = nodes.ok_or_else(|| A::Error::missing_field("nodes"))?;
        Ok(Pulls { nodes, required })
    }
}
