//! Pull requests: many at once by GraphQL, the ones of a branch by REST; mark ready and comment.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::super::client::GitHub;
use super::super::http::{Body, Need, Op, Request, Shape, Zone, unknown_outcome};
use super::super::wire::pull_convert::Flawed;
use super::super::wire::{lenient, node_id, pull as wire, pull_convert};
use super::graphql::{self, Flaw, Trouble};
use crate::domain::{Fault, FaultKind, NodeId, Pull, PullId, PullRef, RepoName, Sight};
use crate::provider::port::PullsTold;
use crate::text::{Safe, Untrusted};

/// The service takes no more ids in one query.
const BATCH: usize = 100;
/// Where so many are more than it can look up at once, this many are asked for from then on,
const FEWER: usize = 25;
/// and, where that does not work either, not fewer than this because of a few among them.
const FEWEST: usize = 5;

/// After so many looks without trouble twice as many are tried: what was too much once need not be for ever.
const WELL: usize = 20;

/// How many pull requests the service manages in one query, as it turned out in this run.
#[derive(Debug)]
pub struct Batches {
    most: AtomicUsize,
    /// Looks without trouble at that.
    well: AtomicUsize,
}

impl Default for Batches {
    fn default() -> Self {
        Self { most: AtomicUsize::new(BATCH), well: AtomicUsize::new(0) }
    }
}

impl Batches {
    fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// More were too much.
    fn at_most(&self, size: usize) {
        self.most.fetch_min(size.max(FEWEST), Ordering::Relaxed);
        self.well.store(0, Ordering::Relaxed);
    }

    /// As many as may be asked for at once were told at once.
    fn well(&self) {
        if self.most() < BATCH && self.well.fetch_add(1, Ordering::Relaxed) + 1 >= WELL {
            self.well.store(0, Ordering::Relaxed);
            self.most.store((self.most() * 2).min(BATCH), Ordering::Relaxed);
        }
    }
}

/// One that was asked about: what is there, if it is; a fault where nobody knows.
type Told = Result<Option<Pull>, Fault>;

impl GitHub {
    /// All of them, or a fault.
    pub(in super::super) async fn pulls_by_ref(&self, refs: &[PullRef]) -> Result<Vec<Option<Pull>>, Fault> {
        self.look_at(refs).await?.into_iter().collect()
    }

    /// Those the service told of, and why not of the others; a fault where it told of none.
    pub(in super::super) async fn pulls_told_of(&self, refs: &[PullRef]) -> Result<PullsTold, Fault> {
        let mut told = PullsTold::default();
        let mut missing = 0_usize;
        for (at, pull) in refs.iter().zip(self.look_at(refs).await?) {
            match pull {
                Ok(pull) => told.pulls.push((at.clone(), pull)),
                Err(why) => {
                    missing += 1;
                    told.untold = Some(why);
                }
            }
        }
        match told.untold.take() {
            Some(fault) if told.pulls.is_empty() => return Err(fault),
            Some(fault) => {
                let what = format!("{missing} of {} pull requests were not told: {}", refs.len(), fault.what);
                told.untold = Some(Fault { what: Safe::new(what), ..fault });
            }
            None => {}
        }
        Ok(told)
    }

    /// In the order asked. What is too much for one query is asked for again in smaller ones, after the others: so one pull
    /// request of which there is much to tell does not cost the others, nor look like a host that is down.
    async fn look_at(&self, refs: &[PullRef]) -> Result<Vec<Told>, Fault> {
        let mut told: Vec<(usize, Told)> = Vec::with_capacity(refs.len());
        let mut size = self.batches.most();
        let mut waiting = VecDeque::from([(0, refs)]);
        // The most that were told at once, and whether anything was too much.
        let (mut told_at_once, mut trouble) = (0, false);
        while let Some((from, part)) = waiting.pop_front() {
            let (batch, rest) = part.split_at(size.min(part.len()));
            if !rest.is_empty() {
                waiting.push_front((from + batch.len(), rest));
            }
            match self.pull_batch(batch).await {
                Ok(pulls) => {
                    told_at_once = told_at_once.max(batch.len());
                    told.extend((from..).zip(pulls));
                }
                Err(Trouble::TooMuch(_)) if batch.len() > 1 => {
                    trouble = true;
                    size = size.min(batch.len().div_ceil(2)).min(FEWER);
                    waiting.push_back((from, batch));
                }
                Err(Trouble::TooMuch(fault)) => told.push((from, Err(fault))),
                Err(Trouble::Other(fault)) => return Err(fault),
            }
        }
        match (trouble, told_at_once) {
            // Where nothing works it is not for their number.
            (true, 0) => {}
            (true, size) => self.batches.at_most(size),
            (false, size) if size >= self.batches.most() => self.batches.well(),
            (false, _) => {}
        }
        told.sort_by_key(|(number, _)| *number);
        Ok(told.into_iter().map(|(_, told)| told).collect())
    }

    /// In the order asked, whatever the answer's length.
    async fn pull_batch(&self, refs: &[PullRef]) -> Result<Vec<Told>, Trouble> {
        let mut nodes = Vec::with_capacity(refs.len());
        for pull in refs {
            nodes.push(self.node_of(pull).await.map_err(Trouble::Other)?);
        }
        let ids: Vec<&str> = nodes.iter().flatten().map(NodeId::raw).collect();
        if ids.is_empty() {
            return Ok(refs.iter().map(|_| Ok(None)).collect());
        }
        let words = format!("read {} pull requests", ids.len());
        let op = Op::new(words.as_str(), Need::ReadPulls);
        let mut variables = json!({ "ids": ids });
        if let Some(variables) = variables.as_object_mut() {
            variables.extend(ids.iter().enumerate().map(|(index, id)| (format!("i{index}"), (*id).into())));
        }
        let document = graphql::pulls(ids.len());
        let (wire::Pulls { nodes: found, mut required }, flaws) =
            self.graphql_read(&document, variables, op, "the answer has no nodes").await?;
        if let Some(weight) = flaws.iter().find(|flaw| flaw.is_weight() && ids.len() > 1) {
            return Err(Trouble::TooMuch(self.flaw_fault(weight, &words)));
        }
        let mut found = found.into_iter().enumerate();
        let pulls = refs.iter().zip(nodes).map(|(asked, node)| {
            let Some((index, pull)) = node.and_then(|_| found.next()) else { return Ok(None) };
            let required = required.remove(&index).unwrap_or_default();
            match pull {
                Some(pull) => Ok(pull_convert::pull(pull, &required, flawed(&flaws, index), &asked.repo, asked.id)),
                None => match flaws.iter().find(|flaw| flaw.is_about(index) && !flaw.is_lasting()) {
                    Some(flaw) => Err(self.flaw_fault(flaw, &words)),
                    None => Ok(None),
                },
            }
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

/// What went wrong with the checks of one of them. Workflows that wait for approval are told of with its commit.
fn flawed(flaws: &[Flaw], index: usize) -> Flawed {
    let mut flawed = Flawed::default();
    for flaw in flaws.iter().filter(|flaw| flaw.is_about(index)) {
        let sight = if flaw.is_lasting() { Sight::Hidden } else { Sight::Untold };
        match flaw.within() {
            // `contexts`, `nodes`, a number: what follows is in a check.
            [field, _, _, _, _, ..] if field == "statusCheckRollup" => flawed.in_check = flawed.in_check.max(sight),
            [field, ..] if field != "statusCheckRollup" && field != "commits" => {}
            // Where nobody knows what is missing it may be these.
            _ => flawed.checks = flawed.checks.max(sight),
        }
    }
    flawed
}
