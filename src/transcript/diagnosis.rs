//! What went wrong, with the line that shows it: the rules of `assets/diagnosis.toml` and of the user's own file, applied
//! to a log as it grows.
//!
//! ```text
//! absorb(change) ──> patterns, on what is new or reads differently
//! end(ending)    ──> what only the end can show: red tests, nothing pushed, a call without answer
//!          findings() ──> worst first, each with its evidence
//! ```
//!
//! A log that is read anew gets a new `Diagnosis`. Nothing is judged here about a session that still runs but what its
//! log says word for word.

use regex_automata::meta::Regex;

use super::decode::{Change, Transcript};
use super::entry::{Entry, Kind};
use super::facets::{Facet, FacetSet};
use super::rules::{Check, Rule, Rules, Severity};
use super::tests_run::TestsRun;
use crate::domain::State;
use crate::domain::diagnosed::Found;
use crate::text::{Safe, Untrusted, width};

/// Longest line of evidence, in bytes.
const EVIDENCE: usize = 400;
/// Entries of one rule that are remembered; beyond that they are neither counted nor jumped to.
const HITS: usize = 1000;

/// How the session ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    pub timed_out: bool,
}

impl Ending {
    /// `None`: it has not ended.
    pub fn of(state: &State) -> Option<Self> {
        (!state.is_active()).then(|| Self { timed_out: *state == State::TimedOut })
    }
}

/// A rule that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub rule: Untrusted,
    pub severity: Severity,
    pub title: Safe,
    pub next: Safe,
    pub evidence: Evidence,
    /// Entries that show it.
    pub count: usize,
}

/// Where it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub entry: usize,
    /// The line, as the log has it.
    pub line: Untrusted,
}

impl From<&Finding> for Found {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            severity: finding.severity,
            title: finding.title.as_str().into(),
            next: finding.next.as_str().into(),
            line: finding.evidence.line.clone(),
            count: u32::try_from(finding.count).unwrap_or(u32::MAX),
        }
    }
}

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// By rule: the entries its pattern is in, in order.
    hits: Vec<Vec<usize>>,
    /// By rule: the entry that shows what only the end could show.
    ended: Vec<Option<usize>>,
}

impl Diagnosis {
    /// Looks at what a round brought.
    pub fn absorb(&mut self, rules: &Rules, log: &Transcript, change: &Change) {
        self.hits.resize(rules.rules().len(), Vec::new());
        let entries = log.entries();
        let again = change.updated.iter().filter_map(|id| usize::try_from(*id).ok());
        for index in again.chain(entries.len().saturating_sub(change.added)..entries.len()) {
            let Some(entry) = entries.get(index) else { continue };
            let found = holding(rules, entry);
            for (rule, hits) in self.hits.iter_mut().enumerate() {
                match (hits.binary_search(&index), found.binary_search(&rule).is_ok()) {
                    (Err(at), true) if hits.len() < HITS => hits.insert(at, index),
                    (Ok(at), false) => drop(hits.remove(at)),
                    _ => {}
                }
            }
        }
    }

    /// Judges the log as a whole. `None`: the session goes on, nothing is final.
    pub fn end(&mut self, rules: &Rules, log: &Transcript, ending: Option<Ending>) {
        self.ended = match ending {
            Some(ending) => rules.rules().iter().map(|rule| judge(rule, log, ending)).collect(),
            None => Vec::new(),
        };
    }

    /// Worst first, and of equals the one that shows first.
    pub fn findings(&self, rules: &Rules, log: &Transcript) -> Vec<Finding> {
        let mut findings: Vec<Finding> = rules
            .rules()
            .iter()
            .enumerate()
            .filter_map(|(index, rule)| {
                let hits = self.hits.get(index).map(Vec::as_slice).unwrap_or_default();
                let ended = self.ended.get(index).copied().flatten();
                let entry = hits.first().copied().or(ended)?;
                Some(finding(rule, entry, log.entries().get(entry)?, hits.len().max(1)))
            })
            .collect();
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.evidence.entry));
        findings
    }
}

