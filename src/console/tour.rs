//! The tour: a walk round the real screen, one thing after the other. Words only; what a step shows is put on the screen
//! by `update/tour`.

use super::keys::{Context, Intent, Keymap};
use super::state::layout::{Area, Panes};
use super::state::place::Pane;

/// What a step is about, and so where its sign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    Header,
    Tabs,
    Pane(Pane),
    Inbox,
    Automations,
    Footer,
}

#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub title: &'static str,
    pub point: Point,
    /// `{}` stands for the key of the next of `keys`.
    pub text: &'static str,
    pub keys: &'static [(Context, Intent)],
}

pub const STEPS: &[Step] = &[
    Step {
        title: "The queue",
        point: Point::Pane(Pane::Queue),
        text: "Every agent task is one row, from all your repositories. {} and {} move, {} opens its log, {} tells \
               everything about it.",
        keys: &[
            (Context::Global, Intent::Down),
            (Context::Global, Intent::Up),
            (Context::Queue, Intent::Enter),
            (Context::Queue, Intent::Detail),
        ],
    },
    Step {
        title: "States",
        point: Point::Header,
        text: "A sign and a word: ● running, ◆ needs you, ✓ done, ✗ failed, ▲ stuck. The first line counts them. The tabs \
               are views of the queue: a number shows one, {} the next.",
        keys: &[(Context::Queue, Intent::NextView)],
    },
    Step {
        title: "The log",
        point: Point::Pane(Pane::Log),
        text: "What the agent says and does, while it does it. {} folds a step, {} goes to the next error, {} follows the \
               end, {} leads back.",
        keys: &[
            (Context::Log, Intent::Fold),
            (Context::Log, Intent::NextError),
            (Context::Log, Intent::Follow),
            (Context::Global, Intent::Back),
        ],
    },
    Step {
        title: "Finding things",
        point: Point::Footer,
        text: "{} narrows the queue, or searches a log, while you type. {} goes to anything by some of its letters. {} \
               takes a command; tab completes it.",
        keys: &[
            (Context::Queue, Intent::Filter),
            (Context::Global, Intent::Palette),
            (Context::Global, Intent::Command),
        ],
    },
    Step {
        title: "A new task",
        point: Point::Tabs,
        text: "{} writes one, from a template or an issue. You read the exact request before it goes, and are asked. {} \
               stops what runs: it asks, too.",
        keys: &[(Context::Global, Intent::Compose), (Context::Queue, Intent::Cancel)],
    },
    Step {
        title: "Reviews",
        point: Point::Pane(Pane::Reviews),
        text: "The pull requests agents opened, by whom they wait on. {} opens one as a page, {} shows its diff. Nothing \
               is ever merged from here.",
        keys: &[(Context::Reviews, Intent::Enter), (Context::Reviews, Intent::Diff)],
    },
    Step {
        title: "The inbox",
        point: Point::Inbox,
        text: "{} lists what waits for you, and leads to where it is dealt with. {} is the record of all you did from \
               here.",
        keys: &[(Context::Global, Intent::Inbox), (Context::Global, Intent::Ledger)],
    },
    Step {
        title: "Automations",
        point: Point::Automations,
        text: "{} lists what starts tasks by itself: when, what it costs, what came of it. {} shows the runs to come. {} \
               switches one on or off: it asks.",
        keys: &[
            (Context::Global, Intent::Automations),
            (Context::Automations, Intent::Calendar),
            (Context::Automations, Intent::Switch),
        ],
    },
    Step {
        title: "Help",
        point: Point::Footer,
        text: "The last line shows the keys for what is under the cursor. {} explains the screen you are on and lists all \
               keys. {} leads back to where you were. That is all.",
        keys: &[(Context::Global, Intent::Help), (Context::Global, Intent::GoBack)],
    },
];

impl Step {
    /// With the keys as they are bound. Without the sentences about what a read-only console cannot do.
    pub fn words(&self, keymap: &Keymap, read_only: bool) -> String {
        let mut out = String::new();
        let mut keys = self.keys.iter();
        for sentence in self.text.split_inclusive(". ") {
            let mut writes = false;
            let mut filled = String::new();
            for (n, part) in sentence.split("{}").enumerate() {
                if n > 0
                    && let Some((context, intent)) = keys.next()
                {
                    writes |= intent.writes();
                    filled.push_str(&keymap.key(*context, *intent));
                }
                filled.push_str(part);
            }
            if !(writes && read_only) {
                out.push_str(&filled);
            }
        }
        let out = out.trim();
        if out.is_empty() {
            "This console is read-only: nothing is started or stopped from here.".to_owned()
        } else {
            out.to_owned()
        }
    }

    /// Where its sign stands: the first cell of the part it is about.
    pub fn sign(&self, panes: &Panes) -> Option<(u16, u16)> {
        let start = |area: Option<Area>| area.map(|area| (area.x, area.y));
        match self.point {
            Point::Header => start(panes.header),
            Point::Tabs => start(panes.tabs),
            Point::Footer => start(panes.footer),
            Point::Inbox | Point::Automations => start(panes.body),
            Point::Pane(Pane::Queue) => start(panes.queue),
            Point::Pane(Pane::Log) => start(panes.log),
            Point::Pane(Pane::Reviews) => start(panes.reviews),
            Point::Pane(Pane::Compose) => start(panes.compose),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_names_keys_that_are_bound() {
        for step in STEPS {
            assert_eq!(step.text.matches("{}").count(), step.keys.len(), "{}", step.title);
            for (context, intent) in step.keys {
                assert!(Keymap::default().row_of(*context, *intent).is_some(), "{}: {intent:?} has no key", step.title);
            }
            assert!(!step.words(&Keymap::default(), false).contains("{}"));
        }
    }

    #[test]
    fn a_console_that_only_reads_teaches_no_key_it_refuses() {
        for step in STEPS {
            let words = step.words(&Keymap::default(), true);
            assert!(!words.contains("writes one") && !words.contains("stops what runs"), "{words}");
        }
    }
}
