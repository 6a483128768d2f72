//! When each thing of a script happens, in world time. A plan never changes; what is seen of it depends on the clock.

use super::clock::{MINUTE, SECOND, Tick, millis};
use super::script::{Call, Ending, Script, Tool, Turn};

/// The service ends a session after this long.
pub const SESSION_LIMIT: Tick = 59 * MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Setup(usize),
    Turn(usize),
    Result {
        turn: usize,
        call: usize,
    },
    /// The record that carries the pull request's title and description.
    Metadata,
}

#[derive(Clone, Copy, Debug)]
pub struct Beat {
    pub at: Tick,
    pub what: Moment,
}

#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order they happen.
    pub beats: Vec<Beat>,
    /// When the session ends by itself; never, when it hangs.
    pub end: Option<Tick>,
}

impl Plan {
    /// `pace` stretches the thinking between the calls, not the calls; `turns` breaks the script off early.
    pub fn of(script: &Script, start: Tick, pace: f64, turns: usize, ending: &Ending) -> Self {
        let mut beats = Vec::new();
        let mut at = start + 2 * SECOND;
        for (index, setup) in script.setups.iter().enumerate() {
            at += setup.took;
            beats.push(Beat { at, what: Moment::Setup(index) });
        }
        for (index, turn) in script.turns.iter().enumerate().take(turns) {
            at += millis(pace, turn.pause);
            beats.push(Beat { at, what: Moment::Turn(index) });
            at = results(turn, index, at, &mut beats);
            if turn.closing {
                at += 2 * SECOND;
                beats.push(Beat { at, what: Moment::Metadata });
            }
        }
        let end = match ending {
            Ending::Done => Some(at + 3 * SECOND),
            Ending::Failed(_) => Some(at + 4 * SECOND),
            Ending::Waiting => Some(at + SECOND),
            Ending::Idle => Some(at + 2 * SECOND),
            Ending::TimedOut => Some(start + SESSION_LIMIT),
            Ending::Hangs => None,
        };
        Self { beats, end }
    }

    pub fn last_beat_before(&self, now: Tick) -> Option<Beat> {
        let seen = self.beats.partition_point(|beat| beat.at <= now);
        seen.checked_sub(1).and_then(|last| self.beats.get(last)).copied()
    }

    /// How much of the plan is behind us, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred beats")]
    pub fn progress(&self, now: Tick) -> f64 {
        if self.beats.is_empty() {
            return 1.0;
        }
        let seen = self.beats.partition_point(|beat| beat.at <= now);
        seen as f64 / self.beats.len() as f64
    }
}

/// Calls of one turn run side by side: the quick one answers first. Returns when the last has answered.
fn results(turn: &Turn, index: usize, at: Tick, beats: &mut Vec<Beat>) -> Tick {
    let answered = |call: &&(usize, &Call)| call.1.tool != Tool::Ask;
    let calls: Vec<_> = turn.calls.iter().enumerate().collect();
    let mut answers: Vec<_> = calls.iter().filter(answered).map(|(n, call)| (at + call.took, *n)).collect();
    answers.sort_unstable();
    beats.extend(answers.iter().map(|(at, call)| Beat { at: *at, what: Moment::Result { turn: index, call: *call } }));
    answers.last().map_or(at, |(at, _)| *at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn script(text: &str) -> Script {
        Script::parse("t", &format!("title: t\nbranch: t\n{text}")).unwrap()
    }

    #[test]
    fn calls_of_one_turn_answer_in_the_order_they_finish() {
        let script = script("@turn 10\nx\n@view 5 a.rs\n@bash 1 y\n$ y\n@final 4\nbye\n");
        let plan = Plan::of(&script, 0, 1.0, usize::MAX, &Ending::Done);
        let order: Vec<_> = plan.beats.iter().map(|beat| (beat.at, beat.what)).collect();
        assert_eq!(
            order,
            [
                (12_000, Moment::Turn(0)),
                (13_000, Moment::Result { turn: 0, call: 1 }),
                (17_000, Moment::Result { turn: 0, call: 0 }),
                (21_000, Moment::Turn(1)),
                (23_000, Moment::Metadata),
            ]
        );
        assert_eq!(plan.end, Some(26_000));
    }

    #[test]
    fn pace_stretches_the_pauses_and_a_question_gets_no_answer() {
        let script = script("@turn 10\nx\n@ask 0\nWhich?\n");
        let plan = Plan::of(&script, 0, 3.0, usize::MAX, &Ending::Waiting);
        assert_eq!(plan.beats.len(), 1);
        assert_eq!(plan.end, Some(33_000));
        assert_eq!(Plan::of(&script, 0, 1.0, usize::MAX, &Ending::Hangs).end, None);
        assert_eq!(Plan::of(&script, 0, 1.0, usize::MAX, &Ending::TimedOut).end, Some(SESSION_LIMIT));
    }
}
