//! The automations: the list with its views and query, the page of one, the calendar, and why there is nothing.

use std::sync::Arc;

use atc::console::automations::{Sight, Wish};
use atc::console::effect::Effect;
use atc::console::event::{Mouse, MouseKind, News, Op, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::history::Which;
use atc::console::state::settings::Settings;
use atc::console::view::Theme;
use atc::domain::Source;
use atc::domain::automation::{Listed, Outcome, Switch};
use atc::domain::policy::{InForce, Policy, Rule, Says, Words};
use chrono::TimeDelta;
use serde_json::json;

use crate::draw::{buffer, lines, styled, text};
use crate::fleet::{at, bare, complete, list, runs, told, track};
use crate::world::{Console, refused, repo};

pub fn open(width: u16, height: u16) -> Console {
    let mut console = complete(width, height);
    console.keys("T");
    console
}

pub fn names(console: &Console) -> Vec<String> {
    let pane = console.model.place.automations.as_ref().unwrap();
    (0..pane.rows.len()).filter_map(|row| Some(pane.entry_at(row)?.at.id.raw().to_owned())).collect()
}

fn type_line(console: &mut Console, words: &str) {
    console.keys(words);
    console.press(Key::Enter);
}

#[test]
fn the_list_says_what_starts_by_itself_and_what_came_of_it() {
    let screens: Vec<String> = [(80, 24), (160, 45), (40, 12)].map(|(w, h)| text(&open(w, h).model)).into();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn what_is_loud_in_the_list_is_what_went_wrong() {
    insta::assert_snapshot!(styled(&open(160, 24).model, &Theme::default()));
}

#[test]
fn the_page_tells_all_that_is_known_of_one() {
    let mut console = open(80, 24);
    console.keys("jj");
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Automation);
    let first = text(&console.model);
    console.keys("G");
    let mut wide = open(160, 60);
    wide.keys("jj");
    wide.press(Key::Enter);
    insta::assert_snapshot!([first, text(&console.model), text(&wide.model)].join("\n"));
}

#[test]
fn a_page_that_has_little_to_tell_says_what_is_not_told() {
    let mut console = open(80, 45);
    type_line(&mut console, "/id:nightly");
    console.press(Key::Enter);
    insta::assert_snapshot!(text(&console.model));
}

#[test]
fn the_calendar_counts_what_would_be_at_work_at_once_and_says_that_it_is_computed() {
    let mut console = open(80, 24);
    console.keys("C");
    assert_eq!(console.model.context(), Context::Calendar);
    let day = text(&console.model);
    console.keys("w");
    let week = text(&console.model);
    let mut wide = open(160, 30);
    wide.keys("C");
    let mut narrow = open(40, 12);
    narrow.keys("C");
    insta::assert_snapshot!([day, week, text(&wide.model), text(&narrow.model)].join("\n"));
}

#[test]
fn everything_is_said_in_plain_ascii_too() {
    for keys in ["T", "T\r", "TC", "TCw"] {
        for (width, height) in [(80, 24), (160, 45)] {
            let mut console = complete(width, height);
            for key in keys.chars() {
                if key == '\r' {
                    console.press(Key::Enter)
                } else {
                    console.press(Key::Char(key))
                };
            }
            let plain = lines(&buffer(&console.model, &Theme::default().in_ascii())).join("\n");
            assert!(plain.is_ascii(), "{keys:?}: {plain}");
            assert!(keys != "T" || plain.contains("++x+c+*"), "the outcomes in letters: {plain}");
        }
    }
}

#[test]
fn a_query_lets_through_what_it_holds_for_and_escape_takes_it_away_first() {
    let mut console = open(80, 24);
    assert_eq!(names(&console).len(), 6);
    console.keys("/trigger:sched");
    assert_eq!(console.model.line.as_ref().unwrap().offers.as_ref().unwrap().all[0].insert, "schedule");
    console.press(Key::Tab);
    console.press(Key::Enter);
    assert_eq!(names(&console), ["weekly-deps", "nightly", "hourly"]);
    console.keys("2");
    assert_eq!(names(&console), ["weekly-deps", "hourly"], "the view and the query both hold");
    console.press(Key::Esc);
    assert_eq!((names(&console).len(), console.model.context()), (4, Context::Automations));
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Queue);
}

