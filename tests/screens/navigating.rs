//! Getting about: the palette, the places visited, lines typed before, what a command can go on with, the tour.

use atc::console::Effect;
use atc::console::event::{Local, News, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::history::Which;
use atc::console::state::layout::Size;
use atc::console::state::palette::To;
use atc::console::state::place::Pane;
use atc::console::state::settings::Settings;
use atc::console::state::trail::At;
use atc::console::tour::STEPS;
use atc::console::view::Theme;
use atc::domain::{Source, TaskId};
use proptest::prelude::*;

use crate::draw::{buffer, lines, styled, text};
use crate::world::{Console, repo, settings};

fn ctrl(console: &mut Console, c: char) -> Vec<Effect> {
    console.happen(What::Key(Chord::ctrl(c)))
}

fn back(console: &mut Console) -> Vec<Effect> {
    console.happen(What::Key(Chord::alt(Key::Left)))
}

fn forward(console: &mut Console) -> Vec<Effect> {
    console.happen(What::Key(Chord::alt(Key::Right)))
}

fn found(console: &Console) -> Vec<String> {
    let rows = console.model.palette().map_or(&[][..], |palette| &palette.rows);
    rows.iter().map(|row| format!("{} {}", row.kind, row.name)).collect()
}

fn typed(console: &Console) -> &str {
    console.model.line.as_ref().map_or("", |line| line.text.as_str())
}

fn command(console: &mut Console, text: &str) -> Vec<Effect> {
    console.keys(":");
    console.keys(text);
    console.press(Key::Enter)
}

fn fault(console: &Console) -> &str {
    console.model.line.as_ref().and_then(|line| line.fault.as_deref()).unwrap_or_default()
}

fn note(console: &Console) -> &str {
    console.model.notes.current.as_ref().map_or("", |note| note.text.as_str())
}

fn selected(console: &Console) -> &str {
    console.model.queue.selected.as_ref().map_or("", |id| id.raw())
}

fn at(console: &Console) -> Option<At> {
    console.model.place.trail.here.as_ref().map(|spot| spot.at.clone())
}

// The palette.

#[test]
fn the_palette_finds_everything_by_some_letters_and_says_what_each_is() {
    for (width, height) in [(80, 24), (160, 45), (40, 10)] {
        let mut console = Console::full(width, height);
        ctrl(&mut console, 'k');
        console.keys("re");
        insta::assert_snapshot!(format!("palette_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
    let mut console = Console::full(80, 24);
    ctrl(&mut console, 'k');
    console.keys("re");
    let ascii = lines(&buffer(&console.model, &Theme::mono().in_ascii()));
    assert!(ascii.iter().all(|line| line.is_ascii()), "{ascii:?}");
}

#[test]
fn enter_goes_to_what_was_found() {
    let mut console = Console::full(80, 24);
    let mut go = |letters: &str| {
        ctrl(&mut console, 'k');
        console.keys(letters);
        let first = found(&console).first().cloned().unwrap_or_default();
        console.press(Key::Enter);
        assert_eq!(console.model.palette().map(|_| ()), None, "{letters}");
        (first, console.model.context(), selected(&console).to_owned(), typed(&console).to_owned())
    };
    let (first, context, task, _) = go("flky rtry");
    assert_eq!(
        (first.as_str(), context, task.as_str()),
        ("task Fix flaky retry test in scheduler", Context::Queue, "retry")
    );
    let (first, context, ..) = go("api 1291");
    assert_eq!((first.as_str(), context), ("pull Cache the schema", Context::Pull));
    let (first, context, ..) = go("doctor");
    assert_eq!((first.as_str(), context), ("command doctor", Context::Doctor));
    let (first, context, _, typed) = go("sort");
    assert_eq!((first.as_str(), context, typed.as_str()), ("command sort", Context::Line, "sort "), "it wants a word");
    console.press(Key::Esc);
    let (first, context) = {
        ctrl(&mut console, 'k');
        console.keys("acme/web");
        let first = found(&console).first().cloned().unwrap_or_default();
        console.press(Key::Enter);
        (first, console.model.context())
    };
    assert_eq!((first.as_str(), context), ("repo acme/web", Context::Queue));
    assert_eq!(console.model.queue.typed.text, "repo:acme/web");
    assert!(console.model.listed().all(|known| known.task.at.repo == repo("web")));
    ctrl(&mut console, 'k');
    console.keys("needs me");
    console.press(Key::Enter);
    assert_eq!(console.model.settings.views[console.model.queue.views.at].name.as_str(), "Needs me");
}

#[test]
fn a_template_opens_its_form_and_a_console_that_only_reads_offers_none() {
    let mut console = Console::full(80, 24);
    let template = |console: &Console| {
        let rows = console.model.palette().map_or(&[][..], |palette| &palette.rows);
        rows.iter().position(|row| matches!(row.to, To::Template(_)))
    };
    ctrl(&mut console, 'k');
    console.keys("test");
    let at = template(&console).expect("a shipped template is about tests");
    for _ in 0..at {
        console.press(Key::Down);
    }
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Form);
    let mut reading = Console::with(Settings { read_only: true, ..settings() }, 80, 24);
    ctrl(&mut reading, 'k');
    reading.keys("test");
    assert_eq!(template(&reading), None);
    reading.press(Key::Esc);
    ctrl(&mut reading, 'k');
    reading.keys("cancel");
    assert!(!found(&reading).contains(&"command cancel".to_owned()));
}

#[test]
fn with_nothing_typed_it_shows_the_places_visited_last_and_leads_back_to_them() {
    let mut console = Console::full(80, 24);
    ctrl(&mut console, 'k');
    assert!(text(&console.model).contains("Nowhere was visited yet."), "{}", text(&console.model));
    console.press(Key::Esc);
    console.select("chrono");
    console.press(Key::Enter);
    console.keys("p");
    console.keys("I");
    ctrl(&mut console, 'k');
    let rows = found(&console);
    assert_eq!(rows[1], "log Replace moment with chrono in reports", "{rows:?}");
    assert!(rows[0].starts_with("reviews") && rows[2].starts_with("queue"), "{rows:?}");
    insta::assert_snapshot!("palette_visited", text(&console.model));
    console.press(Key::Down);
    console.press(Key::Enter);
    assert_eq!((console.model.context(), selected(&console)), (Context::Log, "chrono"));
}

#[test]
fn nothing_found_is_said_and_enter_does_nothing() {
    let mut console = Console::full(80, 24);
    ctrl(&mut console, 'k');
    console.keys("zzzqqq");
    assert!(text(&console.model).contains("Nothing here is found by “zzzqqq”."), "{}", text(&console.model));
    assert_eq!(console.press(Key::Enter), []);
    assert_eq!(console.model.context(), Context::Palette);
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Queue);
}

#[test]
fn what_comes_in_moves_nothing_under_the_cursor_and_what_is_gone_is_said() {
    let mut console = Console::full(80, 24);
    ctrl(&mut console, 'k');
    console.keys("flaky retry");
    let before = found(&console);
    console.good(Source::Tasks(repo("api")), News::Gone(vec![TaskId::new("retry")]));
    assert_eq!(found(&console), before);
    console.press(Key::Enter);
    assert!(note(&console).contains("not known here any more"), "{}", note(&console));
    // The list that is made with the next letter is one of what there is.
    ctrl(&mut console, 'k');
    console.keys("flak");
    assert!(!found(&console).iter().any(|row| row.starts_with("task Fix flaky retry")));
}

#[test]
fn a_list_narrowed_letter_by_letter_is_the_list_found_at_once() {
    for whole in ["retry", "re a", "acme rep", "the"] {
        let mut slow = Console::full(80, 24);
        ctrl(&mut slow, 'k');
        slow.keys(whole);
        let mut fast = Console::full(80, 24);
        ctrl(&mut fast, 'k');
        fast.happen(What::Paste(whole.into()));
        assert_eq!(found(&slow), found(&fast), "{whole}");
        slow.press(Key::Backspace);
        slow.keys(&whole[whole.len() - 1..]);
        assert_eq!(found(&slow), found(&fast), "{whole}, one taken back and typed again");
    }
}

#[test]
fn a_strangers_title_is_only_text_in_it() {
    let mut console = Console::full(80, 24);
    let evil = crate::world::task(
        "evil",
        "api",
        "\u{1b}]0;owned\u{7} fix\u{202e} it\u{1b}[2J",
        atc::domain::State::Queued,
        1,
        1,
    );
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![evil], unreadable: 0 });
    ctrl(&mut console, 'k');
    console.keys("fix");
    let shown = text(&console.model);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert!(found(&console).iter().any(|row| row.contains("fix")), "{shown}");
}

