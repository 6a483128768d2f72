//! Starting from an issue: the list, the form about one, the question, and what the footer says until its task is there.

use atc::console::effect::Effect;
use atc::console::event::{Mouse, MouseKind, Op, What};
use atc::console::issue::{News, Wish};
use atc::console::keys::{Chord, Context, Key};
use atc::console::view::Theme;
use atc::domain::assign::{AgentPull, AssignOrder, Looked, Standing, Work};
use atc::domain::policy::{Fact, Facts, InForce, Policy};
use atc::domain::{Assignee, Branches, Fault, FaultKind, Issue, IssueRef, Issues, State};
use chrono::TimeDelta;

use crate::draw::{styled, text};
use crate::world::{Console, ago, repo, task};

fn issue(number: u64, title: &str, label: &str, assignees: &[&str], days: i64) -> Issue {
    let assignee = |login: &&str| Assignee { login: (*login).into(), agent: *login == "Copilot" };
    Issue {
        at: IssueRef { repo: repo("api"), number },
        title: title.into(),
        body: if number == 412 {
            "About one run in twelve.\n\nSeen on the **nightly** build.".into()
        } else {
            "".into()
        },
        open: true,
        labels: vec![label.into()],
        assignees: assignees.iter().map(assignee).collect(),
        author: Some("tanaka-r".into()),
        created_at: Some(ago(days * 24 * 60)),
        html_url: Some(format!("https://github.com/acme/api/issues/{number}").into()),
    }
}

fn open_issues() -> Issues {
    let issues = vec![
        issue(412, "backs_off_until_deadline fails now and then", "flaky", &["mona"], 3),
        issue(1277, "Return the request id in every error body", "enhancement", &["Copilot"], 2),
        issue(2011, "Search for \u{1b}[31m\u{202e}txt.exe\u{7} finds nothing", "\u{1b}[5mbug", &[], 1),
    ];
    Issues { issues, unreadable: 1, more: false }
}

fn wishes(effects: &[Effect]) -> Vec<Wish> {
    let wish = |effect: &Effect| match effect {
        Effect::Issue(wish) => Some(wish.clone()),
        _ => None,
    };
    effects.iter().filter_map(wish).collect()
}

fn tell(console: &mut Console, news: News) -> Vec<Effect> {
    console.happen(What::Op(Op::Issue(news)))
}

fn listed(console: &mut Console, enabled: Fact<bool>) {
    tell(console, News::List { repo: repo("api"), result: Ok(open_issues()), enabled });
}

fn ctrl(console: &mut Console, c: char) -> Vec<Effect> {
    console.happen(What::Key(Chord::ctrl(c)))
}

/// A command, typed and accepted.
fn command(console: &mut Console, text: &str) -> Vec<Effect> {
    console.keys(":");
    console.keys(text);
    console.press(Key::Enter)
}

/// The open list of acme/api.
fn list(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    let effects = command(&mut console, "issue acme/api");
    assert_eq!(wishes(&effects), [Wish::List(repo("api"))]);
    listed(&mut console, Fact::Known(true));
    console
}

fn looked(number: u64, standing: Standing) -> News {
    let issue = open_issues().issues.into_iter().find(|issue| issue.at.number == number).unwrap();
    let at = issue.at.clone();
    News::Looked { at, result: Ok(Box::new(Looked { issue, standing, enabled: Fact::Known(true) })) }
}

fn weigh(console: &mut Console) {
    let facts = Facts { at: Some(console.model.now), starts: Fact::Known(Vec::new()), ..Facts::default() };
    let policy = InForce::of(Policy::unlimited()).into();
    console.happen(What::Op(Op::Weighed { repo: repo("api"), facts: Box::new(facts), policy }));
}

/// The form about #412, with everything known.
fn form(width: u16, height: u16) -> Console {
    let mut console = list(width, height);
    let at = IssueRef { repo: repo("api"), number: 412 };
    assert_eq!(wishes(&console.press(Key::Enter)), [Wish::Look(at)]);
    tell(&mut console, looked(412, Standing::default()));
    weigh(&mut console);
    console
}

/// Asked for and answered with yes: what was sent.
fn send(console: &mut Console) -> AssignOrder {
    ctrl(console, 's');
    console.wait(TimeDelta::seconds(1));
    let sent = wishes(&console.keys("y"));
    let [Wish::Assign(order)] = &sent[..] else { panic!("one order: {sent:?}") };
    (**order).clone()
}

/// The row of the screen that says this.
fn row_of(console: &Console, words: &str) -> u16 {
    let row = text(&console.model).lines().position(|line| line.contains(words)).unwrap();
    u16::try_from(row).unwrap()
}

