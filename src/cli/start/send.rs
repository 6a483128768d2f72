//! Sending orders as a plan, one after the other, each with a result of its own. What becomes of one is nothing to the
//! others, unless it would hit them all: then the rest is not sent, and can be sent later as rows of the same plan.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::args::How;
use super::row::{self, Came, Sent};
use super::{dry, once::Once, resume};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::voice::{Table, unasked};
use crate::cli::wait;
use crate::domain::plan::{MOST_ROWS, Plan};
use crate::domain::policy::{Judgement, SHORTEST_REASON, Verdict};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, Task};
use crate::ops;
use crate::ops::fan_out::{self, Pace, Step};
use crate::ops::start::{Began, OnceSince};

/// More orders than this take more than a yes.
const MANY: usize = 5;

/// What a start can be told besides how it is gone about.
#[derive(Debug, Default)]
pub struct Rules {
    pub once: Option<Once>,
    /// The plan of an earlier run to go on with, or the name the plan of this one is to have.
    pub plan: Option<Uuid>,
}

/// Sends what was ordered, as `how` says.
pub async fn send(desk: &Desk, mut orders: Vec<Order>, how: &How, rules: &Rules) -> Result<Exit, Fault> {
    if orders.len() > MOST_ROWS {
        let what = format!("{} repositories are more than the {MOST_ROWS} of one plan", orders.len());
        return Err(Fault::new(FaultKind::Refused, what, "nothing was sent; give fewer at a time"));
    }
    for order in &mut orders {
        order.reason.clone_from(&how.reason);
        order.again = how.again;
    }
    if how.dry_run {
        return Ok(dry::run(desk, orders, rules.once.as_ref()).await);
    }
    let (mut orders, before) = match rules.plan {
        Some(plan) => resume::known(desk, plan, orders).await?,
        None => (orders, Vec::new()),
    };
    if desk.voice.can_ask() && !how.yes && !orders.is_empty() && !confirmed(desk, &mut orders).await {
        output::complain("atc: nothing was sent");
        return Ok(Exit::Refused);
    }
    let plan = Plan { id: rules.plan.unwrap_or_else(Uuid::new_v4), orders };
    Ok(Rows::new(desk, how).run(plan, before, rules.once.as_ref()).await)
}

/// Shows what the gate says to each, and asks once for all of them.
async fn confirmed(desk: &Desk, orders: &mut [Order]) -> bool {
    for order in orders.iter_mut() {
        let judged = ops::start::judge(&desk.context, order).await;
        output::complain(&format!("{}: {}", order.request.repo, judged.line()));
        for duplicate in judged.duplicates() {
            output::complain(&format!("  {duplicate}"));
        }
        if judged.verdict() == Verdict::NeedsReason && order.reason.is_none() {
            let question = format!("Why? At least {SHORTEST_REASON} characters, nothing to leave it:");
            match desk.answer(&question).await {
                Some(reason) if reason.chars().count() >= SHORTEST_REASON => order.reason = Some(reason),
                _ => return false,
            }
        }
        if !judged.duplicates().is_empty() && !order.again {
            if !desk.yes("Start it once more?").await {
                return false;
            }
            order.again = true;
        }
    }
    match orders {
        [one] => desk.yes(&format!("Start this task in {}?", one.request.repo)).await,
        few if few.len() <= MANY => desk.yes(&format!("Start these {} tasks?", few.len())).await,
        many => {
            let count = many.len().to_string();
            let question = format!("Start these {count} tasks? Type how many they are ({count}):");
            desk.answer(&question).await.is_some_and(|answer| answer == count)
        }
    }
}

/// The rows of a plan as they come, printed each when no more will be said of it.
struct Rows<'a> {
    desk: &'a Desk,
    how: &'a How,
    table: Table,
    exit: Exit,
    /// Started, and to be waited for.
    waiting: Vec<Sent>,
    not_sent: usize,
}

impl<'a> Rows<'a> {
    fn new(desk: &'a Desk, how: &'a How) -> Self {
        let table = desk.voice.table(row::HEADS);
        Self { desk, how, table, exit: Exit::Done, waiting: Vec::new(), not_sent: 0 }
    }

