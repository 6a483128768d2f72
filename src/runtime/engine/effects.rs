//! The hands: carries out what the console wants done, off the loop. Never blocks the caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant as Tick, timeout};

use super::answers::Answers;
use super::automating::Automating;
use super::book;
use super::desk::Desk;
use super::diagnose::Bench;
use super::follower::{Closeness, Target};
use super::followers::{Followers, Wanted};
use super::issues::{After, IssueDesk};
use super::look_through;
use super::origins::Origins;
use super::plans::Plans;
use super::poller::{Pace, Poller, Wish};
use super::purse::Purse;
use super::raw_log::RawLogs;
use super::recorder;
use super::reviewing::Reviewing;
use super::settler;
use super::stops::Stops;
use super::till::Till;
use crate::console::effect::{Heard, LogWish};
use crate::console::event::Op;
use crate::console::{Effect, automations};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, RepoName, Task, TaskRef};
use crate::ops;
use crate::ops::cancel::Patience;
use crate::runtime::kept::Kept;
use crate::runtime::save;
use crate::text::{Safe, Untrusted};

/// What a cursor in motion passes is not asked for: it has come to rest when it has stood for this long.
const REST: Duration = Duration::from_millis(250);
/// The first answers of several repositories come one right after the other, and each may bring another task under the
/// cursor: only the last of those is asked for.
const TOGETHER: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, Default, PartialEq)]
struct Attention {
    task: Option<TaskRef>,
    known: Option<Box<Task>>,
    log: Option<LogWish>,
    beside: Vec<Heard>,
}

/// The workers behind the screen. They end when this is dropped.
#[derive(Debug)]
pub struct Engine {
    desk: Desk,
    context: ops::Context,
    stops: Stops,
    /// Who writes to the agent, and hears what it says.
    answers: Answers,
    /// What works now, for the rules that may stop it.
    at_work: watch::Receiver<Vec<TaskRef>>,
    wishes: mpsc::Sender<Wish>,
    attention: watch::Sender<Attention>,
    /// More than one repository is watched.
    several: Arc<AtomicBool>,
    /// The console is stopped.
    paused: watch::Sender<bool>,
    raw_logs: RawLogs,
    reviewing: Reviewing,
    automating: Automating,
    plans: Plans,
    issues: IssueDesk,
    /// `None`: finished logs are not kept.
    kept: Option<Kept>,
    /// The search in the kept logs that is wanted; 0: none.
    grep: Arc<AtomicU64>,
    /// Who writes down what becomes of tasks.
    writing: recorder::Writing,
    /// Who finds out what became of that whose answer was lost.
    settler: settler::Call,
}

impl Engine {
    /// Starts poller and follower on the current runtime. Finished logs are not kept.
    pub fn spawn(desk: Desk, context: ops::Context, pace: Pace, patience: Patience) -> Self {
        Self::spawn_keeping(desk, context, pace, patience, None)
    }

    /// The same with a place to keep finished logs in.
    pub fn spawn_keeping(
        desk: Desk,
        context: ops::Context,
        pace: Pace,
        patience: Patience,
        kept: Option<Kept>,
    ) -> Self {
        Self::spawn_diagnosing(desk, context, pace, patience, kept, None)
    }

    /// The same, and with `bench` the logs of tasks that ended badly are read when nobody opens them.
    pub fn spawn_diagnosing(
        desk: Desk,
        context: ops::Context,
        pace: Pace,
        patience: Patience,
        kept: Option<Kept>,
        bench: Option<Bench>,
    ) -> Self {
        let (wishes, wish_list) = mpsc::channel(64);
        let (attention, attended) = watch::channel(Attention::default());
        let (task_seen, task) = watch::channel(None);
        let (wanted, wanted_seen) = watch::channel(Wanted::default());
        let (paused, is_paused) = watch::channel(false);
        let raw_logs = RawLogs { desk: desk.clone(), kept: kept.clone() };
        let till = Till::new(desk.clone(), Purse::new(pace.share, pace.unchanged, Tick::now()));
        let (recorder, writing) = recorder::start(Arc::clone(&context.ledger), &desk);
        let poller = Poller::new(desk.clone(), pace, till.clone(), task_seen).diagnosing(bench).recording(recorder);
        let host = desk.provider.authority().host.to_string();
        let poller = poller.remembering(Origins::new(Arc::clone(&context.ledger), host));
        let (works, at_work) = watch::channel(Vec::new());
        let poller = poller.showing(works);
        tokio::spawn(poller.run(wish_list));
        let settler = settler::start(&desk, &context, wishes.clone(), is_paused.clone());
        let reviewing = Reviewing::spawn(desk.clone(), context.clone(), wishes.clone(), settler.clone());
        let answers = Answers::new(
            desk.clone(),
            context.clone(),
            wishes.clone(),
            till.clone(),
            is_paused.clone(),
            settler.clone(),
        );
        tokio::spawn(Followers::new(desk.clone(), till, kept.clone(), wanted_seen, task, is_paused).run());
        let several = Arc::default();
        tokio::spawn(relay(attended, Arc::clone(&several), wishes.clone(), wanted));
        let stops = Stops::new(desk.clone(), context.clone(), patience, wishes.clone());
        stops.take_up();
        let (issues, grep) = (IssueDesk::default(), Arc::default());
        let plans = Plans::new(desk.clone(), context.clone(), wishes.clone(), settler.clone());
        let automating = Automating::new(desk.clone(), context.clone(), wishes.clone(), settler.clone());
        Self {
            desk,
            context,
            stops,
            answers,
            at_work,
            wishes,
            attention,
            several,
            paused,
            raw_logs,
            reviewing,
            automating,
            plans,
            issues,
            kept,
            grep,
            writing,
            settler,
        }
    }

