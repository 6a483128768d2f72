//! What is wanted, as a condition over `intents i` and their newest outcome `o`.

use rusqlite::types::Value;

use super::rows::time;
use crate::ledger::wanted::Wanted;

pub(super) struct Question {
    /// `WHERE …`, or nothing. It holds no word from outside: those are in `values`, in its order.
    pub condition: String,
    pub values: Vec<Value>,
}

impl Question {
    /// A file of the first layout has no tickets, one of the second no plans and keys.
    pub fn of(wanted: &Wanted, version: u32) -> Self {
        let mut parts: Vec<&str> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let mut add = |part, value: Option<Value>| {
            if let Some(value) = value {
                parts.push(part);
                values.push(value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::Text);
        add("i.id = ?", wanted.id.map(|id| id.as_bytes().to_vec().into()));
        add("i.action = ?", wanted.action.map(|action| action.word().to_owned().into()));
        // The case of a name does not count (`RepoName`). Of `intents_by_key` that leaves the key alone, which is enough:
        // few rows are of one key.
        add("i.repo = ? COLLATE NOCASE", wanted.repo.as_ref().map(|repo| repo.as_str().to_owned().into()));
        add("i.who = ?", text(&wanted.who));
        add("i.prompt_hash = ?", wanted.prompt_hash.map(|hash| hash.to_vec().into()));
        let ticket = if version == 1 { "NULL = ?" } else { "i.ticket = ?" };
        add(ticket, text(&wanted.ticket));
        let plan = if version < 3 { "NULL = ?" } else { "i.plan = ?" };
        add(plan, wanted.plan.map(|plan| plan.as_bytes().to_vec().into()));
        add("i.template = ?", text(&wanted.template));
        add(if version < 3 { "NULL = ?" } else { "i.once_key = ?" }, text(&wanted.key));
        add("i.at >= ?", wanted.since.map(|at| time(at).into()));
        add("i.at < ?", wanted.until.map(|at| time(at).into()));
        if wanted.starting {
            parts.push("i.action IN ('start', 'assign', 'automation_run')");
        }
        if let Some(task) = &wanted.task {
            parts.push("(i.task = ? OR (i.action IN ('start', 'assign', 'automation_run') AND o.kind = 'confirmed' AND o.detail = ?))");
            values.extend([Value::Text(task.clone()), Value::Text(task.clone())]);
        }
        if wanted.not_rejected {
            parts.push("o.kind IS NOT 'rejected'");
        }
        if wanted.unresolved {
            parts.push("(o.kind IS NULL OR o.kind = 'unknown')");
        }
        let condition = if parts.is_empty() { String::new() } else { format!("WHERE {}", parts.join(" AND ")) };
        Self { condition, values }
    }
}
