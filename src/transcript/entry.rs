//! What a log says, entry by entry.

use crate::domain::Instant;
use crate::text::Untrusted;

/// One thing that happened. Tool calls and their results are one entry, whatever order they came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts up from 0 within a transcript; stays the same when a result arrives later.
    pub id: u64,
    pub at: Option<Instant>,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The assistant's words (markdown).
    Text(Untrusted),
    Reasoning(Untrusted),
    /// A set-up step of the environment.
    Setup {
        name: Untrusted,
        output: Untrusted,
    },
    Command(Command),
    /// A file or folder that was read. `lines`: first and last, where asked for.
    View {
        path: Untrusted,
        lines: Option<(u32, u32)>,
        output: Option<Untrusted>,
    },
    Edit(Edit),
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
    /// Any other tool. `title` is what we call it; `output` is `None` while it runs.
    Tool {
        name: Untrusted,
        title: String,
        input: Untrusted,
        output: Option<Untrusted>,
    },
    Error(Untrusted),
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

#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub command: Untrusted,
    pub description: Option<Untrusted>,
    /// `None` while it runs.
    pub output: Option<Untrusted>,
    pub exit: Option<i32>,
    pub ended_at: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub verb: EditVerb,
    pub path: Untrusted,
    /// Unified-diff body lines, or the new file's text with every line added.
    pub diff: Vec<DiffLine>,
    pub added: u32,
    pub removed: u32,
    /// The tool has answered.
    pub done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditVerb {
    Create,
    Edit,
    Patch,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DiffLine {
    Hunk(Untrusted),
    Context(Untrusted),
    Added(Untrusted),
    Removed(Untrusted),
}

impl Kind {
    /// A tool call that has not been answered yet.
    pub fn is_pending(&self) -> bool {
        match self {
            Self::Command(c) => c.output.is_none(),
            Self::View { output, .. }
            | Self::Search { output, .. }
            | Self::Progress { output, .. }
            | Self::Tool { output, .. } => output.is_none(),
            Self::Edit(e) => !e.done,
            _ => false,
        }
    }
}
