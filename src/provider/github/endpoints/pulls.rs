//! Pull requests: many at once by GraphQL, the ones of a branch by REST; mark ready and comment.

use serde_json::{Value, json};

use super::super::client::GitHub;
use super::super::http::{Body, Need, Op, Request, Shape, Zone, unknown_outcome};
use super::super::wire::{lenient, node_id, pull as wire, pull_convert};
use super::graphql;
use crate::domain::{Fault, FaultKind, NodeId, Pull, PullId, PullRef, RepoName};
use crate::text::Untrusted;

/// The service takes no more ids in one query.
const BATCH: usize = 100;

impl GitHub {
    pub(in super::super) async fn pulls_by_ref(&self, refs: &[PullRef]) -> Result<Vec<Option<Pull>>, Fault> {
        let mut pulls = Vec::with_capacity(refs.len());
        for batch in refs.chunks(BATCH) {
            pulls.extend(self.pull_batch(batch).await?);
        }
        Ok(pulls)
    }

    /// In the order asked, whatever the answer's length.
    async fn pull_batch(&self, refs: &[PullRef]) -> Result<Vec<Option<Pull>>, Fault> {
        let mut nodes = Vec::with_capacity(refs.len());
        for pull in refs {
            nodes.push(self.node_of(pull).await?);
        }
        let ids: Vec<&str> = nodes.iter().flatten().map(NodeId::raw).collect();
        if ids.is_empty() {
            return Ok(vec![None; refs.len()]);
        }
        let op = Op::new(format!("read {} pull requests", ids.len()), Need::ReadPulls);
        let mut variables = json!({ "ids": ids });
        if let Some(variables) = variables.as_object_mut() {
            variables.extend(ids.iter().enumerate().map(|(index, id)| (format!("i{index}"), (*id).into())));
        }
        let document = graphql::pulls(ids.len());
        let wire::Pulls { nodes: found, mut required } =
            self.graphql_read(&document, variables, op, "the answer has no nodes").await?;
        let mut found = found.into_iter().enumerate();
        let pulls = refs.iter().zip(nodes).map(|(asked, node)| {
            node.and_then(|_| found.next()).and_then(|(index, pull)| {
                let required = required.remove(&index).unwrap_or_default();
                pull_convert::pull(pull?, &required, &asked.repo, asked.id)
            })
        });
        Ok(pulls.collect())
    }

    /// The service's node id, else the computed one; `None` when the repository is gone and nothing can be computed.
    async fn node_of(&self, pull: &PullRef) -> Result<Option<NodeId>, Fault> {
        if let Some(node) = &pull.node {
            return Ok(Some(node.clone()));
        }
        match self.id_of(&pull.repo).await {
            Ok(repo) => Ok(Some(node_id::of_pull(repo, pull.id))),
            Err(fault) if matches!(fault.kind, FaultKind::Permission | FaultKind::NotFound | FaultKind::Gone) => {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    pub(in super::super) async fn pulls_by_branch(
        &self,
        repo: &RepoName,
        branch: &Untrusted,
    ) -> Result<Vec<PullRef>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "pulls"])?;
        let head = format!("{}:{}", repo.owner(), branch.raw_for_wire());
        url.query_pairs_mut().extend_pairs([("head", head.as_str()), ("state", "all"), ("per_page", "100")]);
        let op = Op::new(format!("list the pull requests of {} in {repo}", branch.show_line()), Need::ReadPulls);
        let request = Request::get(op, Zone::Rest, url);
        let answer = self.http.send(&request).await?;
        let listed = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
        if !listed.is_array() {
            return Err(self.http.unreadable(&request, "the answer is not a list of pull requests").fault);
        }
        let (listed, _) = lenient::many::<wire::ListedPull>(listed);
        // A filter that was not understood lists everything, and a fork may have a branch of the same name.
        let ours = listed.into_iter().filter(|pull| {
            let base = pull.base.as_ref().and_then(|base| base.repo).map(|repo| repo.id);
            pull.head.name == branch.raw_for_match()
                && pull.head.repo.is_none_or(|head| base.is_none_or(|id| id == head.id))
        });
        let pull_ref = |pull: wire::ListedPull| PullRef {
            repo: repo.clone(),
            id: PullId(pull.id.0),
            node: pull.node_id.map(|id| NodeId::new(id.0)),
        };
        Ok(ours.map(pull_ref).collect())
    }

    pub(in super::super) async fn ready(&self, node: &NodeId) -> Result<(), Fault> {
        let data = self.graphql(&graphql::MARK_READY, json!({"id": node.raw()}), graphql::ready_op()).await?;
        let draft = data.pointer("/markPullRequestReadyForReview/pullRequest/isDraft").and_then(Value::as_bool);
        if draft == Some(true) {
            let what = format!("{} took the request, but the pull request is still a draft", self.http.host.shown());
            return Err(Fault::new(FaultKind::Conflict, what, "refresh, and try again if it stays a draft"));
        }
        Ok(())
    }

    pub(in super::super) async fn post_comment(&self, repo: &RepoName, number: u64, text: &str) -> Result<(), Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "issues", &number.to_string(), "comments"])?;
        let op = Op::new(format!("comment on {repo}#{number}"), Need::WriteIssues);
        let request = Request::post(op, Zone::Rest, url, Body::Json(json!({ "body": text }))).shape(Shape::Nothing);
        match self.http.send(&request).await?.status {
            201 => Ok(()),
            other => {
                let fault = self.http.unreadable(&request, &format!("{other} instead of 201")).fault;
                Err(unknown_outcome(&request, &fault.what))
            }
        }
    }
}
