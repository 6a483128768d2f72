//! Opens the world: turns the cast's entries into tasks, sessions, pull requests and issues.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cast::{self, Cast, PersonEntry, PullEntry, RepoEntry, SessionEntry, Span, TaskEntry};
use super::chance::Chance;
use super::clock::{SECOND, Tick, WorldClock};
use super::core::{AGENT_ID, AGENT_LOGIN, Issue, Person, Repo, World};
use super::fill::Fill;
use super::firings::Key;
use super::plan::Plan;
use super::pull::{CheckPlan, Pull, Review};
use super::script::Ending;
use super::session::{Cost, Orders, Quirks, Session};
use super::task::Task;

/// What the automatic selection picks from, as the wire writes it.
const MODELS: &[&str] = &[
    "sweagent-capi:claude-sonnet-4.6",
    "claude-sonnet-4.6",
    "sweagent-capi:claude-opus-4.6[ReasoningEffort=medium]",
    "sweagent-capi:gpt-5.4",
    "gpt-5.3-codex[ReasoningEffort=high]",
    "sweagent-capi:claude-sonnet-4.5",
];

/// Everything needed to make a session; the world adds ids and times.
#[derive(Debug, Default)]
pub(super) struct SessionOrder {
    pub script: String,
    pub created: Tick,
    pub wait: Tick,
    pub pace: f64,
    pub turns: Option<usize>,
    pub end: Option<String>,
    pub prompt: Option<String>,
    pub model: Option<String>,
    pub premium: Option<f64>,
    pub fill: BTreeMap<String, String>,
    pub orders: Orders,
    pub quirks: Quirks,
    pub local: bool,
    pub user: i64,
    pub repo: usize,
    pub base: String,
    /// Continue this branch instead of making one.
    pub branch: Option<String>,
    /// An automation gives it.
    pub automated: bool,
}

impl World {
    /// # Errors
    /// What in the demo's files contradicts itself, in words.
    pub fn open(seed: u64, clock: WorldClock) -> Result<Self, String> {
        let (cast, scripts) = cast::load()?;
        let Cast { viewer, people, repos, tasks, arrivals, improvised, follow_up } = cast;
        let mut world = Self {
            clock,
            chance: Chance::new(seed),
            now: 0,
            viewer: 0,
            people: people.into_iter().map(person).collect(),
            repos: Vec::new(),
            tasks: Vec::new(),
            pulls: Vec::new(),
            issues: Vec::new(),
            comments: Vec::new(),
            scripts,
            arrivals,
            arrived: 0,
            next_arrival: 0,
            improvised,
            follow_up,
            automations: Vec::new(),
            waiting: BTreeMap::new(),
            waited: 0,
            fired: Key::end_of(0),
            runs_made: 0,
            automated_runs: 0,
            tasks_made: 0,
            main_orders: BTreeMap::new(),
        };
        world.people.push(Person {
            login: AGENT_LOGIN.to_owned(),
            id: AGENT_ID,
            name: String::new(),
            kind: "Bot",
            guest: false,
        });
        world.viewer = world.must_know(&viewer)?;
        for entry in repos {
            world.found_repo(entry)?;
        }
        let (keys, history) = world.found_automations()?;
        let mut tasks = tasks;
        tasks.sort_by_key(|entry| entry.sessions.first().map_or(0, |session| session.created.0));
        for entry in tasks {
            world.found_task(entry, &keys)?;
        }
        world.tell_history(history);
        world.next_arrival = world.gap_before(0);
        Ok(world)
    }

    pub(super) fn must_know(&self, login: &str) -> Result<i64, String> {
        let found = self.person_named(login).map(|person| person.id);
        found.ok_or_else(|| format!("the demo's cast knows no {login:?}"))
    }

