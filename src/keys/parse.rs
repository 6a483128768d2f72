//! Reads keys as they are written in the help and in the config: `x`, `ctrl+s`, `alt+shift+left`, `g g`.
//!
//! What a terminal sends has one form here: `ctrl+shift+x` is `ctrl+X`, for shift is part of a character.

use super::chord::{Chord, Key, Keys};

/// More keys one after the other nobody remembers.
pub const MOST: usize = 4;

/// Names of keys that are no character, the one of the help last. Case does not count.
const NAMES: &[(&str, Key)] = &[
    ("return", Key::Enter),
    ("enter", Key::Enter),
    ("escape", Key::Esc),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("backtab", Key::BackTab),
    ("bs", Key::Backspace),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("del", Key::Delete),
    ("insert", Key::Insert),
    ("ins", Key::Insert),
    ("up", Key::Up),
    ("↑", Key::Up),
    ("down", Key::Down),
    ("↓", Key::Down),
    ("left", Key::Left),
    ("←", Key::Left),
    ("right", Key::Right),
    ("→", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pgup", Key::PageUp),
    ("pagedown", Key::PageDown),
    ("pgdn", Key::PageDown),
    ("space", Key::Char(' ')),
];

/// The function keys that terminals know.
pub const LAST_F: u8 = 35;

/// One key after the other, with blanks between them.
pub fn keys(text: &str) -> Result<Keys, String> {
    let mut chords = text.split_whitespace().map(chord);
    let first = chords.next().ok_or("is no key: write one such as x, enter, ctrl+s or g g")??;
    let rest = chords.collect::<Result<Vec<_>, _>>()?;
    if rest.len() >= MOST {
        return Err(format!("has {} keys one after the other; at most {MOST} can be bound", rest.len() + 1));
    }
    Ok(Keys { first, rest })
}

/// One key with what is held down beside it.
pub fn chord(text: &str) -> Result<Chord, String> {
    let mut chord = Chord::char('?');
    let mut rest = text;
    let begins = |rest: &str, name: &&str| rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    while let Some(name) = ["ctrl+", "alt+", "shift+"].iter().find(|name| begins(rest, name)) {
        let flag = match *name {
            "ctrl+" => &mut chord.ctrl,
            "alt+" => &mut chord.alt,
            _ => &mut chord.shift,
        };
        if *flag {
            return Err(format!("{name} stands twice in `{text}`"));
        }
        *flag = true;
        rest = rest.get(name.len()..).unwrap_or_default();
    }
    chord.key = key(rest).ok_or_else(|| no_key(text, rest))?;
    one_form(chord).ok_or_else(|| format!("`{text}`: write what shift makes of the key"))
}

fn no_key(text: &str, rest: &str) -> String {
    let other = rest.split_once('+').filter(|(name, key)| !name.is_empty() && !key.is_empty());
    match other {
        Some((name, _)) => format!("`{name}+` is none of ctrl+, alt+ and shift+, which terminals tell apart"),
        None => format!("`{text}` is no key; there are characters, {} and f1 to f{LAST_F}", names()),
    }
}

fn names() -> String {
    let ascii = NAMES.iter().zip(NAMES.iter().skip(1)).filter(|((_, key), (_, next))| key != next);
    let mut names: Vec<_> = ascii.map(|((name, _), _)| *name).filter(|name| name.is_ascii()).collect();
    names.extend(["up", "down", "left", "right", "space"]);
    names.join(", ")
}

fn key(text: &str) -> Option<Key> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && !c.is_control()
        && !"↑↓←→".contains(c)
    {
        return Some(Key::Char(c));
    }
    let lower = text.to_lowercase();
    if let Some((_, key)) = NAMES.iter().find(|(name, _)| *name == lower) {
        return Some(*key);
    }
    let n = lower.strip_prefix('f').filter(|n| !n.starts_with(['0', '+']))?.parse::<u8>().ok()?;
    (1..=LAST_F).contains(&n).then_some(Key::F(n))
}

