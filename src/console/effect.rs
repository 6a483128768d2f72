//! What the console wants done. Data, carried out by `runtime/effects`.

use crate::domain::plan::Plan;
use crate::domain::start::Order;
use crate::domain::{CancelTarget, Diagnosed, RepoName, SessionId, SourceChoice, Task, TaskRef};
use crate::text::Untrusted;
use crate::transcript::search::Pattern;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Quit,
    /// Ctrl-Z: give the terminal back and stop; redraw on return.
    Suspend,
    /// Repaint everything, for a screen another program wrote on.
    Redraw,
    /// Take the mouse, or give it back so that the terminal selects text itself.
    Mouse(bool),
    /// Ask every source now.
    Refresh,
    /// The terminal has the focus, or lost it: nobody looks.
    Focus(bool),
    /// The set of repositories changed.
    Watch(Vec<RepoName>),
    /// What the operator looks at: its task is polled closely, its log followed while `log` is named, and so are the logs
    /// in sight beside it. What is missing is no longer wanted.
    Attend {
        task: Option<TaskRef>,
        /// What is known of it.
        known: Option<Box<Task>>,
        log: Option<LogWish>,
        beside: Vec<Heard>,
    },
    Start(Box<Order>),
    /// One prompt to several repositories, one after the other.
    Plan(Box<Plan>),
    /// No further row of this plan is sent.
    StopPlan(uuid::Uuid),
    /// What the ledger knows of a plan; what may have started is looked for.
    LookPlan(uuid::Uuid),
    /// What the policy needs to know of a repository, for the verdict under the form.
    Weigh(RepoName),
    /// One session, or several one after the other.
    Cancel(Vec<CancelTarget>),
    /// Take back the cancel of this task that waits for its run.
    Withdraw(TaskRef),
    /// Write to the agent on its pull request.
    FollowUp(Box<crate::domain::follow_up::Comment>),
    /// Something about a pull request: to be read, or to be done.
    Reviews(super::reviews::Wish),
    /// Something to be read from a log that is too large to be held.
    BigLog(super::biglog::Wish),
    /// The bytes of a log that is followed.
    RawLog(Box<super::rawlog::Bytes>, super::rawlog::Wish),
    /// Look for this in all logs kept here, in place of what was looked for before; `None`: no more.
    Grep(Option<(u64, Box<Pattern>)>),
    /// Something to be read of issues and branches, or the agent to be put in charge of one.
    Issue(super::issue::Wish),
    /// Find out what can be done here.
    Examine(super::doctor::Wish),
    /// Something about automations: to be read, or to be done.
    Automations(super::automations::Wish),
    /// Something to be read in the ledger.
    Ledger(super::ledger::Wish),
    /// What became of tasks, for whoever is to be told.
    Notify(Vec<crate::domain::transition::Notice>),
    /// One of each way of telling, and what came of it.
    TestNotify,
    /// Printable bytes and nothing that moves a cursor: a bell, a message to the terminal.
    Ring(Box<[u8]>),
    /// What of the inbox was read, and what is unread again (`None`). With nothing: what other consoles have read.
    KeepRead(Vec<(String, Option<crate::domain::Instant>)>),
    /// Read what is kept of this session's log.
    ReadKept(SessionId),
    /// Write this to a new file.
    Save {
        to: String,
        text: Untrusted,
    },
    /// Open in the browser. Checked there: https and the configured host.
    Open(Untrusted),
    /// The same of several, one after the other; those no browser takes are copied together.
    OpenAll(Vec<Untrusted>),
    /// Copy by OSC 52.
    Copy(Untrusted),
    Editor(String),
    /// Remember what the log of a session that ended was found to say.
    KeepDiagnosis(TaskRef, Box<Diagnosed>),
    /// The repository's custom agents, for the compose form.
    LoadAgents(RepoName),
    /// Keep the draft as it is now.
    KeepDraft(Box<super::state::compose::Draft>),
    /// Forget the draft of this id.
    DropDraft(uuid::Uuid),
    /// Keep a line that was typed for the next start.
    KeepLine(super::state::history::Which, String),
    /// Forget every line that was kept.
    ForgetLines,
    /// Keep how the panes stand.
    KeepSeat(super::state::seat::Seat),
    /// Look whether the template files have changed.
    LookForTemplates,
    /// Paint with this theme, or `auto`.
    Theme(String),
    /// Look at the checkout the program was started in. `go_on`: the work is to go on on its branch.
    LookHere {
        go_on: bool,
    },
}

impl Effect {
    /// It leads to a request that changes something at the service.
    pub fn writes(&self) -> bool {
        match self {
            Self::Start(_) | Self::Plan(_) | Self::Cancel(_) | Self::FollowUp(_) => true,
            Self::Reviews(wish) => matches!(wish, super::reviews::Wish::Act(_)),
            Self::Automations(wish) => matches!(wish, super::automations::Wish::Act(_)),
            Self::Issue(wish) => matches!(wish, super::issue::Wish::Assign(_)),
            Self::Quit
            | Self::Suspend
            | Self::Redraw
            | Self::Mouse(_)
            | Self::Refresh
            | Self::Focus(_)
            | Self::Watch(_)
            | Self::Attend { .. }
            | Self::Weigh(_)
            | Self::StopPlan(_)
            | Self::LookPlan(_)
            | Self::Withdraw(_)
            | Self::LookHere { .. }
            | Self::BigLog(_)
            | Self::RawLog(..)
            | Self::Grep(_)
            | Self::Examine(_)
            | Self::Ledger(_)
            | Self::ReadKept(_)
            | Self::Save { .. }
            | Self::Open(_)
            | Self::OpenAll(_)
            | Self::Copy(_)
            | Self::Editor(_)
            | Self::KeepDiagnosis(..)
            | Self::LoadAgents(_)
            | Self::KeepDraft(_)
            | Self::DropDraft(_)
            | Self::KeepLine(..)
            | Self::ForgetLines
            | Self::KeepSeat(_)
            | Self::LookForTemplates
            | Self::Theme(_)
            | Self::Notify(_)
            | Self::TestNotify
            | Self::Ring(_)
            | Self::KeepRead(_) => false,
        }
    }
}

/// A log that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogWish {
    pub session: SessionId,
    pub source: SourceChoice,
    /// Which opening of it this is. Another opening holds nothing yet and must be given all there is.
    pub opening: u64,
}

/// A log that is listened to.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// As it is known: whether its session still works decides how the log is read.
    pub task: Task,
    pub log: LogWish,
    /// Only its last lines are looked at, and less often.
    pub glance: bool,
}
