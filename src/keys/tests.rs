#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashSet;

use super::*;
use crate::keys::{file, parse};

const PRESETS: [Preset; 3] = [Preset::Default, Preset::Vim, Preset::Emacs];

fn press(map: &Keymap, context: Context, text: &str) -> Found {
    map.find(context, &parse::keys(text).unwrap().chords().collect::<Vec<_>>())
}

/// The operator's own sections over a preset, and what is wrong with them.
fn own(preset: Preset, text: &str) -> (Keymap, Vec<String>) {
    let (changes, unread) = file::read_text(text);
    assert_eq!(unread, [], "{text}");
    let (map, wrong) = Keymap::build(preset, &changes);
    (map, wrong.into_iter().map(|wrong| wrong.what).collect())
}

fn fine(preset: Preset, text: &str) -> Keymap {
    let (map, wrong) = own(preset, text);
    assert_eq!(wrong, Vec::<String>::new(), "{text}");
    map
}

fn wrong(text: &str) -> Vec<String> {
    own(Preset::Default, text).1
}

#[test]
fn an_own_binding_wins_over_the_global_one() {
    let map = Keymap::default();
    assert_eq!(map.lookup(Context::Log, Chord::char('n')), Some(Intent::NextHit));
    assert_eq!(map.lookup(Context::Queue, Chord::char('n')), Some(Intent::Compose));
    assert_eq!(map.lookup(Context::Help, Chord::char('q')), Some(Intent::Back));
}

#[test]
fn a_plain_character_is_never_a_command_where_text_is_typed() {
    for map in PRESETS.map(Keymap::of) {
        for context in [Context::Form, Context::FollowUp, Context::Issues, Context::Line] {
            for code in 0x20..0x7f_u8 {
                let found = map.find(context, &[Chord::char(char::from(code))]);
                assert_eq!(found, Found::Nothing, "{context:?} {code}");
            }
            assert_eq!(map.lookup(context, Chord::ctrl('c')), Some(Intent::Quit));
        }
    }
}

#[test]
fn a_question_hears_only_its_own_keys_and_the_way_out() {
    let map = Keymap::default();
    assert_eq!(map.lookup(Context::Dialog, Chord::char('q')), None);
    assert_eq!(map.lookup(Context::Dialog, Chord::char('x')), None);
    assert_eq!(map.lookup(Context::Dialog, Chord::plain(Key::Enter)), Some(Intent::Accept));
    assert_eq!(map.lookup(Context::Dialog, Chord::ctrl('z')), Some(Intent::Suspend));
    let emacs = Keymap::of(Preset::Emacs);
    assert_eq!(press(&emacs, Context::Dialog, "ctrl+x"), Found::Prefix);
    assert_eq!(press(&emacs, Context::Dialog, "ctrl+x ctrl+c"), Found::Intent(Intent::Quit));
    assert_eq!(press(&emacs, Context::Dialog, "ctrl+x k"), Found::Nothing);
}

#[test]
fn a_prefix_waits_for_the_rest_and_what_does_not_belong_to_it_means_nothing() {
    let vim = Keymap::of(Preset::Vim);
    assert_eq!(press(&vim, Context::Queue, "g"), Found::Prefix);
    assert_eq!(press(&vim, Context::Queue, "g g"), Found::Intent(Intent::Top));
    assert_eq!(press(&vim, Context::Queue, "g x"), Found::Nothing);
    assert_eq!(press(&vim, Context::Queue, "g esc"), Found::Nothing);
    assert_eq!(press(&vim, Context::Queue, "g t"), Found::Intent(Intent::NextView), "its own");
    assert_eq!(press(&vim, Context::Reviews, "g t"), Found::Intent(Intent::NextPane), "that of everywhere");
}

#[test]
fn what_can_follow_is_told_with_the_rest_of_its_keys() {
    let emacs = Keymap::of(Preset::Emacs);
    let after = emacs.following(Context::Queue, &[Chord::ctrl('x')], false);
    assert!(after.contains(&("ctrl+c".to_owned(), "quit")) && after.contains(&("k".to_owned(), "back")), "{after:?}");
    let reading = emacs.following(Context::Queue, &[Chord::ctrl('x')], true);
    assert!(after.iter().any(|(key, _)| key == "ctrl+f") && reading.iter().all(|(key, _)| key != "ctrl+f"));
}

