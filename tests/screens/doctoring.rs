//! `:doctor`: what can be done here, filling in row by row, and where what is off would have been.

use atc::console::Effect;
use atc::console::doctor::{News, Told};
use atc::console::event::{Op, What};
use atc::console::keys::Key;
use atc::domain::capability::{
    ACCEPTED, ACTIONS_WRITE, APPROVAL, Answer, CLOCK, CORE, ENABLED, FIREWALL, LEDGER_CHAIN, LIVE_LOGS, POINT_A,
    POINT_E, POINT_G, PULLS_READ, Row, SIZE, TASKS_READ, TASKS_WRITE, Topic, VISIBLE,
};
use atc::domain::{Fault, FaultKind, RepoName, Source};
use atc::text::Safe;

use crate::draw::text;
use crate::world::{Console, now, repo};

fn row(topic: &'static Topic, answer: Answer, says: &str) -> Row {
    Row::new(topic, answer, says, now()).because("GET /user: 200; x-oauth-scopes: repo, read:org")
}

fn of(repo: &RepoName) -> Vec<Row> {
    let missing = row(&ACTIONS_WRITE, Answer::No, "Actions: read and write is missing")
        .because("at 14:02:11 UTC GitHub refused this token Actions: read and write in acme/api (403)")
        .next("give the token Actions: read and write");
    let rows = vec![
        row(&VISIBLE, Answer::Yes, "the account may write").needed(),
        row(&TASKS_READ, Answer::Yes, "").needed(),
        row(&TASKS_WRITE, Answer::Unknown, "told only when it is used")
            .next("to be sure, give the token Agent tasks: read and write"),
        missing.needed(),
        row(&PULLS_READ, Answer::Yes, ""),
        row(&ENABLED, Answer::Unknown, "not visible to this token"),
        row(&APPROVAL, Answer::Yes, "they wait for a person"),
        row(&FIREWALL, Answer::No, ""),
    ];
    rows.into_iter().map(|row| row.of(repo)).collect()
}

fn tell(console: &mut Console, told: Told) {
    let id = console.model.place.doctor.wishes;
    console.happen(What::Op(Op::Examined(News { id, told })));
}

fn examined(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    console.keys(":doctor");
    console.press(Key::Enter);
    tell(
        &mut console,
        Told::Rows(vec![
            row(&POINT_A, Answer::Yes, "2026-03-10: 200, 2022-11-28: 200"),
            row(&POINT_E, Answer::Untestable, "only a cancel would tell"),
            row(&POINT_G, Answer::Yes, "12 s")
                .because("the ledger: the cancel of task t-1 in acme/api at 2026-11-19 09:30 UTC"),
            row(&LEDGER_CHAIN, Answer::Yes, "214 rows"),
            row(&SIZE, Answer::Yes, "80×24"),
        ]),
    );
    tell(&mut console, Told::Rows(of(&repo("api"))));
    tell(
        &mut console,
        Told::Rows(vec![
            row(&ACCEPTED, Answer::Yes, "as octocat").needed(),
            row(&CLOCK, Answer::No, "ours is 3640 s ahead").next("set this machine's clock"),
            row(&CORE, Answer::Yes, "4788 of 5000, anew at 14:30 UTC"),
            row(&LIVE_LOGS, Answer::Yes, "from the Copilot API"),
        ]),
    );
    console
}

#[test]
fn it_asks_about_every_repository_and_shows_rows_as_they_come() {
    let mut console = Console::full(80, 24);
    console.keys(":doctor");
    let effects = console.press(Key::Enter);
    let wish = effects.iter().find_map(|effect| if let Effect::Examine(wish) = effect { Some(wish) } else { None });
    assert_eq!(wish.unwrap().repos, console.model.settings.repos);
    insta::assert_snapshot!("doctor_begins_80", text(&console.model));
    tell(&mut console, Told::Asking { words: Safe::new("what may be done in acme/api"), left: 4 });
    tell(&mut console, Told::Rows(of(&repo("api"))));
    assert!(text(&console.model).contains("asking what may be done in acme/api … 4 to go"), "{}", text(&console.model));
    // An answer to an older wish is not taken.
    let old = News { id: 0, told: Told::Done { not_asked: vec![] } };
    console.happen(What::Op(Op::Examined(old)));
    assert!(console.model.place.doctor.is_asking());
}

#[test]
fn the_row_under_the_cursor_tells_what_it_rests_on_and_what_to_do() {
    let mut console = examined(80, 24);
    tell(&mut console, Told::Done { not_asked: vec![Safe::new("what may be done in acme/web")] });
    console.keys("e");
    insta::assert_snapshot!("doctor_clock_80", text(&console.model));
    console.keys("e");
    insta::assert_snapshot!("doctor_missing_80", text(&console.model));
    console.happen(What::Resize(atc::console::state::layout::Size { width: 160, height: 45 }));
    insta::assert_snapshot!("doctor_missing_160", text(&console.model));
    let effects = console.keys("y");
    assert!(matches!(&effects[..], [Effect::Copy(_)]));
    // Rows that come in above do not take the cursor along.
    let under = console.model.place.doctor.selected().cloned();
    tell(&mut console, Told::Rows(vec![row(&TASKS_READ, Answer::Yes, "x").of(&repo("aaa"))]));
    assert_eq!(console.model.place.doctor.selected().cloned(), under);
    console.press(Key::Esc);
    assert!(console.model.place.doctor.pane.is_none());
    assert!(!console.model.place.doctor.matrix.is_empty(), "what was found out is kept");
}

#[test]
fn it_begins_by_itself_once_and_only_for_want_of_a_permission() {
    let asked = |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Examine(_))).count();
    let fault = |kind| Fault::new(kind, "403", "give it");
    let mut console = Console::full(80, 24);
    assert_eq!(asked(&console.effects), 0, "a start asks nothing");
    for kind in [FaultKind::Offline, FaultKind::RateLimited, FaultKind::Server, FaultKind::Authentication] {
        console.bad(Source::Tasks(repo("api")), fault(kind));
    }
    assert_eq!(asked(&console.effects), 0);
    console.bad(Source::Tasks(repo("api")), fault(FaultKind::Permission));
    console.bad(Source::Tasks(repo("web")), fault(FaultKind::Permission));
    assert_eq!(asked(&console.effects), 1);
    let wish =
        console.effects.iter().find_map(|e| if let Effect::Examine(wish) = e { Some(wish.clone()) } else { None });
    assert_eq!(wish.unwrap().repos, [repo("api")], "about the one repository, no more");
    assert!(console.model.place.doctor.pane.is_none(), "nothing opens by itself");
}

#[test]
fn what_is_off_says_so_where_it_would_have_been() {
    let mut console = examined(100, 30);
    console.press(Key::Esc);
    console.select("retry");
    console.keys("x");
    let asked = text(&console.model);
    assert!(asked.contains("cancel Actions runs in acme/api: Actions: read and write is missing"), "{asked}");
}
