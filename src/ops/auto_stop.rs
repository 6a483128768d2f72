//! Stopping what a rule of the policy says is to be stopped: looks, judges, records. Whoever calls carries the one case
//! out that a round may bring, through [`super::cancel`], before the next round.
//!
//! ```text
//! tasks at work ─ a rule for their repository? ─ fresh look at task and log ─ ruling?
//!      └─ never twice the same session, never one that is cancelled already ─┬─ dry run ─> ledger, told
//!                                                                            └─ act, if the hour allows ─> Case
//! Case ─ a fault before its cancel was claimed ─> taken back: a later round brings it again
//! ```
//!
//! **Silence is only what was heard.** A log counts as silent for as long as this program has read it again and again
//! and found the same bytes, and never for longer than the service's own times say. A log that cannot be read, or was
//! read once, proves nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::TimeDelta;
use tokio::time::Instant as Tick;
use uuid::Uuid;

use super::cancel::How;
use super::context::Context;
use crate::domain::policy::{Evidence, Fact, InForce, Mode, Policy, Ruling, Watch};
use crate::domain::{CancelTarget, Session, SessionId, State, Task, TaskRef};
use crate::ledger::Wanted;
use crate::ledger::port::{Action, Entry, Granted, Outcome};
use crate::provider::port::{Fetched, LiveLogs, LogBody};

/// The verdicts under which stops stand in the ledger. Never change one.
const STOPPED: &str = "stopped by rule";
const WOULD: &str = "dry run";
/// A session has no more cancels than that.
const MOST: usize = 50;
/// Logs are remembered of so many sessions.
const MOST_HEARD: usize = 500;

/// A session that a rule speaks about.
#[derive(Clone, Debug)]
pub struct Case {
    pub task: Task,
    pub ruling: Ruling,
    pub target: CancelTarget,
    granted: Granted,
}

impl Case {
    pub fn is_dry(&self) -> bool {
        self.ruling.mode == Mode::DryRun
    }

    /// How its cancel is carried out: for a rule nothing is waited for that is not there.
    pub fn how(&self, patience: super::cancel::Patience) -> How {
        let patience = super::cancel::Patience { find: TimeDelta::zero(), ..patience };
        How { patience, granted: Some(self.granted.clone()), ..How::default() }
    }
}

/// The log of a session as it was heard last.
#[derive(Clone, Copy, Debug)]
struct Heard {
    print: u64,
    /// Since when it is the same.
    since: Tick,
    read: Tick,
}

#[derive(Debug)]
pub struct Watchman {
    context: Context,
    heard: HashMap<SessionId, Heard>,
    /// Sessions a dry run, or a stop, has spoken about already.
    done: HashSet<(SessionId, bool)>,
    /// When this process stopped one, by a clock nobody can set.
    stopped: Vec<(Tick, TaskRef)>,
    /// Whose cancel was taken back, the latest last: the others have their turn before them.
    in_vain: Vec<TaskRef>,
}

impl Watchman {
    pub fn new(context: Context) -> Self {
        Self { context, heard: HashMap::new(), done: HashSet::new(), stopped: Vec::new(), in_vain: Vec::new() }
    }

    /// One look at these tasks. What a dry run says is recorded already; at most one of the cases is to be carried out,
    /// and it is the last.
    pub async fn round(&mut self, at_work: &[TaskRef]) -> Vec<Case> {
        let in_force = self.context.gate.in_force().await;
        let Ok(policy) = &in_force.policy else { return Vec::new() };
        self.in_vain.retain(|task| at_work.contains(task));
        let mut turns: Vec<&TaskRef> = at_work.iter().collect();
        turns.sort_by_key(|at| self.in_vain.iter().position(|task| task == *at));
        let mut cases = Vec::new();
        for at in turns {
            let Some(watch) = policy.watch(&at.repo) else { continue };
            let Some(case) = self.judge(&in_force, policy, watch, at).await else { continue };
            let acts = !case.is_dry();
            cases.push(case);
            if acts {
                break;
            }
        }
        cases
    }

    /// A fault stood before its cancel, and nothing was claimed or sent: it is as if the rule had not spoken, and a later
    /// round may bring it again. What was claimed stands in the ledger, and is never brought twice.
    pub fn take_back(&mut self, case: &Case) {
        if let Some(session) = &case.target.session {
            self.done.remove(&(session.clone(), case.is_dry()));
        }
        if let Some(at) = self.stopped.iter().rposition(|(_, task)| *task == case.target.task) {
            self.stopped.remove(at);
        }
        self.in_vain.retain(|task| *task != case.target.task);
        self.in_vain.push(case.target.task.clone());
    }

    async fn judge(&mut self, in_force: &InForce, policy: &Policy, watch: Watch, at: &TaskRef) -> Option<Case> {
        let Ok(Fetched::New { value: task, .. }) = self.context.provider.task(at, None).await else { return None };
        let session = task.latest_session().filter(|session| session.state == State::InProgress)?.clone();
        let evidence = Evidence {
            silent: self.listen(&task, &session, watch).await,
            cost: session
                .usage
                .map_or(Fact::unknown("the service does not say"), |usage| Fact::Known([usage].into_iter().collect())),
        };
        let ruling = policy.stop(&at.repo, &task.state, &evidence)?;
        let dry = ruling.mode == Mode::DryRun;
        if self.done.contains(&(session.id.clone(), dry)) {
            return None;
        }
        // A ledger that cannot be read may hold anything: nothing is stopped.
        let entries = self.entries_of(at).await?;
        let about = |entry: &&Entry| entry.intent.session.as_deref() == Some(session.id.raw());
        if entries.iter().filter(about).any(|entry| speaks_for_itself(entry, dry)) {
            self.done.insert((session.id.clone(), dry));
            return None;
        }
        if !dry && self.enough(policy, at).await {
            return None;
        }
        let case = case(in_force, task.clone(), &session, ruling);
        if dry {
            self.record(&case).await?;
        } else {
            self.stopped.push((Tick::now(), at.clone()));
        }
        self.done.insert((session.id.clone(), dry));
        Some(case)
    }