#[test]
fn no_preset_has_a_line_that_is_not_understood_or_a_conflict() {
    for (word, text) in
        [("vim", include_str!("../../assets/keys/vim.toml")), ("emacs", include_str!("../../assets/keys/emacs.toml"))]
    {
        let (changes, unread) = file::read_text(text);
        assert_eq!(unread, [], "{word}");
        let (map, wrong) = Keymap::build(Preset::Default, &changes);
        assert_eq!(wrong, [], "{word}");
        let preset = PRESETS.into_iter().find(|preset| preset.word() == word).unwrap();
        let words =
            |map: &Keymap| map.rows.iter().map(|row| (row.context, row.keys.clone(), row.intent)).collect::<Vec<_>>();
        assert_eq!(words(&map), words(&Keymap::of(preset)));
        assert!(map.rows.iter().all(|row| row.intent.is_none() || !row.help.is_empty()), "{word}");
    }
}

#[test]
fn everything_that_can_be_done_with_a_key_can_be_done_with_one_in_every_preset() {
    for preset in PRESETS {
        let map = Keymap::of(preset);
        for b in TABLE.iter().flat_map(|(_, own)| *own) {
            assert!(map.row_of(b.context, b.intent).is_some(), "{preset:?} {:?} {:?}", b.context, b.intent);
        }
    }
}

