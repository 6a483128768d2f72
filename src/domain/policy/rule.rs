//! What a policy says, and which of its rules says it for a repository.

use super::automation::AutomationSays;
use super::key::Key;
use super::stop::StopSays;
use crate::domain::{RepoName, RepoPattern};

/// In a list of models: the service may choose.
pub const AUTOMATIC: &str = "automatic";
/// In a list of agents: no agent of the repository's own.
pub const NONE: &str = "none";

/// What to do where a fact that a limit needs could not be learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnknown {
    #[default]
    Reason,
    Refuse,
}

impl OnUnknown {
    pub const WORDS: [(&str, Self); 2] = [("reason", Self::Reason), ("refuse", Self::Refuse)];
}

/// Names, each with `*` for any part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl Words {
    pub fn allow(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { f.write_str("nothing") } else { f.write_str(&self.0.join(", ")) }
    }
}

/// `*` is any number of bytes. Case counts: branches and models are told apart by it.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), text.get(t)) {
            (Some(b'*'), _) => {
                star = Some((p + 1, t));
                p += 1;
            }
            (Some(a), Some(b)) if a == b => (p, t) = (p + 1, t + 1),
            _ => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, t) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|b| *b == b'*')
}

/// What one rule says. `None`: nothing; a less specific one decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Says {
    /// Logins; anybody else may not start.
    pub who: Option<Vec<String>>,
    pub base_branches: Option<Words>,
    pub models: Option<Words>,
    pub agents: Option<Words>,
    pub template_required: Option<bool>,
    /// A start without a draft pull request of its own is refused, unless it goes on on a branch that has one.
    pub draft_pull: Option<bool>,
    /// Tasks queued or running.
    pub active: Option<u32>,
    pub starts_per_hour: Option<u32>,
    pub starts_per_day: Option<u32>,
    pub retries_per_prompt: Option<u32>,
    /// Open pull requests of agents that nobody has reviewed.
    pub open_pulls: Option<u32>,
    pub credits_per_day: Option<u32>,
    pub premium_per_day: Option<u32>,
    /// Beyond these limits a typed reason is enough; beyond all others a start is refused.
    pub reason_beyond: Option<Vec<Key>>,
    pub unknown: Option<OnUnknown>,
    /// What is stopped without anybody asking for it.
    pub stop: StopSays,
    /// What starts by itself.
    pub automations: AutomationSays,
}

impl Says {
    pub fn limit(&self, key: Key) -> Option<u32> {
        match key {
            Key::Active => self.active,
            Key::StartsPerHour => self.starts_per_hour,
            Key::StartsPerDay => self.starts_per_day,
            Key::RetriesPerPrompt => self.retries_per_prompt,
            Key::OpenPulls => self.open_pulls,
            Key::CreditsPerDay => self.credits_per_day,
            Key::PremiumPerDay => self.premium_per_day,
            Key::AutomationsPerRepo => self.automations.per_repo,
            _ => None,
        }
    }

    /// Where a limit is kept. `None`: the key is no limit.
    pub fn limit_mut(&mut self, key: Key) -> Option<&mut Option<u32>> {
        Some(match key {
            Key::Active => &mut self.active,
            Key::StartsPerHour => &mut self.starts_per_hour,
            Key::StartsPerDay => &mut self.starts_per_day,
            Key::RetriesPerPrompt => &mut self.retries_per_prompt,
            Key::OpenPulls => &mut self.open_pulls,
            Key::CreditsPerDay => &mut self.credits_per_day,
            Key::PremiumPerDay => &mut self.premium_per_day,
            Key::AutomationsPerRepo => &mut self.automations.per_repo,
            _ => return None,
        })
    }
}

/// Says something under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    /// Empty: holds everywhere.
    pub repos: Vec<RepoPattern>,
    pub says: Says,
}

impl Rule {
    pub fn everywhere(id: &str, says: Says) -> Self {
        Self { id: id.to_owned(), repos: Vec::new(), says }
    }

    /// The most specific of its patterns that matches.
    fn pattern_for(&self, repo: &RepoName) -> Option<&RepoPattern> {
        self.repos.iter().filter(|pattern| pattern.matches(repo)).min()
    }
}

/// All that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// About all repositories together: the first that says something decides.
    pub all: Vec<Rule>,
    /// About some repositories, each on its own.
    pub rules: Vec<Rule>,
    /// About each repository no rule says it for: the first that says something decides.
    pub everywhere: Vec<Rule>,
}

impl Default for Policy {
    /// What holds where nobody has said anything.
    fn default() -> Self {
        let stop = StopSays { per_hour: Some(StopSays::PER_HOUR), ..StopSays::default() };
        let all =
            Says { active: Some(3), starts_per_hour: Some(10), starts_per_day: Some(40), stop, ..Says::default() };
        let everywhere = Says {
            retries_per_prompt: Some(3),
            open_pulls: Some(10),
            reason_beyond: Some(vec![Key::RetriesPerPrompt, Key::OpenPulls]),
            unknown: Some(OnUnknown::Reason),
            ..Says::default()
        };
        Self {
            all: vec![Rule::everywhere(Self::DEFAULTS, all)],
            rules: Vec::new(),
            everywhere: vec![Rule::everywhere(Self::DEFAULTS, everywhere)],
        }
    }
}

impl Policy {
    /// The name of the built-in rules.
    pub const DEFAULTS: &str = "defaults";

    /// The rule about all repositories together.
    pub const ALL: &str = "all";

    /// Nothing is limited: what tests and comparisons start from.
    pub fn unlimited() -> Self {
        Self { all: Vec::new(), rules: Vec::new(), everywhere: Vec::new() }
    }

    /// The rules for a repository, the most specific first.
    pub fn for_repo<'a>(&'a self, repo: &RepoName) -> Vec<&'a Rule> {
        let mut found: Vec<(&RepoPattern, &Rule)> =
            self.rules.iter().filter_map(|rule| Some((rule.pattern_for(repo)?, rule))).collect();
        found.sort_by(|a, b| a.0.cmp(b.0));
        found.into_iter().map(|(_, rule)| rule).chain(&self.everywhere).collect()
    }

    /// A limit in force: in a repository, or for all of them together.
    pub fn limit_of(&self, key: Key, repo: Option<&RepoName>) -> Option<u32> {
        let rules = repo.map_or_else(|| self.for_all(), |repo| self.for_repo(repo));
        said(&rules, |says| says.limit(key)).map(|(limit, _)| limit)
    }

    /// The rules for all repositories together.
    pub fn for_all(&self) -> Vec<&Rule> {
        self.all.iter().collect()
    }
}

/// The first of these rules that says it, and its name.
pub(super) fn said<'a, T>(rules: &[&'a Rule], get: impl Fn(&'a Says) -> Option<T>) -> Option<(T, &'a str)> {
    rules.iter().find_map(|rule| Some((get(&rule.says)?, rule.id.as_str())))
}
