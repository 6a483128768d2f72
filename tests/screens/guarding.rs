//! What cannot happen by accident: nothing is changed in read-only mode, no storm of keys answers a question, and a
//! question asks about the same thing however the list moves under it.
//!
//! Numbers come from a fixed seed: what fails once fails again. `ATC_LONG=1` multiplies the cases by ten.

use atc::console::Effect;
use atc::console::event::{Mouse, MouseKind, News, Op, What};
use atc::console::keys::{Context, Key};
use atc::console::state::dialog::Ask;
use atc::console::state::layout::Size;
use atc::console::state::place::Pane;
use atc::console::update::command::COMMANDS;
use atc::domain::capability::ReadOnly;
use atc::domain::{CancelTarget, Source, State, TaskId};
use atc::runtime::input::burst::Decoder;
use atc::text::{Safe, Untrusted};
use chrono::TimeDelta;

use crate::dice::Dice;
use crate::world::{Console, every_state, repo, settings, task, with_session};

fn times(cases: usize) -> usize {
    if std::env::var_os("ATC_LONG").is_some() { cases * 10 } else { cases }
}

/// One thing an operator, or a cat, does.
fn act(dice: &mut Dice, console: &mut Console) {
    match dice.below(20) {
        0 => {
            console.keys(":");
            let command = COMMANDS[dice.below(COMMANDS.len())].name;
            console.keys(command);
            if dice.below(2) == 0 {
                console.keys(dice.of(&[" add acme/new", " all", " 1", " next", " x"]));
            }
            console.press(Key::Enter);
        }
        1 => {
            let text = dice.of(&["y", "yes\r", "x\ny\n", "\u{1b}[201~y\r", "q"]);
            console.happen(What::Paste(Untrusted::from(text)));
        }
        2 => {
            let kind = dice.of(&[MouseKind::Click, MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown]);
            let mouse = Mouse { kind, column: dice.size(170), row: dice.size(46) };
            console.happen(What::Mouse(mouse));
        }
        3 => {
            let size = dice.of(&[(80, 24), (160, 45), (40, 10), (200, 60), (30, 5)]);
            console.happen(What::Resize(Size { width: size.0, height: size.1 }));
        }
        4 => console.wait(TimeDelta::milliseconds(i64::from(dice.size(900)))),
        _ => drop(console.happen(What::Key(dice.chord()))),
    }
}

/// No write is asked for, and no question stands whose yes would be one.
fn assert_nothing_is_changed(console: &Console, what: &str) {
    let written: Vec<&Effect> = console.effects.iter().filter(|effect| effect.writes()).collect();
    assert!(written.is_empty(), "{what}: {written:?}");
    let asks = console.model.dialog.as_ref().map(|dialog| &dialog.ask);
    assert!(!asks.is_some_and(Ask::writes), "{what}: {asks:?}");
}

fn read_only() -> Console {
    let settings = atc::console::state::settings::Settings { read_only: true, ..settings() };
    let mut console = Console::with(settings, 160, 45);
    console.fill();
    console
}

#[test]
fn ten_thousand_random_sequences_in_read_only_mode_ask_for_no_change() {
    let mut dice = Dice::new(0x5eed_0001);
    let mut contexts = std::collections::HashSet::new();
    let mut console = read_only();
    for n in 0..times(10_000) {
        if n % 200 == 0 {
            console = read_only();
        }
        // Wherever the last one ended, and from every pane in turn.
        if n % 5 == 0 {
            console.press(Key::Esc);
            console.keys(dice.of(&["Q", "l", "p", "A", "n", "?", "d", "Q/", ":"]));
        }
        for _ in 0..=dice.below(8) {
            act(&mut dice, &mut console);
            contexts.insert(console.model.context());
        }
        assert_nothing_is_changed(&console, &format!("sequence {n}"));
        console.effects.clear();
    }
    for context in [Context::Queue, Context::Detail, Context::Log, Context::Reviews, Context::Help, Context::Line] {
        assert!(contexts.contains(&context), "{context:?} was never reached");
    }
    assert!(contexts.contains(&Context::Ledger) && contexts.contains(&Context::Doctor), "{contexts:?}");
    assert!(!contexts.contains(&Context::Form) && !contexts.contains(&Context::Templates), "{contexts:?}");
}

