//! Find out what can be done: the provider's probes, one after the other, and what the ledger knows by experience. Reads
//! only, few requests, a bounded time; nothing is written anywhere.
//!
//! ```text
//! probe ─> rows ─> told at once ─> the next probe ─> … ─> done
//!            │                                       └─ the time is up: what was not asked is named
//!            └─ the token is not accepted, or nobody answers: nothing more is asked
//! ```

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant as Tick;

use super::context::Context;
use crate::domain::capability::{
    ACCEPTED, ACTIONS_WRITE, Answer, ISSUES_WRITE, POINT_G, PULLS_WRITE, Row, TASKS_WRITE, Topic,
};
use crate::domain::{Fault, Instant, RepoName, State};
use crate::ledger::port::{Action, Entry, Outcome};
use crate::ledger::{Kind, Ledger, Said, Span, Wanted};
use crate::text::{Safe, Untrusted};

/// More repositories are not looked into at once: each takes about ten requests.
pub const MOST_REPOS: usize = 8;
/// All of it takes no longer.
const LONGEST: Duration = Duration::from_secs(90);
/// A probe that takes longer is given up.
const EACH: Duration = Duration::from_secs(30);
/// Cancels looked through for one that was seen to its end.
const CANCELS: usize = 20;
const LINES: usize = 200;

/// What is told on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// What is asked now, and how many questions come after it.
    Asking {
        words: Safe,
        left: usize,
    },
    Rows(Vec<Row>),
    /// The end, and what was not asked: there was no time, or no use.
    Done {
        not_asked: Vec<Safe>,
    },
}

/// Asks about the token, the service and these repositories. `anew`: what was refused before may be tried again. Nobody
/// has to listen.
pub async fn examine(context: &Context, repos: &[RepoName], anew: bool, tell: mpsc::Sender<News>) {
    let (repos, beyond) = repos.split_at(repos.len().min(MOST_REPOS));
    let probes = context.provider.probes(repos, anew);
    let end = Tick::now() + LONGEST;
    let mut not_asked: Vec<Safe> = beyond.iter().map(|repo| Safe::new(format!("what may be done in {repo}"))).collect();
    let (mut heard, mut of_no_use) = (false, false);
    for (n, probe) in probes.iter().enumerate() {
        let left = end.saturating_duration_since(Tick::now()).min(EACH);
        if of_no_use || left.is_zero() {
            not_asked.push(probe.words.clone());
            continue;
        }
        let asking = News::Asking { words: probe.words.clone(), left: probes.len() - n - 1 };
        let _ = tell.send(asking).await;
        let Ok(mut rows) = tokio::time::timeout(left, context.provider.probe(probe)).await else {
            not_asked.push(probe.words.clone());
            of_no_use = !heard;
            continue;
        };
        heard |= rows.iter().any(|row| !row.unheard);
        of_no_use = rows.iter().any(|row| row.topic == &ACCEPTED && (row.answer == Answer::No || row.unheard));
        for row in &mut rows {
            by_experience(context, row).await;
        }
        let _ = tell.send(News::Rows(rows)).await;
    }
    let _ = tell.send(News::Rows(vec![lag(context).await])).await;
    let _ = tell.send(News::Done { not_asked }).await;
}

/// What kind of change proves which ability.
fn actions_of(topic: &Topic) -> &'static [Action] {
    match topic {
        _ if topic == &TASKS_WRITE => &[Action::Start],
        _ if topic == &ACTIONS_WRITE => &[Action::Cancel, Action::ForceCancel],
        _ if topic == &PULLS_WRITE => &[Action::MarkReady],
        _ if topic == &ISSUES_WRITE => &[Action::Comment],
        _ => &[],
    }
}

