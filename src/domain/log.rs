//! Where a session's log can be read, and which of these places is wanted.

/// A place a log can be read at, best first. The words stand on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogSource {
    /// The agent's own log: live, and the only one with what it said and ran. Not documented.
    SessionLog,
    /// The log of the job the agent ran in: documented, whole, only once the job has ended.
    JobLog,
    /// The steps of that job: documented, live, coarse.
    JobSteps,
    /// What happened on the pull request: documented, live, coarse, for any token that reads the pull request.
    Timeline,
    /// The copy of a finished log on this machine.
    Kept,
}

impl LogSource {
    /// The order in which they are tried. The kept copy is no source of the service's: it stands in for what the service
    /// has no more.
    pub const ORDER: [Self; 4] = [Self::SessionLog, Self::JobLog, Self::JobSteps, Self::Timeline];
    pub const ALL: [Self; 5] = [Self::SessionLog, Self::JobLog, Self::JobSteps, Self::Timeline, Self::Kept];

    pub fn name(self) -> &'static str {
        match self {
            Self::SessionLog => "session log",
            Self::JobLog => "job log",
            Self::JobSteps => "job steps",
            Self::Timeline => "pull request timeline",
            Self::Kept => "kept copy",
        }
    }
}

/// Which source a log is read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SourceChoice {
    /// The best that answers.
    #[default]
    Auto,
    /// This one, chosen by hand: where it fails, that is said and no other is taken.
    Only(LogSource),
}
