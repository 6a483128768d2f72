//! What a key can mean, and where. The variants' names are the words of the config: who renames one, renames it there.

use std::fmt::{self, Debug, Write};

use crate::transcript::Facet;

/// Where a key is pressed. A key is looked up in the innermost context first, then in `Global`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    Global,
    Queue,
    /// The full detail of the selected task.
    Detail,
    Log,
    /// The list of a log's sources, or of a task's sessions.
    List,
    /// The record behind an entry of the log.
    Record,
    /// The last lines of all that runs.
    Wall,
    /// What `:grep` found.
    Found,
    /// What was done from here, and what became of it.
    Ledger,
    /// The cancels, and what became of each.
    Cancels,
    /// What is written on a pull request: to the agent about its task, or to whoever reviews it.
    FollowUp,
    /// What can be done here, and what cannot.
    Doctor,
    /// What waits for the operator.
    Inbox,
    /// What starts tasks by itself, in all repositories.
    Automations,
    /// One automation as a page.
    Automation,
    /// The coming runs of the automations.
    Calendar,
    /// An automation being written: fields and prompt; keys not bound here go to the field or the text area.
    AutomationForm,
    Reviews,
    /// A pull request as a page.
    Pull,
    /// The diff of a pull request.
    Diff,
    /// The template list of the compose pane.
    Templates,
    /// The open issues of a repository; keys not bound here go to the filter.
    Issues,
    /// The form of the compose pane; keys not bound here go to the field or the text area.
    Form,
    /// Choosing the repositories of a prompt; keys not bound here narrow the list.
    Repos,
    /// The table of one prompt for several repositories.
    Plan,
    Dialog,
    Help,
    /// The `:` or `/` line; keys not bound here are typed.
    Line,
    /// Going to anything by some of its letters; keys not bound here are typed.
    Palette,
    /// A step of the tour. Any key not bound here ends it.
    Tour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    // Everywhere
    Quit,
    Suspend,
    Redraw,
    Refresh,
    Help,
    Command,
    Back,
    NextPane,
    PreviousPane,
    Queue,
    Log,
    Reviews,
    Compose,
    Ledger,
    Inbox,
    /// What starts tasks by itself.
    Automations,
    Zoom,
    Layout,
    Grow,
    Shrink,
    Mouse,
    /// Anything by some of its letters.
    Palette,
    /// To the place visited before.
    GoBack,
    GoForward,
    // Lists and text
    Down,
    Up,
    PageDown,
    PageUp,
    HalfDown,
    HalfUp,
    Top,
    Bottom,
    /// The line of the cursor keeps the cursor and goes to the middle of what is seen.
    CenterLine,
    LineToTop,
    LineToBottom,
    Filter,
    NextView,
    PreviousView,
    /// The saved view with this number, from 1.
    View(u8),
    SortNext,
    SortReverse,
    GroupNext,
    /// To the first row of the next group.
    NextGroup,
    PreviousGroup,
    Mark,
    MarkRange,
    MarkAll,
    UnmarkAll,
    Enter,
    // Task
    Detail,
    Cancel,
    /// The list of cancels.
    Cancels,
    /// Takes back a cancel that waits for its run.
    Withdraw,
    Open,
    Copy,
    CopyBranch,
    FollowUp,
    Retry,
    // Automation
    /// The one that started the task.
    Automation,
    /// The coming runs.
    Calendar,
    /// On, or off.
    Switch,
    RunNow,
    Edit,
    /// A new automation.
    New,
    Delete,
    // Pull request
    Comment,
    RequestReview,
    MarkReady,
    /// Lets its workflows run.
    ApproveRuns,
    Approve,
    Close,
    Diff,
    /// The log of a failed check.
    CheckLog,
    NextFile,
    PreviousFile,
    // Log
    Fold,
    FoldAll,
    Follow,
    Wrap,
    NextEntry,
    PreviousEntry,
    NextError,
    PreviousError,
    NextHit,
    PreviousHit,
    /// To the next entry of a kind.
    Next(Facet),
    Previous(Facet),
    NextTurn,
    PreviousTurn,
    /// Only entries of the kind with this number, in the order of the bar; 0: all of them.
    Facet(u8),
    /// Which entries are to be seen, typed.
    Sift,
    Outline,
    Times,
    /// The list of the task's sessions.
    Sessions,
    /// The list of the places the log can be read at.
    Source,
    /// The record behind the entry.
    Record,
    /// What the lines of the ledger come to.
    Stats,
    // Lists over the log
    Automatic,
    /// To the evidence of the next finding.
    Diagnosis,
    Split,
    /// The open issues one can start from.
    Issues,
    // Form
    NextField,
    PreviousField,
    NextChoice,
    PreviousChoice,
    Preset,
    /// Back to the prompt the fields make.
    Reset,
    Editor,
    Preview,
    Start,
    /// The repositories the prompt goes to.
    Repos,
    // Plan
    Plan,
    /// After the row that is on its way.
    Stop,
    /// The row starts at its repository's default branch, or at the form's base again.
    DefaultBase,
    // Dialog and line
    Yes,
    No,
    Accept,
    /// The completion at the cursor.
    Take,
    SaveView,
    /// What is searched for is a text, or a regular expression.
    SearchMode,
    /// What is searched for becomes the filter.
    OnlyHits,
}

impl Intent {
    /// Its word in the config: `next-pane`, `view-1`, `next-call-entry`.
    pub fn word(self) -> String {
        word(&self) + self.kind()
    }

    /// This is its word. Quicker than to make it: nearly all words differ soon.
    pub fn is_called(self, name: &str) -> bool {
        name.strip_suffix(self.kind()).is_some_and(|name| is_word(&self, name))
    }

    /// Behind the words of entries of a kind, not to be taken for other things of that name.
    fn kind(self) -> &'static str {
        if matches!(self, Self::Next(_) | Self::Previous(_)) { "-entry" } else { "" }
    }
}

impl Context {
    /// Its word in the config: `global`, `follow-up`.
    pub fn word(self) -> String {
        word(&self)
    }

    /// This is its word.
    pub fn is_called(self, name: &str) -> bool {
        is_word(&self, name)
    }
}

/// `Next(Call)` as `next-call`.
fn word(name: &impl Debug) -> String {
    let mut words = Words { to: String::new(), last: None };
    // A write to memory cannot fail.
    let _ = write!(words, "{name:?}");
    words.to
}

fn is_word(name: &impl Debug, word: &str) -> bool {
    let mut words = Words { to: Left(word), last: None };
    write!(words, "{name:?}").is_ok() && words.to.0.is_empty()
}

/// Passes a name on as lower-case words with hyphens between.
struct Words<T> {
    to: T,
    last: Option<char>,
}

impl<T: Write> Write for Words<T> {
    fn write_str(&mut self, name: &str) -> fmt::Result {
        for c in name.chars().filter(|c| !matches!(c, '(' | ')')) {
            let apart = match c {
                'A'..='Z' => self.last.is_some(),
                '0'..='9' => !self.last.is_some_and(|last| last.is_ascii_digit()),
                _ => false,
            };
            if apart {
                self.to.write_char('-')?;
            }
            self.to.write_char(c.to_ascii_lowercase())?;
            self.last = Some(c);
        }
        Ok(())
    }
}

/// What of a word is still to come. Anything else is refused.
struct Left<'a>(&'a str);

impl Write for Left<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}