/// The form the terminal's bytes are read in. `None`: shift beside a sign, which only the keyboard's layout knows.
fn one_form(chord: Chord) -> Option<Chord> {
    Some(match chord.key {
        Key::Char(' ') => Chord { shift: false, ..chord },
        Key::Char(c) if chord.shift => {
            let mut upper = c.to_uppercase();
            let one = upper.next().filter(|_| upper.len() == 0).filter(|one| *one != c || c.is_uppercase())?;
            Chord { key: Key::Char(one), shift: false, ..chord }
        }
        Key::Tab if chord.shift => Chord { key: Key::BackTab, shift: false, ..chord },
        Key::BackTab => Chord { shift: false, ..chord },
        _ => chord,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    fn any_key() -> impl Strategy<Value = Key> {
        let named: Vec<Key> = NAMES.iter().map(|(_, key)| *key).collect();
        prop_oneof![
            any::<char>().prop_map(Key::Char),
            (0x20..0x7f_u8).prop_map(|c| Key::Char(char::from(c))),
            (1..=LAST_F).prop_map(Key::F),
            proptest::sample::select(named),
        ]
    }

    prop_compose! {
        /// As the terminal's bytes are read: shift is part of a character.
        fn any_chord()(key in any_key(), ctrl: bool, alt: bool, shift: bool) -> Chord {
            let shift = shift && !matches!(key, Key::Char(_) | Key::Tab | Key::BackTab);
            Chord { key, ctrl, alt, shift }
        }
    }

    fn is_sent(chord: Chord) -> bool {
        !matches!(chord.key, Key::Char(c) if c.is_control() || (c.is_whitespace() && c != ' ') || "↑↓←→".contains(c))
    }

    proptest! {
        #[test]
        fn every_chord_is_read_as_it_is_written(chords in prop::collection::vec(any_chord(), 1..=MOST)) {
            prop_assume!(chords.iter().all(|chord| is_sent(*chord)));
            let written = Keys { first: chords[0], rest: chords[1..].to_vec() };
            prop_assert_eq!(keys(&written.to_string()), Ok(written));
        }

        #[test]
        fn no_text_at_all_is_too_much_for_it(text in "\\PC{0,40}|(ctrl|alt|shift|f|\\+| |[0-9]|up){0,8}") {
            if let Ok(read) = keys(&text) {
                prop_assert_eq!(keys(&read.to_string()), Ok(read));
            }
        }
    }

    #[test]
    fn other_spellings_are_the_same_keys() {
        for (text, written) in [
            ("PageDown", "pgdn"),
            ("Ctrl+S", "ctrl+S"),
            ("CTRL+s", "ctrl+s"),
            ("shift+ctrl+x", "ctrl+X"),
            ("shift+é", "É"),
            ("shift+tab", "shift+tab"),
            ("backtab", "shift+tab"),
            ("ctrl+shift+tab", "ctrl+shift+tab"),
            ("alt+up", "alt+↑"),
            ("ctrl++", "ctrl++"),
            ("+", "+"),
            ("Return", "enter"),
            ("F12", "f12"),
            ("f", "f"),
            ("shift+space", "space"),
            ("  g   g ", "g g"),
            ("ctrl+x ctrl+c", "ctrl+x ctrl+c"),
        ] {
            assert_eq!(keys(text).map(|keys| keys.to_string()).as_deref(), Ok(written), "{text}");
        }
    }

    #[test]
    fn what_no_terminal_sends_is_refused_with_a_reason() {
        for (text, part) in [
            ("", "is no key"),
            ("ctrl+", "`ctrl+` is no key"),
            ("super+x", "is none of ctrl+, alt+ and shift+"),
            ("ctrl+ctrl+x", "stands twice"),
            ("f0", "is no key"),
            ("f36", "is no key"),
            ("f01", "is no key"),
            ("shift+1", "what shift makes of the key"),
            ("gg", "is no key"),
            ("a b c d e", "at most 4"),
            ("\u{7}", "is no key"),
        ] {
            let wrong = keys(text).unwrap_err();
            assert!(wrong.contains(part), "{text}: {wrong}");
        }
    }
}