/// The texts of an entry; true: what a tool gave back.
fn texts(kind: &Kind) -> Vec<(bool, &Untrusted)> {
    match kind {
        Kind::Setup { name: input, output }
        | Kind::View { path: input, output, .. }
        | Kind::Search { query: input, output } => {
            std::iter::once((false, input)).chain(output.iter().map(|text| (true, text))).collect()
        }
        Kind::Command(command) => {
            std::iter::once((false, &command.command)).chain(command.output.iter().map(|text| (true, text))).collect()
        }
        Kind::Progress { title, body, output } => {
            [(false, title), (false, body)].into_iter().chain(output.iter().map(|text| (true, text))).collect()
        }
        Kind::Tool { input, output, .. } => {
            std::iter::once((false, input)).chain(output.iter().map(|text| (true, text))).collect()
        }
        Kind::Edit(edit) => [(false, &edit.path), (false, edit.diff.text())]
            .into_iter()
            .chain(edit.said.iter().map(|text| (true, text)))
            .collect(),
        // What is no tool's has no sides: a rule for an output means what was said.
        other => other.texts().into_iter().map(|text| (true, text)).collect(),
    }
}

/// The rules whose patterns hold for an entry, in order.
fn holding(rules: &Rules, entry: &Entry) -> Vec<usize> {
    let mut holding = Vec::new();
    for (output, text) in texts(&entry.kind) {
        let reads = |rule: &Rule| rule.looks_at(&entry.kind, entry.is_error()) && rule.reads(output);
        holding.extend(rules.found_in(text.raw_for_match(), reads));
    }
    holding.sort_unstable();
    holding
}

/// The entry that shows that a rule of the end holds.
fn judge(rule: &Rule, log: &Transcript, ending: Ending) -> Option<usize> {
    let last = log.entries().len().checked_sub(1)?;
    // A list of the job's steps says nothing of what the agent did.
    let tells = log.facets().count(Facet::Call) + log.facets().count(Facet::Words) > 0;
    if !tells && rule.check != Some(Check::TimedOut) {
        return None;
    }
    if let Some(absent) = rule.absent() {
        let said = log.entries().iter().rev().any(|entry| {
            rule.looks_at(&entry.kind, entry.is_error())
                && texts(&entry.kind)
                    .iter()
                    .any(|(output, text)| rule.reads(*output) && absent.is_match(text.raw_for_match().as_bytes()))
        });
        return (!said).then_some(last);
    }
    match rule.check? {
        Check::TestsRed => last_tests(log, |run| run.failed > 0),
        Check::TestsBroken => last_tests(log, |run| run.failed == 0 && run.broke),
        Check::EditsNotPushed => last_edit(log).filter(|edit| pushed(log).is_none_or(|push| push < *edit)),
        Check::NothingPushed => (pushed(log).is_none() && last_edit(log).is_none()).then_some(last),
        Check::TimedOut => {
            let end = log.entries().iter().rev().find_map(|entry| entry.ended_at.max(entry.at));
            let late = log.facts().deadline().zip(end).is_some_and(|(deadline, end)| end >= deadline);
            (ending.timed_out || late).then_some(last)
        }
        Check::CommandRunning => {
            let running = log.stats().unanswered > 0;
            running.then(|| log.entries().iter().rposition(|entry| entry.kind.is_pending())).flatten()
        }
    }
}

/// The last run of tests, if it ended so.
fn last_tests(log: &Transcript, ended: impl Fn(&TestsRun) -> bool) -> Option<usize> {
    log.facets().tests().last().filter(|(_, run)| ended(run)).map(|(entry, _)| *entry)
}

