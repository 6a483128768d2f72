//! Going on with an agent's work: a comment to it on the pull request, and what it does about that.
//!
//! ```text
//! Sending ──written──> Written ──the agent begins──> Began ──> Answered, Finished, Failed
//!    ├──answer lost──> looked for ──found──> Written
//!    │                     └──not found──> Unknown (never sent again by itself)
//!    └──refused──> Refused
//! ```

use uuid::Uuid;

use super::{Fault, Instant, TaskRef};
use crate::text::Untrusted;

/// Without it in a comment nobody is asked.
pub const MENTION: &str = "@copilot";
/// GitHub takes no longer comment.
pub const LONGEST: usize = 65_536;

/// A comment to the agent, written by the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The intent's.
    pub id: Uuid,
    pub task: TaskRef,
    /// The pull request's.
    pub number: u64,
    pub text: String,
}

impl Comment {
    /// The text, addressed to the agent unless it already is.
    pub fn addressed(text: &str) -> String {
        let text = text.trim();
        if mentions(text) { text.to_owned() } else { format!("{MENTION} {text}") }
    }

    /// Why it cannot be sent; `None`: it can.
    pub fn fault(text: &str) -> Option<&'static str> {
        let asks = text.replace(MENTION, "");
        if !mentions(text) {
            Some("the text must contain @copilot: without it the agent is not asked")
        } else if asks.trim().is_empty() {
            Some("there is nothing in it but @copilot: say what it should do")
        } else if text.chars().count() > LONGEST {
            Some("the text is longer than GitHub takes in a comment")
        } else {
            None
        }
    }
}

/// The word stands by itself: `@copilots` and `me@copilot.example` are other names.
fn mentions(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '@');
    text.match_indices(MENTION).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let mut after = text.get(at + MENTION.len()..).unwrap_or_default().chars();
        let next = after.next();
        let is_address = next == Some('.') && after.next().is_some_and(|c| c.is_ascii_alphanumeric());
        !before.is_some_and(part) && !next.is_some_and(part) && !is_address
    })
}

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Sending,
    Written,
    Unknown(Fault),
    Refused(Fault),
    /// The agent has begun to work on it.
    Began,
    /// It wrote this.
    Answered(Untrusted),
    Finished,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub comment: Uuid,
    pub task: TaskRef,
    pub at: Instant,
    pub step: Step,
}

/// A comment of an earlier run, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub comment: Comment,
    /// When it was about to be written.
    pub at: Instant,
    /// What was recorded of it, and when: that it was written, or that nobody knows.
    pub known: (Instant, Step),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_addressed_once() {
        assert_eq!(Comment::addressed(" add a test \n"), "@copilot add a test");
        for addressed in ["@copilot add a test", "please, @copilot: add a test"] {
            assert_eq!(Comment::addressed(addressed), addressed);
        }
        assert_eq!(Comment::addressed("mail me@copilot.example"), "@copilot mail me@copilot.example");
    }

    #[test]
    fn the_agent_is_asked_only_by_its_own_name() {
        for text in ["@copilot fix it", "Please,@copilot: fix it.", "fix it\n@copilot.", "(@copilot) go on"] {
            assert_eq!(Comment::fault(text), None, "{text}");
        }
        for text in ["fix it", "copilot fix it", "@copilots fix it", "@Copilot fix it", "me@copilot.example fix it"] {
            assert!(Comment::fault(text).is_some_and(|why| why.contains("must contain")), "{text}");
        }
        assert!(Comment::fault(" @copilot \n").is_some_and(|why| why.contains("nothing in it")));
    }
}
