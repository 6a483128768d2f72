//! Whether a key that ends the program was meant, or is a part of a text that the terminal did not mark as pasted.

use std::time::Duration;

use tokio::time::Instant;

use crate::console::keys::{Chord, Key};
use crate::console::{Event, What};
use crate::domain;

/// The key counts when no other comes so shortly after it, nor came in the same read of the terminal before it: an unmarked
/// paste, however short, does not end the program. A key that answers what is on the screen is in no such read, however
/// quick whoever sent it is.
const ALONE: Duration = Duration::from_millis(40);

/// What is known of the keys that may be of a text.
#[derive(Debug, Default)]
pub struct Alone {
    /// When the last one was read. What one read brought has one time.
    last: Option<domain::Instant>,
    /// When one was last found not to stand alone.
    flurry: Option<Instant>,
    /// One asked for the end, and until then it is not known whether it stands alone.
    pub due: Option<Instant>,
}

/// One event, looked at.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// When it was read, if it is such a key.
    typed: Option<domain::Instant>,
    /// A key that asked for the end does not stand alone.
    pub at_once: bool,
}

impl Alone {
    /// Something came: a key before it that asked for the end may be of the same text.
    pub fn hears(&mut self, event: &Event) -> Came {
        let typed = matches!(event.what, What::Key(chord) if is_text(chord)).then_some(event.at);
        let text = typed.is_some() || matches!(event.what, What::Paste(_));
        Came { typed, at_once: text && self.due.take().is_some() }
    }

    /// It asks for the end. `true`: it is meant, and nothing need be waited for.
    pub fn ends(&mut self, came: &mut Came) -> bool {
        if came.typed.is_none() {
            return true;
        }
        let now = Instant::now();
        if came.at_once || came.typed == self.last || self.flurry.is_some_and(|at| now < at + ALONE) {
            came.at_once = true;
        } else {
            self.due = Some(now + ALONE);
        }
        false
    }

    /// What it led to is done.
    pub fn over(&mut self, came: Came) {
        self.last = came.typed.or(self.last);
        if came.at_once && came.typed.is_some() {
            self.flurry = Some(Instant::now());
        }
    }
}

fn is_text(chord: Chord) -> bool {
    chord.is_character() || (!chord.ctrl && !chord.alt && matches!(chord.key, Key::Enter | Key::Tab))
}

#[cfg(test)]
mod tests {
    use super::*;

    const Q: What = What::Key(Chord::char('q'));

    fn read(at: i64) -> domain::Instant {
        domain::Instant::from_timestamp(at, 0).unwrap()
    }

    /// One event that asks for the end, or one that does not: whether that is refused.
    fn comes(alone: &mut Alone, at: i64, what: What, quits: bool) -> bool {
        let mut came = alone.hears(&Event { at: read(at), what });
        if quits {
            assert!(!alone.ends(&mut came));
        }
        alone.over(came);
        came.at_once
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_by_itself_ends_a_moment_later_however_soon_it_answers() {
        let mut alone = Alone::default();
        assert!(!comes(&mut alone, 1, What::Key(Chord::char('j')), false));
        assert!(!comes(&mut alone, 2, Q, true));
        assert_eq!(alone.due, Some(Instant::now() + ALONE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_in_one_read_with_another_does_not_end_whichever_came_first() {
        let mut alone = Alone::default();
        assert!(!comes(&mut alone, 1, What::Key(Chord::char('j')), false));
        assert!(comes(&mut alone, 1, Q, true));
        assert_eq!(alone.due, None);
        tokio::time::advance(ALONE).await;
        assert!(!comes(&mut alone, 2, Q, true));
        assert!(comes(&mut alone, 3, Q, true));
        assert!(comes(&mut alone, 4, Q, true), "it is still the same text");
        assert_eq!(alone.due, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_paste_behind_it_takes_it_along_and_news_do_not() {
        let mut alone = Alone::default();
        assert!(!comes(&mut alone, 1, Q, true));
        assert!(!comes(&mut alone, 2, What::Wake, false));
        assert!(alone.due.is_some());
        assert!(comes(&mut alone, 3, What::Paste("uit".into()), false));
        assert_eq!(alone.due, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_is_no_text_ends_at_once() {
        let mut alone = Alone::default();
        let ctrl_c = What::Key(Chord::ctrl('c'));
        let mut came = alone.hears(&Event { at: read(1), what: ctrl_c });
        assert!(alone.ends(&mut came));
    }
}