// Back and forward.

#[test]
fn back_leads_through_the_places_visited_and_forward_again() {
    let mut console = Console::full(80, 24);
    console.select("chrono");
    console.press(Key::Enter);
    console.keys("pj");
    console.press(Key::Enter);
    console.keys("I");
    let contexts = |console: &mut Console, go: fn(&mut Console) -> Vec<Effect>, n: usize| {
        let step = |_| {
            go(console);
            console.model.context()
        };
        (0..n).map(step).collect::<Vec<_>>()
    };
    assert_eq!(contexts(&mut console, back, 4), [Context::Pull, Context::Reviews, Context::Log, Context::Queue]);
    assert_eq!(selected(&console), "chrono");
    assert_eq!(contexts(&mut console, forward, 4), [Context::Log, Context::Reviews, Context::Pull, Context::Inbox]);
    forward(&mut console);
    assert_eq!(note(&console), "this is the newest place");
    ctrl(&mut console, 'o');
    assert_eq!(console.model.context(), Context::Pull, "the other key for the same");
    console.keys("Q");
    forward(&mut console);
    assert_eq!(console.model.context(), Context::Queue, "who goes elsewhere has nothing before him");
}

#[test]
fn tasks_of_one_name_are_told_apart_by_their_repositories() {
    for (width, height, owner) in [(160, 45, "acme/"), (80, 24, "")] {
        let mut console = Console::full(width, height);
        let name = "Bump the toolchain and mend what the new lints find in all crates";
        for repository in ["api", "web"] {
            let id = format!("twin-{repository}");
            let task = crate::world::task(&id, repository, name, atc::domain::State::InProgress, 5, 5);
            console.good(Source::Tasks(repo(repository)), News::Tasks { tasks: vec![task], unreadable: 0 });
        }
        for repository in ["api", "web"] {
            console.keys("Q6");
            console.select(&format!("twin-{repository}"));
            console.keys("l");
            let shown = text(&console.model);
            let title = format!("── Log · {owner}{repository} · Bump the toolchain and mend what the new lints ");
            assert!(shown.contains(&title), "{title}\n{shown}");
        }
        console.keys("p");
        ctrl(&mut console, 'k');
        let rows = &console.model.palette().unwrap().rows;
        let logs: Vec<&str> = rows.iter().filter(|row| row.kind == "log").map(|row| row.more.as_str()).collect();
        assert_eq!(logs, ["acme/web", "acme/api"]);
    }
}

