//! Runs every case against every call it can meet, once for all claims, and keeps what was seen.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use atc::domain::{FaultKind, SessionId, Source, TaskId};
use tokio::time::Instant as Tick;

use crate::bench::{Bench, Call, Told, repo, shows_token};
use crate::cases::{self, Case, How, Post, Want};
use crate::service::{NAME, SAID, SESSION, TASK};
use crate::writes;

/// Longer than any wait a poller takes by itself.
pub const LONG: Duration = Duration::from_mins(62);
/// An answer, or the word that there is none.
pub const LONGEST: Duration = Duration::from_secs(15);
/// A step of the clock is this long at most, and a poller may begin that much late.
pub const SLACK: Duration = Duration::from_secs(1);

/// One case against one call.
pub struct Run {
    pub case: &'static Case,
    pub call: Call,
    /// What came of it, in words for the table.
    pub word: String,
    /// Until the console was told of it: the longest of the run.
    pub wall: Duration,
    /// POSTs that reached the service, for each intent.
    pub posts: usize,
    pub empty_as_success: bool,
    pub panicked: bool,
    /// Whatever was not as it must be.
    pub wrong: Vec<String>,
}

impl Run {
    fn new(case: &'static Case, call: Call) -> Self {
        let wall = Duration::ZERO;
        Self {
            case,
            call,
            word: String::new(),
            wall,
            posts: 0,
            empty_as_success: false,
            panicked: false,
            wrong: vec![],
        }
    }

    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    pub fn took(&mut self, wall: Duration) {
        self.wall = self.wall.max(wall);
        self.check(wall <= LONGEST + SLACK, || format!("took {wall:?}"));
    }

    pub fn look_for_secrets(&mut self, screen: &str) {
        self.check(!shows_token(screen), || format!("the token is on the screen:\n{screen}"));
    }

    pub fn shown_as_empty(&mut self, screen: &str) {
        if screen.contains("No agent tasks") || screen.contains("Nothing is at work") {
            self.empty_as_success = true;
            self.wrong.push(format!("an empty list shown as success:\n{screen}"));
        }
    }
}

/// `ATC_FAULT=H-05`: this case alone, for whoever looks into it.
pub fn only() -> Option<String> {
    std::env::var("ATC_FAULT").ok()
}

/// Starts whose answer tells nothing, again and again: so many of them at least, whatever of them went wrong.
pub fn ambiguous(least: usize) -> (usize, Vec<String>) {
    let cases: Vec<&Case> = cases::all().filter(|case| case.create == Post::Unknown).collect();
    let (mut runs, mut wrong) = (0, Vec::new());
    while runs < least {
        for case in &cases {
            let run = one(case, Call::Create);
            // One for a service that did it, one for one that did not.
            runs += 2;
            wrong.extend(run.wrong.iter().map(|what| format!("{} {}: {what}", case.id, case.name)));
        }
    }
    (runs, wrong)
}

/// Every run, made once.
pub fn all() -> &'static [Run] {
    static RUNS: OnceLock<Vec<Run>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let only = only();
        let wanted = |case: &&Case| only.as_ref().is_none_or(|only| case.id.contains(only.as_str()));
        let todo: Vec<(&Case, Call)> = cases::all()
            .filter(wanted)
            .flat_map(|case| Call::ALL.map(|call| (case, call)))
            .filter(|(case, call)| meets(case, *call))
            .collect();
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
                scope.spawn(|| {
                    while let Some((case, call)) = todo.get(next.fetch_add(1, Ordering::SeqCst)) {
                        let run = one(case, *call);
                        done.lock()
                            .unwrap()
                            .push((todo.iter().position(|t| std::ptr::eq(t.0, *case) && t.1 == *call), run));
                    }
                });
            }
        });
        let mut runs = done.into_inner().unwrap();
        runs.sort_by_key(|(place, _)| *place);
        runs.into_iter().map(|(_, run)| run).collect()
    })
}

fn meets(case: &Case, call: Call) -> bool {
    match call {
        Call::List => case.list != Want::Skip,
        Call::Detail => case.detail != Want::Skip,
        Call::Log => case.log != Want::Skip,
        Call::Create => case.create != Post::Skip,
        Call::Cancel => case.cancel != Post::Skip,
        Call::Automations => false,
    }
}

fn one(case: &'static Case, call: Call) -> Run {
    let run = catch_unwind(AssertUnwindSafe(|| {
        let mut run = Run::new(case, call);
        on_paused_time(async {
            match call {
                Call::List => list(&mut run).await,
                Call::Detail => detail(&mut run).await,
                Call::Log => log(&mut run).await,
                Call::Create => writes::create(&mut run).await,
                Call::Cancel => Box::pin(writes::cancel(&mut run)).await,
                Call::Automations => {}
            }
        });
        run
    }));
    run.unwrap_or_else(|_| Run { panicked: true, wrong: vec!["it panicked".into()], ..Run::new(case, call) })
}