/// The last file that was changed, as far as it was.
fn last_edit(log: &Transcript) -> Option<usize> {
    let done = |index: &usize| {
        log.entries().get(*index).is_some_and(|entry| match &entry.kind {
            Kind::Edit(edit) => edit.done && !entry.failed,
            _ => !entry.failed,
        })
    };
    previous(log, Facet::File.into(), done)
}

/// The last push that was not refused.
fn pushed(log: &Transcript) -> Option<usize> {
    let wanted = FacetSet::from(Facet::Progress).with(Facet::Command).with(Facet::Call);
    previous(log, wanted, |index| log.entries().get(*index).is_some_and(pushes))
}

fn previous(log: &Transcript, facets: FacetSet, holds: impl Fn(&usize) -> bool) -> Option<usize> {
    let mut from = log.entries().len();
    loop {
        from = log.facets().previous(from, facets)?;
        if holds(&from) {
            return Some(from);
        }
    }
}

fn pushes(entry: &Entry) -> bool {
    let refused = |output: &Untrusted| {
        let text = output.raw_for_match();
        ["failed to push", "[rejected]", "[remote rejected]", "fatal: "].iter().any(|word| text.contains(word))
    };
    match &entry.kind {
        Kind::Progress { output, .. } => !entry.failed && output.as_ref().is_some_and(|output| !refused(output)),
        Kind::Command(command) => {
            let line = command.command.raw_for_match();
            let output = command.output.as_ref();
            line.contains("git push") && !entry.is_error() && output.is_some_and(|output| !refused(output))
        }
        Kind::Tool { name, output, .. } => {
            matches!(name.raw_for_match(), "report_progress" | "create_pull_request")
                && !entry.failed
                && output.is_some()
        }
        _ => false,
    }
}

fn finding(rule: &Rule, index: usize, entry: &Entry, count: usize) -> Finding {
    let shown = rule.pattern().filter(|_| rule.looks_at(&entry.kind, entry.is_error())).and_then(|pattern| {
        texts(&entry.kind).into_iter().filter(|(output, _)| rule.reads(*output)).find_map(|(_, text)| {
            let found = pattern.find(text.raw_for_match().as_bytes())?;
            Some((line_at(text.raw_for_match(), found.start(), found.end()), group(pattern, text.raw_for_match())))
        })
    });
    let (line, found) = shown.unwrap_or_else(|| {
        let first = entry.kind.texts().into_iter().find(|text| !text.is_empty());
        (first.map_or("", |text| text.raw_for_match().lines().next().unwrap_or_default()), None)
    });
    let title = rule.title.raw_for_match().replace("{1}", found.as_deref().unwrap_or("something"));
    Finding {
        rule: rule.id.clone(),
        severity: rule.severity,
        title: Untrusted::from(title).show_line(),
        next: rule.next.show_line(),
        evidence: Evidence { entry: index, line: width::cut_bytes(line.trim(), EVIDENCE).into() },
        count,
    }
}

/// The line round what was found, of several lines the first that is not empty. Patterns work on bytes: what they find
/// may begin within a character, lines do not.
fn line_at(text: &str, start: usize, end: usize) -> &str {
    let bytes = text.as_bytes();
    let empty = bytes.get(start..end).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = start + empty;
    let from = memchr::memrchr(b'\n', bytes.get(..start).unwrap_or_default()).map_or(0, |newline| newline + 1);
    let to =
        memchr::memchr(b'\n', bytes.get(start..).unwrap_or_default()).map_or(text.len(), |newline| start + newline);
    text.get(from..to).unwrap_or_default()
}

/// The first group that found anything, without the signs round it.
fn group(pattern: &Regex, text: &str) -> Option<String> {
    let mut found = pattern.create_captures();
    pattern.captures(text.as_bytes(), &mut found);
    let group = found.iter().skip(1).flatten().next()?;
    let group = String::from_utf8_lossy(text.as_bytes().get(group.range())?);
    Some(group.trim_matches(['\'', '"', '`', '’', '‘', ',', '.', ';', ')', '(']).to_owned())
}

#[cfg(test)]
mod tests;
