//! The inbox: what waits for the operator, and the way from each to where it is dealt with.

use atc::console::event::News;
use atc::console::event::{Op, What};
use atc::console::keys::{Context, Key};
use atc::console::ledger::Row;
use atc::console::state::inbox::Ask;
use atc::console::state::layout::Size;
use atc::console::state::place::Pane;
use atc::console::state::tone::Tone;
use atc::console::view::Theme;
use atc::domain::{Checks, Pull, PullState, ReviewDecision, Source, State};
use atc::text::Safe;

use crate::draw::{buffer, lines, text};
use crate::world::{Console, ago, pull, refused, repo, task, with_pull};

fn open(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    let row = Row {
        at: ago(3),
        unresolved: true,
        title: Safe::new("start unknown"),
        tone: Tone::Warn,
        repo: repo("web"),
        task: None,
        detail: Safe::new("the line broke before the answer"),
    };
    console.happen(What::Op(Op::Unresolved(vec![row])));
    // Work that has ended, and whose pull request waits for whoever looks: each for something else.
    let (asked, ready, approval) = (waiting_pulls(), "web", "reports");
    let asks = [("reviewed", "api", 90), ("mergeable", ready, 91), ("held", approval, 92)];
    for (id, repository, pull) in asks {
        let done = with_pull(task(id, repository, "Done", State::Completed, 50, 40), pull);
        console.good(Source::Task(done.at.id.clone()), News::Task(Box::new(done)));
    }
    let known = asked.into_iter().map(|one| (one.at(), Some(one)));
    console.good(Source::Pulls, News::Pulls(known.collect()));
    console.keys("QI");
    console
}

fn waiting_pulls() -> [Pull; 3] {
    let open = |id, repository, number, title| Pull { state: PullState::Open, ..pull(id, repository, number, title) };
    let review = Pull { requested: vec!["octocat".into()], ..open(90, "api", 1301, "Quote the names of columns") };
    let ready = Pull { review: ReviewDecision::Approved, ..open(91, "web", 2051, "Drop the old router") };
    let checks = Some(Checks { needs_approval: 2, passed: 1, ..Checks::default() });
    let held = Pull { checks, ..open(92, "reports", 81, "Page the long exports") };
    [review, ready, held]
}

fn select(console: &mut Console, ask: Ask) {
    let at = console.model.place.inbox.entries.iter().position(|entry| entry.ask == ask).unwrap();
    console.keys("g");
    console.keys(&"j".repeat(at));
}