#[test]
fn what_is_wrong_with_a_query_is_said_where_it_is_and_giving_it_up_brings_the_old_one_back() {
    let mut console = open(80, 24);
    type_line(&mut console, "/state:on");
    let before = names(&console);
    console.keys("/");
    console.keys(" cost:>lots ");
    let shown = text(&console.model);
    assert!(
        shown.contains("cost:>lots") && console.model.place.automations.as_ref().unwrap().wrong.is_some(),
        "{shown}"
    );
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Line, "it stays open");
    console.press(Key::Esc);
    assert_eq!(names(&console), before);
}

#[test]
fn views_are_tabs_with_live_counts_and_keys() {
    let mut console = open(160, 24);
    let tabs = |console: &Console| text(&console.model).lines().nth(1).unwrap().to_owned();
    assert!(tabs(&console).contains("6 All 6") && tabs(&console).contains("3 Off 2"), "{}", tabs(&console));
    console.keys("3");
    assert_eq!(names(&console), ["by-hand", "nightly"].map(String::from).into_iter().rev().collect::<Vec<_>>());
    let mut fleet = crate::fleet::fleet();
    fleet[0].switch = Switch::Off(atc::domain::automation::Off::default());
    told(&mut console, fleet);
    assert!(tabs(&console).contains("3 Off 3"), "{}", tabs(&console));
    let column = u16::try_from(tabs(&console).find("2 On").unwrap()).unwrap();
    console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column, row: 1 }));
    assert_eq!(console.model.automation_view().unwrap().name.as_str(), "On");
    console.keys("9");
    assert!(text(&console.model).contains("there are only 6 views here"));
}

#[test]
fn rows_are_sorted_by_name_next_run_cost_and_success_and_what_is_not_known_comes_last() {
    let mut console = open(160, 45);
    console.keys("b");
    let by = |console: &mut Console, keys: &str| {
        console.keys(keys);
        names(console).join(" ")
    };
    assert_eq!(by(&mut console, ""), "nightly by-hand after triage hourly weekly-deps");
    assert_eq!(by(&mut console, "s"), "hourly weekly-deps nightly by-hand after triage", "the soonest first");
    assert_eq!(by(&mut console, "s"), "weekly-deps triage nightly by-hand after hourly", "the dearest first");
    assert_eq!(by(&mut console, "S"), "triage weekly-deps nightly by-hand after hourly");
    console.keys("sss");
    assert_eq!(by(&mut console, ""), "triage weekly-deps hourly nightly by-hand after", "the worst first");
    assert!(text(&console.model).contains("by success"));
}

#[test]
fn the_cursor_stays_with_its_automation_whatever_comes_above_it() {
    let mut console = open(80, 24);
    console.keys("jj");
    let before = console.model.automation().unwrap().automation.at.clone();
    let mut fleet = crate::fleet::fleet();
    fleet.push(bare("api", "aaa", "AAA comes first", json!({})));
    told(&mut console, fleet);
    assert_eq!(names(&console)[0], "aaa");
    assert_eq!(console.model.automation().unwrap().automation.at, before);
    let gone = crate::fleet::fleet().into_iter().filter(|one| one.at != before).collect();
    told(&mut console, gone);
    assert_ne!(console.model.automation().unwrap().automation.at, before, "its neighbour has the cursor");
}

#[test]
fn it_is_as_it_was_left_when_it_is_opened_again() {
    let mut console = open(80, 24);
    console.keys("2ssb");
    type_line(&mut console, "/bump");
    let (before, shown) = (names(&console), text(&console.model));
    console.keys("Q");
    console.keys("T");
    assert_eq!(names(&console), before);
    assert_eq!(text(&console.model), shown);
}

