//! Work that does not move and sources that contradict each other: on the row a sign, in the detail the evidence.

use atc::console::event::{LogNews, LogOrigin, News};
use atc::console::state::world::Known;
use atc::domain::cancel::Matched;
use atc::domain::disagreement::What as Differs;
use atc::domain::stuck::{Each, Rule, Stuck, Thresholds};
use atc::domain::{Artifact, Instant, PullRef, PullState, RunStatus, Source, SourceChoice, State, Task, TaskId};
use atc::transcript::Format;
use chrono::TimeDelta;

use crate::draw::{buffer, lines, text};
use crate::world::{Console, ago, now, pull, repo, run, settings, task, with_pull, with_session};

/// One task of `acme/api`, working for 12 minutes and touched a minute ago.
fn working() -> Task {
    with_session(task("retry", "api", "Fix flaky retry test in scheduler", State::InProgress, 12, 1), "It is flaky.")
}

/// What the list says: without sessions, whatever is known of them.
fn listed(task: &Task) -> Task {
    Task { sessions: None, ..task.clone() }
}

fn console(width: u16, height: u16) -> Console {
    let mut settings = settings();
    settings.repos = vec![repo("api")];
    Console::with(settings, width, height)
}

fn with_list(mut console: Console, task: &Task) -> Console {
    list(&mut console, task);
    details(&mut console, task);
    console
}

fn list(console: &mut Console, task: &Task) {
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![listed(task)], unreadable: 0 });
}

fn details(console: &mut Console, task: &Task) {
    console.good(Source::Task(task.at.id.clone()), News::Task(Box::new(task.clone())));
}

fn told(console: &mut Console, id: u64, answer: Option<PullState>) {
    let mut known = pull(id, "api", 1290, "Fix flaky retry test in scheduler");
    known.updated_at = console.at;
    let answer = answer.map(|state| atc::domain::Pull { state, ..known });
    let at = PullRef { repo: repo("api"), id: atc::domain::PullId(id), node: None };
    console.good(Source::Pulls, News::Pulls(vec![(at, answer)]));
}

fn known(console: &Console) -> &Known {
    console.model.world.tasks.get(&TaskId::new("retry")).unwrap()
}

fn differs(console: &Console) -> Option<Differs> {
    known(console).disagreement(&console.model.world, console.at).map(|differs| differs.what)
}

fn stuck(console: &Console) -> Option<Stuck> {
    known(console).stuck(&console.model.settings, console.at)
}

fn row(console: &Console) -> String {
    let all = lines(&buffer(&console.model, &atc::console::view::Theme::default()));
    all.into_iter().find(|line| line.contains("Fix flaky retry")).unwrap_or_default()
}

fn pass(console: &mut Console, seconds: i64) {
    console.at += TimeDelta::seconds(seconds);
}

/// The row, the four lines under the queue and the whole detail, small and large.
fn both_sizes(make: impl Fn(Console) -> Console) -> String {
    let mut out = String::new();
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = make(console(width, height));
        if height == 24 {
            let all = lines(&buffer(&console.model, &atc::console::view::Theme::default()));
            out.push_str(&format!("{}\n{}\n\n", row(&console), all[18..23].join("\n")));
        }
        console.keys("d");
        let all = lines(&buffer(&console.model, &atc::console::view::Theme::default()));
        let end = all.iter().position(|line| line.contains(" sessions ")).unwrap_or(18);
        out.push_str(&format!("{}\n\n", all[2..end].join("\n").trim_end()));
    }
    out
}

fn ended_run(console: &mut Console) {
    let mut ended = run(18_402_177, RunStatus::Completed, 11);
    ended.updated_at = console.at;
    console.joined("retry", "api", ended, Matched::BySession);
}

