//! What can be asked of tasks: the one table that parsing, completion, help and the README follow.

use super::flag::{Flag, Stage};
use super::tasks::Tasks;
use super::value::Clock;
use super::{qualifier, sign};
use crate::domain::Severity;

pub type Qualifier = qualifier::Qualifier<Tasks>;
pub type Word = qualifier::Word<Tasks>;

/// What a fixed word means.
#[derive(Clone, Copy, Debug)]
pub enum Means {
    Flag(Flag),
    /// Signs of [`sign`].
    State(u32),
}

/// What its other values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There are none.
    Fixed,
    State,
    Repo,
    Owner,
    Login,
    Agent,
    Automation,
    Model,
    Branch,
    Rule,
    Id,
    Pull,
    Time(Clock),
    Cost,
    Sessions,
}

const fn flag(word: &'static str, flag: Flag, doc: &'static str) -> Word {
    Word { word, doc, means: Some(Means::Flag(flag)) }
}

const fn state(word: &'static str, signs: u32, doc: &'static str) -> Word {
    Word { word, doc, means: Some(Means::State(signs)) }
}

const fn offered(word: &'static str, doc: &'static str) -> Word {
    Word { word, doc, means: None }
}

pub const QUALIFIERS: &[Qualifier] = &[
    Qualifier {
        word: "state",
        also: &["status"],
        values: "GitHub's word, or the row's",
        words: STATES,
        doc: "GitHub's word asks what GitHub says, the row's word what the row says. Another word is taken for a new \
              state of GitHub's, unless it looks like a slip; in quotes it is taken as it is.",
        example: "state:failed,timed_out",
        kind: Kind::State,
    },
    Qualifier::repository(Kind::Repo),
    Qualifier::organization(Kind::Owner),
    Qualifier::user(
        Kind::Login,
        &[flag("@me", Flag::Mine, "the one whose token this is")],
        "Who started it. A login that is not known yet matches nothing.",
    ),
    Qualifier {
        word: "agent",
        also: &[],
        values: "name, `*`",
        words: &[],
        doc: "The custom agent.",
        example: "agent:\"release notes\"",
        kind: Kind::Agent,
    },
    Qualifier {
        word: "automation",
        also: &[],
        values: "name or id, `*`, or a word below",
        words: AUTOMATIONS,
        doc: "What started it by itself. A name is known once the list of the repository's automations was read.",
        example: "automation:\"Nightly deps\"",
        kind: Kind::Automation,
    },
    Qualifier::model(Kind::Model, "name, `*`", &[], "The model of the latest session."),
    Qualifier {
        word: "pr",
        also: &["pull"],
        values: "number, its beginning with `*`, or a word below",
        words: PULLS,
        doc: "The newest pull request.",
        example: "pr:failing,1288",
        kind: Kind::Pull,
    },
    Qualifier {
        word: "branch",
        also: &["head"],
        values: "name, `*`",
        words: &[],
        doc: "The branch the agent pushes to.",
        example: "branch:copilot/*",
        kind: Kind::Branch,
    },
    Qualifier {
        word: "updated",
        also: &[],
        values: "age or date",
        words: AGES,
        doc: "When GitHub last touched it.",
        example: "updated:>2h",
        kind: Kind::Time(Clock::Updated),
    },
    Qualifier {
        word: "created",
        also: &[],
        values: "age or date",
        words: AGES,
        doc: "When it was started.",
        example: "created:>=2026-11-01",
        kind: Kind::Time(Clock::Created),
    },
    Qualifier {
        word: "cost",
        also: &[],
        values: "AI credits, `unknown`",
        words: &[
            flag("unknown", Flag::CostUnknown, "no session has told its credits yet"),
            offered(">1", "more than one credit"),
            offered(">10", "more than ten credits"),
        ],
        doc: "What all its sessions used. A bare number is what the row shows. An unknown cost is no cost.",
        example: "cost:>10",
        kind: Kind::Cost,
    },
    Qualifier {
        word: "sessions",
        also: &[],
        values: "number, `unknown`",
        words: &[
            flag("unknown", Flag::SessionsUnknown, "GitHub has not told how many"),
            offered(">1", "more than one"),
        ],
        doc: "How many sessions it has.",
        example: "sessions:>1",
        kind: Kind::Sessions,
    },
    Qualifier {
        word: "is",
        also: &[],
        values: "a word below",
        words: IS,
        doc: "What can be said of it.",
        example: "is:needs-me",
        kind: Kind::Fixed,
    },
    Qualifier {
        word: "has",
        also: &[],
        values: "a word below",
        words: HAS,
        doc: "What is known of it.",
        example: "has:error",
        kind: Kind::Fixed,
    },
    Qualifier {
        word: "stuck",
        also: &[],
        values: "a word below",
        words: STUCK,
        doc: "Why it counts as stuck.",
        example: "stuck:silent",
        kind: Kind::Fixed,
    },
    Qualifier {
        word: "diagnosis",
        also: &[],
        values: "id of a rule, `*`, or a word below",
        words: DIAGNOSIS,
        doc: "What the log of the latest session was found to say. The log of a task that ended badly is read for that \
              once; of any other it is known once you have opened it.",
        example: "diagnosis:firewall,tests-red",
        kind: Kind::Rule,
    },
    Qualifier {
        word: "id",
        also: &[],
        values: "beginning of an id",
        words: &[],
        doc: "The task's id, or one of its sessions'.",
        example: "id:3f2504e0",
        kind: Kind::Id,
    },
];

