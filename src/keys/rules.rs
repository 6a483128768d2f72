//! What no file may do: take away the last way out, make a word of text a command, say yes by a key that is pressed by
//! habit, or bind keys that are never heard. All that is wrong is found at once.

use super::chord::{Chord, Key};
use super::file::Change;
use super::intent::{Context, Intent};
use super::keyless::keyless;
use super::keymap::{Bound, Keymap};
use super::table::{TABLE, bindings};

/// What is wrong with one of the operator's own keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub change: usize,
    pub what: String,
}

/// What can be bound in a context: what the table binds there, what waits for a key, and what works everywhere if it works
/// there.
pub fn bindable(context: Context) -> impl Iterator<Item = Intent> {
    let narrow = matches!(context, Context::Dialog | Context::Line);
    let everywhere = bindings(Context::Global).iter().filter(move |b| !narrow || b.intent.passes_everywhere());
    let mut seen = Vec::new();
    let own = bindings(context).iter().map(|b| b.intent).chain(keyless(context).map(|can| can.intent));
    own.chain(everywhere.map(|b| b.intent)).filter(move |intent| {
        let is_new = !seen.contains(intent);
        seen.extend(is_new.then_some(*intent));
        is_new
    })
}

/// Why a word is not what can be done in a context.
pub(super) fn not_here(context: Context, word: &str) -> String {
    let has = |context: &Context| {
        let waits = keyless(*context).any(|can| can.intent.is_called(word));
        waits || bindings(*context).iter().any(|b| b.intent.is_called(word))
    };
    let places: Vec<_> = TABLE.iter().map(|(context, _)| *context).filter(has).map(Context::word).collect();
    if places.is_empty() {
        return format!("nothing is called `{}`", crate::text::width::cut_end(word, 60));
    }
    format!("`{word}` does nothing in `{}`; it can be bound in {}", context.word(), places.join(", "))
}

/// Each by itself, and beside the others.
pub(super) fn each(changes: &[Change]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (n, change) in changes.iter().enumerate() {
        let earlier =
            changes.iter().take(n).find(|other| (other.context, &other.keys) == (change.context, &change.keys));
        if earlier.is_some() {
            let what = format!("`{}` is bound twice in `{}`", change.keys, change.context.word());
            wrong.push(Wrong { change: n, what });
        } else if let Some(what) = alone(change) {
            wrong.push(Wrong { change: n, what });
        }
    }
    wrong
}

fn alone(Change { context, keys, intent, .. }: &Change) -> Option<String> {
    let is_known = bindings(*context).iter().any(|b| keys.is_one() && b.chord == keys.first);
    if context.takes_text() && keys.first.types() && !is_known {
        return Some(format!("`{keys}` is for the text where text is typed: bind it with ctrl+ or alt+"));
    }
    if *context == Context::Dialog && !keys.is_one() {
        return Some("a question hears single keys only".to_owned());
    }
    if *intent == Some(Intent::Yes) && !may_say_yes(keys.first) {
        return Some(format!("`{keys}` is pressed by habit and may not say yes: bind a letter, a digit or a sign"));
    }
    None
}

/// Enter, space, esc and the keys that move are pressed without looking.
fn may_say_yes(chord: Chord) -> bool {
    matches!(chord.key, Key::Char(c) if c != ' ') && chord.twin().is_none()
}

/// What is wrong when all of them hold.
pub(super) fn together(before: &Keymap, after: &Keymap, changes: &[Change]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut lost: Vec<(usize, &str, Vec<String>)> = Vec::new();
    for (context, _) in TABLE {
        let rows: Vec<&Bound> = after.bindings(context).collect();
        for whole in &rows {
            let chords: Vec<_> = whole.keys.chords().collect();
            let longer = rows.iter().filter(|row| row.keys.begin_with(&chords) && row.keys != whole.keys);
            for longer in longer {
                wrong.extend(never_heard(whole, longer));
            }
        }
        for (intent, what) in ways_out(context) {
            if reaches(before, context, intent)
                && !reaches(after, context, intent)
                && let Some(change) = taken_by(before, changes, context, intent)
            {
                match lost.iter_mut().find(|(of, same, _)| (*of, *same) == (change, what)) {
                    Some((_, _, places)) => places.push(context.word()),
                    None => lost.push((change, what, vec![context.word()])),
                }
            }
        }
    }
    wrong.extend(lost.into_iter().map(|(change, what, places)| {
        let places = match places.as_slice() {
            [first, second, rest @ ..] if rest.len() > 1 => {
                format!("{first}, {second} and {} other places", rest.len())
            }
            few => few.join(", "),
        };
        Wrong { change, what: format!("leaves no key that {what} in {places}: bind another one for it") }
    }));
    wrong
}

/// One begins with the other, so that the longer one cannot be pressed.
fn never_heard(whole: &Bound, longer: &Bound) -> Option<Wrong> {
    let change = whole.change.max(longer.change)?;
    let word = whole.intent.map(Intent::word).unwrap_or_default();
    let (short, long) = (&whole.keys, &longer.keys);
    let what = format!(
        "`{short}` is bound by itself ({word}), so that `{long}` is never heard: \"{short}\" = \"none\" frees it"
    );
    Some(Wrong { change, what })
}

fn ways_out(context: Context) -> Vec<(Intent, &'static str)> {
    let mut ways = vec![(Intent::Quit, "quits")];
    match context {
        Context::Dialog => ways.extend([(Intent::Yes, "says yes"), (Intent::No, "says no")]),
        _ => ways.push((Intent::Back, "goes back")),
    }
    if matches!(context, Context::Dialog | Context::Line) {
        ways.push((Intent::Accept, "accepts"));
    }
    ways
}

/// Some key that is heard here, and is no text, comes to the intent. A letter may say yes, for where a word is typed
/// instead nothing else does.
fn reaches(map: &Keymap, context: Context, intent: Intent) -> bool {
    let is_text = |row: &Bound| context.is_closed() && intent != Intent::Yes && row.keys.first.is_character();
    map.heard(context).any(|row| row.intent == Some(intent) && !is_text(row) && map.leads(context, row))
}

/// The first of the operator's keys that stands in the way of what led there.
fn taken_by(before: &Keymap, changes: &[Change], context: Context, intent: Intent) -> Option<usize> {
    let ways: Vec<_> =
        before.heard(context).filter(|row| row.intent == Some(intent)).map(|row| row.keys.first).collect();
    changes.iter().position(|change| {
        (change.context == context || change.context == Context::Global) && ways.contains(&change.keys.first)
    })
}

/// Keys that not every terminal can send, and what is sent in their place.
pub fn warnings(changes: &[Change]) -> impl Iterator<Item = (usize, String)> {
    changes.iter().enumerate().filter_map(|(n, change)| {
        let (chord, twin) = change.keys.chords().find_map(|chord| Some((chord, chord.twin()?)))?;
        Some((n, format!("`{chord}` arrives as `{twin}` from terminals that do not tell them apart")))
    })
}