#[test]
fn read_only_that_begins_under_the_operators_hands_leaves_nothing_half_asked() {
    let mut dice = Dice::new(0x5eed_0002);
    for n in 0..times(300) {
        let mut console = Console::full(160, 45);
        console.select("retry");
        console.keys(dice.of(&["x", "n", "f", "R", "*x", "dx", "lx"]));
        console.wait(TimeDelta::milliseconds(300));
        console.effects.clear();
        let why = ReadOnly { why: Safe::new("its scopes"), next: Safe::new("another token"), chosen: false };
        console.happen(What::Op(Op::ReadOnly(why)));
        for _ in 0..20 {
            act(&mut dice, &mut console);
        }
        assert_nothing_is_changed(&console, &format!("case {n}"));
    }
}

#[test]
fn read_only_keys_are_in_no_footer_and_in_no_help() {
    let console = read_only();
    for group in atc::keys::docs::groups(&atc::keys::Keymap::default(), true) {
        assert!(!matches!(group.context, Context::Form | Context::Templates), "{:?}", group.context);
        for binding in atc::console::keys::table::bindings(group.context).iter().filter(|b| b.intent.writes()) {
            let shown = group.rows.iter().any(|(_, help)| *help == binding.help);
            assert!(!shown, "{:?}: {}", group.context, binding.help);
        }
    }
    for (context, own) in atc::console::keys::table::TABLE {
        let writing: Vec<_> = own.iter().filter(|b| b.intent.writes() && !b.footer.is_empty()).collect();
        for (_, word) in atc::console::keys::footer(context, &console.model).keys {
            assert!(!writing.iter().any(|b| b.footer == word), "{context:?}: {word}");
        }
    }
    let help: Vec<String> = atc::console::guide::lines(&console.model).iter().map(|line| format!("{line:?}")).collect();
    for command in COMMANDS.iter().filter(|command| command.writes()) {
        assert!(!help.iter().any(|line| line.contains(command.help)), "{}", command.name);
    }
}

/// Bytes as a terminal sends them, and what becomes of them.
fn send(console: &mut Console, decoder: &mut Decoder, bytes: &[u8]) {
    let mut out = Vec::new();
    decoder.feed(bytes, &mut out);
    for what in out.drain(..) {
        console.happen(what);
    }
    // So short a time passes before the next bytes that a burst is one.
    decoder.quiet(&mut out);
    for what in out {
        console.happen(what);
    }
}

/// A question on the way: one task, or so many that a word must be typed.
fn asks(dice: &mut Dice, console: &mut Console) -> bool {
    let many = dice.below(3) == 0;
    console.keys(if many { "6*" } else { "g" });
    if !many {
        console.select(dice.of(&["retry", "notes", "chrono", "docs"]));
    }
    console.effects.clear();
    many
}