fn mouse(console: &mut Console, kind: MouseKind, row: u16) -> Vec<Effect> {
    console.happen(What::Mouse(Mouse { kind, column: 5, row }))
}

#[test]
fn a_click_chooses_an_issue_a_second_one_opens_it_and_the_wheel_goes_on() {
    for enabled in [Fact::Known(true), Fact::Known(false)] {
        let mut console = list(80, 24);
        // Where something is to be known first, the rows stand lower.
        listed(&mut console, enabled);
        let chosen = |console: &Console| console.model.compose.issues.list.as_ref().unwrap().chosen;
        let row = row_of(&console, "#1277");
        mouse(&mut console, MouseKind::Click, row);
        assert_eq!((chosen(&console), console.model.context()), (Some(1277), Context::Issues));
        console.wait(TimeDelta::seconds(1));
        for row in [row_of(&console, "only with"), row + 5] {
            mouse(&mut console, MouseKind::Click, row);
            assert_eq!(chosen(&console), Some(1277), "there is no issue in row {row}");
        }
        mouse(&mut console, MouseKind::WheelUp, row);
        assert_eq!(chosen(&console), Some(412));
        mouse(&mut console, MouseKind::WheelDown, row);
        assert_eq!(chosen(&console), Some(2011));
        console.wait(TimeDelta::seconds(1));
        mouse(&mut console, MouseKind::Click, row);
        let effects = mouse(&mut console, MouseKind::Click, row);
        assert_eq!(wishes(&effects), [Wish::Look(IssueRef { repo: repo("api"), number: 1277 })]);
    }
}

#[test]
fn the_wheel_moves_the_preview_of_a_request() {
    let mut console = form(80, 24);
    ctrl(&mut console, 'r');
    let preview = |console: &Console| console.model.compose.form.as_ref().unwrap().preview;
    assert_eq!(preview(&console), Some(0));
    mouse(&mut console, MouseKind::WheelDown, 8);
    let down = preview(&console);
    console.press(Key::Down);
    assert!(down > Some(0) || preview(&console) == Some(0), "as far as there is something below");
    mouse(&mut console, MouseKind::WheelUp, 8);
    mouse(&mut console, MouseKind::WheelUp, 8);
    assert_eq!(preview(&console), Some(0));
}

#[test]
fn the_list_of_open_issues() {
    for (width, height) in [(80, 24), (40, 10), (160, 45)] {
        insta::assert_snapshot!(
            format!("list_{width}x{height}"),
            styled(&list(width, height).model, &Theme::default())
        );
    }
}

#[test]
fn the_form_about_an_issue_and_the_question_before_it_is_assigned() {
    let mut console = form(80, 24);
    console.keys("Only in the gateway.");
    insta::assert_snapshot!("form_80x24", styled(&console.model, &Theme::default()));
    ctrl(&mut console, 'r');
    insta::assert_snapshot!("request_80x24", text(&console.model));
    ctrl(&mut console, 'r');
    ctrl(&mut console, 's');
    insta::assert_snapshot!("question_80x24", styled(&console.model, &Theme::default()));
}

#[test]
fn what_is_typed_filters_the_list_and_never_commands() {
    let mut console = list(80, 24);
    assert_eq!(console.model.context(), Context::Issues);
    console.keys("q error zzz");
    assert!(text(&console.model).contains("None of the open issues holds"), "every word must be there");
    for _ in "q error zzz".chars() {
        console.press(Key::Backspace);
    }
    console.keys("error body");
    let shown = text(&console.model);
    assert!(shown.contains("1 of 3 open") && shown.contains("▌#1277") && !shown.contains("#412"), "{shown}");
    console.happen(What::Paste("\u{1b}[31m tanaka".into()));
    assert!(text(&console.model).contains("error body tanaka"), "{}", text(&console.model));
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Templates);
}

#[test]
fn a_number_opens_any_issue_and_the_keys_go_through_the_repositories() {
    let mut console = list(80, 24);
    console.keys("77");
    assert!(text(&console.model).contains("Enter opens acme/api#77."), "{}", text(&console.model));
    let at = IssueRef { repo: repo("api"), number: 77 };
    assert_eq!(wishes(&console.press(Key::Enter)), [Wish::Look(at)]);
    console.press(Key::Esc);
    assert_eq!(wishes(&ctrl(&mut console, 'n')), [Wish::List(repo("web"))]);
    assert!(text(&console.model).contains("open issues of acme/web"));
    assert_eq!(wishes(&ctrl(&mut console, 'b')), [], "known, and fresh");
}

#[test]
fn the_cursor_stays_on_its_issue_when_the_list_is_read_again() {
    let mut console = list(80, 24);
    console.press(Key::Down);
    ctrl(&mut console, 'r');
    let mut turned = open_issues();
    turned.issues.reverse();
    tell(&mut console, News::List { repo: repo("api"), result: Ok(turned), enabled: Fact::Known(true) });
    assert!(text(&console.model).contains("▌#1277"), "{}", text(&console.model));
}