#[test]
fn a_run_that_ended_is_a_contradiction_once_the_task_was_read_again_and_has_not_followed() {
    let mut console = with_list(console(80, 24), &working());
    ended_run(&mut console);
    for seconds in [1, 10, 18] {
        pass(&mut console, seconds);
        console.good(Source::Tasks(repo("api")), News::Same);
        assert_eq!(differs(&console), None);
    }
    // Time alone proves nothing: the task was last read within the grace.
    pass(&mut console, 10);
    assert_eq!(differs(&console), None);
    console.model.dirty = false;
    console.good(Source::Tasks(repo("api")), News::Same);
    assert_eq!(differs(&console), Some(Differs::RunEnded));
    assert!(console.model.dirty && row(&console).contains("running    12m ≠ Fix"), "{}", row(&console));
    assert!(text(&console.model).contains("≠ its run ended 30s ago (cancelled), the task says running"));
    // The task follows after all.
    let mut done = working();
    (done.state, done.updated_at) = (State::Cancelled, Some(console.at));
    list(&mut console, &done);
    assert_eq!(differs(&console), None);
    assert!(!row(&console).contains('≠'));
}

#[test]
fn the_reading_that_settles_a_suspicion_names_its_task_once() {
    let mut console = with_list(console(80, 24), &working());
    ended_run(&mut console);
    let list = Source::Tasks(repo("api"));
    let (ended, grace) = (console.at, TimeDelta::seconds(30));
    let settled = |source: &Source, before, now| console.model.world.settled_by(source, Some(before), now).count();
    let early = TimeDelta::seconds(29);
    assert_eq!(settled(&list, ended, ended + early), 0, "within the grace");
    assert_eq!(settled(&list, ended + early, ended + grace), 1);
    assert_eq!(settled(&Source::Task(TaskId::new("retry")), ended + early, ended + grace), 1);
    assert_eq!(settled(&list, ended + grace, ended + grace + grace), 0, "settled before");
    for other in [Source::Tasks(repo("web")), Source::Run(TaskId::new("retry")), Source::Pulls, Source::Viewer] {
        assert_eq!(settled(&other, ended, ended + grace), 0, "{other:?}");
    }
}

#[test]
fn what_was_read_before_the_change_says_nothing_about_it() {
    let mut console = with_list(console(80, 24), &working());
    ended_run(&mut console);
    pass(&mut console, 100);
    console.joined("retry", "api", known(&console).run.clone().unwrap().run.unwrap(), Matched::BySession);
    assert_eq!(differs(&console), None);
}

#[test]
fn details_that_are_older_than_the_list_are_only_late() {
    let mut task = working();
    let mut console = with_list(console(80, 24), &task);
    (task.state, task.updated_at, task.session_count) = (State::Completed, Some(now()), Some(2));
    list(&mut console, &task);
    pass(&mut console, 3600);
    console.good(Source::Tasks(repo("api")), News::Same);
    assert_eq!(differs(&console), None);
    console.keys("d");
    assert!(text(&console.model).contains("details, seen 1h ago, older than the task"), "{}", text(&console.model));
    // Read again, they still say the same: now it is the service that contradicts itself.
    console.good(Source::Task(task.at.id.clone()), News::Same);
    assert_eq!(differs(&console), Some(Differs::SessionGoesOn));
}

#[test]
fn a_task_and_a_session_out_of_one_answer_contradict_each_other_after_the_grace_alone() {
    let mut task = working();
    (task.state, task.updated_at) = (State::Failed, Some(now()));
    let mut console = console(80, 24);
    details(&mut console, &task);
    assert_eq!((differs(&console), console.wake()), (None, console.wake()));
    let mut woken = 0;
    while differs(&console).is_none() {
        console.at = console.wake().expect("something is to come");
        console.happen(atc::console::event::What::Wake);
        woken += 1;
        assert!(woken < 10);
    }
    assert_eq!(console.at, now() + TimeDelta::seconds(30));
    assert!(row(&console).contains('≠') && console.model.dirty);
}

