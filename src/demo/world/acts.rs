//! What people do to the world through the API.

use super::clock::{SECOND, Tick};
use super::core::{AGENT_ID, Comment, Issue, World};
use super::firings::Happening;
use super::found::SessionOrder;
use super::pull::Review;
use super::script::Ending;
use super::session::Session;

/// A task somebody starts.
#[derive(Debug, Default)]
pub struct Start {
    pub repo: usize,
    pub prompt: String,
    pub model: Option<String>,
    pub agent: Option<String>,
    pub pull: bool,
    pub base: Option<String>,
    /// Continue this branch.
    pub head: Option<String>,
    /// Number of the issue it starts from: its pull request names it, and is opened at once.
    pub issue: Option<i64>,
    pub user: i64,
}

#[derive(Debug, Default)]
pub struct NewIssue {
    pub repo: usize,
    pub title: String,
    pub body: String,
    pub labels: Vec<String>,
    pub assignees: Vec<i64>,
    pub user: i64,
}

impl World {
    /// # Errors
    /// The demo's files lack a script, in words.
    pub fn start(&mut self, start: Start) -> Result<usize, String> {
        let chance = self.chance.of(&start.prompt, self.tasks_made);
        let script = chance.pick(&self.improvised).cloned().unwrap_or_default();
        let ask = first_line(&start.prompt, 110);
        let base = start.base.unwrap_or_else(|| self.default_branch(start.repo));
        let order = SessionOrder {
            script,
            created: self.now,
            wait: chance.of("wait", 0).between(4, 9) * SECOND,
            pace: 1.0,
            prompt: Some(start.prompt),
            model: start.model,
            fill: [("ask".to_owned(), ask.clone()), ("slug".to_owned(), slug(&ask))].into(),
            user: start.user,
            repo: start.repo,
            base,
            branch: start.head.clone(),
            ..SessionOrder::default()
        };
        let session = self.make_session(order)?;
        let on_branch = |pull: &super::pull::Pull| pull.repo == start.repo && Some(&pull.branch) == start.head.as_ref();
        let mut pull = self.pulls.iter().position(|pull| on_branch(pull) && pull.closed_at(self.now).is_none());
        if start.pull && pull.is_none() {
            let after = if start.issue.is_some() { 1 } else { 20 };
            pull = Some(self.open_pull_for(start.repo, &session, session.start + after * SECOND));
        }
        if let Some(pull) = pull.and_then(|index| self.pulls.get_mut(index)) {
            pull.closes = start.issue.or(pull.closes);
        }
        let name = first_line(&ask, 72);
        Ok(self.add_task(name, start.repo, start.user, vec![session], |task| {
            task.agent = start.agent;
            task.pull = pull;
        }))
    }

    pub(super) fn open_pull_for(&mut self, repo: usize, session: &Session, opened: Tick) -> usize {
        let number = self.take_number(repo, session.automated && session.created <= 0);
        let mut pull = self.new_pull(repo, number, session.branch.clone(), session.base.clone(), opened);
        // A human lets the workflows run sooner or later; the viewer's own wait for the viewer.
        if pull.check_plan.approval && session.user != self.viewer {
            pull.check_plan.approved = Some(opened + 150 * SECOND);
        }
        pull.asked_users = vec![session.user]
            .into_iter()
            .filter(|user| self.person(*user).is_some_and(|p| p.kind == "User"))
            .collect();
        if matches!(session.ending, Ending::Done) {
            pull.bare = self.chance.of("bare", number.unsigned_abs()).below(3) == 0;
        }
        self.pulls.push(pull);
        self.pulls.len() - 1
    }

    fn take_number(&mut self, repo: usize, past: bool) -> i64 {
        self.repos.get_mut(repo).map_or(0, |repo| {
            let next = if past { &mut repo.next_past_number } else { &mut repo.next_number };
            *next += 1;
            *next - 1
        })
    }

    /// A comment; one that says `@copilot` on the agent's pull request is an order to it.
    pub fn comment(&mut self, repo: usize, number: i64, user: i64, body: &str) -> Comment {
        let comment = Comment {
            id: 3_100_000_000 + i64::try_from(self.comments.len()).unwrap_or(0) * 13,
            repo,
            number,
            user,
            at: self.now,
            body: body.to_owned(),
        };
        self.comments.push(comment.clone());
        if let Some(issue) = self.issue_numbered(repo, number).and_then(|index| self.issues.get_mut(index)) {
            issue.touched = self.now;
        }
        if mentions_agent(body)
            && let Some(pull) = self.pull_numbered(repo, number)
            && self.pulls.get(pull).is_some_and(|pull| pull.closed_at(self.now).is_none())
        {
            self.follow_up(pull, user, body);
        }
        comment
    }

