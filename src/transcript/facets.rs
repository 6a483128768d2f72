//! What an entry is about, as a set: to count, to jump between, to filter by.
//!
//! Kept beside the entries and brought up to date with what a round changed, so that counting and jumping read two bytes
//! an entry.

use super::entry::{Entry, Kind};
use super::tests_run::{self, TestsRun};
use super::tools;

/// One thing an entry may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The agent's words.
    Words,
    Command,
    /// A file was changed.
    File,
    /// Tests ran and told how many passed.
    Tests,
    Reasoning,
    Progress,
    Error,
    /// Somebody wrote to the agent.
    User,
    /// Any tool, whatever it does.
    Call,
    Setup,
}

impl Facet {
    pub const ALL: [Self; 10] = [
        Self::Words,
        Self::Command,
        Self::File,
        Self::Tests,
        Self::Reasoning,
        Self::Progress,
        Self::Error,
        Self::User,
        Self::Call,
        Self::Setup,
    ];

    /// One word, as queries and footers spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Command => "commands",
            Self::File => "files",
            Self::Tests => "tests",
            Self::Reasoning => "reasoning",
            Self::Progress => "progress",
            Self::Error => "errors",
            Self::User => "user",
            Self::Call => "calls",
            Self::Setup => "setup",
        }
    }

    /// What stands beside the word where it is offered.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Words => "what the agent said",
            Self::Command => "what ran in the shell",
            Self::File => "files that were changed",
            Self::Tests => "tests that ran, and how they ended",
            Self::Reasoning => "what the agent thought",
            Self::Progress => "progress reports",
            Self::Error => "what went wrong",
            Self::User => "what people wrote to the agent",
            Self::Call => "every tool",
            Self::Setup => "what came before the agent",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.word() == word)
    }
}

/// Facets of one entry, or facets that are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FacetSet(u16);

impl FacetSet {
    #[must_use]
    pub fn with(self, facet: Facet) -> Self {
        Self(self.0 | 1 << facet as u16)
    }

    #[must_use]
    pub fn with_if(self, facet: Facet, holds: bool) -> Self {
        if holds { self.with(facet) } else { self }
    }

    pub fn has(self, facet: Facet) -> bool {
        self.0 & 1 << facet as u16 != 0
    }

    pub fn any_of(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl From<Facet> for FacetSet {
    fn from(facet: Facet) -> Self {
        Self::default().with(facet)
    }
}

/// The facets of all entries of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    sets: Vec<FacetSet>,
    counts: [usize; Facet::ALL.len()],
    /// Entry and result of every entry that ran tests, in order.
    tests: Vec<(usize, TestsRun)>,
}

impl Facets {
    pub fn count(&self, facet: Facet) -> usize {
        self.counts.get(facet as usize).copied().unwrap_or(0)
    }

    pub fn of(&self, entry: usize) -> FacetSet {
        self.sets.get(entry).copied().unwrap_or_default()
    }

    /// The first entry behind this one that has any of these.
    pub fn next(&self, entry: usize, facets: impl Into<FacetSet>) -> Option<usize> {
        self.from(entry.saturating_add(1), facets)
    }

    /// The first entry from this one on that has any of these.
    pub fn from(&self, entry: usize, facets: impl Into<FacetSet>) -> Option<usize> {
        let wanted = facets.into();
        let found = self.sets.get(entry..)?.iter().position(|set| set.any_of(wanted))?;
        Some(entry + found)
    }

    /// The last entry before this one that has any of these.
    pub fn previous(&self, entry: usize, facets: impl Into<FacetSet>) -> Option<usize> {
        let wanted = facets.into();
        self.sets.get(..entry.min(self.sets.len()))?.iter().rposition(|set| set.any_of(wanted))
    }

    /// All entries that have any of these, in order.
    pub fn entries(&self, facets: impl Into<FacetSet>) -> impl Iterator<Item = usize> {
        let wanted = facets.into();
        self.sets.iter().enumerate().filter(move |(_, set)| set.any_of(wanted)).map(|(entry, _)| entry)
    }