    /// From now on what a rule of the policy stops is stopped. Not for a console that only reads.
    pub fn obey_rules(&mut self) {
        self.stops.watch(self.at_work.clone());
    }

    /// Looks what came of what an earlier run wrote to the agent. For somebody who sees it.
    pub fn look_for_answers(&self) {
        self.answers.take_up();
    }

    /// Carries out one effect. Those of the terminal (quit, suspend, editor, copy) are the loop's own.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Watch(repos) => {
                self.several.store(repos.len() > 1, Ordering::Relaxed);
                self.wish(Wish::Watch(repos));
            }
            Effect::Refresh => {
                self.settler.look();
                self.wish(Wish::Refresh);
            }
            Effect::Focus(focused) => self.wish(Wish::Focus(focused)),
            Effect::Attend { task, known, log, beside } => {
                self.attention.send_replace(Attention { task, known, log, beside });
            }
            Effect::Start(order) => self.start(*order),
            Effect::Plan(plan) => self.plans.send(*plan),
            Effect::StopPlan(id) => self.plans.stop(id),
            Effect::LookPlan(id) => self.plans.look(id),
            Effect::Weigh(repo) => self.weigh(repo),
            Effect::Cancel(targets) => self.stops.cancel(targets),
            Effect::Withdraw(task) => self.stops.withdraw(&task),
            Effect::FollowUp(comment) => self.answers.write(*comment),
            Effect::Reviews(wish) => self.reviewing.perform(wish),
            Effect::RawLog(of, wish) => self.raw_logs.perform(*of, wish),
            Effect::KeepDiagnosis(task, diagnosed) => self.wish(Wish::Diagnosed(task, diagnosed)),
            Effect::Grep(wanted) => {
                self.grep.store(wanted.as_ref().map_or(0, |(id, _)| *id), Ordering::Relaxed);
                if let Some((id, pattern)) = wanted {
                    look_through::grep(&self.desk, self.kept.clone(), (id, *pattern), Arc::clone(&self.grep));
                }
            }
            Effect::Issue(wish) => {
                let after = After { wishes: self.wishes.clone(), settler: self.settler.clone() };
                self.issues.perform(&self.desk, &self.context, after, wish);
            }
            Effect::Automations(automations::Wish::Look(sight)) => self.wish(Wish::Sight(sight)),
            Effect::Automations(wish) => self.automating.perform(wish),
            Effect::Ledger(wish) => book::read(&self.desk, Arc::clone(&self.context.ledger), wish),
            Effect::ReadKept(session) => look_through::read(&self.desk, self.kept.clone(), session),
            Effect::Save { to, text } => self.save(to, text),
            Effect::LoadAgents(repo) => self.load_agents(repo),
            Effect::Quit
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Open(_)
            | Effect::OpenAll(_)
            | Effect::Copy(_)
            | Effect::Editor(_)
            | Effect::Mouse(_)
            | Effect::BigLog(_)
            | Effect::Notify(_)
            | Effect::TestNotify
            | Effect::Ring(_)
            | Effect::KeepRead(_)
            | Effect::KeepLine(..)
            | Effect::ForgetLines
            | Effect::KeepSeat(_)
            | Effect::KeepDraft(_)
            | Effect::DropDraft(_)
            | Effect::LookHere { .. }
            | Effect::Examine(_)
            | Effect::Theme(_)
            | Effect::LookForTemplates => {}
        }
    }

    /// While the console is suspended nothing is asked.
    pub fn pause(&mut self, paused: bool) {
        self.paused.send_replace(paused);
        self.wish(Wish::Pause(paused));
    }

    /// Ends the workers; what became of tasks is in the ledger when this returns, unless the disk is very slow.
    pub async fn finish(self) {
        let Self { writing, plans, grep, .. } = self;
        plans.end();
        // The program does not end before a thread that reads does.
        grep.store(0, Ordering::Relaxed);
        writing.finish().await;
    }

    fn wish(&mut self, wish: Wish) {
        if let Err(refused) = self.wishes.try_send(wish) {
            tracing::warn!(?refused, "the poller is too busy to listen");
        }
    }

    fn start(&self, order: Order) {
        let (desk, context, wishes) = (self.desk.clone(), self.context.clone(), self.wishes.clone());
        let settler = self.settler.clone();
        tokio::spawn(async move {
            let ops::start::Answer { result, facts, policy, .. } = ops::start::start(&context, &order).await;
            match &result {
                Ok(task) => drop(wishes.send(Wish::Look(task.at.clone())).await),
                Err(fault) if fault.kind == FaultKind::UnknownOutcome => settler.look(),
                Err(_) => {}
            }
            // First what it was judged by, so that a refusal is not read beside older numbers.
            desk.op(Op::Weighed { repo: order.request.repo, facts: Box::new(facts), policy }).await;
            desk.op(Op::Started { request: order.id, result: result.map(Box::new) }).await;
        });
    }

    fn weigh(&self, repo: RepoName) {
        let (desk, context) = (self.desk.clone(), self.context.clone());
        tokio::spawn(async move {
            let (policy, facts) = ops::start::weigh(&context, &repo).await;
            desk.op(Op::Weighed { repo, facts: Box::new(facts), policy }).await;
        });
    }

    fn save(&self, to: String, text: Untrusted) {
        let desk = self.desk.clone();
        tokio::spawn(async move {
            let write = move || {
                let to = save::typed(&to, save::home().as_deref());
                let len = save::save(&to, |file| file.write_all(text.raw_for_disk().as_bytes()))?;
                Ok::<_, Fault>(save::said(&to, len))
            };
            let (bad, text) = match tokio::task::spawn_blocking(write).await {
                Ok(Ok(said)) => (false, said),
                Ok(Err(fault)) => (true, fault.to_string()),
                Err(_) => return,
            };
            desk.op(Op::Note { bad, text: Safe::new(text) }).await;
        });
    }

    fn load_agents(&self, repo: RepoName) {
        let desk = self.desk.clone();
        tokio::spawn(async move {
            let result = desk.provider.custom_agents(&repo).await;
            desk.op(Op::Agents { repo, result }).await;
        });
    }
}