#[test]
fn enter_leads_to_the_log_of_a_run_and_the_trail_back_to_its_page() {
    let mut console = open(80, 45);
    console.keys("jj");
    console.press(Key::Enter);
    console.keys("]]");
    let page = text(&console.model);
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Log);
    assert_eq!(console.model.selected().unwrap().task.at.id.raw(), "run-5");
    console.happen(What::Key(Chord::ctrl('o')));
    assert_eq!(console.model.context(), Context::Automation);
    assert_eq!(text(&console.model), page, "the cursor is on the run again");
    console.keys("d");
    assert_eq!(console.model.context(), Context::Detail);
    console.happen(What::Key(Chord::ctrl('o')));
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Automations);
}

#[test]
fn a_run_that_is_no_longer_watched_is_told_all_the_same_and_opens_in_the_browser() {
    let mut console = open(80, 45);
    console.keys("jj");
    console.press(Key::Enter);
    console.happen(What::Net(atc::console::event::Net {
        source: Source::Tasks(repo("api")),
        generation: 10_000,
        next_try: None,
        result: Ok(News::Gone((0..7).map(|n| atc::domain::TaskId::new(format!("run-{n}"))).collect())),
    }));
    let shown = text(&console.model);
    assert!(shown.contains("✗ failed") && shown.contains("22m   1.2 cr"), "{shown}");
    console.keys("]");
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Automation);
    assert!(text(&console.model).contains("o opens it in the browser"), "{}", text(&console.model));
    let address = "https://github.com/acme/api/agents/tasks/run-6";
    assert!(console.keys("o").iter().any(|e| matches!(e, Effect::Open(to) if to.raw_for_match() == address)));
}

#[test]
fn a_task_leads_to_the_automation_that_started_it() {
    let mut console = complete(80, 45);
    console.select("run-3");
    console.keys("a");
    assert_eq!(console.model.context(), Context::Automation);
    assert_eq!(console.model.automation().unwrap().automation.at, at("api", "weekly-deps"));
    console.happen(What::Key(Chord::ctrl('o')));
    assert_eq!(console.model.context(), Context::Queue);
    console.keys("da");
    assert_eq!(console.model.context(), Context::Automation, "from the detail, too");
    console.keys("Q");
    console.select("axum");
    console.keys("a");
    assert!(text(&console.model).contains("no automation is known to have started this task"));
}

#[test]
fn a_chained_automation_leads_to_the_one_before_it() {
    let mut console = open(80, 45);
    type_line(&mut console, "/id:after");
    console.press(Key::Enter);
    let shown = text(&console.model);
    let line = shown.lines().position(|line| line.contains("→ Weekly dependency bump")).unwrap();
    console.keys(&"j".repeat(line - 3));
    console.press(Key::Enter);
    assert_eq!(console.model.automation().unwrap().automation.at, at("api", "weekly-deps"), "{shown}");
}

#[test]
fn commands_and_the_palette_lead_there() {
    let mut console = complete(80, 24);
    type_line(&mut console, ":automations state:off");
    assert_eq!(names(&console), ["nightly", "by-hand"]);
    type_line(&mut console, ":calendar week");
    assert!(text(&console.model).contains("Calendar · next 7 days"), "{}", text(&console.model));
    type_line(&mut console, ":calendar");
    assert!(text(&console.model).contains("next 7 days"), "as it was left");
    console.keys(":automations cost:>lots");
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Line, "a wrong query is not run");
    console.press(Key::Esc);
    console.keys("Q");
    console.happen(What::Key(Chord::ctrl('k')));
    console.keys("payment provider");
    assert!(text(&console.model).contains("automation"), "{}", text(&console.model));
    console.press(Key::Enter);
    assert_eq!(console.model.automation().unwrap().automation.at, at("billing", "hourly"));
}

