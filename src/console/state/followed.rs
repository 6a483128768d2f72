//! What was written to the agent about a task's work, and what it did about it.

use chrono::TimeDelta;

use super::Model;
use super::tone::{Tone, Words};
use super::trust::clock_seconds;
use super::world::Known;
use crate::domain::follow_up::{Comment, Step};
use crate::domain::{Instant, Session};
use crate::text::{Untrusted, width};

/// Columns of a text that stands among others.
const OPENING: usize = 60;
/// The service's clock and ours.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(5);

#[derive(Clone, Debug)]
pub struct Followed {
    pub comment: Comment,
    pub at: Instant,
    pub steps: Vec<(Instant, Step)>,
}

/// One for each that was written: the text, then what became of it.
pub fn told(model: &Model, known: &Known) -> Vec<[Words; 2]> {
    let all = model.world.followed.get(&known.task.at.id).map(Vec::as_slice).unwrap_or_default();
    let line = |text: &str| width::cut_end(&Untrusted::from(text).show_line(), OPENING);
    let tell = |followed: &Followed| {
        let at = clock_seconds(&model.settings, followed.at);
        let head = Words::one(Tone::Dim, format!("{at} on #{}  ", followed.comment.number))
            .with(Tone::Plain, format!("“{}”", line(&followed.comment.text)));
        let mut story = Words::new();
        for (at, step) in &followed.steps {
            let time = clock_seconds(&model.settings, *at);
            let (tone, text) = match step {
                Step::Sending if followed.steps.len() > 1 => continue,
                Step::Sending => (Tone::Warn, format!("being written since {time}")),
                Step::Written => (Tone::Plain, format!("written {time}")),
                Step::Unknown(fault) => (Tone::Warn, format!("may have been written {time}: {fault}")),
                Step::Refused(fault) => (Tone::Bad, format!("not written {time}: {fault}")),
                Step::Began => (Tone::Accent, format!("the agent began {time}")),
                Step::Answered(text) => (Tone::Plain, format!("it answered {time}: “{}”", line(text.raw_for_match()))),
                Step::Finished => (Tone::Good, format!("it finished {time}")),
                Step::Failed => (Tone::Bad, format!("its work failed {time}")),
            };
            story.gap(" → ");
            story.push(tone, text);
        }
        if let Some(number) = session_after(known, followed.at) {
            story.gap(" → ");
            story.push(Tone::Accent, format!("session {number}"));
        }
        [head, story]
    };
    all.iter().map(tell).collect()
}

/// The number of the first session that began after that.
fn session_after(known: &Known, at: Instant) -> Option<usize> {
    let mut sessions: Vec<&Session> = known.task.sessions.iter().flatten().collect();
    sessions.sort_by_key(|session| session.created_at);
    sessions.iter().position(|session| session.created_at + CLOCK_SLACK >= at).map(|at| at + 1)
}