#[test]
fn while_a_cancel_is_on_its_way_nothing_is_called_a_contradiction() {
    use atc::console::event::{Op, What};
    use atc::domain::{CancelPhase, CancelProgress};
    let mut console = with_list(console(80, 24), &working());
    let progress = CancelProgress::new(working().at, CancelPhase::RunEnded, console.at);
    console.happen(What::Op(Op::Cancel(progress)));
    ended_run(&mut console);
    pass(&mut console, 60);
    list(&mut console, &working());
    assert_eq!(differs(&console), None);
}

#[test]
fn a_pull_request_no_token_of_ours_sees_is_no_contradiction_unless_others_there_are_seen() {
    let task = with_pull(working(), 7);
    let mut console = with_list(console(80, 24), &task);
    pass(&mut console, 60);
    told(&mut console, 7, None);
    assert_eq!(differs(&console), None);
    told(&mut console, 8, Some(PullState::Open));
    assert_eq!(differs(&console), Some(Differs::PullGone));
    assert!(row(&console).contains('≠'), "{}", row(&console));
}

#[test]
fn a_pull_request_that_was_asked_for_and_never_came_is_missed_only_where_it_was_asked_for() {
    let mut done = working();
    (done.state, done.updated_at) = (State::Completed, Some(now()));
    for session in done.sessions.iter_mut().flatten() {
        (session.state, session.completed_at) = (State::Completed, Some(now()));
    }
    let mut console = with_list(console(80, 24), &done);
    pass(&mut console, 60);
    console.good(Source::Tasks(repo("api")), News::Same);
    assert_eq!(differs(&console), None);
    console.model.world.tasks.get_mut(&TaskId::new("retry")).unwrap().evidence.pull_asked = true;
    assert_eq!(differs(&console), Some(Differs::PullMissing));
    done.artifacts.push(Artifact::Pull { id: atc::domain::PullId(7), node: None, state: None });
    list(&mut console, &done);
    assert_eq!(differs(&console), None);
}

/// Header lines of a job log with these variables, and one line an hour ago.
fn job_log(session: &str, started: Instant, minutes: i64) -> Vec<u8> {
    let stamp = ago(60).format("%Y-%m-%dT%H:%M:%S.0000000Z");
    let start = started.timestamp();
    let lines = [
        "##[group]Run agent".to_owned(),
        "env:".to_owned(),
        format!("  COPILOT_AGENT_SESSION_ID: {session}"),
        format!("  COPILOT_AGENT_START_TIME_SEC: {start}"),
        format!("  COPILOT_AGENT_TIMEOUT_MIN: {minutes}"),
        "##[endgroup]".to_owned(),
    ];
    lines.iter().flat_map(|line| format!("{stamp} {line}\n").into_bytes()).collect()
}

fn read_log(console: &mut Console, bytes: Vec<u8>) {
    let session = known(console).task.latest_session().unwrap().id.clone();
    let news = LogNews {
        session: session.clone(),
        origin: LogOrigin::JobLog,
        format: Format::JobLog,
        reset: true,
        bytes,
        complete: true,
        because: None,
        choice: SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
    };
    console.good(Source::Log(session), News::Log(news));
}

#[test]
fn the_deadline_counts_from_the_session_then_from_its_run_then_from_its_log() {
    let mut console = with_list(console(80, 24), &working());
    console.keys("g");
    let deadline = |console: &Console| known(console).deadline(&console.model.settings).at;
    assert_eq!(deadline(&console), ago(12) + TimeDelta::minutes(59));
    console.joined("retry", "api", run(1, RunStatus::InProgress, 10), Matched::BySession);
    assert_eq!(deadline(&console), ago(10) + TimeDelta::minutes(59));
    read_log(&mut console, job_log("s-another", ago(9), 5));
    assert_eq!(deadline(&console), ago(10) + TimeDelta::minutes(59), "the log of another session");
    read_log(&mut console, job_log("s-retry", ago(9), 5));
    assert_eq!(deadline(&console), ago(4));
    assert_eq!(stuck(&console), Some(Stuck::PastDeadline(ago(4))));
    assert!(text(&console.model).contains("▲ past its deadline by 4m, 5m as its log says"), "{}", text(&console.model));
}

