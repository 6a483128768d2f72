//! Lines that were typed: to walk through with the arrows, to look through backwards, and kept for the next start.
//!
//! ```text
//! accepted ──> here, newest last ──unless it may hold a secret, or begins with a blank──> kept on disk
//! start ──> what was kept stands before what was typed since
//! ```

use crate::text::redact;

/// Lines of each kind that are walked through.
pub const MOST: usize = 500;
/// A longer line is none to come back to.
const LONGEST: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    Commands,
    Queries,
    /// Of automations: another language than that of tasks.
    Automations,
}

impl Which {
    pub const ALL: [Self; 3] = [Self::Commands, Self::Queries, Self::Automations];
}

#[derive(Clone, Debug, Default)]
pub struct History {
    commands: Vec<String>,
    queries: Vec<String>,
    automations: Vec<String>,
}

/// Looking backwards for a line that holds some letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seek {
    pub text: String,
    /// Which line was found, counted back from the newest, from 1; 0: none yet.
    pub back: usize,
    /// Nothing older holds the letters.
    pub failed: bool,
    /// What stood in the line before.
    pub before: String,
}

impl History {
    /// Newest last.
    pub fn lines(&self, which: Which) -> &[String] {
        match which {
            Which::Commands => &self.commands,
            Which::Queries => &self.queries,
            Which::Automations => &self.automations,
        }
    }

    fn of(&mut self, which: Which) -> &mut Vec<String> {
        match which {
            Which::Commands => &mut self.commands,
            Which::Queries => &mut self.queries,
            Which::Automations => &mut self.automations,
        }
    }

    /// It is the newest now, wherever it was before.
    pub fn add(&mut self, which: Which, text: &str) {
        if text.is_empty() || text.len() > LONGEST {
            return;
        }
        let lines = self.of(which);
        lines.retain(|old| old != text);
        lines.push(text.to_owned());
        let extra = lines.len().saturating_sub(MOST);
        lines.drain(..extra);
    }

    /// What was kept, oldest first: before all that was typed since.
    pub fn recall(&mut self, kept: Vec<(Which, String)>) {
        let since = std::mem::take(self);
        for (which, text) in kept {
            self.add(which, &text);
        }
        for which in Which::ALL {
            for text in since.lines(which) {
                self.add(which, text);
            }
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next older line, or newer, that begins like `stem`, seen from the one `back` from the end. Before the newest
    /// stands the stem itself. `None`: there is none.
    pub fn step(&self, which: Which, stem: &str, back: usize, older: bool) -> Option<(usize, &str)> {
        let lines = self.lines(which);
        let at = |back: usize| lines.len().checked_sub(back).and_then(|at| lines.get(at));
        let fits = |back: &usize| at(*back).is_some_and(|line| line.starts_with(stem) && line != stem);
        if older {
            let found = (back + 1..=lines.len()).find(fits)?;
            return Some((found, at(found)?));
        }
        match (1..back).rev().find(fits) {
            Some(found) => Some((found, at(found)?)),
            None => (back > 0).then_some((0, "")),
        }
    }

    /// The newest line that holds the letters, beyond the one `back` from the end.
    pub fn seek(&self, which: Which, letters: &str, back: usize) -> Option<(usize, &str)> {
        let wanted = letters.to_lowercase();
        let lines = self.lines(which).iter().rev().zip(1..);
        let mut older = lines.filter(|(_, at)| *at > back);
        older.find(|(line, _)| line.to_lowercase().contains(&wanted)).map(|(line, at)| (at, line.as_str()))
    }
}

/// It may go to disk: nothing in it looks like a secret, and it does not begin with a blank, the sign of shells for what
/// is not to be remembered.
pub fn may_be_kept(typed: &str) -> bool {
    let text = typed.trim();
    !typed.starts_with(char::is_whitespace) && !text.is_empty() && text.len() <= LONGEST && !redact::holds_secret(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(lines: &[&str]) -> History {
        let mut history = History::default();
        for line in lines {
            history.add(Which::Commands, line);
        }
        history
    }

    #[test]
    fn only_lines_that_begin_like_what_was_typed_are_walked_through() {
        let history = of(&["view Stuck", "sort age", "view All", "zoom"]);
        let step = |back, older| history.step(Which::Commands, "vi", back, older);
        assert_eq!(step(0, true), Some((2, "view All")));
        assert_eq!(step(2, true), Some((4, "view Stuck")));
        assert_eq!(step(4, true), None);
        assert_eq!(step(4, false), Some((2, "view All")));
        assert_eq!(step(2, false), Some((0, "")));
        assert_eq!(step(0, false), None);
    }

    #[test]
    fn looking_backwards_goes_on_to_older_ones() {
        let history = of(&["filter repo:api", "zoom", "view api", "sort age"]);
        assert_eq!(history.seek(Which::Commands, "API", 0), Some((2, "view api")));
        assert_eq!(history.seek(Which::Commands, "api", 2), Some((4, "filter repo:api")));
        assert_eq!(history.seek(Which::Commands, "api", 4), None);
    }

    #[test]
    fn what_was_kept_stands_before_what_was_typed_since_and_each_line_once() {
        let mut history = of(&["zoom", "sort age"]);
        history.recall(vec![(Which::Commands, "view All".to_owned()), (Which::Commands, "zoom".to_owned())]);
        assert_eq!(history.lines(Which::Commands), ["view All", "zoom", "sort age"]);
        for n in 0..MOST + 5 {
            history.add(Which::Commands, &n.to_string());
        }
        assert_eq!(history.lines(Which::Commands).len(), MOST);
    }

    #[test]
    fn a_line_that_may_hold_a_secret_is_not_kept() {
        for line in [
            "filter ghp_0123456789abcdef",
            "grep password=hunter2",
            "grep api_key: 12345",
            "grep AKIAIOSFODNN7EXAMPLE",
            "grep -----BEGIN OPENSSH PRIVATE KEY-----",
            "grep https://me:pw@host/",
            " filter private",
            "",
        ] {
            assert!(!may_be_kept(line), "{line}");
        }
        for line in ["view Stuck", "grep token expired", "filter secret santa", "grep password reset"] {
            assert!(may_be_kept(line), "{line}");
        }
    }
}