#[test]
fn a_place_that_is_gone_is_left_out_and_that_is_said() {
    let mut console = Console::full(80, 24);
    console.keys("p");
    console.keys("Q");
    console.select("chrono");
    console.press(Key::Enter);
    console.keys("I");
    console.good(Source::Tasks(repo("reports")), News::Gone(vec![TaskId::new("chrono")]));
    back(&mut console);
    assert_eq!((console.model.context(), note(&console)), (Context::Queue, "left out a place that is gone"));
}

#[test]
fn moving_through_rows_leaves_no_trace_but_a_leap_does() {
    let mut console = Console::full(80, 24);
    console.keys("jjjj");
    let before = selected(&console).to_owned();
    back(&mut console);
    assert_eq!(note(&console), "this is the first place");
    command(&mut console, "task fuzz the");
    assert_eq!(selected(&console), "fuzz");
    back(&mut console);
    assert_eq!(selected(&console), before, "back on the row the leap began at");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn back_and_then_forward_leads_to_the_same_place(steps in prop::collection::vec(0..14_usize, 1..24)) {
        let mut console = Console::full(160, 45);
        for step in steps {
            match step {
                0 => { console.keys("Q"); }
                1 => { console.keys("l"); }
                2 => { console.keys("p"); }
                3 => { console.keys("I"); }
                4 => { console.keys("d"); }
                5 => { console.keys("j"); }
                6 => { console.press(Key::Enter); }
                7 => { console.press(Key::Esc); }
                8 => { console.keys("3"); }
                9 => { console.keys("A"); }
                10 => { command(&mut console, "task logo"); }
                11 => { back(&mut console); }
                12 => { forward(&mut console); }
                _ => { console.keys("n"); console.press(Key::Esc); }
            }
            prop_assert!(console.model.place.trail.back.len() <= atc::console::state::trail::MOST);
        }
        // A question or a line is no place.
        console.press(Key::Esc);
        let (here, task) = (at(&console), selected(&console).to_owned());
        let there = console.model.place.trail.back.last().cloned();
        back(&mut console);
        if there.is_some() && at(&console) != here {
            forward(&mut console);
            prop_assert_eq!(at(&console), here);
            prop_assert_eq!(selected(&console), task);
        }
    }
}