#[test]
fn every_intent_has_a_word_of_its_own() {
    let mut seen = HashSet::new();
    let all: HashSet<Intent> = TABLE.iter().flat_map(|(_, own)| own.iter().map(|b| b.intent)).collect();
    for intent in all {
        let word = intent.word();
        assert!(word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{word}");
        assert!(word != file::NOTHING && seen.insert(word.clone()), "{word} twice");
    }
    for (intent, word) in [
        (Intent::NextPane, "next-pane"),
        (Intent::View(3), "view-3"),
        (Intent::Next(crate::transcript::Facet::Call), "next-call-entry"),
    ] {
        assert_eq!(intent.word(), word);
    }
    assert_eq!(Context::FollowUp.word(), "follow-up");
}

#[test]
fn own_keys_come_first_in_help_and_footer_and_what_is_bound_to_nothing_is_gone() {
    let map = fine(Preset::Default, "[keys.queue]\nX = \"cancel\"\nx = \"none\"\nn = \"none\"\nF5 = \"refresh\"\n");
    assert_eq!(map.key(Context::Queue, Intent::Cancel), "X");
    assert_eq!(map.lookup(Context::Queue, Chord::char('x')), None);
    assert_eq!(map.lookup(Context::Queue, Chord::char('n')), None, "the key everywhere is not heard here");
    assert_eq!(map.lookup(Context::Detail, Chord::char('n')), Some(Intent::Compose));
    assert_eq!(map.row_of(Context::Queue, Intent::Refresh).unwrap().footer, "refresh");
    let none = fine(Preset::Default, "[keys.queue]\nx = \"none\"\n");
    assert_eq!(none.key(Context::Queue, Intent::Cancel), "<cancel>", "a text has to name something");
}

#[test]
fn own_keys_lie_over_the_presets() {
    let map = fine(Preset::Vim, "[keys.global]\n\"g g\" = \"none\"\n\"G\" = \"top\"\n");
    assert_eq!(press(&map, Context::Queue, "g g"), Found::Nothing);
    assert_eq!(press(&map, Context::Queue, "g t"), Found::Intent(Intent::NextView));
    assert_eq!(press(&map, Context::Queue, "G"), Found::Intent(Intent::Top));
}

#[test]
fn every_conflict_is_found_at_once() {
    let text = "[keys.global]\n\"g g\" = \"top\"\n\"ctrl+c\" = \"none\"\n\
                [keys.dialog]\nenter = \"yes\"\nspace = \"yes\"\n\"ctrl+y y\" = \"no\"\nesc = \"none\"\n\
                [keys.form]\nx = \"start\"\nesc = \"none\"\n\
                [keys.queue]\n\"ctrl+shift+x\" = \"copy\"\n\"ctrl+X\" = \"open\"\n";
    let found = wrong(text);
    for part in [
        "`g` is bound by itself (top), so that `g g` is never heard",
        "leaves no key that quits in detail, list and 21 other places",
        "`enter` is pressed by habit",
        "`space` is pressed by habit",
        "a question hears single keys only",
        "leaves no key that says no in dialog",
        "`x` is for the text",
        "leaves no key that goes back in form",
        "`ctrl+X` is bound twice in `queue`",
    ] {
        assert_eq!(found.iter().filter(|what| what.contains(part)).count(), 1, "{part}: {found:#?}");
    }
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn a_way_out_can_be_moved_but_not_taken_away() {
    assert!(!wrong("[keys.line]\nesc = \"none\"\n").is_empty());
    fine(Preset::Default, "[keys.line]\nesc = \"none\"\n\"ctrl+g\" = \"back\"\n");
    assert!(!wrong("[keys.queue]\n\"ctrl+c\" = \"copy\"\nq = \"copy\"\n").is_empty(), "hidden is taken away, too");
    fine(Preset::Default, "[keys.global]\n\"ctrl+c\" = \"none\"\n\"ctrl+q\" = \"quit\"\n");
    assert!(!wrong("[keys.global]\n\"ctrl+c\" = \"none\"\nX = \"quit\"\n").is_empty(), "a letter is text in a form");
    for text in ["[keys.dialog]\ny = \"none\"\n", "[keys.dialog]\nenter = \"no\"\n", "[keys.dialog]\nesc = \"none\"\n"]
    {
        assert!(!wrong(text).is_empty(), "{text}");
    }
    fine(Preset::Default, "[keys.dialog]\ny = \"none\"\nj = \"yes\"\n");
}

#[test]
fn yes_is_never_a_key_that_is_pressed_without_looking() {
    for key in ["enter", "space", "esc", "tab", "down", "ctrl+m", "ctrl+i", "ctrl+[", "f1", "backspace", "ctrl+space"] {
        let found = wrong(&format!("[keys.dialog]\n\"{key}\" = \"yes\"\n"));
        assert!(found.iter().any(|what| what.contains("may not say yes")), "{key}: {found:?}");
    }
}

#[test]
fn keys_that_may_be_held_down_only_move_wherever_they_are_bound() {
    assert_eq!(Keymap::default().held(), "+-[]jk{}");
    assert_eq!(fine(Preset::Default, "[keys.queue]\nj = \"cancel\"\n").held(), "+-[]k{}");
    assert_eq!(fine(Preset::Default, "[keys.global]\n\"é\" = \"down\"\n").held(), "+-[]jk{}é");
    assert_eq!(fine(Preset::Default, "[keys.dialog]\nj = \"yes\"\n").held(), "+-[]k{}");
}

#[test]
fn a_section_says_what_it_cannot_read() {
    let text = "[keys.queu]\nx = \"open\"\n[keys.queue]\n\"hyper+x\" = \"open\"\nx = \"cancle\"\ny = \"diff\"\nz = 3\n\"\" = \"open\"\n";
    let (changes, unread) = file::read_text(text);
    assert_eq!(changes, []);
    let mut found: Vec<_> = unread.iter().map(|one| format!("{}: {}", one.key, one.what)).collect();
    found.sort();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn what_is_written_of_own_keys_is_read_as_the_same() {
    for text in [include_str!("../../assets/keys/vim.toml"), include_str!("../../assets/keys/emacs.toml")] {
        let words = |changes: Vec<Change>| -> HashSet<_> {
            changes.into_iter().map(|change| (change.context, change.keys, change.intent)).collect()
        };
        let first = file::read_text(text).0;
        let again = file::read_text(&file::write(&first));
        assert_eq!(again.1, []);
        assert_eq!(words(again.0), words(first));
    }
}
