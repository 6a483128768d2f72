//! What the log on the screen was found to say, and at which of its findings the operator is.
//!
//! ```text
//! rules read ──> anew ──absorb (what a round brought)──> end (the session ended, all is read) ──> findings, worst first
//!                  ^── the log starts anew, other rules                                             └─ D ─> next ─> …
//! ```

use std::sync::Arc;

use crate::domain::{Diagnosed, SessionId};
use crate::transcript::{Change, Diagnosis, Ending, Finding, Rules, Transcript};

#[derive(Debug, Default)]
pub struct Judged {
    /// `None`: the rules are not read yet, and nothing is known.
    rules: Option<Arc<Rules>>,
    diagnosis: Diagnosis,
    ended: Option<Ending>,
    findings: Vec<Finding>,
    /// The finding whose evidence was gone to last.
    at: Option<usize>,
    /// Something was found since it was told on.
    news: bool,
    /// The finding has a row above the log.
    pub has_line: bool,
}

impl Judged {
    /// Looks at the whole of a log, as it is now.
    pub fn anew(&mut self, rules: Option<&Arc<Rules>>, log: &Transcript) {
        *self = Self { rules: rules.cloned(), has_line: self.has_line, ..Self::default() };
        self.absorb(log, &Change { added: log.entries().len(), updated: Vec::new() });
    }

    /// Looks at what a round brought.
    pub fn absorb(&mut self, log: &Transcript, change: &Change) {
        let is_news = change.added > 0 || !change.updated.is_empty();
        let Some(rules) = self.rules.as_ref().filter(|_| is_news) else { return };
        self.diagnosis.absorb(rules, log, change);
        // What the end said was said of a shorter log.
        if self.ended.is_some() {
            self.diagnosis.end(rules, log, self.ended);
        }
        self.tell(log);
    }

    /// Judges the log as a whole, unless that was done for this end.
    pub fn end(&mut self, log: &Transcript, ending: Option<Ending>) {
        let Some(rules) = self.rules.as_ref().filter(|_| ending != self.ended) else { return };
        self.ended = ending;
        self.diagnosis.end(rules, log, ending);
        self.tell(log);
    }

    fn tell(&mut self, log: &Transcript) {
        let Some(rules) = &self.rules else { return };
        // Where the operator is among the findings stays, whatever came before it.
        let at = self.at.and_then(|at| self.findings.get(at)).map(|finding| finding.rule.clone());
        self.findings = self.diagnosis.findings(rules, log);
        self.at = at.and_then(|rule| self.findings.iter().position(|finding| finding.rule == rule));
        self.news = true;
    }

    /// It was not judged yet, by any rules.
    pub fn is_blank(&self) -> bool {
        self.rules.is_none()
    }

    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Worst first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The one that is told: where the operator is, else the worst. With its number, the first being 1.
    pub fn told(&self) -> Option<(usize, &Finding)> {
        let at = self.at.unwrap_or(0);
        self.findings.get(at).map(|finding| (at + 1, finding))
    }

    /// Goes on to the next; after the last comes the worst again.
    pub fn go_on(&mut self) -> Option<(usize, &Finding)> {
        self.at = Some(self.at.map_or(0, |at| at + 1)).map(|at| if at < self.findings.len() { at } else { 0 });
        self.told()
    }

    /// What is to be told on: once after every change.
    pub fn take_news(&mut self, session: &SessionId) -> Option<Diagnosed> {
        let rules = self.rules.as_ref()?;
        std::mem::take(&mut self.news)
            .then(|| Diagnosed::new(session.clone(), rules.mark(), self.findings.iter().map(Into::into)))
    }
}