    fn follow_up(&mut self, pull: usize, user: i64, body: &str) {
        let now = self.now;
        let Some(task) = self.tasks.iter().position(|task| task.pull == Some(pull) && task.is_seen(now)) else {
            return;
        };
        let Some(last) = self.tasks.get_mut(task).and_then(|task| task.sessions.last_mut()) else { return };
        if matches!(last.state(now), "queued" | "in_progress") {
            last.notes.push((now + 3 * SECOND, first_line(body, 200)));
            return;
        }
        last.orders.answered.get_or_insert(now);
        let order = SessionOrder {
            script: self.follow_up.clone(),
            created: now,
            wait: 5 * SECOND,
            pace: 1.0,
            prompt: Some(body.to_owned()),
            model: Some(last.model.clone()),
            fill: [("ask".to_owned(), first_line(&body.replace("@copilot", "").trim().replace("  ", " "), 110))].into(),
            user,
            base: last.base.clone(),
            branch: Some(last.branch.clone()),
            ..SessionOrder::default()
        };
        self.add_session(task, order);
    }

    /// The same again, as a new session of the task.
    pub(super) fn again(&mut self, task: usize, session: &Session) {
        let order = SessionOrder {
            script: session.script.id.clone(),
            created: self.now,
            wait: 4 * SECOND,
            pace: 1.0,
            prompt: Some(session.prompt.clone()),
            model: Some(session.model.clone()),
            end: Some("done".to_owned()),
            fill: session.fill.values(),
            user: self.viewer,
            base: session.base.clone(),
            branch: Some(session.branch.clone()),
            ..SessionOrder::default()
        };
        self.add_session(task, order);
    }

    fn add_session(&mut self, task: usize, mut order: SessionOrder) {
        order.repo = self.tasks.get(task).map_or(0, |task| task.repo);
        let Ok(session) = self.make_session(order) else { return };
        if let Some(task) = self.tasks.get_mut(task) {
            // New work: what the service said about the old no longer holds.
            task.word = None;
            task.fails = None;
            task.archived = None;
            task.sessions.push(session);
        }
    }

    /// Whether it can be merged is computed because somebody asked.
    pub fn ask_mergeable(&mut self, pull: usize) {
        let now = self.now;
        if let Some(pull) = self.pulls.get_mut(pull) {
            pull.merge_asked.get_or_insert(now);
        }
    }

    pub fn change_pull(
        &mut self,
        pull: usize,
        title: Option<String>,
        body: Option<String>,
        base: Option<String>,
        state: Option<&str>,
    ) {
        let (now, viewer) = (self.now, self.viewer);
        let Some(pull) = self.pulls.get_mut(pull) else { return };
        pull.touched = now;
        pull.title = title.or_else(|| pull.title.take());
        pull.body = body.or_else(|| pull.body.take());
        pull.base = base.unwrap_or_else(|| std::mem::take(&mut pull.base));
        match state {
            Some("closed") if pull.closed_at(now).is_none() => {
                pull.closed = Some(now);
                pull.closer = viewer;
            }
            Some("open") => pull.closed = None,
            _ => {}
        }
    }

    pub fn ask_review(&mut self, pull: usize, users: Vec<i64>, teams: Vec<String>) {
        let now = self.now;
        let Some(pull) = self.pulls.get_mut(pull) else { return };
        pull.touched = now;
        for user in users {
            pull.asked_at.insert(user, now);
            if !pull.asked_users.contains(&user) {
                pull.asked_users.push(user);
            }
        }
        for team in teams {
            if !pull.asked_teams.contains(&team) {
                pull.asked_teams.push(team);
            }
        }
    }

    /// The commits it has had so far, oldest first.
    pub fn commits_of(&self, pull: usize) -> Vec<String> {
        let Some(pull) = self.pulls.get(pull) else { return Vec::new() };
        let (pushes, _) = pull.last_push(&self.work_on(pull));
        (0..=pushes).map(|push| self.sha(pull.repo, &pull.branch, push + 1)).collect()
    }

    /// The commit a review is about.
    pub fn reviewed_commit(&self, pull: &super::pull::Pull, review: &Review) -> String {
        let until = |at: &&Tick| **at > pull.opened && **at <= review.at;
        let pushes = self.work_on(pull).pushes.iter().filter(until).count();
        review.commit.clone().unwrap_or_else(|| self.sha(pull.repo, &pull.branch, pushes + 1))
    }

