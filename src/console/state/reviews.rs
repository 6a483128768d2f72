//! The pull requests agents opened, grouped by whom they wait on; one of them as a page, or its diff, over the panes.
//!
//! ```text
//! rows ──enter──> page ──D──> diff        (esc goes back the same way)
//!   └───────────D───────────> diff
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::Model;
use super::layout::{Area, Size};
use super::place::Pane;
use crate::console::reviews::LookAt;
use crate::domain::blocked::{Blocked, Case, Whom, blocked};
use crate::domain::policy::{InForce, Policy};
use crate::domain::{Condition, Fault, Pull, PullId, PullLook, PullTarget, RepoName, Viewer};
use crate::text::Untrusted;

pub mod diff;

use self::diff::DiffPane;

pub type Key = (RepoName, PullId);

#[derive(Debug, Default)]
pub struct ReviewsPane {
    /// In the order shown: the groups, in each the oldest first; decided ones last, newest first.
    pub rows: Vec<Row>,
    pub selected: Option<Key>,
    /// Where `selected` stands in `rows`.
    pub index: usize,
    pub top: usize,
    /// The operator was here: from then on the cursor stays with its pull request, before on the first row.
    pub chosen: bool,
    /// Rebuild the rows at the end of the update.
    pub due: bool,
    /// Groups have headings: where there is room for them.
    pub headed: bool,
    /// Pulls that are open or draft, and how many of these wait for the operator.
    pub open: usize,
    pub waiting: usize,
    /// Open ones that nobody has reviewed, by repository: what a policy limits.
    pub unreviewed: HashMap<RepoName, usize>,
    /// Decimal places of the longest number.
    pub digits: usize,
    /// One of them over the panes.
    pub page: Option<Page>,
    pub diff: Option<Box<DiffPane>>,
    /// What was last read of one alone.
    pub look: Option<(PullTarget, Box<PullLook>)>,
    /// Those that an agent was told to merge by itself, as far as one was looked at, and the commit that was.
    pub agent_merges: BTreeMap<Key, Option<Untrusted>>,
    /// What the runtime was last asked to look at.
    pub looking: Option<LookAt>,
    /// `None`: not read yet.
    pub policy: Option<Arc<InForce>>,
    /// The policy was asked for.
    pub policy_asked: bool,
    /// Orders under way: no second one of the same pull request meanwhile.
    pub acting: Vec<(Uuid, Key)>,
    /// What the line that is being typed is about.
    pub writing: Option<PullTarget>,
    /// The cursor went to another pull request since the last picture; what else changed says so itself.
    pub moved: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Heading(Heading),
    Pull(Key),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    /// `None`: decided.
    pub whom: Option<Whom>,
    pub count: usize,
}

impl Row {
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Pull(key) => Some(key),
            Self::Heading(_) => None,
        }
    }
}

/// A pull request over the panes.
#[derive(Clone, Debug)]
pub struct Page {
    pub key: Key,
    /// The first line seen.
    pub top: usize,
    /// What was last done from it, or refused.
    pub said: Option<Result<crate::text::Safe, Fault>>,
}

/// A pane of so many rows has some to spare for headings.
const HEADED_FROM: usize = 8;

impl ReviewsPane {
    /// Over the panes, whatever it is.
    pub fn is_over(&self) -> bool {
        self.page.is_some() || self.diff.is_some()
    }

    /// What is known of this one alone, as far as it was read at the commit it stands at.
    pub fn look_at(&self, pull: &Pull) -> Option<&PullLook> {
        let (target, look) = self.look.as_ref()?;
        let same = target.at.repo == pull.repo && target.at.id == pull.id && look.head == pull.standing.head;
        same.then_some(&**look)
    }

    /// An agent was told to merge it by itself, when it was last looked at.
    pub fn is_agent_merge(&self, pull: &Pull) -> bool {
        self.agent_merges.get(&(pull.repo.clone(), pull.id)).is_some_and(|head| *head == pull.standing.head)
    }

    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()?.policy.as_ref().ok()
    }
}

/// How many pull requests nobody has reviewed a repository has, and how many it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub open: usize,
    /// `None`: no rule limits it, or the policy is not known.
    pub allowed: Option<u32>,
}

impl Model {
    /// The reviews cover the panes with a page or a diff.
    pub fn reviewing(&self) -> bool {
        self.place.focus == Pane::Reviews && self.reviews.is_over()
    }

    /// On whom a pull request waits. `None`: it is decided.
    pub fn blocked<'a>(&'a self, pull: &'a Pull) -> Option<Blocked<'a>> {
        let me = self.world.viewer.as_ref().map(login);
        let task = self.world.task_of(&pull.repo, pull.id);
        // Nothing works on what an orphan says it works on.
        let task = task.filter(|known| known.condition(self.now) != Condition::Orphaned).map(|known| &known.task.state);
        blocked(pull, &Case { me, task })
    }

    /// As the policy counts it.
    pub fn review_load(&self, repo: &RepoName) -> Load {
        let open = self.reviews.unreviewed.get(repo).copied().unwrap_or(0);
        let rules = self.reviews.policy().map(|policy| policy.for_repo(repo));
        let allowed = rules.and_then(|rules| rules.into_iter().find_map(|rule| rule.says.open_pulls));
        Load { open, allowed }
    }

    /// What the policy says of a base branch: the rule, and whether it allows it. `None`: it says nothing.
    pub fn base_rule(&self, pull: &Pull) -> Option<(&str, bool)> {
        let rules = self.reviews.policy()?.for_repo(&pull.repo);
        let (rule, words) = rules.into_iter().find_map(|rule| Some((rule, rule.says.base_branches.as_ref()?)))?;
        Some((&rule.id, words.allow(pull.base_ref.raw_for_match())))
    }

    /// Whether the pane has room for headings now.
    pub fn reviews_headed(&self) -> bool {
        self.place.panes().reviews.is_some_and(|area| area.body_rows() >= HEADED_FROM)
    }

    /// The pull request of the page, else the one under the cursor.
    pub fn reviewed_pull(&self) -> Option<&Pull> {
        let key = self.reviews.page.as_ref().map(|page| &page.key).or(self.reviews.selected.as_ref())?;
        self.world.pulls.get(key)?.as_ref()
    }
}

fn login(viewer: &Viewer) -> &str {
    viewer.login.raw_for_match()
}

/// Where a page or a diff stands.
pub fn over(model: &Model) -> Area {
    let Size { width, height } = model.place.size;
    model.place.panes().body.unwrap_or(Area { x: 0, y: 0, width, height })
}
