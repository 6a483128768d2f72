//! A question before something that cannot be taken back. The answer is No unless it is given on purpose: the cursor is on
//! No, and no key is heard before the keyboard has been still for a quarter of a second since the question appeared. So a
//! key held down, a burst, or a paste that began before it, or goes on into it, answers nothing.
//!
//! Nothing is held back for a while to be undone: GitHub cannot take back a start, a cancel or a comment once it was sent,
//! and a session that waits here unsent would be neither stopped nor running. What can be undone is asked for again.

use chrono::TimeDelta;
use uuid::Uuid;

use super::layout::Area;
use super::place::Place;
use super::tone::wrap;
use crate::domain::follow_up::Comment;
use crate::domain::plan::Plan;
use crate::domain::policy::SHORTEST_REASON;
use crate::domain::start::Order;
use crate::domain::{AssignOrder, Automation, AutomationOrder, CancelTarget, Instant, PullOrder, RepoName};
use crate::text::{Safe, Untrusted, width};

#[derive(Clone, Debug)]
pub struct Dialog {
    pub opened_at: Instant,
    pub title: Safe,
    /// What is about to happen, to what, and how old that is.
    pub body: Vec<Safe>,
    /// The words of the Yes button.
    pub yes: Safe,
    /// What must be typed before Yes counts; `None`: its own letter is enough.
    pub word: Option<Safe>,
    /// A reason must be typed before Yes counts.
    pub reason: bool,
    /// What was typed so far.
    pub typed: String,
    pub ask: Ask,
    /// The button under the cursor is Yes.
    pub on_yes: bool,
    /// The key that says so when what has to be typed is typed.
    pub accept: String,
}

/// What Yes does. The target is pinned here, whatever moves on the screen.
#[derive(Clone, Debug)]
pub enum Ask {
    /// One session, or all that were marked.
    Cancel(Vec<CancelTarget>),
    /// Its id is made by the answer, and what was typed becomes its reason where one is asked for.
    Start(Box<Order>),
    /// Something done to a pull request. Its id is made by the answer.
    Pull(Box<PullOrder>),
    /// Its ids are made by the answer, and what was typed becomes the reason of those that need one.
    Plan {
        plan: Box<Plan>,
        with_reason: Vec<RepoName>,
    },
    /// As with a start.
    Assign(Box<AssignOrder>),
    /// Its id is made by the answer.
    FollowUp(Box<Comment>),
    /// Its id is made by the answer, and what was typed becomes its reason where one is asked for.
    Automation(Box<AutomationOrder>),
    /// What was to be done to an automation that was edited since is asked of what it is now.
    TakeNew(Box<(AutomationOrder, Automation)>),
    /// What was written of an automation goes.
    DropForm,
    /// A draft goes.
    DropDraft(Uuid),
    Quit,
    Copy(Untrusted),
    /// The pages of all that were marked.
    Open(Vec<Untrusted>),
}

/// Keys this soon after a question appeared were meant for what was there before.
pub const GRACE: TimeDelta = TimeDelta::milliseconds(250);

impl Ask {
    /// Yes leads to a request that changes something.
    pub fn writes(&self) -> bool {
        match self {
            Self::Cancel(_)
            | Self::Start(_)
            | Self::Plan { .. }
            | Self::Assign(_)
            | Self::FollowUp(_)
            | Self::Automation(_)
            | Self::Pull(_) => true,
            Self::TakeNew(_) | Self::DropForm | Self::DropDraft(_) | Self::Quit | Self::Copy(_) | Self::Open(_) => {
                false
            }
        }
    }
}

/// Where a question stands on the screen.
#[derive(Clone, Debug)]
pub struct DialogPlace {
    pub area: Area,
    /// The body, wrapped; what does not fit is left out from the end.
    pub lines: Vec<Safe>,
    pub no: Area,
    pub yes: Area,
}

impl Dialog {
    /// A question that one key answers.
    pub fn new(opened_at: Instant, title: impl AsRef<str>, body: Vec<Safe>, yes: impl AsRef<str>, ask: Ask) -> Self {
        Self {
            opened_at,
            title: Safe::new(title),
            body,
            yes: Safe::new(yes),
            word: None,
            reason: false,
            typed: String::new(),
            ask,
            on_yes: false,
            accept: String::new(),
        }
    }

    /// What had to be typed was typed, or nothing had to be.
    pub fn is_earnest(&self) -> bool {
        let word = self.word.as_ref().is_none_or(|word| word.as_str() == self.typed);
        word && (!self.reason || self.typed.trim().chars().count() >= SHORTEST_REASON)
    }

    /// Something must be typed: letters are letters.
    pub fn types(&self) -> bool {
        self.word.is_some() || self.reason
    }

    /// The line on which the word is typed.
    pub fn typing(&self) -> Option<Safe> {
        if self.reason {
            // The end of a long one is what is being typed.
            let typed: Vec<char> = self.typed.chars().collect();
            let shown: String = typed.iter().skip(typed.len().saturating_sub(40)).collect();
            let left = SHORTEST_REASON.saturating_sub(self.typed.trim().chars().count());
            let more = if left > 0 { format!(" ({left} more)") } else { format!(" ({})", self.accept) };
            return Some(Safe::new(format!("Why? Kept in the ledger{more}: {shown}▏")));
        }
        let word = self.word.as_ref()?;
        let then = if word.as_str().starts_with(&self.typed) {
            format!("and press {}", self.accept)
        } else {
            "(this is another word)".to_owned()
        };
        Some(Safe::new(format!("To go on, type {word} {then}: {}▏", self.typed)))
    }

    pub fn hears(&self, now: Instant) -> bool {
        now - self.opened_at >= GRACE
    }

    /// Where something must be typed no key moves between the buttons: what was typed does.
    pub fn is_on_yes(&self) -> bool {
        if self.types() { self.is_earnest() } else { self.on_yes }
    }

    /// The button as it is drawn: the one under the cursor in brackets.
    pub fn buttons(&self) -> (Safe, Safe) {
        let on_yes = self.is_on_yes();
        let no = if on_yes { "  No  " } else { "[ No ]" };
        let yes = if on_yes { format!("[ {} ]", self.yes) } else { format!("  {}  ", self.yes) };
        (Safe::new(no), Safe::new(yes))
    }

    /// The lower part of the screen: rule, body, buttons.
    pub fn place(&self, place: &Place) -> DialogPlace {
        let columns = usize::from(place.size.width.saturating_sub(2));
        let mut lines: Vec<Safe> = self.body.iter().flat_map(|line| wrap(line, columns)).collect();
        let typing = self.typing();
        let fixed = 2 + u16::from(typing.is_some());
        let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(fixed);
        let area = place.over(rows);
        lines.truncate(usize::from(area.height.saturating_sub(fixed)));
        // What is to be typed is never the line that is left out.
        lines.extend(typing);
        let (no, yes) = self.buttons();
        let wide = |text: &Safe| u16::try_from(width::width(text)).unwrap_or(u16::MAX);
        let y = area.bottom().saturating_sub(1);
        let yes_x = area.right().saturating_sub(wide(&yes) + 1);
        let no_x = yes_x.saturating_sub(wide(&no) + 1);
        let button = |x, text: &Safe| Area { x, y, width: wide(text), height: 1 };
        DialogPlace { area, lines, no: button(no_x, &no), yes: button(yes_x, &yes) }
    }
}