const STATES: &[Word] = &[
    state("queued", sign::QUEUED, "GitHub: it has not begun"),
    state("in_progress", sign::IN_PROGRESS, "GitHub: an agent works"),
    state("waiting_for_user", sign::WAITING_FOR_USER, "GitHub: it waits for an answer"),
    state("idle", sign::IDLE, "GitHub: nothing to do at the moment"),
    state("completed", sign::COMPLETED, "GitHub: it has ended well"),
    state("failed", sign::FAILED, "GitHub: it has ended badly"),
    state("timed_out", sign::TIMED_OUT, "GitHub: it ran into its limit"),
    state("cancelled", sign::CANCELLED, "GitHub: it was stopped"),
    state("running", sign::row(sign::IN_PROGRESS), "row: in progress, no cancel asked for, the run still there"),
    state("needs-you", sign::row(sign::WAITING_FOR_USER), "row: it waits for an answer"),
    state("done", sign::row(sign::COMPLETED), "row: it has ended well"),
    state("cancelling", sign::CANCELLING, "row: a cancel is asked for and not yet proved"),
    state("orphaned", sign::ORPHANED, "row: its run is gone, GitHub still says it works"),
    flag("stuck", Flag::Stuck, "row: as with `is:stuck`"),
];

const AUTOMATIONS: &[Word] =
    &[flag("any", Flag::ByItself, "an automation is known to have started it"), flag("none", Flag::ByHand, "none is")];

const PULLS: &[Word] = &[
    flag("any", Flag::HasPull, "there is one"),
    flag("none", Flag::NoPull, "there is none"),
    flag("open", Flag::Pull(Stage::Open), "it is open, a draft or not"),
    flag("draft", Flag::Pull(Stage::Draft), "it is a draft"),
    flag("ready", Flag::Pull(Stage::Ready), "it is open and no draft"),
    flag("merged", Flag::Pull(Stage::Merged), "it is merged"),
    flag("closed", Flag::Pull(Stage::Closed), "it was closed without a merge"),
    flag("failing", Flag::Failing, "a check has failed"),
    flag("pending", Flag::Pending, "a check runs or waits for approval, none has failed"),
    flag("passing", Flag::Passing, "every check has passed"),
    flag(
        "unknown",
        Flag::ChecksUnknown,
        "of its checks not all are known or may be seen, and of the others none has failed or runs",
    ),
];

const IS: &[Word] = &[
    flag("active", Flag::Active, "queued, in progress, idle or waiting for a user"),
    flag("ended", Flag::Ended, "not active"),
    flag(
        "needs-me",
        Flag::NeedsMe,
        "it waits for a user, is orphaned, or is past its deadline; not while it is being cancelled",
    ),
    flag(
        "stuck",
        Flag::Stuck,
        "queued too long, silent too long, waiting for you too long, past its deadline, or orphaned",
    ),
    flag("orphaned", Flag::Orphaned, "its run is gone, GitHub still says it works"),
    flag("disagreeing", Flag::Disagreeing, "task, session, run and pull request contradict each other"),
    flag("mine", Flag::Mine, "started by the one whose token this is"),
    flag("new", Flag::New, "it changed since you last looked at it"),
    flag("marked", Flag::Marked, "you marked it"),
    flag("mirrored", Flag::Mirrored, "a session that ran elsewhere and is only shown at GitHub"),
];

const HAS: &[Word] = &[
    flag("agent", Flag::HasAgent, "a custom agent was asked for"),
    flag("branch", Flag::HasBranch, "its branch is known"),
    flag("cost", Flag::HasCost, "its cost is known"),
    flag("error", Flag::HasError, "the latest session told an error"),
    flag("model", Flag::HasModel, "its model is known"),
    flag("pr", Flag::HasPull, "there is a pull request"),
];

const STUCK: &[Word] = &[
    flag("queued", Flag::StuckQueued, "queued too long"),
    flag("silent", Flag::StuckSilent, "no sign of work for too long"),
    flag("waiting", Flag::StuckWaiting, "waited for you too long"),
    flag("deadline", Flag::StuckDeadline, "past the service's own limit"),
    flag("orphaned", Flag::StuckOrphaned, "its run is gone, GitHub still says it works"),
];

const DIAGNOSIS: &[Word] = &[
    flag("any", Flag::Found(Severity::Note), "something was found"),
    flag("warning", Flag::Found(Severity::Warning), "a warning was found, or an error"),
    flag("error", Flag::Found(Severity::Error), "an error was found"),
    flag("none", Flag::NothingFound, "its log was read and nothing was found"),
    flag("unknown", Flag::NotDiagnosed, "its log has not been read"),
];

const AGES: &[Word] = &[
    offered("<1h", "within the last hour"),
    offered("<1d", "within the last day"),
    offered("<1w", "within the last week"),
    offered(">1h", "more than an hour ago"),
    offered(">1d", "more than a day ago"),
    offered(">1w", "more than a week ago"),
];

/// The README's table of qualifiers.
pub fn markdown_table() -> String {
    qualifier::markdown_table::<Tasks>()
}

/// The README's table of the values with a meaning of their own.
pub fn markdown_words() -> String {
    qualifier::markdown_words::<Tasks>()
}