    fn found_repo(&mut self, entry: RepoEntry) -> Result<(), String> {
        let name = entry.name.parse().map_err(|fault| format!("{}: {fault}", entry.name))?;
        let repo = self.repos.len();
        for issue in entry.issues {
            self.issues.push(Issue {
                repo,
                number: issue.number,
                user: self.must_know(&issue.by)?,
                title: issue.title,
                body: issue.body,
                created: issue.created.0,
                touched: issue.created.0,
                closed: None,
                labels: issue.labels,
                assignees: Vec::new(),
                assigned: Vec::new(),
            });
        }
        self.repos.push(Repo {
            name,
            id: entry.id,
            about: entry.about,
            language: entry.language,
            default_branch: entry.default_branch,
            branches: entry.branches,
            checks: entry.checks,
            reviews_required: entry.reviews_required,
            approval_required: entry.approval_required,
            codeowners: entry.codeowners,
            archived: false,
            agents: entry.agents,
            deleted_issues: entry.deleted_issues,
            agent_assignable: !entry.agent_not_assignable,
            next_number: entry.next_number,
            next_past_number: entry.next_number - 200,
            next_run: 400 + i64::try_from(repo).unwrap_or(0) * 113,
            public: entry.public,
            automation_needs_write: entry.automation_needs_write,
            older_answers: entry.older_answers,
        });
        Ok(())
    }

    fn found_task(&mut self, entry: TaskEntry, automations: &[String]) -> Result<(), String> {
        let repo = self.repos.iter().position(|repo| repo.name.as_str() == entry.repo);
        let repo = repo.ok_or_else(|| format!("the demo's cast knows no repository {:?}", entry.repo))?;
        let user = self.must_know(&entry.by)?;
        let mut sessions: Vec<Session> = Vec::new();
        for session in entry.sessions {
            let mut order = session_order(session, user, repo);
            order.base = entry.base.clone().unwrap_or_else(|| self.default_branch(repo));
            order.branch = sessions.first().map(|first| first.branch.clone());
            sessions.push(self.make_session(order)?);
        }
        let first = sessions.first().ok_or_else(|| format!("a task of {} has no session", entry.repo))?;
        let pull = match entry.pull {
            Some(pull) => {
                let pull = self.found_pull(pull, first.clone(), repo)?;
                if let Some(pull) = self.pulls.get_mut(pull) {
                    pull.named.clone_from(&entry.name);
                    pull.automated = entry.automation.is_some();
                }
                Some(pull)
            }
            None => None,
        };
        let automation = match &entry.automation {
            Some(key) => Some(
                automations.iter().position(|known| known == key).ok_or_else(|| format!("no automation {key:?}"))?,
            ),
            None => None,
        };
        let name = entry.name.unwrap_or_else(|| first.fill.apply(&first.script.title));
        self.add_task(name, repo, user, sessions, |task| {
            task.agent = entry.agent;
            task.pull = pull;
            task.word = entry.word;
            task.fails = entry.fails.map(|span| span.0);
            task.archived = entry.archived.map(|span| span.0);
            task.automation = automation;
        });
        Ok(())
    }

    pub(super) fn default_branch(&self, repo: usize) -> String {
        self.repos.get(repo).map(|repo| repo.default_branch.clone()).unwrap_or_default()
    }

    pub(super) fn add_task(
        &mut self,
        name: String,
        repo: usize,
        creator: i64,
        sessions: Vec<Session>,
        finish: impl FnOnce(&mut Task),
    ) -> usize {
        let index = self.tasks.len();
        let created = sessions.first().map_or(self.now, |session| session.created);
        let mut task = Task {
            id: String::new(),
            name,
            repo,
            creator,
            created,
            agent: None,
            sessions,
            pull: None,
            word: None,
            fails: None,
            archived: None,
            automation: None,
            links: 0,
        };
        finish(&mut task);
        let run = task.sessions.first().filter(|first| first.automated).map(|first| first.run_number.unsigned_abs());
        task.id = if let Some(run) = run {
            self.chance.of("automated task", run).of("repository", repo as u64).uuid()
        } else {
            self.tasks_made += 1;
            self.chance.of("task", self.tasks_made - 1).uuid()
        };
        self.tasks.push(task);
        index
    }

