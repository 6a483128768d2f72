//! What comes though nobody asked for it just now.
#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::wildcard_imports,
    reason = "no throw is above a few thousand; both halves are one stage"
)]

use std::sync::Arc;

use atc::console::event::{BudgetNews, Checkout, Local, News, Op, Remembered, RememberedTask, What};
use atc::console::state::cancels::Ruled;
use atc::console::state::compose::{CommentOn, Draft};
use atc::console::state::history::Which;
use atc::console::state::look::Themes;
use atc::console::{issue, rawlog, reviews};
use atc::domain::assign::Work;
use atc::domain::cancel::Matched;
use atc::domain::capability::ReadOnly;
use atc::domain::follow_up;
use atc::domain::look::Ground;
use atc::domain::plan::PlanNews;
use atc::domain::{
    Instant, IssueRef, Person, PullAct, PullOrder, PullRef, PullTarget, RunStatus, Source, SourceChoice, UserId, Viewer,
};
use atc::text::Safe;
use atc::transcript::Rules;

use super::answers::*;
use crate::dice::Dice;
use crate::world::run;

/// News nobody asked for just now.
pub fn unasked(dice: &mut Dice, now: Instant, generation: u64) -> What {
    let (at, id) = (known(dice), uuid::Uuid::from_u128(dice.below(5) as u128));
    match dice.below(46) {
        0 => net(Source::Tasks(a_repo(dice)), generation, Ok(News::Same)),
        1 => {
            let viewer = Viewer { id: UserId(9), login: dice.words().into() };
            net(Source::Viewer, generation, Ok(News::Viewer(viewer)))
        }
        2..=6 => {
            let repo = a_repo(dice);
            let all = (0..=dice.below(12)).map(|_| a_task(dice));
            let tasks = all.filter(|task| task.at.repo == repo).collect();
            net(Source::Tasks(repo), generation, Ok(News::Tasks { tasks, unreadable: dice.below(3) as u32 }))
        }
        7 => net(Source::Tasks(at.repo.clone()), generation, Ok(News::Gone(vec![at.id]))),
        8 => {
            let task = a_task(dice);
            net(Source::Task(task.at.id.clone()), generation, Ok(News::Task(Box::new(task))))
        }
        9 => {
            let person = Person { id: UserId(1), login: Some(dice.words().into()) };
            net(Source::People, generation, Ok(News::Person(person)))
        }
        10 | 11 => {
            let pulls = (0..dice.below(6)).map(|_| {
                let pull = a_pull(dice);
                let at = PullRef { repo: pull.repo.clone(), id: pull.id, node: Some(pull.node.clone()) };
                (at, (!dice.once_in(8)).then_some(pull))
            });
            net(Source::Pulls, generation, Ok(News::Pulls(pulls.collect())))
        }
        12 => {
            let one = run(dice.below(9) as u64, dice.pick(&[RunStatus::InProgress, RunStatus::Completed]).clone(), 5);
            let run = dice.once_in(2).then_some(one);
            let news = News::Run { task: at.clone(), run, matched: Some(Matched::ByBranch), jobs: vec![] };
            net(Source::Run(at.id), generation, Ok(news))
        }
        13 => {
            let session = session(dice);
            let news = News::Log(a_log(dice, session.clone(), SourceChoice::Auto));
            net(Source::Log(session), generation, Ok(news))
        }
        14 => {
            let news = News::Diagnosis { task: at.id.clone(), told: None, facts: None };
            net(Source::Diagnosis(at.id), generation, Ok(news))
        }
        15 => net(Source::Tasks(a_repo(dice)), generation, Err(fault(dice))),
        16 => cancelling(dice, at, now),
        17 => {
            let (name, rule, why) = (Safe::new(dice.words()), Safe::new(dice.words()), Safe::new(dice.words()));
            What::Op(Op::Ruled(Box::new(Ruled { task: at, name, rule, why, dry: dice.once_in(2) })))
        }
        18 => {
            let told = follow_up::Told { comment: id, task: at, at: now, step: follow_up::Step::Began };
            What::Op(Op::FollowedUp(Box::new(told)))
        }
        19 => What::Op(Op::Started { request: id, result: or_fault(dice, |dice| Box::new(a_task(dice))) }),
        20 => What::Op(Op::Settled { claimed_at: now, task: Box::new(a_task(dice)) }),
        21 => What::Op(Op::Plan { plan: id, news: PlanNews::Ended { why: None } }),
        22 => What::Op(Op::PlanKnown { plan: id, told: Ok(vec![]) }),
        23 if dice.once_in(2) => What::Op(Op::Found { id, text: Safe::new(dice.words()) }),
        23 => What::Op(Op::Note { bad: dice.once_in(2), text: Safe::new(dice.words()) }),
        24 => {
            let budget = BudgetNews { spent: dice.below(6000) as u64, allowed: 5000, ..BudgetNews::default() };
            What::Op(Op::Budget(budget))
        }
        25 => What::Op(Op::Unresolved(ledger_rows(dice, now))),
        26 => What::Op(Op::Ring(b"\x07".to_vec().into_boxed_slice())),
        27 => {
            let news =
                issue::News::Work { issue: IssueRef { repo: at.repo, number: 3 }, work: Box::new(Work::default()) };
            What::Op(Op::Issue(news))
        }
        28 => {
            let pull = a_pull(dice);
            let wish = *dice.pick(&[0, 1]);
            let target = PullTarget::of(&pull);
            let wish = if wish == 0 { reviews::Wish::Diff(target) } else { reviews::Wish::Policy };
            What::Op(Op::Reviews(Box::new(reviewed(dice, &wish).unwrap())))
        }
        29 => {
            let rules = Rules::shipped().with_file("own.toml", &dice.words());
            What::Local(Local::Rules(Arc::new(rules)))
        }
        30 => {
            let (format, bytes) = log_bytes(dice);
            What::Local(Local::LogFile { name: Safe::new(dice.words()), format, bytes })
        }
        31 => big(dice),
        32 => {
            let on = || CommentOn { number: 3, task: Some(at.id.raw().to_owned()), sent: Some(id), rewritten: false };
            let comment = dice.once_in(2).then(|| Box::new(on()));
            let draft = Draft { id, prompt: dice.words(), repo: Some(at.repo.clone()), comment, ..Draft::default() };
            What::Local(Local::Drafts(vec![draft]))
        }
        38..=42 => super::automations::unasked(dice, now, generation),
        43..=45 => super::governing::unasked(dice, generation),
        _ => rarer(dice),
    }
}