    /// What the tests of an entry said.
    pub fn tests_of(&self, entry: usize) -> Option<&TestsRun> {
        let at = self.tests.binary_search_by_key(&entry, |(entry, _)| *entry).ok()?;
        self.tests.get(at).map(|(_, run)| run)
    }

    /// Every run of tests: its entry and what it said.
    pub fn tests(&self) -> &[(usize, TestsRun)] {
        &self.tests
    }

    pub(super) fn held(&self) -> usize {
        self.sets.capacity() * size_of::<FacetSet>() + self.tests.capacity() * size_of::<(usize, TestsRun)>()
    }

    /// Forgets all entries but `len` of them from `start` on.
    pub(super) fn cut(&mut self, start: usize, len: usize) {
        self.sets.truncate(start + len);
        self.sets.drain(..start.min(self.sets.len()));
        self.tests.retain_mut(|(entry, _)| {
            let inside = (start..start + len).contains(entry);
            *entry = entry.saturating_sub(start);
            inside
        });
        for (facet, count) in Facet::ALL.into_iter().zip(&mut self.counts) {
            *count = self.sets.iter().filter(|set| set.has(facet)).count();
        }
    }

    /// Reads an entry that is new or reads differently now.
    pub(super) fn read(&mut self, index: usize, entry: &Entry) {
        let tests = tests_of(entry);
        let set = facets_of(entry).with_if(Facet::Tests, tests.is_some());
        if index >= self.sets.len() {
            self.sets.resize(index + 1, FacetSet::default());
        }
        let before = self.sets.get_mut(index).map_or(FacetSet::default(), |old| std::mem::replace(old, set));
        for (facet, count) in Facet::ALL.into_iter().zip(&mut self.counts) {
            *count = *count + usize::from(set.has(facet)) - usize::from(before.has(facet));
        }
        match (self.tests.binary_search_by_key(&index, |(entry, _)| *entry), tests) {
            (Ok(at), Some(run)) => self.tests.splice(at..=at, [(index, run)]).for_each(drop),
            (Ok(at), None) => drop(self.tests.remove(at)),
            (Err(at), Some(run)) => self.tests.insert(at, (index, run)),
            (Err(_), None) => {}
        }
    }
}

fn facets_of(entry: &Entry) -> FacetSet {
    let set = FacetSet::default().with_if(Facet::Error, entry.is_error());
    match &entry.kind {
        Kind::Text(_) | Kind::PullSummary { .. } => set.with(Facet::Words),
        Kind::Reasoning(_) => set.with(Facet::Reasoning),
        Kind::Setup { .. } => set.with(Facet::Setup),
        Kind::Command(_) => set.with(Facet::Command).with(Facet::Call),
        Kind::Edit(_) => set.with(Facet::File).with(Facet::Call),
        Kind::Progress { .. } => set.with(Facet::Progress).with(Facet::Call),
        Kind::View { .. } | Kind::Search { .. } => set.with(Facet::Call),
        Kind::Tool { name, .. } => {
            let name = name.raw_for_match();
            // A job log knows these by their name alone.
            set.with(Facet::Call)
                .with_if(Facet::User, name == "ask_user")
                .with_if(Facet::Progress, name == "report_progress")
                .with_if(Facet::File, tools::changes_files(name))
        }
        Kind::User(_) => set.with(Facet::User),
        Kind::Error(_) | Kind::Line(_) | Kind::Broken(_) => set,
    }
}

/// What the tests of an entry said.
pub(super) fn tests_of(entry: &Entry) -> Option<TestsRun> {
    match &entry.kind {
        Kind::Command(command) => {
            let line = command.command.raw_for_match();
            let broke = || {
                let runner = tests_run::named(line).filter(|_| command.exit.is_some_and(|code| code != 0))?;
                Some(TestsRun { runner, broke: true, ..TestsRun::default() })
            };
            tests_run::tests_run(line, command.output.as_ref()?.raw_for_match()).or_else(broke)
        }
        // What a shell that runs beside the others has printed since it was looked at last.
        Kind::Tool { name, output: Some(output), .. } if tools::reads_shell(name.raw_for_match()) => {
            tests_run::tests_run("", output.raw_for_match())
        }
        _ => None,
    }
}