pub fn on_paused_time<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    // One thread holds the clock; all else that blocks goes one after another, so that its end can be waited for.
    builder.enable_all().start_paused(true).max_blocking_threads(2).build().unwrap().block_on(future)
}

async fn list(run: &mut Run) {
    let source = Source::Tasks(repo());
    let mut bench = Bench::new(run.case.how).await;
    bench.focus = Some(source.clone());
    bench.trouble(Some(Call::List));
    let begun = Tick::now();
    bench.watch();
    // Nothing is known yet.
    if !next(run, &mut bench, &source, 0, Call::List, begun, run.case.list).await {
        return;
    }
    let screen = bench.screen();
    match run.case.list {
        Want::Fine => run.check(rows(&bench) > 0, || format!("no row:\n{screen}")),
        _ => run.shown_as_empty(&screen),
    }
    run.word = word(run.case.list);
    recovers(run, &mut bench, &source, Call::List).await;
    let screen = bench.screen();
    run.check(screen.contains(NAME), || format!("the row is missing after the recovery:\n{screen}"));
    // And once more, while there is something on the screen.
    let known = bench.of(&source).count();
    bench.trouble(Some(Call::List));
    let begun = bench.of(&source).last().map_or(begun, |told| told.at);
    let Some(due) = due(&bench, &source, begun) else { return };
    let again = match run.case.list {
        Want::Fault(kind, 2) if matches!(kind, FaultKind::Permission | FaultKind::Gone) => Want::Fault(kind, 1),
        want => want,
    };
    if next(run, &mut bench, &source, known, Call::List, due, again).await {
        let screen = bench.screen();
        run.check(rows(&bench) > 0, || format!("the last good data went:\n{screen}"));
        recovers(run, &mut bench, &source, Call::List).await;
    }
}

fn rows(bench: &Bench) -> usize {
    bench.model.queue.rows.len()
}

/// When the source's next fetch begins.
fn due(bench: &Bench, source: &Source, at: Tick) -> Option<Tick> {
    let next = bench.of(source).last()?.next_try?;
    Some((Tick::now() + (next - bench.now()).to_std().unwrap_or_default()).max(at))
}

async fn detail(run: &mut Run) {
    let source = Source::Task(TaskId::new(TASK));
    let mut bench = Bench::new(run.case.how).await;
    bench.focus = Some(source.clone());
    let line = matches!(run.case.how, How::Line(_));
    if line {
        // The list must have been read before the line breaks.
        bench.watch();
        bench.until(SLACK * 20, |bench| bench.of(&source).count() > 0).await;
        bench.key('r');
    }
    let known = bench.of(&source).count();
    let before = Tick::now();
    bench.trouble((!line).then_some(Call::Detail));
    bench.watch();
    bench.until(SLACK * 20, |bench| rows(bench) > 0).await;
    bench.key('d');
    let begun = if line { due(&bench, &source, before).unwrap_or(before) } else { before };
    if next(run, &mut bench, &source, known, Call::Detail, begun, run.case.detail).await {
        run.word = word(run.case.detail);
        let screen = bench.screen();
        run.check(rows(&bench) > 0, || format!("the row went:\n{screen}"));
        recovers(run, &mut bench, &source, Call::Detail).await;
    }
}

async fn log(run: &mut Run) {
    let source = Source::Log(SessionId::new(SESSION));
    let mut bench = Bench::new(run.case.how).await;
    bench.focus = Some(source.clone());
    let line = matches!(run.case.how, How::Line(_));
    if !line {
        bench.trouble(Some(Call::Log));
    }
    bench.watch();
    let found = |bench: &Bench| bench.of(&Source::Task(TaskId::new(TASK))).any(|told| told.fault.is_none());
    bench.until(SLACK * 20, found).await;
    if line {
        bench.until(SLACK * 20, |bench| bench.of(&source).count() > 0).await;
        bench.trouble(None);
    }
    let known = bench.of(&source).count();
    let begun = due(&bench, &source, Tick::now()).unwrap_or(Tick::now());
    if !next(run, &mut bench, &source, known, Call::Log, begun, run.case.log).await {
        return;
    }
    run.word = word(run.case.log);
    recovers(run, &mut bench, &source, Call::Log).await;
    let (screen, shown) = (bench.screen(), run.case.log);
    if shown == Want::Fallback {
        run.check(screen.contains("job steps") || screen.contains("403") || screen.contains("401"), || {
            format!("it is not said why another source serves:\n{screen}")
        });
    } else {
        run.check(screen.contains(SAID), || format!("the log is missing after the recovery:\n{screen}"));
    }
}

