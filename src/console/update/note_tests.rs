//! A note makes way for the keys of whatever is opened after it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use chrono::TimeDelta;

use super::log::tests::{console, start};
use super::update;
use crate::console::event::{Event, What};
use crate::console::keys::{Chord, Context, Key};
use crate::console::state::Model;
use crate::domain::Instant;

fn press(model: &mut Model, at: Instant, chord: Chord) {
    update(model, Event { at, what: What::Key(chord) });
}

fn shown(model: &Model) -> Option<&str> {
    model.notes.shown().map(|note| note.text.as_str())
}

#[test]
fn whatever_is_opened_has_the_line_and_what_nobody_could_read_comes_back_when_it_is_closed() {
    for (opens, context) in [('/', Context::Line), (':', Context::Line), ('?', Context::Help)] {
        let mut model = console(Some(&["s1"]));
        let now = start() + TimeDelta::seconds(200);
        let after = |ms: i64| now + TimeDelta::milliseconds(ms);
        model.notes.say(now, true, "refused");
        press(&mut model, after(10), Chord::char(opens));
        assert!(model.context() == context || model.context() == Context::Palette, "{opens}: {:?}", model.context());
        assert_eq!(shown(&model), None, "{opens}");
        press(&mut model, after(5_000), Chord::plain(Key::Esc));
        assert_eq!(shown(&model), Some("refused"), "{opens}");
        // It stood there long enough: now it goes for good.
        press(&mut model, after(7_000), Chord::char(opens));
        press(&mut model, after(7_100), Chord::plain(Key::Esc));
        assert_eq!(shown(&model), None, "{opens}");
    }
}

#[test]
fn what_the_same_key_says_is_about_what_it_opened() {
    let mut model = console(Some(&["s1"]));
    let now = start() + TimeDelta::seconds(200);
    press(&mut model, now, Chord::char('/'));
    model.notes.say(now, true, "said here");
    press(&mut model, now + TimeDelta::milliseconds(1), Chord::char('a'));
    assert_eq!(shown(&model), Some("said here"), "going on in the same place is no going away");
}