#[test]
fn a_list_that_cannot_be_read_says_why_and_keeps_what_was_known() {
    let mut console = list(80, 24);
    let fault = Fault::new(FaultKind::Gone, "410 gone for good: Issues are disabled", "nothing to do");
    tell(&mut console, News::List { repo: repo("api"), result: Err(fault), enabled: Fact::unknown("403 there") });
    let shown = text(&console.model);
    assert!(shown.contains("Issues are disabled") && shown.contains("▌#412") && shown.contains("not known: 403 there"));
}

#[test]
fn where_the_agent_is_not_enabled_it_is_said_in_the_list_and_in_the_form() {
    let mut console = list(80, 24);
    listed(&mut console, Fact::Known(false));
    assert!(text(&console.model).contains("✗ the agent cannot be assigned in acme/api"), "{}", text(&console.model));
    console.press(Key::Enter);
    let News::Looked { at, result: Ok(mut found) } = looked(412, Standing::default()) else { panic!() };
    found.enabled = Fact::Known(false);
    tell(&mut console, News::Looked { at, result: Ok(found) });
    weigh(&mut console);
    ctrl(&mut console, 's');
    assert!(console.model.dialog.is_none());
    assert!(text(&console.model).contains("not assigned: the agent cannot be assigned"), "{}", text(&console.model));
}

#[test]
fn what_is_sent_is_what_was_shown_and_nothing_else_is_sent_meanwhile() {
    let mut console = form(80, 24);
    console.keys("Only in the gateway.");
    let order = send(&mut console);
    let body = order.assignment.body();
    assert_eq!(body["assignees"], serde_json::json!(["copilot-swe-agent[bot]"]));
    assert_eq!(body["agent_assignment"]["custom_instructions"], "Only in the gateway.");
    assert_eq!(body["agent_assignment"]["target_repo"], "acme/api");
    assert!(!order.again && !order.id.is_nil());
    assert!(wishes(&ctrl(&mut console, 's')).is_empty(), "its answer comes first");
}

#[test]
fn work_that_may_be_under_way_is_shown_and_must_be_typed_for() {
    let mut console = form(80, 24);
    let pull = AgentPull { repo: repo("api"), number: 1290, open: true, created_at: None };
    tell(&mut console, looked(412, Standing { assigned: true, pulls: vec![pull], unknown: None }));
    ctrl(&mut console, 's');
    let shown = text(&console.model);
    assert!(shown.contains("the agent's acme/api#1290 for it is open") && shown.contains("type again"), "{shown}");
    console.wait(TimeDelta::seconds(1));
    assert!(wishes(&console.keys("y")).is_empty(), "a letter is a letter");
    console.press(Key::Backspace);
    console.keys("again");
    let sent = wishes(&console.press(Key::Enter));
    assert!(matches!(&sent[..], [Wish::Assign(order)] if order.again));
}

#[test]
fn an_assigned_issue_is_looked_for_and_its_task_is_selected_when_it_is_there() {
    let mut console = form(80, 24);
    let order = send(&mut console);
    let at = order.assignment.issue.clone();
    tell(&mut console, News::Assigned { request: order.id, result: Ok(at.clone()) });
    assert!(text(&console.model).contains("acme/api#412 assigned; looking for its pull request"));
    console.wait(TimeDelta::seconds(40));
    assert!(text(&console.model).contains("looking for its pull request"), "as long as it is looked for");
    let found = task("t-412", "api", "backs_off_until_deadline", State::Queued, 0, 0);
    let pull = AgentPull { repo: repo("api"), number: 1310, open: true, created_at: None };
    tell(&mut console, News::Work { issue: at, work: Box::new(Work { pull: Some(pull), task: Some(found) }) });
    let shown = text(&console.model);
    assert!(shown.contains("acme/api#412 is worked on: backs_off_until_deadline · acme/api#1310"), "{shown}");
    assert_eq!(console.model.queue.selected.as_ref().unwrap().raw(), "t-412");
}

#[test]
fn who_went_on_to_another_row_is_not_pulled_away_from_it() {
    let mut console = form(80, 24);
    let order = send(&mut console);
    let at = order.assignment.issue.clone();
    tell(&mut console, News::Assigned { request: order.id, result: Ok(at.clone()) });
    console.keys("j");
    let selected = console.model.queue.selected.clone();
    let found = task("t-412", "api", "backs_off_until_deadline", State::Queued, 0, 0);
    tell(&mut console, News::Work { issue: at, work: Box::new(Work { pull: None, task: Some(found) }) });
    assert_eq!(console.model.queue.selected, selected);
}