    /// For how long nothing has come from it.
    async fn listen(&mut self, task: &Task, session: &Session, watch: Watch) -> Fact<TimeDelta> {
        let Some(limit) = watch.silence else { return Fact::Unasked };
        let touched = task.touched_at().max(session.updated_at.unwrap_or(session.created_at));
        let quiet = self.context.now() - touched;
        if quiet < limit / 2 {
            self.heard.remove(&session.id);
            return Fact::Known(quiet);
        }
        if self.context.provider.live_logs() != LiveLogs::Available {
            return Fact::unknown("its log cannot be read while it works");
        }
        let Ok(LogBody::Bytes(bytes)) = self.context.provider.session_log(&session.id).await else {
            self.heard.remove(&session.id);
            return Fact::unknown("its log could not be read");
        };
        let (print, now) = (fingerprint(&bytes), Tick::now());
        if self.heard.len() > MOST_HEARD {
            self.heard.clear();
        }
        let heard = self.heard.entry(session.id.clone()).or_insert(Heard { print, since: now, read: now });
        // A gap in the listening (a machine that slept) is not silence.
        if heard.print != print || now - heard.read > limit.to_std().unwrap_or_default() / 2 {
            *heard = Heard { print, since: now, read: now };
        }
        heard.read = now;
        let same = TimeDelta::from_std(now - heard.since).unwrap_or(TimeDelta::zero());
        Fact::Known(same.min(quiet))
    }

    async fn entries_of(&self, at: &TaskRef) -> Option<Vec<Entry>> {
        let mut all = Vec::new();
        for action in [Action::Cancel, Action::ForceCancel] {
            let task = Some(at.id.raw().to_owned());
            let wanted = Wanted { action: Some(action), task, repo: Some(at.repo.clone()), ..Wanted::default() };
            all.extend(self.context.blocking(move |ledger| ledger.find(&wanted, MOST)).await.ok()?);
        }
        Some(all)
    }

    /// The hour has seen enough of it: by the ledger, or by this process's own clock.
    async fn enough(&mut self, policy: &Policy, at: &TaskRef) -> bool {
        let hour = TimeDelta::hours(1);
        let since = self.context.now() - hour;
        let wanted = Wanted { action: Some(Action::Cancel), since: Some(since), ..Wanted::default() };
        let Ok(entries) = self.context.blocking(move |ledger| ledger.find(&wanted, 1000)).await else { return true };
        let by_rule = entries.iter().filter(|entry| verdict(entry) == Some(STOPPED));
        let told: HashSet<(&str, bool)> = by_rule
            .filter_map(|entry| Some((entry.intent.session.as_deref()?, entry.intent.repo == at.repo)))
            .collect();
        self.stopped.retain(|(at, _)| at.elapsed() < hour.to_std().unwrap_or_default());
        let own_here = self.stopped.iter().filter(|(_, task)| task.repo == at.repo).count();
        let here = told.iter().filter(|(_, here)| *here).count().max(own_here) as u64;
        let everywhere = told.len().max(self.stopped.len()) as u64;
        let enough = policy.stopped_enough(&at.repo, here, everywhere);
        if let Some(why) = &enough {
            tracing::info!(task = at.id.raw(), why, "a rule would stop a session");
        }
        enough.is_some()
    }

    /// What a dry run would have done. `None`: it could not be recorded, and is not said either.
    async fn record(&self, case: &Case) -> Option<()> {
        let id = Uuid::new_v4();
        let at = &case.task.at;
        let mut intent = self.context.intent(id, Action::Cancel, &at.repo, "dry run: nothing is sent".to_owned()).await;
        intent.task = Some(at.id.raw().to_owned());
        intent.session = case.target.session.as_ref().map(|session| session.raw().to_owned());
        intent.granted = Some(case.granted.clone());
        self.context.claim(intent).await.ok()?;
        self.context.record(id, Outcome::Rejected("dry run: it would have been stopped".to_owned())).await;
        Some(())
    }
}

fn verdict(entry: &Entry) -> Option<&str> {
    entry.intent.granted.as_ref().map(|granted| granted.verdict.as_str())
}

/// This session needs no more word of a rule: it was cancelled, or the same was said of it before.
fn speaks_for_itself(entry: &Entry, dry: bool) -> bool {
    let rejected = matches!(entry.outcome, Some((_, Outcome::Rejected(_))));
    match verdict(entry) {
        Some(WOULD) => dry,
        // Never twice, whatever came of it.
        Some(STOPPED) => true,
        _ => !rejected,
    }
}

fn case(in_force: &InForce, task: Task, session: &Session, ruling: Ruling) -> Case {
    let verdict = if ruling.mode == Mode::DryRun { WOULD } else { STOPPED };
    let granted = Granted {
        verdict: verdict.to_owned(),
        rule: ruling.rule.to_string(),
        reason: Some(ruling.why.to_string()),
        policy_hash: in_force.hash,
    };
    let target = CancelTarget {
        task: task.at.clone(),
        session: Some(session.id.clone()),
        run: session.run,
        branch: session.head_ref.clone(),
        since: session.created_at,
        force: false,
    };
    Case { task, ruling, target, granted }
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
