//! The automations there are when the world opens: `assets/demo/automations.toml`, and the runs they have had.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::automation::{Automation, CHAIN, RunPlan};
use super::automations::Cause;
use super::cast::Span;
use super::clock::Tick;
use super::core::World;

const AUTOMATIONS: &str = include_str!("../../../assets/demo/automations.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    automations: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// What the cast's files call it.
    key: String,
    repo: String,
    by: String,
    created: Span,
    updated: Span,
    /// Its schedule has fired since then.
    since: Option<Span>,
    #[serde(default)]
    past: Vec<Span>,
    #[serde(default)]
    lost: Vec<u64>,
    run: Run,
    switched_off: Option<SwitchedOff>,
    set: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchedOff {
    reason: String,
    at: Span,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Run {
    script: String,
    pull: bool,
    agent: Option<String>,
    pace: Option<f64>,
    turns: Option<usize>,
    ends: Vec<String>,
    fills: Vec<BTreeMap<String, String>>,
    fates: Vec<String>,
    reviewers: Vec<String>,
}

/// The runs that lie behind when the world opens: when, of which automation.
pub type History = Vec<(Tick, usize)>;

impl World {
    /// Their names in the cast come back too: tasks told there name the automation that started them.
    ///
    /// # Errors
    /// What in the file contradicts itself, in words.
    pub(super) fn found_automations(&mut self) -> Result<(Vec<String>, History), String> {
        let file: File = toml::from_str(AUTOMATIONS).map_err(|error| format!("the demo's automations: {error}"))?;
        let keys: Vec<String> = file.automations.iter().map(|entry| entry.key.clone()).collect();
        let mut history = History::new();
        for (index, entry) in file.automations.into_iter().enumerate() {
            let (since, past) = (entry.since, entry.past.iter().map(|span| span.0).collect::<Vec<_>>());
            let automation = self.found_automation(entry, &keys)?;
            let mut at = since.map_or(0, |span| span.0);
            while let Some(next) = self.next_scheduled(&automation, at).filter(|next| *next <= 0) {
                history.push((next, index));
                at = next;
            }
            history.extend(past.into_iter().map(|at| (at, index)));
            self.automations.push(automation);
        }
        history.sort_unstable();
        Ok((keys, history))
    }

    fn found_automation(&self, entry: Entry, keys: &[String]) -> Result<Automation, String> {
        let Entry { key, repo, by, created, updated, lost, run, switched_off, mut set, .. } = entry;
        let nth = keys.iter().position(|known| *known == key).unwrap_or(0);
        let repo = self.repos.iter().position(|known| known.name.as_str() == repo);
        let repo = repo.ok_or_else(|| format!("the automation {key:?} is in a repository that is not there"))?;
        if let Some(Value::Array(ids)) =
            set.get_mut("triggers").and_then(|all| all.get_mut(CHAIN)).and_then(|chain| chain.get_mut("automation_ids"))
        {
            for id in ids {
                let named = id.as_str().and_then(|name| name.strip_prefix('@'));
                let other = named.and_then(|name| keys.iter().position(|known| known == name));
                *id = self.automation_id(other.ok_or_else(|| format!("{key:?} follows nobody"))?).into();
            }
        }
        Ok(Automation {
            id: self.automation_id(nth),
            repo,
            creator: self.must_know(&by)?,
            created: created.0,
            updated: updated.0,
            set,
            switched_off: switched_off.map(|off| (off.reason, off.at.0)),
            revision: 1,
            deleted: false,
            run: RunPlan {
                script: Some(run.script),
                pull: run.pull,
                agent: run.agent,
                pace: run.pace.unwrap_or(1.0),
                turns: run.turns,
                ends: run.ends,
                fills: run.fills,
                fates: run.fates,
                reviewers: run.reviewers.iter().map(|login| self.must_know(login)).collect::<Result<_, _>>()?,
                lost,
            },
            started: 0,
            asked: 0,
        })
    }

    /// The runs that lie behind, oldest first. Each of them kept the limits of its time.
    pub(super) fn tell_history(&mut self, history: History) {
        for (at, index) in history {
            self.begin(index, at, &Cause::default());
        }
    }

    pub(super) fn automation_id(&self, nth: usize) -> String {
        self.chance.of("automation", nth as u64).uuid()
    }
}
