//! Decides when somebody is told, and hands it to the ways.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::command::Commands;
use super::held::Held;
use super::hook::Hook;
use super::message::{Message, Sum};
use super::outlet::Outlet;
use super::plan::Plan;
use super::rate::Rate;
use super::ring;
use super::told::Told;
use crate::domain::transition::{Notice, Way};
use crate::domain::{Instant, Now};
use crate::runtime::shared::Table;
use crate::text::Safe;

/// Batches that may wait; each is what one answer of the service brought.
const WAITING: usize = 256;
/// The last messages get so long when the program ends.
const LAST: Duration = Duration::from_secs(1);

#[derive(Debug)]
enum Wish {
    Tell(Vec<Notice>),
    Focus(bool),
    Test,
}

/// The way to the worker.
#[derive(Debug)]
pub struct Notifier {
    wishes: mpsc::Sender<Wish>,
    worker: JoinHandle<()>,
}

impl Notifier {
    /// Starts it on the current runtime. `state_dir`: where it remembers what was told;
    /// `None`: it forgets with its end.
    pub fn spawn(plan: Plan, state_dir: Option<&Path>, now: Now, outlet: Arc<dyn Outlet>) -> Self {
        let (wishes, waiting) = mpsc::channel(WAITING);
        let hook = plan.webhook.clone().ok().flatten();
        let hook = hook.map(|webhook| Hook::start(webhook, plan.tries, Arc::clone(&outlet)));
        let worker = Worker {
            told: Told::new(state_dir),
            shelf: Held::new(state_dir),
            shelved: false,
            table: Table::new(),
            commands: Commands::new(&plan.command, plan.command_within),
            rate: Rate::new(plan.per_minute),
            hook,
            plan,
            now,
            outlet,
            focused: None,
            held: Sum::default(),
            more: Sum::default(),
            said: HashSet::new(),
        };
        Self { wishes, worker: tokio::spawn(worker.run(waiting)) }
    }

    /// Never waits.
    pub fn tell(&self, notices: Vec<Notice>) {
        self.wish(Wish::Tell(notices));
    }

    /// The terminal has the focus, or has lost it.
    pub fn focus(&self, focused: bool) {
        self.wish(Wish::Focus(focused));
    }

    /// Sends one of each, whatever the hour, and says what came of it.
    pub fn test(&self) {
        self.wish(Wish::Test);
    }

    /// What was wished for is on its way when this returns, unless a receiver is slow.
    pub async fn finish(self) {
        let Self { wishes, worker } = self;
        drop(wishes);
        let _ = tokio::time::timeout(LAST, worker).await;
    }

    fn wish(&self, wish: Wish) {
        if self.wishes.try_send(wish).is_err() {
            tracing::warn!("too much happens at once: somebody is not told of some of it");
        }
    }
}

struct Worker {
    plan: Plan,
    now: Now,
    outlet: Arc<dyn Outlet>,
    told: Told,
    /// What was told, where the disk does not remember it.
    table: Table,
    commands: Commands,
    hook: Option<Hook>,
    rate: Rate,
    /// The terminal's focus. `None`: it has never said.
    focused: Option<bool>,
    /// What happened in quiet hours, for whoever runs after them, and that there is some.
    shelf: Held,
    shelved: bool,
    /// The same where the disk does not keep it.
    held: Sum,
    /// What was too much for a minute.
    more: Sum,
    /// Faults that were said: each once, until it is gone.
    said: HashSet<&'static str>,
}

impl Worker {
    async fn run(mut self, mut waiting: mpsc::Receiver<Wish>) {
        // An earlier run may have ended in quiet hours.
        let shelf = self.shelf.clone();
        self.shelved = tokio::task::spawn_blocking(move || shelf.waits()).await.unwrap_or_default();
        loop {
            let due = self.due();
            tokio::select! {
                biased;
                wish = waiting.recv() => match wish {
                    Some(Wish::Tell(notices)) => self.hear(notices).await,
                    Some(Wish::Focus(focused)) => self.focused = Some(focused),
                    Some(Wish::Test) => self.test().await,
                    None => return self.catch_up().await,
                },
                () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => self.catch_up().await,
            }
        }
    }

    /// How long until something that was put off is told.
    fn due(&self) -> Option<Duration> {
        let now = (self.now)();
        if !self.shelved && self.held.is_empty() && self.more.is_empty() {
            return None;
        }
        let after_quiet = self.quiet_until(now).unwrap_or(now);
        let at = after_quiet.max(self.rate.free_at(now));
        // A little later than sooner: the clock that is asked then must be past it.
        Some((at - now).to_std().unwrap_or_default() + Duration::from_millis(10))
    }

    fn quiet_until(&self, now: Instant) -> Option<Instant> {
        let quiet = self.plan.quiet.filter(|quiet| quiet.holds(now, &self.plan.zone))?;
        Some(quiet.ends(now, &self.plan.zone))
    }