/// Passes attention on at once, and what it turns to soon after that when it rests.
async fn relay(
    mut attention: watch::Receiver<Attention>,
    several: Arc<AtomicBool>,
    wishes: mpsc::Sender<Wish>,
    wanted: watch::Sender<Wanted>,
) {
    let (mut attended, mut first) = (None, true);
    while attention.changed().await.is_ok() {
        if std::mem::take(&mut first) && several.load(Ordering::Relaxed) {
            rests(&mut attention, TOGETHER).await;
        }
        let Attention { task, known, log, beside } = attention.borrow_and_update().clone();
        if attended != task {
            if wishes.send(Wish::Attend(task.clone())).await.is_err() {
                return;
            }
            attended.clone_from(&task);
        }
        let read = task.zip(log).map(|(task, log)| Target { task, log, closeness: Closeness::Read });
        let known = known.map(|known| *known).filter(|_| read.is_some());
        let next = Wanted { read, known, beside: beside.into_iter().map(heard).collect() };
        wanted.send_if_modified(|current| {
            let changed = *current != next;
            *current = next;
            changed
        });
        if rests(&mut attention, REST).await {
            attention.mark_changed();
        }
    }
}

/// Until the attention has not turned for so long. Whether it did meanwhile.
async fn rests(attention: &mut watch::Receiver<Attention>, time: Duration) -> bool {
    let mut turned = false;
    while let Ok(Ok(())) = timeout(time, attention.changed()).await {
        turned = true;
    }
    turned
}

fn heard(heard: Heard) -> (Target, Task) {
    let Heard { task, log, glance } = heard;
    let closeness = if glance { Closeness::Glance } else { Closeness::Read };
    (Target { task: task.at.clone(), log, closeness }, task)
}