/// What the service does not tell may have been done before, as this login with a token of this kind. The ledger does not
/// know one token from another: where something of the kind was refused since, an earlier success proves nothing of this one.
async fn by_experience(context: &Context, row: &mut Row) {
    let (Some(repo), Answer::Unknown) = (row.repo.clone(), row.answer) else { return };
    let actions = actions_of(row.topic);
    if actions.is_empty() {
        return;
    }
    let Some(login) = context.login().await else { return };
    let authority = context.provider.authority();
    let find = move |ledger: &dyn Ledger| {
        let mut found: Vec<(Instant, Outcome, Entry)> = Vec::new();
        for action in actions {
            let wanted = Wanted { action: Some(*action), repo: Some(repo.clone()), ..Wanted::default() };
            let alike = ledger.find(&wanted, CANCELS)?.into_iter().filter(|entry| {
                let intent = &entry.intent;
                intent.host == authority.host.as_str()
                    && intent.token_kind == authority.token_kind.as_str()
                    && intent.login.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(&login))
            });
            found.extend(alike.filter_map(|entry| {
                let (at, outcome) = entry.outcome.clone().filter(|(_, outcome)| outcome.is_final())?;
                Some((at, outcome, entry))
            }));
        }
        found.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        Ok(found)
    };
    let Ok(found) = context.blocking(find).await else { return };
    let Some((_, _, done)) = found.iter().find(|(_, outcome, _)| matches!(outcome, Outcome::Confirmed(_))) else {
        return;
    };
    let intent = &done.intent;
    let what = intent.action.word().replace('_', " ");
    let at = intent.at.format("%Y-%m-%d %H:%M UTC");
    let proof = format!("the ledger: a {what} confirmed at {at}, with a {} token", intent.token_kind);
    if let Some((at, Outcome::Rejected(why), _)) = found.first() {
        let at = at.format("%Y-%m-%d %H:%M UTC");
        row.evidence = Safe::new(format!("{proof}; refused at {at}: {}", Untrusted::new(why.clone()).show_line()));
        return;
    }
    row.answer = Answer::Yes;
    row.says = Safe::new("it was done from here before");
    row.evidence = Safe::new(proof);
    row.next = Safe::default();
}

/// g: how long after an accepted cancel the task says that it is cancelled. Only what was seen here is told.
async fn lag(context: &Context) -> Row {
    let row = |answer, words: &str| Row::new(&POINT_G, answer, words, context.now());
    match context.blocking(observed_lag).await {
        Ok(Some((entry, seconds))) => {
            let at = entry.intent.at.format("%Y-%m-%d %H:%M UTC");
            let task = entry.intent.task.as_deref().unwrap_or_default();
            row(Answer::Yes, &format!("{seconds} s"))
                .because(format!("the ledger: the cancel of task {task} in {} at {at}", entry.intent.repo))
        }
        Ok(None) => row(Answer::Untestable, "only a cancel would tell; none was seen to its end from here"),
        Err(fault) => row(Answer::Unknown, &fault.what).next(&fault.next_step),
    }
}

fn observed_lag(ledger: &dyn Ledger) -> Result<Option<(Entry, i64)>, Fault> {
    let wanted = Wanted { action: Some(Action::Cancel), not_rejected: true, ..Wanted::default() };
    for entry in ledger.find(&wanted, CANCELS)? {
        let Some((_, Outcome::Confirmed(_))) = entry.outcome else { continue };
        let asked = entry.intent.at;
        let Some(task) = entry.intent.task.clone() else { continue };
        let span = Span {
            repo: Some(entry.intent.repo.clone()),
            task: Some(task),
            since: Some(entry.intent.at),
            oldest_first: true,
            ..Span::default()
        };
        let cancelled = ledger.lines(&span, LINES)?.into_iter().find_map(|line| match line.said {
            Said::Observed(observed)
                if observed.seen.kind == Kind::State && observed.seen.became == State::Cancelled.wire() =>
            {
                Some(observed.seen.since.unwrap_or(observed.seen.at).max(asked))
            }
            _ => None,
        });
        if let Some(at) = cancelled {
            return Ok(Some((entry, (at - asked).num_seconds())));
        }
    }
    Ok(None)
}