#[test]
fn back_at_a_form_the_queue_under_it_is_as_it_was() {
    let mut console = Console::full(160, 45);
    console.keys("n");
    console.press(Key::Esc);
    back(&mut console);
    console.keys("3");
    back(&mut console);
    assert_eq!((at(&console), selected(&console)), (Some(At::Compose), "migrate-tax"));
    forward(&mut console);
    assert_eq!((at(&console), selected(&console)), (Some(At::Queue("stuck".to_owned())), "ghost"));
}

// Lines typed before.

#[test]
fn the_arrows_walk_through_the_lines_that_begin_like_what_was_typed() {
    let mut console = Console::full(80, 24);
    for line in ["sort name", "zoom", "sort age", "budget"] {
        command(&mut console, line);
    }
    console.keys(":so");
    console.press(Key::Up);
    assert_eq!(typed(&console), "sort age");
    console.press(Key::Up);
    assert_eq!(typed(&console), "sort name");
    console.press(Key::Up);
    assert_eq!(typed(&console), "sort name");
    console.press(Key::Down);
    console.press(Key::Down);
    assert_eq!(typed(&console), "so", "what was typed comes back");
}

#[test]
fn an_older_line_is_looked_for_by_what_it_holds() {
    let mut console = Console::full(80, 24);
    for line in ["filter repo:api", "zoom", "filter api fix", "budget"] {
        command(&mut console, line);
    }
    console.keys(":");
    ctrl(&mut console, 'r');
    console.keys("api");
    assert_eq!(typed(&console), "filter api fix");
    insta::assert_snapshot!("looking_for_an_older_line", lines(&buffer(&console.model, &Theme::default()))[23]);
    ctrl(&mut console, 'r');
    assert_eq!(typed(&console), "filter repo:api");
    ctrl(&mut console, 'r');
    assert_eq!(typed(&console), "filter repo:api", "there is nothing older");
    console.press(Key::Esc);
    assert_eq!((typed(&console), console.model.context()), ("", Context::Line));
    ctrl(&mut console, 'r');
    console.keys("bud");
    console.press(Key::Enter);
    assert!(console.model.line.is_none() && note(&console).contains("request"), "{}", note(&console));
}

#[test]
fn lines_of_earlier_runs_stand_before_those_of_this_one_and_can_be_forgotten() {
    let mut console = Console::full(80, 24);
    command(&mut console, "zoom");
    let kept = vec![(Which::Commands, "sort name".to_owned()), (Which::Queries, "is:stuck".to_owned())];
    console.happen(What::Local(Local::Lines(kept)));
    console.keys(":");
    console.press(Key::Up);
    console.press(Key::Up);
    assert_eq!(typed(&console), "sort name");
    console.press(Key::Esc);
    console.keys("/");
    console.press(Key::Up);
    assert_eq!(typed(&console), "is:stuck");
    console.press(Key::Esc);
    assert_eq!(command(&mut console, "history clear"), [Effect::ForgetLines]);
    console.keys(":");
    console.press(Key::Up);
    assert_eq!(typed(&console), "", "not even the line that did it");
}

// What a command can go on with.