    pub(super) fn make_session(&mut self, order: SessionOrder) -> Result<Session, String> {
        let script = self.scripts.get(&order.script).ok_or_else(|| format!("no script {:?}", order.script))?;
        let script = Arc::clone(script);
        let ending = match &order.end {
            Some(text) => Ending::parse(text).ok_or_else(|| format!("{text:?} is no ending"))?,
            None => script.ending.clone(),
        };
        let (chance, run) = self.next_run(order.automated);
        let start = order.created + order.wait;
        let fill = self.fill_for(&order, &script.title);
        let wanted = fill.apply(&script.branch);
        let branch = match order.branch {
            Some(branch) => branch,
            None if order.automated => format!("copilot/{wanted}-{}", chance.of("branch", 0).hex(6)),
            None => self.free_branch(order.repo, &wanted),
        };
        let plan = Plan::of(&script, start, order.pace, order.turns.unwrap_or(usize::MAX), &ending);
        let model =
            order.model.unwrap_or_else(|| chance.of("model", 0).pick(MODELS).copied().unwrap_or_default().to_owned());
        let run_number = match self.repos.get_mut(order.repo) {
            _ if order.automated => 10_000 + self.automated_runs,
            Some(repo) => {
                repo.next_run += 1;
                repo.next_run
            }
            None => 1,
        };
        let cost = match order.premium {
            _ if order.local => Cost::Unknown,
            Some(requests) => Cost::PremiumRequests(requests),
            None => Cost::Credits(script.credits),
        };
        Ok(Session {
            id: chance.of("id", 0).uuid(),
            run,
            automated: order.automated,
            run_number,
            user: order.user,
            prompt: order.prompt.unwrap_or_else(|| fill.apply(&script.prompt)),
            model: if order.local { String::new() } else { model },
            created: order.created,
            start,
            branch,
            base: order.base,
            script,
            fill,
            plan,
            ending,
            cost,
            orders: order.orders,
            quirks: order.quirks,
            notes: Vec::new(),
        })
    }

    /// The chances of a new run, and its number.
    fn next_run(&mut self, automated: bool) -> (Chance, i64) {
        if automated {
            self.automated_runs += 1;
            let made = self.automated_runs;
            return (self.chance.of("automated session", made.unsigned_abs()), 18_402_000_105 + made * 211);
        }
        self.runs_made += 1;
        (self.chance.of("session", self.runs_made.unsigned_abs()), 18_402_000_000 + self.runs_made * 211)
    }

    fn fill_for(&self, order: &SessionOrder, title: &str) -> Fill {
        let mut fill = Fill::new(order.fill.clone());
        if let Some(repo) = self.repos.get(order.repo) {
            fill.set("owner", repo.name.owner());
            fill.set("repo", repo.name.name());
            fill.set("nwo", repo.name.as_str());
        }
        fill.set("base", order.base.as_str());
        let title = fill.apply(title);
        fill.set("title", title);
        fill
    }

    /// Two tasks never share a branch by accident.
    fn free_branch(&self, repo: usize, wanted: &str) -> String {
        let taken = |name: &str| {
            let mut of_repo = self.tasks.iter().filter(|task| task.repo == repo);
            of_repo.any(|task| task.sessions.iter().any(|session| session.branch == name))
        };
        let plain = format!("copilot/{wanted}");
        if !taken(&plain) {
            return plain;
        }
        (2..1_000).map(|n| format!("{plain}-{n}")).find(|name| !taken(name)).unwrap_or(plain)
    }

