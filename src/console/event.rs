//! Everything that can happen to the console. Each event carries the time it happened at: nothing here reads a clock.

use std::sync::Arc;

use crate::domain::agents::CustomAgent;
use crate::domain::automation::{Listed, Track};
use crate::domain::cancel::Matched;
use crate::domain::look::Ground;
use crate::domain::plan::{PlanNews, Turn};
use crate::domain::policy::{Facts, InForce};
use crate::domain::{
    Automation, AutomationId, CancelProgress, Diagnosed, Fault, Instant, Job, LogSource, Person, Pull, PullRef,
    RepoName, Run, SessionId, Source, SourceChoice, Task, TaskId, TaskRef, Viewer,
};
use crate::template::{Template, TemplateFault};
use crate::text::{Safe, Untrusted};
use crate::transcript::{Format, Rules, RunFacts};

use super::keys::Chord;
use super::state::found;
use super::state::layout::Size;

#[derive(Debug)]
pub struct Event {
    pub at: Instant,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Key(Chord),
    /// Bracketed paste, or a burst of plain keys that can only be one. Text, never commands.
    Paste(Untrusted),
    Mouse(Mouse),
    Resize(Size),
    /// The terminal gained or lost focus.
    Focus(bool),
    /// The terminal said what its background is, or that it changed.
    Ground(Ground),
    /// The deadline asked for by `update::next_wake` has come.
    Wake,
    Net(Net),
    Op(Op),
    Local(Local),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub column: u16,
    pub row: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    Click,
    WheelUp,
    WheelDown,
}

/// An answer, or the failure of one try. Late answers (an older generation than the newest seen) are dropped.
#[derive(Debug)]
pub struct Net {
    pub source: Source,
    pub generation: u64,
    pub next_try: Option<Instant>,
    pub result: Result<News, Fault>,
}

#[derive(Debug)]
pub enum News {
    /// Proof that nothing changed.
    Same,
    Viewer(Viewer),
    /// Some of a repository's tasks, to be merged by id. `unreadable`: items the service sent that could not be read.
    Tasks {
        tasks: Vec<Task>,
        unreadable: u32,
    },
    /// Tasks that two sweeps in a row no longer found.
    Gone(Vec<TaskId>),
    /// One task with its sessions.
    Task(Box<Task>),
    Person(Person),
    /// One answer for each pull asked for; `None`: gone or not visible.
    Pulls(Vec<(PullRef, Option<Pull>)>),
    /// The Actions run of a task's latest session.
    Run {
        task: TaskRef,
        run: Option<Run>,
        matched: Option<Matched>,
        jobs: Vec<Job>,
    },
    Log(LogNews),
    /// The automations of a repository.
    Automations(Listed),
    /// One automation with its detail. `None`: it is gone.
    Automation(Option<Box<Automation>>),
    /// Its newest tasks, each naming it, and what they came to. `None`: the same tasks as before, with other pull requests.
    AutomationRuns {
        tasks: Option<Vec<Task>>,
        track: Box<Track>,
    },
    /// A look at a log found nothing new.
    LogSame(LogLook),
    /// A log that nobody looked at was read for its diagnosis. `told` `None`: there is no log to read.
    Diagnosis {
        task: TaskId,
        told: Option<Box<Diagnosed>>,
        facts: Option<Box<RunFacts>>,
    },
}

/// New bytes of a session's log.
#[derive(Debug)]
pub struct LogNews {
    pub session: SessionId,
    /// Which source was wished for. News of a wish that was dropped since are dropped, too.
    pub choice: SourceChoice,
    pub origin: LogOrigin,
    pub format: Format,
    /// Forget what was shown before: another source, or the log shrank or was replaced.
    pub reset: bool,
    pub bytes: Vec<u8>,
    /// The session ended and this was all of it.
    pub complete: bool,
    /// Why a better source is not used, where there is one.
    pub because: Option<Safe>,
    /// Sources that were asked before this one, and what they said.
    pub tried: Vec<Tried>,
    /// Bytes of the body that was transferred for this, unpacked.
    pub received: u64,
}

/// A look at a log that brought nothing new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLook {
    pub session: SessionId,
    pub choice: SourceChoice,
    /// Bytes that had to be transferred to see that. 0: the service proved it (304).
    pub received: u64,
}

/// A source that has nothing for a log, at least not now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub source: LogSource,
    pub why: Safe,
}

/// Where the log on the screen comes from. Always named there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogOrigin {
    /// Live session log.
    CopilotApi,
    /// The job log of a finished Actions run.
    JobLog,
    /// Job steps of a running Actions run: coarse.
    JobSteps,
    /// What happened on the pull request: coarse.
    Timeline,
    /// The service has it no more: what was kept of it on this machine.
    Kept {
        at: Instant,
    },
    File,
}

impl LogOrigin {
    /// `None`: a file is no source of a session.
    pub fn source(self) -> Option<LogSource> {
        Some(match self {
            Self::CopilotApi => LogSource::SessionLog,
            Self::JobLog => LogSource::JobLog,
            Self::JobSteps => LogSource::JobSteps,
            Self::Timeline => LogSource::Timeline,
            Self::Kept { .. } => LogSource::Kept,
            Self::File => return None,
        })
    }
}