fn rarer(dice: &mut Dice) -> What {
    match dice.below(17) {
        16 => What::Local(Local::DraftsKept(or_fault(dice, |_| ()))),
        15 => {
            let comment = follow_up::Comment {
                id: uuid::Uuid::from_u128(dice.below(5) as u128),
                task: known(dice),
                number: dice.below(9) as u64,
                text: dice.words(),
            };
            let step = if dice.once_in(2) { follow_up::Step::Written } else { follow_up::Step::Unknown(fault(dice)) };
            let at = crate::world::now();
            What::Op(Op::FollowedBefore(Box::new(follow_up::Earlier { comment, at, known: (at, step) })))
        }
        14 => {
            let left = or_fault(dice, |dice| dice.words().into());
            What::Local(Local::Edited(left))
        }
        6 => {
            let here = Checkout { repo: a_repo(dice), base_ref: None, head_ref: Some(dice.words()), unseen: None };
            What::Op(Op::Here(or_fault(dice, |_| here)))
        }
        7 => {
            let news = rawlog::News { request: dice.below(5) as u64, result: Err(fault(dice)), received: 0 };
            What::Op(Op::Record(Box::new(news)))
        }
        8 => {
            let (of, check) = (PullTarget::of(&a_pull(dice)), dice.words().into());
            let log = or_fault(dice, |_| None);
            What::Op(Op::Reviews(Box::new(reviews::News::CheckLog { of, check, log })))
        }
        9 => {
            let (target, act) = (PullTarget::of(&a_pull(dice)), PullAct::Comment(dice.words()));
            let order = Box::new(PullOrder { id: uuid::Uuid::from_u128(7), target, act });
            let result = or_fault(dice, |dice| Safe::new(dice.words()));
            What::Op(Op::Reviews(Box::new(reviews::News::Acted { order, result })))
        }
        10 => What::Ground(*dice.pick(&[Ground::Dark, Ground::Light])),
        11 => What::Local(Local::FirstStart),
        12 => {
            let which = *dice.pick(&Which::ALL);
            What::Local(Local::Lines((0..dice.below(6)).map(|_| (which, dice.words())).collect()))
        }
        13 => {
            let themes =
                |dice: &mut Dice| Box::new(Themes { names: vec![Safe::new(dice.words())], ..Themes::default() });
            What::Local(Local::Themes { asked: dice.once_in(2), read: or_fault(dice, themes) })
        }
        0 => What::Local(Local::Forget),
        1 => templates(dice),
        2 => What::Op(Op::ReadOnly(ReadOnly { why: Safe::new(dice.words()), next: Safe::default(), chosen: false })),
        _ => {
            let tasks = (0..dice.below(5))
                .map(|_| RememberedTask { task: a_task(dice), sessions_as_of: None, diagnosed: None })
                .collect();
            let all = Remembered { tasks, ..Remembered::default() };
            What::Local(Local::Remembered(Box::new(all)))
        }
    }
}
