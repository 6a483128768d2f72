//! The rules a log is diagnosed by: read from a table, each by itself, so that a broken one costs only itself.

use std::sync::OnceLock;

use regex_automata::meta::Regex;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::entry::Kind;
use super::words::{Gate, Sought};
use crate::text::Untrusted;

pub use crate::domain::Severity;

const SHIPPED: &str = include_str!("../../assets/diagnosis.toml");
/// More rules of one file are not read: all of them are asked of every text.
const MOST: usize = 200;

/// What only the log as a whole can tell, once the session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    TestsRed,
    TestsBroken,
    EditsNotPushed,
    NothingPushed,
    TimedOut,
    CommandRunning,
}

/// Kinds of entries by the names rules have for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Words,
    Reasoning,
    Setup,
    Command,
    View,
    Edit,
    Search,
    Progress,
    Tool,
    Error,
    User,
    Summary,
    Line,
    Broken,
}

impl Place {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Text(_) => Self::Words,
            Kind::Reasoning(_) => Self::Reasoning,
            Kind::Setup { .. } => Self::Setup,
            Kind::Command(_) => Self::Command,
            Kind::View { .. } => Self::View,
            Kind::Edit(_) => Self::Edit,
            Kind::Search { .. } => Self::Search,
            Kind::Progress { .. } => Self::Progress,
            Kind::Tool { .. } => Self::Tool,
            Kind::Error(_) => Self::Error,
            Kind::User(_) => Self::User,
            Kind::PullSummary { .. } => Self::Summary,
            Kind::Line(_) => Self::Line,
            Kind::Broken(_) => Self::Broken,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Input,
    Output,
}

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    title: String,
    #[serde(deserialize_with = "severity")]
    severity: Severity,
    next: String,
    #[serde(default, rename = "in")]
    places: Vec<Place>,
    tool: Option<String>,
    part: Option<Part>,
    #[serde(default)]
    failed: bool,
    pattern: Option<String>,
    absent: Option<String>,
    check: Option<Check>,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub id: Untrusted,
    pub(super) title: Untrusted,
    pub severity: Severity,
    pub(super) next: Untrusted,
    places: Vec<Place>,
    tool: Option<String>,
    part: Option<Part>,
    failed: bool,
    pattern: Option<Sought>,
    absent: Option<Sought>,
    pub(super) check: Option<Check>,
}

/// How the expressions of a file are made.
type Make = fn(String) -> Result<Sought, String>;

/// A rule that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    pub file: Untrusted,
    pub line: usize,
    pub reason: Untrusted,
}

/// All rules in use, and those that cannot be used.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    usable: Vec<Rule>,
    faults: Vec<RuleFault>,
    /// Made when the first text is looked at.
    gate: OnceLock<Gate>,
    /// Tells these rules from others.
    mark: u64,
}

impl Rules {
    /// Those that come with the program. They are only read: none of their patterns is compiled before it is asked.
    pub fn shipped() -> Self {
        Self::default().with("assets/diagnosis.toml", SHIPPED, |text| Ok(Sought::later(text)))
    }

    /// These and those of a file, whose patterns are compiled, so that a broken one is told of. A rule of an id that is there
    /// already takes its place.
    #[must_use]
    pub fn with_file(self, file: &str, text: &str) -> Self {
        self.with(file, text, Sought::now)
    }

    fn with(mut self, file: &str, text: &str, make: Make) -> Self {
        self.gate = OnceLock::new();
        let hash = Sha256::new_with_prefix(self.mark.to_le_bytes()).chain_update(text).finalize();
        self.mark = hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
        for (n, (line, block)) in blocks(text).into_iter().enumerate() {
            if n == MOST {
                let reason = format!("there are more than {MOST} rules; this one and those below it are not used");
                self.faults.push(RuleFault { file: file.into(), line, reason: reason.into() });
                break;
            }
            match read(block, make) {
                Ok(rule) => match self.usable.iter_mut().find(|old| old.id == rule.id) {
                    Some(old) => *old = rule,
                    None => self.usable.push(rule),
                },
                Err((at, reason)) => {
                    self.faults.push(RuleFault { file: file.into(), line: line + at, reason: reason.into() });
                }
            }
        }
        self
    }

    pub fn rules(&self) -> &[Rule] {
        &self.usable
    }

    /// Tells these rules from others: what was found by those may not hold by these.
    pub fn mark(&self) -> u64 {
        self.mark
    }

    /// Notes a whole file that cannot be used.
    #[must_use]
    pub fn with_fault(mut self, file: &str, reason: &str) -> Self {
        self.faults.push(RuleFault { file: file.into(), line: 1, reason: reason.into() });
        self
    }