#[test]
fn what_waits_stands_by_kind_and_the_oldest_first() {
    let screens: Vec<String> = [(80, 24), (160, 45), (40, 10)].map(|(w, h)| text(&open(w, h).model)).into();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn it_says_the_same_in_plain_ascii() {
    let console = open(80, 24);
    let plain = lines(&buffer(&console.model, &Theme::default().in_ascii())).join("\n");
    assert!(plain.is_ascii(), "{plain}");
    assert!(plain.contains("answer it") && plain.contains("outcome unknown"), "{plain}");
}

#[test]
fn an_empty_inbox_says_so_and_only_when_all_is_known() {
    let mut console = Console::new(80, 24);
    console.keys("I");
    assert!(text(&console.model).contains("Nothing is known to need you yet."), "{}", text(&console.model));
    for name in ["billing", "api", "web", "reports"] {
        console.good(Source::Tasks(repo(name)), atc::console::event::News::Tasks { tasks: vec![], unreadable: 0 });
    }
    assert!(text(&console.model).contains("Nothing needs you."), "{}", text(&console.model));
    console.bad(Source::Tasks(repo("api")), refused());
    let shown = text(&console.model);
    assert!(shown.contains("not every source can be read") && shown.contains("failed 14:03"), "{shown}");
}

#[test]
fn of_pull_requests_it_asks_what_the_reviews_say_of_them_and_once() {
    let mut console = open(160, 45);
    let of_pulls = |console: &Console| {
        let entries = console.model.place.inbox.entries.iter().filter(|entry| entry.ask.is_of_pull());
        entries.map(|entry| (entry.ask, entry.name.to_string())).collect::<Vec<_>>()
    };
    let expected = [
        (Ask::Approval, "Page the long exports".to_owned()),
        (Ask::Review, "Quote the names of columns".to_owned()),
        (Ask::Merge, "Drop the old router".to_owned()),
    ];
    assert_eq!(of_pulls(&console), expected);
    // A newer task goes on with one of them: it waits on the agent then, for all that name it.
    let goes_on = with_pull(task("goes-on", "reports", "Go on", State::InProgress, 1, 0), 92);
    console.good(Source::Task(goes_on.at.id.clone()), News::Task(Box::new(goes_on)));
    assert_eq!(of_pulls(&console), expected[1..]);
}

#[test]
fn each_kind_leads_to_the_place_where_it_is_dealt_with() {
    for (ask, context) in [
        (Ask::Answer, Context::Log),
        (Ask::Orphaned, Context::Log),
        (Ask::Unresolved, Context::Ledger),
        (Ask::Approval, Context::Reviews),
        (Ask::Review, Context::Reviews),
        (Ask::Merge, Context::Reviews),
    ] {
        let mut console = open(80, 24);
        select(&mut console, ask);
        let unread = console.model.place.inbox.unread();
        console.press(Key::Enter);
        assert_eq!(console.model.context(), context, "{ask:?}");
        assert_eq!(console.model.place.inbox.unread(), unread - 1, "{ask:?} is read");
        if context == Context::Reviews {
            assert_eq!(console.model.place.focus, Pane::Reviews);
            assert!(console.model.selected_pull().is_some());
        }
    }
}

#[test]
fn the_header_counts_what_is_unread() {
    let mut console = open(160, 45);
    let unread = console.model.place.inbox.unread();
    assert!(text(&console.model).contains(&format!("inbox {unread}")), "{}", text(&console.model));
    console.keys("a");
    assert!(!text(&console.model).lines().next().unwrap().contains("inbox"), "{}", text(&console.model));
    assert!(text(&console.model).contains("all read"), "{}", text(&console.model));
}

#[test]
fn the_offer_of_the_tour_takes_no_room_from_the_key_one_is_here_for() {
    let mut console = Console::full(40, 12);
    console.model.place.tour.offered = true;
    let last = |console: &Console| text(&console.model).lines().last().unwrap_or_default().to_owned();
    assert!(last(&console).ends_with("new here? :tour"), "{}", last(&console));
    console.keys("I");
    assert!(last(&console).contains("deal with it") && last(&console).contains("? keys"), "{}", last(&console));
    console.happen(What::Resize(Size { width: 80, height: 24 }));
    assert!(
        last(&console).contains("deal with it") && last(&console).ends_with("new here? :tour"),
        "{}",
        last(&console)
    );
}

/// The entry under the cursor, where it stands, and the first that is seen.
fn under(console: &Console) -> Option<(Option<String>, usize, usize)> {
    console.model.place.inbox.pane.as_ref().map(|pane| (pane.selected.clone(), pane.index, pane.top))
}

#[test]
fn esc_leads_back_to_the_inbox_and_its_cursor_stands_where_it_was() {
    for (width, height) in [(80, 24), (160, 45), (40, 10)] {
        for (ask, keys) in [
            (Ask::Answer, "\n"),
            (Ask::Answer, "d"),
            (Ask::Orphaned, "\n"),
            (Ask::Unresolved, "\n"),
            (Ask::Approval, "\n"),
            (Ask::Review, "\n"),
        ] {
            let mut console = open(width, height);
            select(&mut console, ask);
            let before = under(&console);
            let _ = if keys == "d" { console.keys(keys) } else { console.press(Key::Enter) };
            assert_eq!(under(&console), None, "{ask:?}");
            console.press(Key::Esc);
            assert_eq!(under(&console), before, "{ask:?} {keys:?} at {width}x{height}");
            console.press(Key::Esc);
            assert_eq!(console.model.context(), Context::Queue, "{ask:?} {keys:?}");
        }
    }
}

#[test]
fn what_was_opened_over_the_place_is_closed_first_and_who_went_elsewhere_stays_there() {
    let mut console = open(80, 24);
    select(&mut console, Ask::Orphaned);
    let before = under(&console);
    console.press(Key::Enter);
    console.keys("d");
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Log, "the detail lay over it");
    console.press(Key::Esc);
    assert_eq!(under(&console), before);
    console.press(Key::Enter);
    console.keys("Ql");
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Queue, "this log was opened from the queue");
}

#[test]
fn the_inbox_opens_where_its_cursor_was() {
    let mut console = open(80, 24);
    select(&mut console, Ask::Approval);
    let before = under(&console);
    console.keys("I");
    assert_eq!(under(&console), None);
    console.keys("I");
    assert_eq!(under(&console), before);
    console.keys("pI");
    assert_eq!(under(&console), before, "wherever one was meanwhile");
}
