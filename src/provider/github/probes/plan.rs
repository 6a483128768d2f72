//! Which probes there are and in which order, and the way from a probe to what carries it out.

use super::super::client::GitHub;
use crate::domain::RepoName;
use crate::domain::capability::Row;
use crate::provider::port::Probe;
use crate::text::Safe;

const TOKEN: &str = "token";
const LIMITS: &str = "limits";
const COPILOT: &str = "copilot";
const POINTS: &str = "points";
const FIRST_REPO: &str = "first repo";
const REPO: &str = "repo";
const AGENT: &str = "agent";

/// What to find out, in this order: without an accepted token the rest need not be asked.
pub fn plan(repos: &[RepoName]) -> Vec<Probe> {
    let probe =
        |about, words: String, repos: &[RepoName]| Probe { words: Safe::new(words), about, repos: repos.to_vec() };
    let first = repos.get(..1).unwrap_or_default();
    let mut plan = vec![
        probe(TOKEN, "whether the token is accepted".to_owned(), &[]),
        probe(LIMITS, "what is left of the limits".to_owned(), &[]),
        probe(COPILOT, "whether there are live session logs".to_owned(), first),
        probe(POINTS, "how agent tasks are answered".to_owned(), first),
    ];
    for (n, repo) in repos.iter().enumerate() {
        let about = if n == 0 { FIRST_REPO } else { REPO };
        plan.push(probe(about, format!("what may be done in {repo}"), std::slice::from_ref(repo)));
    }
    let mut owners: Vec<&str> = Vec::new();
    for repo in repos {
        if !owners.iter().any(|owner| owner.eq_ignore_ascii_case(repo.owner())) {
            owners.push(repo.owner());
        }
    }
    for owner in owners {
        let of_owner = |repo: &&RepoName| repo.owner().eq_ignore_ascii_case(owner);
        let of_owner: Vec<RepoName> = repos.iter().filter(of_owner).cloned().collect();
        plan.push(probe(AGENT, format!("whether {owner} lets the agent work"), &of_owner));
    }
    plan
}

impl GitHub {
    pub(in super::super) async fn try_out(&self, probe: &Probe) -> Vec<Row> {
        match (probe.about, probe.repos.as_slice()) {
            (TOKEN, _) => self.try_token().await,
            (LIMITS, _) => self.try_limits().await,
            (COPILOT, repos) => self.try_copilot(repos.first()).await,
            (POINTS, repos) => self.try_points(repos.first()).await,
            (FIRST_REPO, [repo]) => self.try_repo(repo, true).await,
            (REPO, [repo]) => self.try_repo(repo, false).await,
            (AGENT, repos) => self.try_agent(repos).await,
            _ => Vec::new(),
        }
    }
}