    /// `before`: rows of the plan that an earlier run has sent.
    async fn run(mut self, plan: Plan, before: Vec<Sent>, once: Option<&Once>) -> Exit {
        let (id, all) = (plan.id, plan.orders.len());
        for sent in before {
            self.take(sent);
        }
        let desk = self.desk;
        let once: Option<OnceSince> = once.map(|once| once.claim(desk.context.now()));
        let pace = (Pace::default(), once.as_ref());
        let (report, mut steps) = mpsc::channel(1);
        let take = async {
            while let Some(step) = steps.recv().await {
                self.step(step);
            }
        };
        tokio::join!(fan_out::send(&desk.context, plan, pace, desk.stop.heard(), report), take);
        if self.not_sent > 0 {
            let why = if desk.stop.is_heard() { "interrupted: " } else { "" };
            output::complain(&format!(
                "atc: {why}{} of {all} not sent; the same command with --plan {id} sends them, and none twice",
                self.not_sent
            ));
        }
        self.wait().await;
        self.exit.worse(self.table.end())
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Sending(repo) => self.desk.voice.progress(&format!("{repo}: sending")),
            Step::Came { order, began, .. } => self.take(came(*order, began)),
            Step::NotSent { order, why } => {
                self.not_sent += 1;
                self.take(Sent::new(*order, Came::NotSent(why)));
            }
            Step::Holds { until, why } => {
                let until = until.format("%H:%M:%SZ");
                self.desk.voice.progress(&format!("{why}: the next is not sent before {until}"));
            }
            Step::Ended { .. } => {}
        }
    }

    fn take(&mut self, sent: Sent) {
        match &sent.came {
            Came::Started(task, _) if self.how.wait.is_some() => {
                let text = format!("{}: started {}", sent.order.request.repo, task.at.id.show());
                self.desk.voice.progress(&text);
                self.waiting.push(sent);
            }
            _ => self.say(&sent),
        }
    }

    fn say(&mut self, sent: &Sent) {
        self.exit = self.exit.worse(sent.came.exit());
        explain(&sent.order, &sent.came);
        self.table.row(row::row(sent));
    }

    /// All at the same time: each has its own row when its waiting ends.
    async fn wait(&mut self) {
        let (desk, how) = (self.desk, self.how);
        let seen = std::mem::take(&mut self.waiting).into_iter().map(async |sent| {
            let Came::Started(task, _) = &sent.came else { return sent };
            let task: Task = (**task).clone();
            let until = how.wait.unwrap_or(super::Until::End);
            let seen = wait::wait(desk, task.clone(), until, how.timeout).await;
            Sent { came: Came::Started(Box::new(task), Some(Box::new(seen))), ..sent }
        });
        let mut seen: FuturesUnordered<_> = seen.collect();
        while let Some(sent) = seen.next().await {
            self.say(&sent);
        }
    }
}

/// What the gate and the service said to a row.
fn came(order: Order, began: Began) -> Sent {
    match began {
        Began::Used(entry) => Sent::new(order, Once::skipped(&entry)),
        Began::Answered(answer) => {
            let verdict = Some(answer.judged.line());
            let came = match answer.result {
                Ok(task) => Came::Started(Box::new(task), None),
                Err(fault) => Came::Failed(with_flag(fault, &answer.judged, &order)),
            };
            Sent { verdict, ..Sent::new(order, came) }
        }
    }
}

/// What a person would have been asked is a flag here.
fn with_flag(fault: Fault, judged: &Judgement, order: &Order) -> Fault {
    if fault.kind != FaultKind::Refused {
        return fault;
    }
    let reason = order.reason.as_deref().map_or(0, |reason| reason.trim().chars().count());
    match judged.verdict() {
        Verdict::NeedsReason if reason < SHORTEST_REASON => {
            unasked(&fault.what, &format!("--reason TEXT (at least {SHORTEST_REASON} characters)"))
        }
        Verdict::Allowed | Verdict::NeedsReason if !judged.duplicates().is_empty() && !order.again => {
            unasked(&fault.what, "--again")
        }
        _ => fault,
    }
}

/// What went wrong, on the error output, whatever is printed besides.
fn explain(order: &Order, came: &Came) {
    let repo = &order.request.repo;
    match came {
        Came::Failed(fault) | Came::Unread(_, fault) => output::complain(&format!("atc: {repo}: {fault}")),
        Came::Skipped { at, task } => {
            let which =
                task.as_ref().map_or_else(|| "whether it runs is not known".to_owned(), |task| format!("task {task}"));
            output::complain(&format!(
                "atc: skipped: already started at {} ({which})",
                at.format("%Y-%m-%d %H:%M:%SZ")
            ));
        }
        Came::NotSent(why) => output::complain(&format!("atc: {repo}: not sent: {why}")),
        Came::Started(_, Some(seen)) => {
            let id = seen.task.at.id.show();
            match &seen.ending {
                wait::Ending::Reached => {}
                wait::Ending::Stopped => {
                    output::complain(&format!("atc: interrupted: task {id} goes on; nothing was cancelled"));
                }
                wait::Ending::TimedOut => {
                    output::complain(&format!("atc: the time to wait is up: task {id} goes on; nothing was cancelled"));
                }
                _ => output::complain(&format!("atc: task {id}: {}", seen.said())),
            }
        }
        Came::Started(..) => {}
    }
}