    /// Rules that cannot be used, and why.
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The rules whose patterns are in a text, of those that read it, in order.
    pub(super) fn found_in(&self, text: &str, reads: impl Fn(&Rule) -> bool) -> Vec<usize> {
        let rules = || self.usable.iter().enumerate();
        let asked = rules().filter(|(_, rule)| rule.pattern.is_some() && reads(rule)).map(|(index, _)| index);
        let gate = self.gate.get_or_init(|| {
            let of = |rule: &Rule| rule.pattern.as_ref().map_or(Some(Vec::new()), Sought::words);
            Gate::new(self.usable.iter().map(of))
        });
        let possible = gate.possible(text.as_bytes(), asked.collect());
        let is_in = |rule: &Rule| reads(rule) && rule.pattern().is_some_and(|regex| regex.is_match(text.as_bytes()));
        rules().filter(|(index, rule)| possible.has(*index) && is_in(rule)).map(|(index, _)| index).collect()
    }
}

impl Rule {
    /// Is this an entry the rule looks at.
    pub(super) fn looks_at(&self, kind: &Kind, failed: bool) -> bool {
        let tool = match (&self.tool, kind) {
            (None, _) => true,
            (Some(tool), Kind::Tool { name, .. }) => name.raw_for_match() == tool,
            (Some(_), _) => false,
        };
        tool && (self.places.is_empty() || self.places.contains(&Place::of(kind))) && (failed || !self.failed)
    }

    /// Is this part of an entry one the rule looks at.
    pub(super) fn reads(&self, output: bool) -> bool {
        self.part.is_none_or(|part| (part == Part::Output) == output)
    }

    pub(super) fn pattern(&self) -> Option<&Regex> {
        self.pattern.as_ref()?.regex()
    }

    #[cfg(test)]
    pub(super) fn expression(&self) -> Option<&str> {
        self.pattern.as_ref().map(Sought::text)
    }

    pub(super) fn absent(&self) -> Option<&Regex> {
        self.absent.as_ref()?.regex()
    }
}

fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Severity, D::Error> {
    let word = String::deserialize(deserializer)?;
    Severity::parse(&word).ok_or_else(|| {
        let word = crate::text::width::cut_bytes(&word, 40);
        serde::de::Error::custom(format!("severity is one of note, warning, error, not `{word}`"))
    })
}

/// The tables of a file, each with the lines before it: a fault in one is not a fault in the next.
fn blocks(text: &str) -> Vec<(usize, &str)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for (line, words) in text.split_inclusive('\n').enumerate() {
        if words.trim() == "[[rule]]" {
            starts.push((line + 1, at));
        }
        at += words.len();
    }
    let before = text.get(..starts.first().map_or(text.len(), |(_, at)| *at)).unwrap_or_default();
    let stray = before.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let ends = starts.iter().skip(1).map(|(_, at)| *at).chain([text.len()]);
    let rules = starts.iter().zip(ends).filter_map(|((line, at), end)| Some((*line, text.get(*at..end)?)));
    stray.then_some((1, before)).into_iter().chain(rules).collect()
}

