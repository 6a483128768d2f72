//! What can be done with a key that the table has none for: a preset or the operator binds one.
//!
//! Not here: what has a key in the table. There is nothing that can only be done this way: it is a convenience for hands
//! that know it from elsewhere.

use super::intent::{Context, Intent};

/// One thing that waits for a key.
#[derive(Clone, Copy, Debug)]
pub struct Keyless {
    pub context: Context,
    pub intent: Intent,
    /// What it does, for the help and the README.
    pub help: &'static str,
    /// One or two words for what may follow a begun sequence.
    pub footer: &'static str,
}

const fn can(context: Context, intent: Intent, help: &'static str, footer: &'static str) -> Keyless {
    Keyless { context, intent, help, footer }
}

const CENTER: &str = "put the line of the cursor into the middle of the pane";
const TO_TOP: &str = "put the line of the cursor at the top of the pane";
const TO_BOTTOM: &str = "put the line of the cursor at the bottom of the pane";

const CENTER_HIT: &str = "put the line last found into the middle of the pane";
const HIT_TO_TOP: &str = "put the line last found at the top of the pane";
const HIT_TO_BOTTOM: &str = "put the line last found at the bottom of the pane";

/// All of it, in the order the help shows it.
pub const KEYLESS: [Keyless; 12] = [
    can(Context::Queue, Intent::CenterLine, CENTER, "to the middle"),
    can(Context::Queue, Intent::LineToTop, TO_TOP, "to the top"),
    can(Context::Queue, Intent::LineToBottom, TO_BOTTOM, "to the bottom"),
    can(Context::Log, Intent::CenterLine, CENTER, "to the middle"),
    can(Context::Log, Intent::LineToTop, TO_TOP, "to the top"),
    can(Context::Log, Intent::LineToBottom, TO_BOTTOM, "to the bottom"),
    can(Context::Reviews, Intent::CenterLine, CENTER, "to the middle"),
    can(Context::Reviews, Intent::LineToTop, TO_TOP, "to the top"),
    can(Context::Reviews, Intent::LineToBottom, TO_BOTTOM, "to the bottom"),
    can(Context::Diff, Intent::CenterLine, CENTER_HIT, "to the middle"),
    can(Context::Diff, Intent::LineToTop, HIT_TO_TOP, "to the top"),
    can(Context::Diff, Intent::LineToBottom, HIT_TO_BOTTOM, "to the bottom"),
];

/// A context's own.
pub fn keyless(context: Context) -> impl Iterator<Item = &'static Keyless> {
    KEYLESS.iter().filter(move |can| can.context == context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::table::bindings;

    #[test]
    fn what_has_a_key_in_the_table_is_not_here() {
        for can in KEYLESS {
            let places = [can.context, Context::Global];
            let has_one = places.into_iter().flat_map(bindings).any(|b| b.intent == can.intent);
            assert!(!has_one, "{:?} {:?}", can.context, can.intent);
        }
    }
}