    /// The viewer reviews it.
    pub fn give_review(&mut self, index: usize, state: &str, body: String, commit: Option<String>) -> Option<Review> {
        let (now, user) = (self.now, self.viewer);
        let pull = self.pulls.get_mut(index)?;
        let nth = i64::try_from(pull.reviews.len()).unwrap_or(0);
        let review = Review { id: pull.id * 10 + nth, user, state: state.to_owned(), at: now, body, commit };
        pull.reviews.push(review.clone());
        pull.touched = now;
        self.happened(Happening::Review { pull: index, state }, user);
        Some(review)
    }

    pub fn mark_ready(&mut self, pull: usize) {
        let now = self.now;
        if let Some(pull) = self.pulls.get_mut(pull).filter(|pull| pull.is_draft(now)) {
            pull.ready = Some(now);
            pull.touched = now;
        }
    }

    pub fn open_issue(&mut self, new: NewIssue) -> usize {
        let number = self.take_number(new.repo, false);
        self.issues.push(Issue {
            repo: new.repo,
            number,
            title: new.title,
            body: new.body,
            user: new.user,
            created: self.now,
            touched: self.now,
            closed: None,
            labels: new.labels,
            assignees: Vec::new(),
            assigned: Vec::new(),
        });
        let issue = self.issues.len() - 1;
        self.issue_happened(issue, "opened", None, new.user);
        for label in self.issues.get(issue).map(|issue| issue.labels.clone()).unwrap_or_default() {
            self.issue_happened(issue, "labeled", Some(&label), new.user);
        }
        self.put_in_charge(issue, &new.assignees);
        issue
    }

    fn issue_happened(&mut self, index: usize, kind: &str, label: Option<&str>, actor: i64) {
        self.happened(Happening::Issue { index, kind, label }, actor);
    }

    /// Replaces the labels of an issue, in the name of the viewer.
    pub fn label_issue(&mut self, issue: usize, labels: Vec<String>) {
        let (now, by) = (self.now, self.viewer);
        let Some(found) = self.issues.get_mut(issue) else { return };
        found.touched = now;
        let before = std::mem::replace(&mut found.labels, labels.clone());
        for label in labels.iter().filter(|label| !before.contains(label)) {
            self.issue_happened(issue, "labeled", Some(label), by);
        }
    }

    /// Adds to those in charge of an issue.
    pub fn put_in_charge(&mut self, index: usize, people: &[i64]) {
        let (now, by) = (self.now, self.viewer);
        let Some(issue) = self.issues.get_mut(index) else { return };
        issue.touched = now;
        let mut added = false;
        for person in people {
            if !issue.assignees.contains(person) {
                issue.assignees.push(*person);
                issue.assigned.push((now, *person, by));
                added = true;
            }
        }
        if added {
            self.issue_happened(index, "assigned", None, by);
        }
    }

    /// Assigns the agent: a task starts from the issue's words.
    ///
    /// # Errors
    /// The demo's files lack a script, in words.
    pub fn assign_agent(&mut self, issue: usize, mut start: Start, extra: &str) -> Result<(), String> {
        self.put_in_charge(issue, &[AGENT_ID]);
        let Some(issue) = self.issues.get(issue) else { return Ok(()) };
        let prompt = format!("{}\n\n{}\n\n{extra}", issue.title, issue.body);
        prompt.trim().clone_into(&mut start.prompt);
        start.repo = issue.repo;
        start.pull = true;
        start.issue = Some(issue.number);
        self.start(start).map(|_| ())
    }
}

/// The agent listens to exactly this name.
pub fn mentions_agent(text: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    text.match_indices("@copilot").any(|(at, name)| text.get(at + name.len()..).is_some_and(ends))
}

/// The first line that says something: a heading names a part of the text, not what is asked, unless all are headings.
fn first_line(text: &str, most: usize) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().find(|line| !line.starts_with('#')).or_else(|| lines().next()).unwrap_or_default();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Words of a prompt as a branch name.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(6);
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "task".to_owned() } else { slug.chars().take(48).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_name_speaks_to_the_agent() {
        assert!(mentions_agent("please, @copilot, go on"));
        assert!(mentions_agent("@copilot"));
        assert!(!mentions_agent("@copilot-reviewer look"));
        assert!(!mentions_agent("copilot go on"));
    }

    #[test]
    fn a_prompt_becomes_a_name_and_a_branch() {
        assert_eq!(first_line("\n  Fix the login button  \nmore", 20), "Fix the login button");
        assert_eq!(first_line("Fix the login button", 8), "Fix the…");
        assert_eq!(first_line("# Goal\n\nThe login button works.", 40), "The login button works.");
        assert_eq!(first_line("# Goal", 20), "# Goal");
        assert_eq!(slug("Fix the «login» button!"), "fix-the-login-button");
        assert_eq!(slug("日本語"), "task");
    }
}