#[test]
fn clicks_select_and_open_and_the_wheel_moves() {
    let mut console = open(80, 24);
    let row = |console: &Console, name: &str| {
        u16::try_from(text(&console.model).lines().position(|line| line.contains(name)).unwrap()).unwrap()
    };
    let click = |console: &mut Console, row: u16| {
        console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column: 20, row }));
    };
    let triage = row(&console, "Triage");
    click(&mut console, triage);
    assert_eq!(console.model.automation().unwrap().automation.at, at("api", "triage"));
    assert_eq!(console.model.context(), Context::Automations);
    click(&mut console, triage);
    assert_eq!(console.model.context(), Context::Automation, "a second click opens");
    console.press(Key::Esc);
    let before = console.model.automation().unwrap().automation.at.clone();
    console.happen(What::Mouse(Mouse { kind: MouseKind::WheelDown, column: 20, row: 6 }));
    assert_ne!(console.model.automation().unwrap().automation.at, before);
    let heading = row(&console, "acme/billing");
    let before = console.model.automation().unwrap().automation.at.clone();
    click(&mut console, heading);
    assert_eq!(console.model.automation().unwrap().automation.at, before, "a heading is none");
}

#[test]
fn the_address_is_the_services_own_or_there_is_none() {
    let mut console = open(80, 24);
    console.keys("jj");
    assert_eq!(console.model.automation().unwrap().automation.at, at("api", "weekly-deps"));
    let opened = console.keys("o");
    let address = "https://github.com/acme/api/automations/weekly-deps";
    assert!(opened.iter().any(|e| matches!(e, Effect::Open(to) if to.raw_for_match() == address)), "{opened:?}");
    console.keys("g");
    assert!(!console.keys("o").iter().any(|e| matches!(e, Effect::Open(_))));
    assert!(text(&console.model).contains("tells no address"));
    let copied = console.keys("y");
    assert!(copied.iter().any(|e| matches!(e, Effect::Copy(name) if name.raw_for_match() == "acme/api after")));
}

fn looks(effects: &[Effect]) -> Vec<Option<Sight>> {
    let look = |effect: &Effect| match effect {
        Effect::Automations(Wish::Look(sight)) => Some(sight.clone()),
        _ => None,
    };
    effects.iter().filter_map(look).collect()
}

