//! What a log says, entry by entry.

use chrono::TimeDelta;

use super::diff::Diff;
use crate::domain::Instant;
use crate::text::Untrusted;

/// One thing that happened. Tool calls and their results are one entry, whatever order they came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts up from 0 within a transcript; stays the same when a result arrives later.
    pub id: u64,
    pub at: Option<Instant>,
    /// When the result of a tool call came.
    pub ended_at: Option<Instant>,
    /// The log says that it failed, where the kind has no better word for it.
    pub failed: bool,
    /// Which lines of the log it came from.
    pub lines: Lines,
    pub kind: Kind,
}

/// Lines of a log by number, the first being 1: the one that made an entry and the one that changed it last. Both are 0
/// in a window of a log, whose lines are known by their offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub first: u32,
    pub last: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The assistant's words (markdown).
    Text(Untrusted),
    Reasoning(Untrusted),
    /// A set-up step of the environment.
    Setup {
        name: Untrusted,
        output: Option<Untrusted>,
    },
    Command(Command),
    /// A file or folder that was read. `lines`: first and last, where asked for.
    View {
        path: Untrusted,
        lines: Option<(u32, u32)>,
        output: Option<Untrusted>,
    },
    /// Boxed: a log has far more of the others.
    Edit(Box<Edit>),
    Search {
        query: Untrusted,
        output: Option<Untrusted>,
    },
    /// A progress report: commit message and the checklist in markdown; `output` is the push.
    Progress {
        title: Untrusted,
        body: Untrusted,
        output: Option<Untrusted>,
    },
    /// Any other tool. `title` is what we call it, empty for a tool we do not know; `output` is `None` while it runs.
    Tool {
        name: Untrusted,
        title: &'static str,
        input: Untrusted,
        output: Option<Untrusted>,
    },
    Error(Untrusted),
    /// What a person wrote to the agent.
    User(Untrusted),
    /// Title and description the agent proposes for its pull request.
    PullSummary {
        title: Untrusted,
        body: Untrusted,
    },
    /// A plain line of an Actions job log.
    Line(Untrusted),
    /// A record that could not be read; shown as it came.
    Broken(Untrusted),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Command {
    pub command: Untrusted,
    pub description: Option<Untrusted>,
    /// `None` while it runs. Without the line that tells the exit code.
    pub output: Option<Untrusted>,
    pub exit: Option<i32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub verb: EditVerb,
    pub path: Untrusted,
    /// The hunks of a unified diff, or the new file's text with every line added.
    pub diff: Diff,
    /// What the tool said, where that is not the diff.
    pub said: Option<Untrusted>,
    /// The tool has answered.
    pub done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditVerb {
    Create,
    Edit,
    Patch,
}

impl Entry {
    /// How long the tool took.
    pub fn took(&self) -> Option<TimeDelta> {
        self.ended_at.zip(self.at).map(|(end, start)| end - start)
    }

    /// Something went wrong here.
    pub fn is_error(&self) -> bool {
        self.failed
            || match &self.kind {
                Kind::Error(_) | Kind::Broken(_) => true,
                Kind::Command(command) => command.exit.is_some_and(|code| code != 0),
                _ => false,
            }
    }
}

impl Kind {
    /// A tool call that has not been answered yet.
    pub fn is_pending(&self) -> bool {
        match self {
            Self::Command(c) => c.output.is_none(),
            Self::Setup { output, .. }
            | Self::View { output, .. }
            | Self::Search { output, .. }
            | Self::Progress { output, .. }
            | Self::Tool { output, .. } => output.is_none(),
            Self::Edit(e) => !e.done,
            _ => false,
        }
    }

    /// What the agent wants to know of the user, until somebody has answered.
    pub fn asks(&self) -> Option<&Untrusted> {
        match self {
            Self::Tool { name, input, output: None, .. } if name.raw_for_match() == "ask_user" => Some(input),
            _ => None,
        }
    }

    /// Everything in it that is text, in the order it is shown. For searching and copying.
    pub fn texts(&self) -> Vec<&Untrusted> {
        match self {
            Self::Text(text)
            | Self::Reasoning(text)
            | Self::Error(text)
            | Self::Line(text)
            | Self::Broken(text)
            | Self::User(text) => vec![text],
            Self::Setup { name, output } => std::iter::once(name).chain(output).collect(),
            Self::Command(c) => std::iter::once(&c.command).chain(&c.description).chain(&c.output).collect(),
            Self::View { path, output, .. } => std::iter::once(path).chain(output).collect(),
            Self::Edit(e) => [&e.path, e.diff.text()].into_iter().chain(&e.said).collect(),
            Self::Search { query, output } => std::iter::once(query).chain(output).collect(),
            Self::Progress { title, body, output } => [title, body].into_iter().chain(output).collect(),
            Self::Tool { name, input, output, .. } => [name, input].into_iter().chain(output).collect(),
            Self::PullSummary { title, body } => vec![title, body],
        }
    }
}