/// News of something the operator asked for.
#[derive(Debug)]
pub enum Op {
    Cancel(CancelProgress),
    /// A rule of the policy judged a session.
    Ruled(Box<super::state::cancels::Ruled>),
    /// What came of a comment to the agent, and what the agent did about it.
    FollowedUp(Box<crate::domain::follow_up::Told>),
    /// A comment to the agent that an earlier run wrote.
    FollowedBefore(Box<crate::domain::follow_up::Earlier>),
    /// The task that was created.
    Started {
        request: uuid::Uuid,
        result: Result<Box<Task>, Fault>,
    },
    /// A start whose outcome was not known had happened.
    Settled {
        claimed_at: Instant,
        task: Box<Task>,
    },
    /// The policy as it is now, and the facts it needs of a repository.
    Weighed {
        repo: RepoName,
        facts: Box<Facts>,
        policy: Arc<InForce>,
    },
    /// A row of a plan moved on, or its end.
    Plan {
        plan: uuid::Uuid,
        news: PlanNews,
    },
    /// What the ledger knows of a plan's rows.
    PlanKnown {
        plan: uuid::Uuid,
        told: Result<Vec<(RepoName, Turn)>, Fault>,
    },
    /// What was done under this id, and of which nobody knew what became of it, did happen.
    Found {
        id: uuid::Uuid,
        text: Safe,
    },
    /// A short message for the footer.
    Note {
        bad: bool,
        text: Safe,
    },
    Agents {
        repo: RepoName,
        result: Result<Vec<CustomAgent>, Fault>,
    },
    /// The checkout the program was started in, for a start from it.
    Here(Result<Checkout, Fault>),
    /// Lines of a log, as they came.
    Record(Box<super::rawlog::News>),
    /// The request budget moved.
    Budget(BudgetNews),
    Grep(GrepNews),
    /// What was read of issues and branches, and what came of an assignment.
    Issue(super::issue::News),
    /// What was done from here and has no known outcome.
    Unresolved(Vec<super::ledger::Row>),
    /// Somebody is to be told by the terminal.
    Ring(Box<[u8]>),
    /// What was read of automations, or done to one.
    Automations(Box<super::automations::News>),
    /// What was read in the ledger.
    Ledger(super::ledger::News),
    /// What was found out of what can be done here.
    Examined(super::doctor::News),
    /// Nothing can be changed any more.
    ReadOnly(crate::domain::capability::ReadOnly),
    /// What was read of a pull request, or done to it.
    Reviews(Box<super::reviews::News>),
}

/// What a start takes from a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    pub repo: RepoName,
    /// `None`: the default branch.
    pub base_ref: Option<String>,
    pub head_ref: Option<String>,
    /// What of the work in it the agent will not see.
    pub unseen: Option<Safe>,
}

/// Lines found in kept logs.
#[derive(Debug)]
pub struct GrepNews {
    /// Which search found them.
    pub id: u64,
    pub lines: Vec<found::Line>,
    /// `None`: it goes on.
    pub progress: Option<found::Progress>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BudgetNews {
    /// Requests that counted, in the last hour.
    pub spent: u64,
    /// What we allow ourselves in an hour.
    pub allowed: u64,
    pub remaining: Option<u64>,
    pub reset_at: Option<Instant>,
    pub more: BudgetDetail,
}

/// What is only told when asked for: it moves with every request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BudgetDetail {
    /// Requests of this process in all.
    pub sent: u64,
    /// Of these, how many were answered with proof that nothing changed, for nothing.
    pub unchanged: u64,
    pub in_flight: u32,
    /// By how much intervals are longer than wished to stay inside the allowance; 1: not at all.
    pub stretch: f64,
}

/// News from this machine.
#[derive(Debug)]
pub enum Local {
    Templates {
        templates: Vec<Template>,
        faults: Vec<TemplateFault>,
    },
    /// What there is to paint with. `asked`: for `:theme`; otherwise a file changed.
    Themes {
        asked: bool,
        read: Result<Box<super::state::look::Themes>, Fault>,
    },
    /// What logs are diagnosed by.
    Rules(Arc<Rules>),
    /// A log file was opened in place of a session.
    LogFile {
        name: Safe,
        format: Format,
        bytes: Vec<u8>,
    },
    /// News of a log file, mostly of one too large to be held.
    BigLog(super::biglog::News),
    /// What `$EDITOR` left.
    Edited(Result<Untrusted, Fault>),
    /// The prompts that were not sent, newest first.
    Drafts(Vec<super::state::compose::Draft>),
    /// Drafts cannot be written any more, or can again.
    DraftsKept(Result<(), Fault>),
    /// What an earlier run knew, shown with its age until the service answers.
    Remembered(Box<Remembered>),
    /// What was remembered is another viewer's: nothing of it stays.
    Forget,
    /// What of the inbox was read, by any console here, and when: the answer to one `KeepRead`. `None`: it could not be
    /// written.
    InboxRead(Option<Vec<(String, Instant)>>),
    /// Lines typed in earlier runs and other consoles, oldest first.
    Lines(Vec<(super::state::history::Which, String)>),
    /// Nothing of an earlier start is kept here, and from now on it is.
    FirstStart,
}

/// A part of what an earlier run knew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remembered {
    pub viewer: Option<Viewer>,
    pub people: Vec<Person>,
    pub tasks: Vec<RememberedTask>,
    /// With the last part, only those that a task of some part names.
    pub pulls: Vec<(PullRef, Pull)>,
    /// When each source was last good.
    pub good_at: Vec<(Source, Instant)>,
    /// What started tasks that are on the screen by itself.
    pub origins: Vec<(TaskId, AutomationId)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RememberedTask {
    pub task: Task,
    /// The task's own time in the answer its sessions came with.
    pub sessions_as_of: Option<Instant>,
    /// What the log of its latest session was found to say.
    pub diagnosed: Option<Diagnosed>,
}