/// `Err`: lines below the block's first, and why.
fn read(block: &str, make: Make) -> Result<Rule, (usize, String)> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        rule: Vec<Written>,
    }
    let file: File = toml::from_str(block).map_err(|error| {
        let before = error.span().and_then(|span| block.get(..span.start)).unwrap_or_default();
        (before.matches('\n').count(), error.message().trim().to_owned())
    })?;
    let Some(written) = file.rule.into_iter().next() else {
        return Err((0, "this is no rule: rules begin with [[rule]]".to_owned()));
    };
    let sought = |name: &str, pattern: Option<String>| {
        pattern.map(make).transpose().map_err(|error| {
            let line = block.lines().position(|line| line.trim_start().starts_with(name)).unwrap_or(0);
            (line, format!("{name}: {}", error.lines().last().unwrap_or_default().trim()))
        })
    };
    let (pattern, absent) = (sought("pattern", written.pattern)?, sought("absent", written.absent)?);
    if written.id.trim().is_empty() {
        return Err((0, "the id is empty".to_owned()));
    }
    if pattern.is_none() && absent.is_none() && written.check.is_none() {
        return Err((0, "it looks for nothing: give pattern, absent or check".to_owned()));
    }
    Ok(Rule {
        id: written.id.into(),
        title: written.title.into(),
        severity: written.severity,
        next: written.next.into(),
        places: written.places,
        tool: written.tool,
        part: written.part,
        failed: written.failed,
        pattern,
        absent,
        check: written.check,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn every_rule_that_is_shipped_can_be_used() {
        let rules = Rules::shipped();
        assert_eq!(rules.faults(), []);
        assert_eq!(rules.rules().len(), SHIPPED.matches("\n[[rule]]").count());
    }

    #[test]
    fn every_expression_that_is_shipped_can_be_compiled_and_has_words() {
        for rule in Rules::shipped().rules() {
            assert!(
                [&rule.pattern, &rule.absent].into_iter().flatten().all(|sought| sought.regex().is_some()),
                "{rule:?}"
            );
            // One without is asked of every text.
            assert!(rule.pattern.as_ref().is_none_or(|sought| sought.words().is_some()), "{rule:?}");
        }
    }

    #[test]
    fn of_many_rules_each_is_found_where_it_is() {
        let rule = |n| {
            format!(
                "[[rule]]\nid = \"{n}\"\ntitle = \"A\"\nseverity = \"note\"\nnext = \"x\"\npattern = 'no. {n}\\b'\n"
            )
        };
        let rules = Rules::default().with_file("mine.toml", &(0..MOST).map(rule).collect::<String>());
        for n in 0..MOST {
            assert_eq!(rules.found_in(&format!("it was no. {n}!"), |_| true), [n]);
        }
        assert_eq!(rules.found_in("no. 7, no. 135", |rule| rule.id != "7".into()), [135]);
    }

    #[test]
    fn a_broken_rule_is_named_with_its_line_and_stops_no_other() {
        let good = "[[rule]]\nid = \"a\"\ntitle = \"A\"\nseverity = \"note\"\nnext = \"x\"\npattern = 'a'\n";
        let text = [
            good,
            "[[rule]]\nid = \"b\"\ntitle = \"B\"\nseverity = \"loud\"\nnext = \"x\"\npattern = 'b'\n",
            "[[rule]]\nid = \"c\"\ntitle = \"C\"\nseverity = \"note\"\nnext = \"x\"\npattern = '(c'\n",
            "[[rule]]\nid = \"d\ntitle = \"D\"\n",
            "[[rule]]\nid = \"e\"\ntitle = \"E\"\nseverity = \"note\"\nnext = \"x\"\n",
            "[[rule]]\nid = \"f\"\ntitle = \"F\"\nseverity = \"note\"\nnext = \"x\"\npattern = 'f'\ncolour = 3\n",
            &good.replace("\"a\"", "\"g\""),
        ]
        .concat();
        let rules = Rules::default().with_file("mine.toml", &text);
        let ids: Vec<_> = rules.rules().iter().map(|rule| rule.id.raw_for_match()).collect();
        assert_eq!(ids, ["a", "g"]);
        let lines: Vec<_> = rules.faults().iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [10, 18, 20, 22, 33]);
        let reasons: Vec<_> = rules.faults().iter().map(|fault| fault.reason.raw_for_match()).collect();
        assert!(reasons[0].contains("loud") && reasons[1].contains("unclosed group"), "{reasons:?}");
        assert!(reasons[3].contains("looks for nothing") && reasons[4].contains("colour"), "{reasons:?}");
        assert!(rules.faults().iter().all(|fault| fault.file == "mine.toml".into()));
    }

    #[test]
    fn what_stands_before_the_first_rule_is_no_rule() {
        let faults = |text: &str| Rules::default().with_file("x", text).faults().len();
        assert_eq!((faults(""), faults("# words\n\n"), faults("id = 3\n"), faults("[rule]\nid = 3")), (0, 0, 1, 1));
    }

    #[test]
    fn a_rule_of_the_same_id_takes_the_place_of_the_shipped_one() {
        let text = "[[rule]]\nid = \"firewall\"\ntitle = \"Mine\"\nseverity = \"note\"\nnext = \"x\"\npattern = 'a'\n";
        let rules = Rules::shipped().with_file("mine.toml", text);
        assert_eq!(rules.rules().len(), Rules::shipped().rules().len());
        let mine = rules.rules().iter().find(|rule| rule.id == "firewall".into());
        assert_eq!(mine.map(|rule| rule.severity), Some(Severity::Note));
    }

    #[test]
    fn a_pattern_without_end_is_refused() {
        let text =
            "[[rule]]\nid = \"a\"\ntitle = \"A\"\nseverity = \"note\"\nnext = \"x\"\npattern = '(?:a{1000}){1000}'\n";
        assert_eq!(Rules::default().with_file("x", text).faults().len(), 1);
    }
}