fn offered(console: &Console) -> Vec<&str> {
    let offers = console.model.line.as_ref().and_then(|line| line.offers.as_ref());
    offers.map_or_else(Vec::new, |offers| offers.all.iter().map(|offer| offer.insert.as_str()).collect())
}

#[test]
fn a_command_completes_as_it_is_typed_and_then_what_it_takes() {
    let mut console = Console::full(80, 24);
    console.keys(":re");
    assert_eq!(offered(&console), ["repo ", "reviews", "refresh", "retry"]);
    insta::assert_snapshot!("completing_a_command", text(&console.model));
    console.press(Key::Esc);
    for (line, first) in [
        ("view ne", "needs-me"),
        ("sort a", "age"),
        ("group r", "repo"),
        ("repo o", "only"),
        ("repo remove acme/a", "acme/api"),
        ("pull acme/b", "acme/billing#1288"),
        ("task flaky", "retry"),
        ("filter repo:acme/w", "acme/web"),
        ("filter agent:tax", "tax-migrator"),
        ("filter branch:copilot/re", "copilot/retry"),
        ("layout r", "rows"),
    ] {
        console.keys(":");
        console.keys(line);
        assert_eq!(offered(&console).first().copied(), Some(first), "{line}: {:?}", offered(&console));
        console.press(Key::Esc);
        assert!(console.model.line.is_none(), "one key gives up: {line}");
    }
    console.keys(":new ");
    let effects = console.press(Key::Tab);
    assert_eq!(effects, [], "nothing is asked for");
    assert!(typed(&console).len() > "new ".len());
}

#[test]
fn an_alias_is_a_command_in_every_way() {
    let aliases = [("q", "quit"), ("mine", "filter user:@me"), ("so", "sort")];
    let aliases = aliases.into_iter().map(|(name, words)| (name.to_owned(), words.to_owned())).collect();
    let mut console = Console::with(Settings { aliases, ..settings() }, 80, 24);
    console.fill();
    command(&mut console, "mine is:active");
    assert_eq!(console.model.queue.typed.text, "user:@me is:active");
    console.keys(":so na");
    assert_eq!(offered(&console), ["name"]);
    console.press(Key::Esc);
    console.keys(":mi");
    assert_eq!(offered(&console), ["mine"]);
    console.press(Key::Esc);
    ctrl(&mut console, 'k');
    console.keys("mine");
    assert_eq!(found(&console).first().map(String::as_str), Some("alias mine"));
    console.press(Key::Esc);
    command(&mut console, "q");
    assert_eq!(console.model.context(), Context::Dialog, "a cancel is under way: leaving asks");
}

#[test]
fn a_task_or_a_pull_request_is_named_exactly_or_it_is_said_why_not() {
    let mut console = Console::full(80, 24);
    for (line, said) in [
        ("task", "write: task TITLE|ID"),
        ("task nothing at all", "no task is called"),
        ("task re", "tasks begin so"),
        ("pull nonsense", "write: pull [owner/name]#N"),
        ("pull #9", "no pull request #9 is known here"),
        ("new nonsense", "no template “nonsense”"),
        ("history", "write: history clear"),
    ] {
        command(&mut console, line);
        assert!(fault(&console).contains(said), "{line}: {}", fault(&console));
        console.press(Key::Esc);
    }
    command(&mut console, "pull #2031");
    assert_eq!(console.model.context(), Context::Pull);
    assert_eq!(console.model.reviewed_pull().map(|pull| pull.number), Some(2031));
}

// How the panes stand.

#[test]
fn panes_are_reset_to_what_they_were_at_first() {
    let mut console = Console::full(160, 45);
    let first = console.model.place.panes();
    console.keys("+++L");
    console.keys("z");
    assert_ne!(console.model.place.panes(), first);
    console.model.notes.current = None;
    command(&mut console, "layout reset");
    assert_eq!(console.model.place.panes(), first);
}