#[test]
fn the_limit_an_earlier_session_was_given_holds_for_the_next() {
    let mut console = with_list(console(80, 24), &working());
    console.keys("g");
    read_log(&mut console, job_log("s-retry", ago(12), 30));
    let mut again = working();
    let mut next = again.sessions.clone().unwrap().remove(0);
    (next.id, next.created_at) = (atc::domain::SessionId::new("s-next"), ago(1));
    again.sessions.get_or_insert_default().push(next);
    again.updated_at = Some(now());
    details(&mut console, &again);
    assert_eq!(known(&console).deadline(&console.model.settings).at, ago(1) + TimeDelta::minutes(30));
}

#[test]
fn an_old_line_of_a_log_just_opened_is_no_sign_of_work_but_a_new_one_is() {
    let mut silent = working();
    (silent.created_at, silent.updated_at) = (ago(50), Some(ago(40)));
    for session in silent.sessions.iter_mut().flatten() {
        (session.created_at, session.updated_at) = (ago(50), None);
    }
    let mut console = with_list(console(80, 24), &silent);
    console.keys("g");
    assert_eq!(stuck(&console), Some(Stuck::SilentSince(ago(40))));
    let line = |minutes: i64| format!("{} hello\n", ago(minutes).format("%Y-%m-%dT%H:%M:%S.0000000Z")).into_bytes();
    read_log(&mut console, line(45));
    assert_eq!(stuck(&console), Some(Stuck::SilentSince(ago(40))));
    read_log(&mut console, line(30));
    assert_eq!(stuck(&console), Some(Stuck::SilentSince(ago(30))));
    read_log(&mut console, line(5));
    assert_eq!(stuck(&console), None);
}

#[test]
fn a_task_queued_again_is_not_stuck_by_its_own_age() {
    let mut again = working();
    (again.created_at, again.state, again.session_count) = (ago(5000), State::Queued, Some(2));
    let mut console = console(80, 24);
    list(&mut console, &again);
    assert_eq!(stuck(&console), None);
}

#[test]
fn limits_differ_by_repository_and_the_row_follows_the_minute_they_are_passed() {
    let mut settings = settings();
    let silent = |minutes| Each { silent: Some(TimeDelta::minutes(minutes)), ..Each::default() };
    let everywhere = Thresholds::default();
    let rules = vec![
        Rule { repos: "acme/*".parse().unwrap(), limits: silent(3) },
        Rule { repos: "acme/web".parse().unwrap(), limits: silent(500) },
    ];
    settings.stuck = Thresholds::new(everywhere.everywhere, everywhere.said, rules);
    settings.repos = vec![repo("api")];
    let mut console = with_list(Console::with(settings, 80, 24), &working());
    assert_eq!(stuck(&console), None);
    console.at = ago(-2) - TimeDelta::milliseconds(1);
    console.happen(atc::console::event::What::Wake);
    assert!(!row(&console).contains('▲'));
    assert_eq!(console.wake(), Some(ago(-2)));
    console.at = ago(-2);
    console.happen(atc::console::event::What::Wake);
    assert!(row(&console).contains('▲'));
    assert!(text(&console.model).contains("▲ no sign of work for 3m, limit 3m (config acme/*)"));
}

#[test]
fn the_whole_detail_tells_ages_that_are_still_right_when_the_screen_sleeps() {
    let mut console = with_list(console(80, 40), &with_pull(working(), 7));
    told(&mut console, 7, Some(PullState::Draft));
    console.joined("retry", "api", run(18_402_211, RunStatus::InProgress, 11), Matched::ByBranch);
    console.keys("gd");
    let slack = TimeDelta::seconds(10);
    for _ in 0..100 {
        let wake = console.wake().unwrap();
        let before = text(&console.model);
        if wake - console.at > slack {
            console.model.now = wake - slack - TimeDelta::milliseconds(1);
            assert_eq!(text(&console.model), before, "at {}", console.model.now);
        }
        console.at = wake;
        console.happen(atc::console::event::What::Wake);
    }
    assert!(text(&console.model).contains("GraphQL, seen 1"), "{}", text(&console.model));
    // An answer without news makes a source young again, and the page says so at once.
    console.model.dirty = false;
    console.good(Source::Tasks(repo("api")), News::Same);
    assert!(console.model.dirty && text(&console.model).contains("list, seen just now"));
}