#[test]
fn the_runtime_is_told_what_is_on_the_screen_and_only_when_that_changes() {
    let mut console = complete(80, 24);
    let effects = console.keys("T");
    let [Some(sight)] = &looks(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(sight.rows.len(), 6);
    assert_eq!(sight.chosen, Some(at("api", "after")));
    assert!(looks(&console.happen(What::Wake)).is_empty(), "nothing changed");
    let moved = looks(&console.keys("j"));
    assert_eq!(moved[0].as_ref().unwrap().chosen, Some(at("api", "triage")));
    let page = looks(&console.press(Key::Enter));
    assert_eq!(page, [Some(Sight { rows: vec![], chosen: Some(at("api", "triage")) })]);
    assert_eq!(looks(&console.keys("Q")), [None], "closed: nothing is looked at");
    console.keys("T");
    let asked = console.effects.iter().filter(|effect| **effect == Effect::Automations(Wish::Policy)).count();
    assert_eq!(asked, 1, "the policy is asked for once");
    let mut low = complete(80, 12);
    let few = looks(&low.keys("T"));
    assert!(few[0].as_ref().unwrap().rows.len() < 6, "only the rows in sight: {few:?}");
}

#[test]
fn why_there_is_nothing_is_told_apart() {
    let mut shown = Vec::new();
    let mut loading = Console::new(80, 12);
    loading.keys("T");
    shown.push(text(&loading.model));
    let mut none = Console::new(80, 12);
    none.keys("T");
    for name in ["billing", "api", "web", "reports"] {
        list(&mut none, name, Listed::Here { automations: vec![], unreadable: u32::from(name == "api"), more: false });
    }
    shown.push(text(&none.model));
    let mut not_here = Console::new(80, 12);
    not_here.keys("T");
    for name in ["billing", "api", "web", "reports"] {
        list(&mut not_here, name, Listed::NotHere);
    }
    shown.push(text(&not_here.model));
    let mut failed = Console::new(80, 12);
    failed.keys("T");
    failed.bad(Source::Automations(repo("api")), refused());
    shown.push(text(&failed.model));
    let mut alone = Console::with(atc::console::state::settings::Settings::default(), 80, 12);
    alone.keys("T");
    shown.push(text(&alone.model));
    let mut off = Console::with(Settings { automations: false, ..crate::world::settings() }, 80, 12);
    off.keys("T");
    shown.push(text(&off.model));
    let mut filtered = open(80, 12);
    type_line(&mut filtered, "/nothing-like-it");
    shown.push(text(&filtered.model));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_is_stale_or_fails_is_said_and_the_rows_stay() {
    let mut console = open(160, 24);
    console.bad(Source::Automations(repo("api")), refused());
    let shown = text(&console.model);
    assert!(shown.contains("acme/api") && shown.contains("failed 15:03"), "{shown}");
    assert_eq!(names(&console).len(), 6);
    let mut stale = open(160, 24);
    stale.wait(TimeDelta::hours(3));
    assert!(text(&stale.model).contains("stale"), "{}", text(&stale.model));
}

#[test]
fn a_run_that_has_come_is_not_the_next_one_any_more_and_the_screen_wakes_for_it() {
    let mut console = open(160, 45);
    type_line(&mut console, "/id:hourly");
    let next = |console: &Console| console.model.place.automations.as_ref().unwrap().chosen().unwrap().next.unwrap();
    let before = next(&console);
    assert!(console.wake().unwrap() <= before);
    console.at = before;
    console.happen(What::Wake);
    assert_eq!(next(&console), before + TimeDelta::hours(1));
    console.keys("C");
    let first =
        |console: &Console| console.model.place.automations.as_ref().unwrap().calendar.as_ref().unwrap().runs[0].at;
    let coming = first(&console);
    assert!(console.wake().unwrap() <= coming + TimeDelta::seconds(1));
    console.at = coming + TimeDelta::seconds(1);
    console.happen(What::Wake);
    assert!(first(&console) > coming);
}

#[test]
fn the_calendar_is_loud_where_the_policy_allows_fewer() {
    let mut console = complete(160, 30);
    let fleet = (0..4)
        .map(|n| {
            bare("api", &format!("n{n}"), "Every night", json!({"interval": {"cadence": ["daily"], "hour_utc": 2}}))
        })
        .collect();
    told(&mut console, fleet);
    console.keys("TC");
    let shown = text(&console.model);
    assert!(shown.contains("over the policy's limit"), "{shown}");
    assert!(shown.contains("✗ 4 here, 5 of 3 in all"), "{shown}");
    assert!(shown.contains("02:00 UTC = 03:00 here"), "{shown}");
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Automation);
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Calendar, "back to where it was opened from");
}

#[test]
fn what_the_policy_says_is_told_with_its_rule() {
    let mut console = complete(80, 24);
    let mut says = Says::default();
    says.automations.write_scopes = Some(Words(vec!["trigger".to_owned()]));
    let mut policy = Policy::default();
    policy.everywhere.push(Rule::everywhere("narrow", says));
    let news = atc::console::automations::News::Policy(Arc::new(InForce::of(policy)));
    console.happen(What::Op(Op::Automations(Box::new(news))));
    console.keys("T");
    type_line(&mut console, "/violates:any");
    assert_eq!(names(&console), ["triage"]);
    let shown = text(&console.model);
    assert!(shown.contains("✗") && shown.contains("(rule narrow)"), "{shown}");
    console.press(Key::Enter);
    assert!(text(&console.model).contains("(rule narrow)"), "{}", text(&console.model));
}