#[test]
fn every_change_of_the_panes_is_told_once() {
    let mut console = Console::full(160, 45);
    let told = |console: &mut Console, chord: Chord| {
        let event = atc::console::Event { at: console.at, what: What::Key(chord) };
        let effects = atc::console::update::update(&mut console.model, event);
        effects.into_iter().filter(|effect| matches!(effect, Effect::KeepSeat(_))).count()
    };
    assert_eq!(told(&mut console, Chord::char('+')), 1);
    assert_eq!(told(&mut console, Chord::char('j')), 0);
    assert_eq!(told(&mut console, Chord::char('z')), 1);
    assert_eq!(told(&mut console, Chord::char('L')), 1);
}

// The tour.

#[test]
fn the_tour_points_to_one_thing_after_the_other_on_the_screen_as_it_is() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = Console::full(width, height);
        command(&mut console, "tour");
        let mut out = String::new();
        for _ in STEPS {
            out.push_str(&text(&console.model));
            out.push_str("\n════\n");
            console.press(Key::Enter);
        }
        assert_eq!(console.model.context(), Context::Queue, "the last step ends it");
        insta::assert_snapshot!(format!("tour_{width}x{height}"), out);
    }
}

#[test]
fn every_word_of_the_tour_is_seen_on_the_smallest_screen() {
    for (width, height) in [(40, 10), (40, 12), (50, 10), (80, 24)] {
        let mut console = Console::full(width, height);
        command(&mut console, "tour");
        for (n, step) in STEPS.iter().enumerate() {
            let shown = text(&console.model).split_whitespace().collect::<Vec<_>>().join(" ");
            let words = step.words(&console.model.settings.keymap, false);
            let whole = words.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(shown.contains(&whole), "step {n} at {width}×{height}: {}", text(&console.model));
            console.press(Key::Enter);
        }
    }
}

#[test]
fn any_other_key_leaves_the_tour_and_does_what_it_always_does() {
    let mut console = Console::full(80, 24);
    console.select("chrono");
    console.keys("p");
    command(&mut console, "tour");
    console.press(Key::Enter);
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Tour);
    console.press(Key::Esc);
    assert_eq!((console.model.context(), selected(&console)), (Context::Reviews, "chrono"), "back where it was begun");
    command(&mut console, "tour");
    console.keys("n");
    assert_eq!(console.model.place.focus, Pane::Compose);
    console.press(Key::Esc);
    command(&mut console, "tour");
    console.keys("q");
    assert_eq!(console.model.context(), Context::Dialog, "a cancel is under way: leaving asks");
}

#[test]
fn the_tour_is_offered_quietly_and_only_until_it_is_taken_or_not_wanted() {
    for (width, height) in [(80, 24), (40, 10), (160, 45)] {
        let mut console = Console::full(width, height);
        let offered = |console: &Console| text(&console.model).contains("new here? :tour");
        assert!(!offered(&console));
        console.happen(What::Local(Local::FirstStart));
        assert!(offered(&console), "{}", text(&console.model));
        let last = text(&console.model).lines().last().unwrap_or_default().to_owned();
        assert!(last.contains("? keys   "), "as far from the keys as they are from each other: {last}");
        console.keys("j");
        assert!(offered(&console), "it waits");
        console.press(Key::Esc);
        assert!(note(&console).contains(":tour"), "{}", note(&console));
        console.model.notes.current = None;
        assert!(!offered(&console));
        console.happen(What::Local(Local::FirstStart));
        command(&mut console, "tour");
        console.press(Key::Esc);
        console.model.notes.current = None;
        assert!(!offered(&console));
    }
}

#[test]
fn the_help_begins_with_the_screen_it_was_opened_on() {
    for (keys, title) in [("", "Queue"), ("l", "Log"), ("p", "Reviews"), ("I", "Inbox"), ("n", "Compose: templates")] {
        let mut console = Console::full(80, 24);
        console.keys(keys);
        console.keys("?");
        let shown = text(&console.model);
        let first = shown.lines().nth(3).unwrap_or_default();
        assert_eq!(first.trim(), title, "{shown}");
    }
    let mut console = Console::full(80, 24);
    console.keys("?");
    insta::assert_snapshot!("help_of_the_queue", text(&console.model));
    console.happen(What::Resize(Size { width: 40, height: 10 }));
    assert!(text(&console.model).contains("Every agent task of your"), "{}", text(&console.model));
}