/// Waits for the next word on a source and looks at it. False: there was none.
async fn next(
    run: &mut Run,
    bench: &mut Bench,
    source: &Source,
    known: usize,
    call: Call,
    begun: Tick,
    want: Want,
) -> bool {
    if !bench.until(LONG, |bench| bench.of(source).count() > known).await {
        run.wrong.push("nothing was ever told".into());
        return false;
    }
    let told = bench.of(source).nth(known).unwrap();
    let (fault, screen, at, next_try) = (told.fault.clone(), told.screen.clone(), told.at, told.next_try);
    run.took(at.saturating_duration_since(begun));
    run.look_for_secrets(&screen);
    match (want, fault) {
        (Want::Fault(kind, tries), Some(fault)) => {
            run.check(run.case.is_told_as(kind, fault.kind), || {
                format!("{:?} instead of {kind:?}: {fault}", fault.kind)
            });
            let seen = bench.seen(call, begun.checked_sub(SLACK).unwrap_or(begun));
            run.check(tries == 0 || seen == tries, || format!("{seen} requests instead of {tries}"));
            let said: String = fault.what.chars().take(50).collect();
            run.check(screen.contains(said.trim()), || format!("“{said}” is not on the screen:\n{screen}"));
            run.check(!fault.next_step.is_empty(), || "no next step".into());
            run.check(next_try.is_some(), || format!("it was given up: {fault}"));
        }
        (Want::Fine | Want::Fallback, None) => {}
        (want, fault) => {
            run.wrong.push(format!(
                "{want:?} was wanted, this came: {}",
                fault.map_or("all well".into(), |f| f.to_string())
            ));
        }
    }
    true
}

/// The trouble is over: the next try works, and nothing is sent before a limit's end.
async fn recovers(run: &mut Run, bench: &mut Bench, source: &Source, call: Call) {
    bench.peace();
    let Some(Told { at, fault, next_try, .. }) = bench.of(source).last() else { return };
    let limit = fault.as_ref().filter(|f| f.kind == FaultKind::RateLimited).and_then(|f| f.retry_at);
    let limit = limit.map(|at| (at - bench.now()).to_std().unwrap_or_default());
    let (at, planned, well) = (*at, *next_try, fault.is_none());
    let known = bench.of(source).count();
    let wait = planned.map_or(LONG, |next| (next - bench.now()).to_std().unwrap_or_default());
    run.check(wait <= LONG, || format!("waits {wait:?}"));
    if planned.is_none() {
        // What has ended, or may have, is not asked again by itself.
        return run.check(well, || "no next try is planned".into());
    }
    if !bench.until(wait + LONGEST + SLACK * 2, |bench| bench.of(source).count() > known).await {
        return run.wrong.push(format!("no next try within {wait:?}"));
    }
    let told = bench.of(source).nth(known).unwrap();
    let late = told.fault.as_ref().map(ToString::to_string);
    run.check(late.is_none(), || format!("no recovery: {late:?}"));
    if let Some(limit) = limit {
        let until = at + limit.saturating_sub(SLACK);
        let seen = bench.server.seen();
        let early = seen.iter().filter(|s| s.at > at + SLACK / 4 && s.at < until).filter(|s| {
            let copilot = s.path().starts_with("/agents/sessions");
            copilot == (call == Call::Log)
        });
        let early: Vec<&str> = early.map(|s| s.target.as_str()).collect();
        run.check(early.is_empty(), || format!("sent before the limit's end: {early:?}"));
    }
}

pub fn kind_word(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Offline => "offline",
        FaultKind::Timeout => "timeout",
        FaultKind::Authentication => "token refused",
        FaultKind::Permission => "permission",
        FaultKind::NotFound => "not there",
        FaultKind::RateLimited => "limited",
        FaultKind::Invalid => "invalid",
        FaultKind::Conflict => "conflict",
        FaultKind::Gone => "gone",
        FaultKind::Server => "server fault",
        FaultKind::HeldBack => "held back",
        FaultKind::Unreadable => "unreadable",
        FaultKind::TooLarge => "too large",
        FaultKind::Unsupported => "unsupported",
        FaultKind::Refused => "refused",
        FaultKind::UnknownOutcome => "unknown",
        FaultKind::Local => "local",
    }
}

fn word(want: Want) -> String {
    match want {
        Want::Fine => "reads on".into(),
        Want::Fallback => "other source".into(),
        Want::Skip => "–".into(),
        Want::Fault(kind, tries) if tries > 1 => format!("{} ×{tries}", kind_word(kind)),
        Want::Fault(kind, _) => kind_word(kind).into(),
    }
}