    async fn hear(&mut self, notices: Vec<Notice>) {
        let (told, mut table) = (self.told.clone(), std::mem::take(&mut self.table));
        let claimed = tokio::task::spawn_blocking(move || {
            let claimed = told.claim(notices, &mut table);
            (claimed, table)
        });
        let Ok(((news, remembered), table)) = claimed.await else { return };
        self.table = table;
        match remembered {
            Ok(()) => drop(self.said.remove("memory")),
            Err(error) => {
                let why = Safe::new(format!("what was told is not remembered for the next start: {}", error.kind()));
                self.complain("memory", why);
            }
        }
        self.catch_up().await;
        if self.quiet_until((self.now)()).is_some() {
            return self.hold(news).await;
        }
        for notice in news {
            self.take(&notice);
        }
    }

    /// Until the quiet hours are over.
    async fn hold(&mut self, news: Vec<Notice>) {
        if news.is_empty() {
            return;
        }
        let shelf = self.shelf.clone();
        let keep = tokio::task::spawn_blocking(move || if shelf.keep(&news) { Vec::new() } else { news });
        let Ok(not_kept) = keep.await else { return };
        self.shelved |= not_kept.is_empty();
        for notice in &not_kept {
            self.held.add(notice);
        }
    }

    fn take(&mut self, notice: &Notice) {
        let now = (self.now)();
        if !self.more.is_empty() || !self.rate.take(now) {
            self.more.add(notice);
        } else {
            self.send(&Message::of(&notice.transition), &notice.by);
        }
    }

    /// Tells what was put off, as far as it may be now.
    async fn catch_up(&mut self) {
        let now = (self.now)();
        if self.quiet_until(now).is_some() {
            return;
        }
        if self.shelved && self.rate.free_at(now) <= now {
            let shelf = self.shelf.clone();
            let taken = tokio::task::spawn_blocking(move || shelf.take()).await.unwrap_or_default();
            // Another console may have been quicker.
            self.held = std::mem::take(&mut self.held).and(taken);
            self.shelved = false;
        }
        if !self.held.is_empty() && self.rate.take(now) {
            let held = std::mem::take(&mut self.held);
            let (message, by) = held.message(now, |n| format!("atc: {n} in quiet hours"));
            self.send(&message, &by);
        }
        if !self.more.is_empty() && self.rate.take(now) {
            let more = std::mem::take(&mut self.more);
            let (message, by) = more.message(now, |n| format!("atc: and {n} more"));
            self.send(&message, &by);
        }
    }

    fn send(&mut self, message: &Message, by: &[Way]) {
        let looked_at = self.focused == Some(true) && !self.plan.focused;
        let bytes = ring::bytes(message, by, self.plan.in_tmux);
        if !bytes.is_empty() && !looked_at {
            self.outlet.ring(bytes);
        }
        if by.contains(&Way::Webhook) {
            let posted = match (&self.hook, &self.plan.webhook) {
                (Some(hook), _) => hook.post(message),
                (None, Err(why)) => Err(why.clone()),
                (None, Ok(_)) => Err(Safe::new("no webhook is set: notify.webhook_url")),
            };
            self.note("webhook", posted);
        }
        if by.contains(&Way::Command) {
            let started = self.commands.start(message, &self.outlet);
            self.note("command", started);
        }
    }

    fn note(&mut self, what: &'static str, result: Result<(), Safe>) {
        match result {
            Ok(()) => drop(self.said.remove(what)),
            Err(why) => self.complain(what, why),
        }
    }

    fn complain(&mut self, what: &'static str, why: Safe) {
        if self.said.insert(what) {
            tracing::warn!(%why, "somebody could not be told");
            self.outlet.say(true, why);
        }
    }

    async fn test(&mut self) {
        let message = Message::test((self.now)());
        self.outlet.ring(ring::bytes(&message, &[Way::Bell, Way::Osc9, Way::Osc777], self.plan.in_tmux));
        let posted = match (&self.hook, &self.plan.webhook) {
            (Some(hook), _) => Some(hook.once(&message).await),
            (None, Err(why)) => Some(Err(why.clone())),
            (None, Ok(_)) => None,
        };
        let started = if self.plan.command.is_empty() { None } else { Some(self.commands.run(&message).await) };
        let word = |name: &str, result: &Option<Result<(), Safe>>| match result {
            None => format!("{name} not set"),
            Some(Ok(())) => format!("{name} ok"),
            Some(Err(why)) => format!("{name}: {why}"),
        };
        let bad = [&posted, &started].into_iter().flatten().any(Result::is_err);
        let terminal = if self.plan.in_tmux { "terminal rung (through tmux)" } else { "terminal rung" };
        let said = format!("{terminal} · {} · {}", word("webhook", &posted), word("command", &started));
        self.outlet.say(bad, Safe::new(said));
    }
}

#[cfg(test)]
mod tests;