#[test]
fn no_storm_of_keys_and_pastes_answers_a_question_that_has_just_appeared() {
    const STORM: [&[u8]; 16] = [
        b"y",
        b"yy",
        b"\r",
        b"\t\r",
        b"\x1b[C\r",
        b"n",
        b"Y",
        b"x",
        b"yes\r",
        b"y\ry\ry\r",
        b"\x1b[200~y\r\x1b[201~",
        b"\x1b[200~y\x1b[201~y\r\x1b[201~",
        b"\x1b[201~y\r",
        b"\x1b[200~y\r",
        b"\x1b",
        b"acme/api\r",
    ];
    let mut dice = Dice::new(0x5eed_0003);
    let (mut opened, mut answered) = (0, 0);
    for n in 0..times(1_000) {
        let mut console = Console::full(120, 40);
        let mut decoder = Decoder::new(atc::keys::Keymap::default().held());
        let many = asks(&mut dice, &mut console);
        let burst: Vec<u8> = if dice.below(2) == 0 { b"x".to_vec() } else { [&b"x"[..], dice.of(&STORM)].concat() };
        send(&mut console, &mut decoder, &burst);
        if console.model.dialog.is_none() {
            // All of it was one paste.
            assert!(!console.effects.iter().any(Effect::writes), "storm {n}: {:?}", console.effects);
            continue;
        }
        opened += 1;
        // Never a pause as long as it takes to read a question.
        for _ in 0..dice.below(30) {
            console.at += TimeDelta::milliseconds(i64::from(dice.size(249)));
            send(&mut console, &mut decoder, dice.of(&STORM));
        }
        assert!(!console.effects.iter().any(Effect::writes), "storm {n}: {:?}", console.effects);
        assert!(console.model.dialog.is_some(), "storm {n}: the question is not answered with no either");
        // It is not deaf: after a pause the exact answer is heard.
        console.at += TimeDelta::milliseconds(250);
        let word = console.model.dialog.as_ref().unwrap().word.clone();
        assert_eq!(word.is_some(), many, "storm {n}");
        match word {
            None => drop(console.keys("y")),
            Some(word) => {
                console.keys(&word);
                console.press(Key::Enter);
            }
        }
        answered += usize::from(console.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    }
    assert!(opened > 500 && answered == opened, "{answered} of {opened} answered");
}

/// Something the service tells between question and answer.
fn news(dice: &mut Dice, console: &mut Console) {
    let name = dice.of(&["billing", "api", "web", "reports"]);
    let words = ["in_progress", "queued", "completed", "failed", "waiting_for_user"];
    let mut told = Vec::new();
    for _ in 0..=dice.below(4) {
        let known: Vec<_> = every_state().into_iter().filter(|task| task.at.repo == repo(name)).collect();
        let mut task = if dice.below(2) == 0 && !known.is_empty() {
            known[dice.below(known.len())].clone()
        } else {
            let id = format!("new-{}", dice.below(40));
            with_session(task(&id, name, &id, State::InProgress, i64::from(dice.size(300)), 0), "x")
        };
        task.state = State::parse(dice.of(&words));
        task.updated_at = Some(console.at);
        told.push(task);
    }
    match dice.below(4) {
        0 => {
            let gone = every_state()[dice.below(10)].at.id.clone();
            console.good(Source::Tasks(repo(name)), News::Gone(vec![gone]));
        }
        1 => {
            let size = dice.of(&[(80, 24), (160, 45), (100, 30)]);
            console.happen(What::Resize(Size { width: size.0, height: size.1 }));
        }
        _ => console.good(Source::Tasks(repo(name)), News::Tasks { tasks: told, unreadable: 0 }),
    }
}

#[test]
fn whatever_moves_under_a_question_its_answer_is_about_what_it_asked() {
    let mut dice = Dice::new(0x5eed_0004);
    let mut hit = 0;
    for n in 0..times(500) {
        let mut console = Console::full(160, 45);
        let places = [Pane::Queue, Pane::Log];
        let focus = dice.of(&places);
        asks(&mut dice, &mut console);
        if focus == Pane::Log && console.model.queue.tally().marked == 0 {
            console.keys("l");
        }
        for _ in 0..dice.below(3) {
            news(&mut dice, &mut console);
        }
        console.keys("x");
        let Some(dialog) = console.model.dialog.clone() else { continue };
        let Ask::Cancel(asked) = dialog.ask.clone() else { panic!("schedule {n}: {:?}", dialog.ask) };
        let names = |targets: &[CancelTarget]| targets.iter().map(|one| one.task.id.clone()).collect::<Vec<TaskId>>();
        for _ in 0..dice.below(8) {
            console.at += TimeDelta::milliseconds(i64::from(dice.size(400)));
            news(&mut dice, &mut console);
        }
        assert_eq!(console.model.dialog.as_ref().map(|now| &now.body), Some(&dialog.body), "schedule {n}");
        console.wait(TimeDelta::milliseconds(300));
        match &dialog.word {
            None => drop(console.keys("y")),
            Some(word) => {
                console.keys(word);
                console.press(Key::Enter);
            }
        }
        let sent: Vec<_> = console
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Cancel(targets) => Some(targets.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(sent.len(), 1, "schedule {n}");
        assert_eq!((names(&sent[0]), &sent[0]), (names(&asked), &asked), "schedule {n}");
        hit += 1;
    }
    assert!(hit > 350, "only {hit} questions were asked");
}

#[test]
fn a_key_held_down_answers_nothing_until_it_is_let_go() {
    let mut console = Console::full(120, 40);
    console.select("retry");
    console.keys("x");
    for _ in 0..100 {
        console.at += TimeDelta::milliseconds(33);
        console.keys("y");
    }
    assert!(console.model.dialog.is_some() && !console.effects.iter().any(Effect::writes));
    console.at += TimeDelta::milliseconds(249);
    console.keys("y");
    assert!(console.model.dialog.is_some());
    console.at += TimeDelta::milliseconds(250);
    console.keys("y");
    assert!(console.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
}

#[test]
fn a_clock_that_is_put_back_does_not_make_a_question_deaf() {
    let mut console = Console::full(120, 40);
    console.select("retry");
    console.keys("x");
    console.at -= TimeDelta::hours(1);
    console.keys("y");
    assert!(console.model.dialog.is_some() && !console.effects.iter().any(Effect::writes), "too soon to know");
    console.at += TimeDelta::milliseconds(300);
    console.keys("n");
    assert!(console.model.dialog.is_none());
}