#[test]
fn the_screens_of_every_contradiction() {
    let grace = |console: &mut Console| {
        pass(console, 40);
        console.good(Source::Tasks(repo("api")), News::Same);
        console.good(Source::Task(TaskId::new("retry")), News::Same);
        pass(console, 20);
        console.keys("g");
    };
    let mut out = String::new();
    let mut show = |what: &str, make: &dyn Fn(Console) -> Console| {
        out.push_str(&format!("# {what}\n{}", both_sizes(make)));
    };
    show("the run ended, the task works", &|console| {
        let mut console = with_list(console, &working());
        ended_run(&mut console);
        grace(&mut console);
        console
    });
    show("the pull request is merged, the task works", &|console| {
        let mut console = with_list(console, &with_pull(working(), 7));
        told(&mut console, 7, Some(PullState::Merged));
        grace(&mut console);
        console
    });
    show("the task failed, its session goes on", &|console| {
        let mut task = working();
        (task.state, task.updated_at) = (State::Failed, Some(now()));
        let mut console = with_list(console, &task);
        grace(&mut console);
        console
    });
    show("the task is done, its run goes on and it counts more sessions", &|console| {
        let mut task = working();
        (task.state, task.updated_at, task.session_count) = (State::Completed, Some(ago(6)), Some(3));
        for session in task.sessions.iter_mut().flatten() {
            (session.state, session.completed_at) = (State::Completed, Some(ago(6)));
        }
        let mut console = with_list(console, &task);
        console.joined("retry", "api", run(18_402_211, RunStatus::InProgress, 11), Matched::ByBranch);
        grace(&mut console);
        console
    });
    show("the pull request is gone", &|console| {
        let mut console = with_list(console, &with_pull(working(), 7));
        told(&mut console, 8, Some(PullState::Open));
        told(&mut console, 7, None);
        grace(&mut console);
        console
    });
    insta::assert_snapshot!(out);
}

#[test]
fn the_screens_of_every_way_to_be_stuck() {
    let mut out = String::new();
    let mut show = |what: &str, make: &dyn Fn(Console) -> Console| {
        out.push_str(&format!("# {what}\n{}", both_sizes(make)));
    };
    let aged = |state: State, minutes: i64| {
        let mut task = working();
        (task.state, task.created_at, task.updated_at) = (state.clone(), ago(minutes), Some(ago(minutes)));
        for session in task.sessions.iter_mut().flatten() {
            (session.state, session.created_at, session.updated_at) = (state.clone(), ago(minutes), Some(ago(minutes)));
        }
        task
    };
    let make = |console: Console, task: &Task| {
        let mut console = with_list(console, task);
        console.keys("g");
        console
    };
    show("queued", &|console| make(console, &aged(State::Queued, 14)));
    show("silent", &|console| make(console, &aged(State::InProgress, 31)));
    show("past its deadline", &|console| {
        let mut console = make(console, &aged(State::InProgress, 70));
        console.joined("retry", "api", run(18_402_211, RunStatus::InProgress, 69), Matched::BySession);
        console
    });
    show("waiting", &|console| make(console, &aged(State::WaitingForUser, 190)));
    show("orphaned", &|console| {
        let mut console = make(console, &aged(State::InProgress, 31));
        console.joined("retry", "api", run(18_402_177, RunStatus::Completed, 30), Matched::BySession);
        console
    });
    insta::assert_snapshot!(out);
}