#[test]
fn five_hundred_are_not_made_anew_for_a_key_that_only_moves() {
    let mut console = Console::new(160, 45);
    let fleet = (0..500).map(|n| bare("api", &format!("n{n}"), &format!("Number {n:03}"), json!({}))).collect();
    told(&mut console, fleet);
    console.keys("T");
    let place = |console: &Console| console.model.place.automations.as_ref().unwrap().entries.as_ptr();
    let before = place(&console);
    console.keys("jjjG");
    let _ = text(&console.model);
    assert_eq!(place(&console), before, "moving and drawing make no rows");
    runs(&mut console, at("api", "n7"), vec![], track(&[Outcome::Done], "api", 3));
    assert_ne!(place(&console), before, "news do");
}

#[test]
fn one_that_is_gone_closes_its_page() {
    let mut console = open(80, 24);
    console.press(Key::Enter);
    let on = console.model.automation().unwrap().automation.at.clone();
    console.good(Source::Automation(on), News::Automation(None));
    assert_eq!(console.model.context(), Context::Automations);
    assert!(text(&console.model).contains("gone"), "{}", text(&console.model));
}

/// As the program hears it: with what is kept of every line and of how the panes stand.
fn press(console: &mut Console, chord: Chord) -> Vec<Effect> {
    let event = atc::console::Event { at: console.at, what: What::Key(chord) };
    atc::console::update::update(&mut console.model, event)
}

#[test]
fn queries_of_automations_are_kept_and_come_back_apart_from_those_of_tasks() {
    let mut console = complete(120, 30);
    type_line(&mut console, "/is:stuck");
    console.press(Key::Esc);
    console.keys("T/state:on");
    let effects = press(&mut console, Chord::plain(Key::Enter));
    let kept = Effect::KeepLine(Which::Automations, "state:on".to_owned());
    assert!(effects.contains(&kept), "{effects:?}");
    console.press(Key::Esc);
    let line = |console: &Console| console.model.line.as_ref().unwrap().text.clone();
    console.keys("/");
    console.press(Key::Up);
    assert_eq!(line(&console), "state:on");
    assert_eq!(console.model.place.automations.as_ref().unwrap().habits.text, "state:on", "it filters as it comes");
    console.press(Key::Up);
    assert_eq!(line(&console), "state:on", "what was asked of tasks is none of these");
    console.press(Key::Esc);
    console.keys("/");
    console.happen(What::Key(Chord::ctrl('r')));
    console.keys("on");
    assert_eq!(line(&console), "state:on", "and looked for by what it holds");
}

#[test]
fn how_the_automations_are_put_together_is_how_the_next_start_finds_them() {
    let mut console = open(120, 30);
    let mut seats = Vec::new();
    for key in "3sSbCw".chars() {
        let effects = press(&mut console, Chord::char(key));
        seats.extend(effects.into_iter().filter_map(|effect| match effect {
            Effect::KeepSeat(seat) => Some(seat),
            _ => None,
        }));
    }
    assert_eq!(seats.len(), 5, "each change once; to open the calendar is none: {seats:?}");
    let seat = seats.last().unwrap().clone();
    let mut next = complete(120, 30);
    atc::console::update::seat::take(&mut next.model, seat);
    next.keys("T");
    let stands = |console: &Console| {
        let habits = &console.model.place.automations.as_ref().unwrap().habits;
        (habits.views.at, habits.views.order(), habits.views.group(), habits.week)
    };
    assert_eq!(stands(&next), stands(&console));
    let (view, order, _, week) = stands(&next);
    assert!(week && order.reversed && view == 2);
    assert_eq!(names(&next).len(), 2, "{}", text(&next.model));
    // Sizes that are reset are not the only thing an operator arranges.
    next.press(Key::Esc);
    type_line(&mut next, ":layout reset");
    next.keys("T");
    assert_eq!(stands(&next), stands(&console));
}