    fn found_pull(&mut self, entry: PullEntry, first: Session, repo: usize) -> Result<usize, String> {
        let after = entry.after.map_or(22 * SECOND, |span| span.0);
        let mut pull = self.new_pull(repo, entry.number, first.branch, first.base, first.start + after);
        let tick = |span: Option<Span>| span.map(|span| span.0);
        (pull.ready, pull.merged, pull.closed) = (tick(entry.ready), tick(entry.merged), tick(entry.closed));
        if let Some(by) = &entry.by {
            pull.closer = self.must_know(by)?;
        }
        for (index, review) in entry.reviews.into_iter().enumerate() {
            pull.reviews.push(Review {
                id: pull.id * 10 + i64::try_from(index).unwrap_or(0),
                user: self.must_know(&review.by)?,
                state: review.state,
                at: review.at.0,
                body: review.body,
                commit: None,
            });
        }
        pull.asked_users = entry.ask.iter().map(|login| self.must_know(login)).collect::<Result<_, _>>()?;
        pull.asked_teams = entry.teams;
        pull.agent_merge = entry.agent_merge;
        pull.check_plan.fails = entry.fails;
        pull.check_plan.none = entry.no_checks;
        pull.check_plan.approved = Some(pull.opened + 90 * SECOND).filter(|_| !entry.unapproved);
        (pull.conflicts, pull.lazy, pull.bare, pull.threads) = (entry.conflicts, entry.lazy, entry.bare, entry.threads);
        self.pulls.push(pull);
        Ok(self.pulls.len() - 1)
    }

    pub(super) fn new_pull(&self, repo: usize, number: i64, branch: String, base: String, opened: Tick) -> Pull {
        let approval = self.repos.get(repo).is_some_and(|repo| repo.approval_required);
        Pull {
            number,
            id: 2_310_000_000 + i64::try_from(repo).unwrap_or(0) * 1_000_000 + number * 7,
            repo,
            branch,
            base,
            author: AGENT_ID,
            opened,
            ready: None,
            merged: None,
            closed: None,
            closer: self.viewer,
            reviews: Vec::new(),
            asked_users: Vec::new(),
            asked_at: BTreeMap::new(),
            asked_teams: Vec::new(),
            threads: 0,
            check_plan: CheckPlan { approval, ..CheckPlan::default() },
            conflicts: false,
            lazy: false,
            merge_asked: None,
            bare: false,
            named: None,
            closes: None,
            title: None,
            body: None,
            ci: BTreeMap::new(),
            agent_merge: false,
            automated: false,
            touched: opened,
        }
    }
}

fn person(entry: PersonEntry) -> Person {
    let kind = match (entry.bot, entry.organization) {
        (true, _) => "Bot",
        (_, true) => "Organization",
        _ => "User",
    };
    Person { login: entry.login, id: entry.id, name: entry.name, kind, guest: entry.guest }
}

fn session_order(entry: SessionEntry, user: i64, repo: usize) -> SessionOrder {
    SessionOrder {
        script: entry.script,
        created: entry.created.0,
        wait: entry.wait.map_or(9 * SECOND, |span| span.0),
        pace: entry.pace.unwrap_or(1.0),
        turns: entry.turns,
        end: entry.end,
        prompt: entry.prompt,
        model: entry.model,
        premium: entry.premium,
        fill: entry.fill,
        orders: Orders { cancel: entry.cancel.map(|s| s.0), force: None, answered: entry.answered.map(|s| s.0) },
        quirks: Quirks { stubborn: entry.stubborn, orphan: entry.orphan },
        local: entry.local,
        user,
        repo,
        base: String::new(),
        branch: None,
        automated: false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_world_opens_with_about_forty_tasks_and_every_state() {
        let clock = WorldClock::new("2026-11-20T12:00:00Z".parse().unwrap(), 1.0);
        let world = World::open(1, clock).unwrap();
        let shown: Vec<&Task> = world.tasks_seen().filter(|task| !task.is_archived(0)).collect();
        assert!((38..=46).contains(&shown.len()), "{}", shown.len());
        let states = [
            "queued",
            "in_progress",
            "waiting_for_user",
            "idle",
            "completed",
            "failed",
            "timed_out",
            "cancelled",
            "paused",
        ];
        for state in states {
            assert!(shown.iter().any(|task| task.state(0) == state), "{state}");
        }
    }
}