#[test]
fn what_was_not_seen_in_a_minute_is_said_to_take_longer() {
    let mut console = form(80, 24);
    let order = send(&mut console);
    let at = order.assignment.issue.clone();
    tell(&mut console, News::Assigned { request: order.id, result: Ok(at.clone()) });
    tell(&mut console, News::Work { issue: at, work: Box::default() });
    let shown = text(&console.model);
    assert!(shown.contains("not seen yet after 60 s"), "{shown}");
}

#[test]
fn a_refusal_stays_in_the_form_with_its_reason_and_what_was_typed() {
    let mut console = form(80, 24);
    console.keys("Only in the gateway.");
    let order = send(&mut console);
    let what = "not assigned: the service took the call but does not list the agent";
    let fault = Fault::new(FaultKind::Permission, what, "check that it is enabled");
    let effects = tell(&mut console, News::Assigned { request: order.id, result: Err(fault) });
    assert!(matches!(&wishes(&effects)[..], [Wish::Look(_)]), "who is in charge is read anew");
    let shown = text(&console.model);
    assert!(shown.contains(what) && shown.contains("Only in the gateway."), "{shown}");
    assert!(!shown.contains("not assigned: not assigned"), "{shown}");
}

#[test]
fn a_draft_of_an_assignment_comes_back_as_one() {
    let mut console = form(80, 24);
    console.keys("Only in the gateway.");
    console.press(Key::Esc);
    console.press(Key::Esc);
    let shown = text(&console.model);
    assert!(shown.contains("draft acme/api") && shown.contains("#412"), "{shown}");
    let effects = console.press(Key::Enter);
    assert!(matches!(&wishes(&effects)[..], [Wish::Look(at)] if at.number == 412));
    assert!(text(&console.model).contains("Only in the gateway."));
}

#[test]
fn branches_and_issues_complete_the_fields_that_name_them() {
    let mut console = form(80, 24);
    let effects = console.press(Key::Tab);
    assert!(wishes(&effects).is_empty(), "the repository is completed from what is watched");
    let effects = console.press(Key::Tab);
    assert_eq!(wishes(&effects), [Wish::Branches(repo("api"))]);
    let names = ["main", "next", "release/4", "bad\u{202e}name"].map(Into::into).to_vec();
    tell(&mut console, News::Branches { repo: repo("api"), result: Ok(Branches { names, more: false }) });
    let shown = text(&console.model);
    assert!(shown.contains("main, next · 3 known") && !shown.contains("bad"), "{shown}");
    console.keys("re");
    ctrl(&mut console, 'n');
    assert!(text(&console.model).contains("release/4"));
    let order = send(&mut console);
    assert_eq!(order.assignment.base_branch.as_deref(), Some("release/4"));
}

#[test]
fn branches_that_cannot_be_read_leave_the_field_to_be_typed() {
    let mut console = form(80, 24);
    console.press(Key::Tab);
    console.press(Key::Tab);
    let fault = Fault::new(FaultKind::Permission, "403 there", "give more");
    tell(&mut console, News::Branches { repo: repo("api"), result: Err(fault) });
    let shown = text(&console.model);
    assert!(shown.contains("branches not known, any can be typed: 403 there"), "{shown}");
    console.keys("feature/x");
    assert_eq!(send(&mut console).assignment.base_branch.as_deref(), Some("feature/x"));
}

#[test]
fn an_issue_of_a_template_is_completed_and_its_title_stands_beside_it() {
    let mut console = Console::full(100, 40);
    console.keys("n");
    console.press(Key::Enter);
    // To the field that names an issue.
    let mut asked = Vec::new();
    for _ in 0..12 {
        asked.extend(wishes(&console.press(Key::Tab)));
        if asked.iter().any(|wish| matches!(wish, Wish::List(_))) {
            break;
        }
    }
    let Some(Wish::List(here)) = asked.into_iter().find(|wish| matches!(wish, Wish::List(_))) else {
        panic!("no field names an issue:\n{}", text(&console.model))
    };
    let mut issues = open_issues();
    issues.issues.iter_mut().for_each(|issue| issue.at.repo = here.clone());
    tell(&mut console, News::List { repo: here, result: Ok(issues), enabled: Fact::Known(true) });
    console.keys("#12");
    ctrl(&mut console, 'n');
    let shown = text(&console.model);
    assert!(shown.contains("#1277") && shown.contains("Return the request id"), "{shown}");
}

#[test]
fn read_only_knows_no_issues() {
    let mut console = Console::full(80, 24);
    console.model.settings.read_only = true;
    let effects = command(&mut console, "issue acme/api");
    assert!(wishes(&effects).is_empty() && console.model.compose.issues.list.is_none());
}
