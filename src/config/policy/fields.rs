//! The one table of what a rule can say.

use crate::config::given::{Given, Wrong, clip};
use crate::domain::policy::{Key, Mode, OnUnknown, Says, Words};

/// Nobody starts more than this of anything.
const MOST: u32 = 1_000_000;

/// A key of `[all]`, `[everywhere]` and `[[rule]]`.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub values: &'static str,
    pub example: &'static str,
    /// The default for each repository, and the one for all together.
    pub default: (Option<&'static str>, Option<&'static str>),
    /// Can be said about all repositories together.
    pub in_all: bool,
    pub doc: &'static str,
    pub set: fn(&mut Says, Given<'_>) -> Result<(), Wrong>,
}

pub fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

const NUMBER: &str = "a whole number from 0 on";

/// A list of texts, none of them blank.
fn words(given: Given<'_>, what: &str) -> Result<Vec<String>, Wrong> {
    let words = given.list(what)?;
    if words.iter().any(|word| word.trim().is_empty() || word.trim() != *word) {
        return Err(format!("must be {what}, without blanks at their ends"));
    }
    Ok(words.into_iter().map(str::to_owned).collect())
}

fn limit(says: &mut Says, key: Key, given: Given<'_>) -> Result<(), Wrong> {
    let number = given.whole(0..=MOST)?;
    if let Some(limit) = says.limit_mut(key) {
        *limit = Some(number);
    }
    Ok(())
}

pub const FIELDS: &[Field] = &[
    Field {
        name: "who",
        values: "a list of logins",
        example: r#"["mona", "hubot"]"#,
        default: (None, None),
        in_all: false,
        doc: "Who may start tasks; anybody else is refused, and so is somebody whose login cannot be learnt.",
        set: |says, given| {
            says.who = Some(words(given, "a list of logins")?);
            Ok(())
        },
    },
    Field {
        name: "base_branches",
        values: "a list of branches, with `*` for any part",
        example: r#"["main", "release/*"]"#,
        default: (None, None),
        in_all: false,
        doc: "The branches work may start from. A start that names none is held to the repository's default branch.",
        set: |says, given| {
            says.base_branches = Some(Words(words(given, "a list of branches")?));
            Ok(())
        },
    },
    Field {
        name: "models",
        values: "a list of models, with `*` for any part; `automatic`: the service chooses",
        example: r#"["automatic", "claude-sonnet-*"]"#,
        default: (None, None),
        in_all: false,
        doc: "The models that may be asked for.",
        set: |says, given| {
            says.models = Some(Words(words(given, "a list of models")?));
            Ok(())
        },
    },
    Field {
        name: "agents",
        values: "a list of agents, with `*` for any part; `none`: no agent of the repository's own",
        example: r#"["none", "fixer"]"#,
        default: (None, None),
        in_all: false,
        doc: "The custom agents that may be asked for.",
        set: |says, given| {
            says.agents = Some(Words(words(given, "a list of agents")?));
            Ok(())
        },
    },
    Field {
        name: "template_required",
        values: "`true` or `false`",
        example: "true",
        default: (Some("false"), None),
        in_all: false,
        doc: "Whether a start must come from a template.",
        set: |says, given| {
            says.template_required = Some(given.flag()?);
            Ok(())
        },
    },
    Field {
        name: "draft_pull",
        values: "`true` or `false`",
        example: "true",
        default: (Some("false"), None),
        in_all: false,
        doc: "Whether a start must open a draft pull request, so that no work stays out of sight; one that goes on on a \
              branch that has a pull request is free of it.",
        set: |says, given| {
            says.draft_pull = Some(given.flag()?);
            Ok(())
        },
    },
    Field {
        name: "active",
        values: NUMBER,
        example: "3",
        default: (None, Some("3")),
        in_all: true,
        doc: "The most tasks queued or running at once: in a repository those of everybody, in `[all]` your own. A start \
              whose answer never came counts for an hour.",
        set: |says, given| limit(says, Key::Active, given),
    },
    Field {
        name: "starts_per_hour",
        values: NUMBER,
        example: "6",
        default: (None, Some("10")),
        in_all: true,
        doc: "The most starts in 60 minutes, as the ledger has them. A clock that is set anew does not reset it.",
        set: |says, given| limit(says, Key::StartsPerHour, given),
    },
    Field {
        name: "starts_per_day",
        values: NUMBER,
        example: "20",
        default: (None, Some("40")),
        in_all: true,
        doc: "The most starts in 24 hours.",
        set: |says, given| limit(says, Key::StartsPerDay, given),
    },
    Field {
        name: "retries_per_prompt",
        values: NUMBER,
        example: "2",
        default: (Some("3"), None),
        in_all: false,
        doc: "How often the same prompt may be started again in a repository within 24 hours.",
        set: |says, given| limit(says, Key::RetriesPerPrompt, given),
    },
    Field {
        name: "open_pulls",
        values: NUMBER,
        example: "10",
        default: (Some("10"), None),
        in_all: false,
        doc: "The most open pull requests of agents that nobody has reviewed: no more work is started than can be looked at.",
        set: |says, given| limit(says, Key::OpenPulls, given),
    },
    Field {
        name: "credits_per_day",
        values: NUMBER,
        example: "100",
        default: (None, None),
        in_all: true,
        doc: "The AI credits of the sessions of the last 24 hours from which on nothing more is started. In `[all]`, of \
              your own tasks. Sessions still at work are named, their cost is not known before they end.",
        set: |says, given| limit(says, Key::CreditsPerDay, given),
    },
    Field {
        name: "premium_requests_per_day",
        values: NUMBER,
        example: "50",
        default: (None, None),
        in_all: true,
        doc: "The same in premium requests, where the account is billed so.",
        set: |says, given| limit(says, Key::PremiumPerDay, given),
    },
    Field {
        name: "reason_beyond",
        values: "a list of the limits above",
        example: r#"["open_pulls", "retries_per_prompt"]"#,
        default: (Some(r#"["retries_per_prompt", "open_pulls"]"#), Some("[]")),
        in_all: true,
        doc: "Beyond these limits a typed reason is enough, which the ledger keeps; beyond all others a start is refused.",
        set: |says, given| {
            let limit = |word: &str| {
                let known = || Key::LIMITS.map(Key::word).join(", ");
                let found = Key::LIMITS.into_iter().find(|key| key.word() == word);
                found.ok_or_else(|| format!("there is no limit `{}`; there are {}", clip(word), known()))
            };
            let keys = given.list("a list of limits")?.into_iter().map(limit).collect::<Result<_, _>>()?;
            says.reason_beyond = Some(keys);
            Ok(())
        },
    },
    Field {
        name: "unknown",
        values: r#"`"reason"` or `"refuse"`"#,
        example: r#""refuse""#,
        default: (Some(r#""reason""#), Some(r#""reason""#)),
        in_all: true,
        doc: "What to do where a number that a limit needs cannot be learnt. It is never taken as zero.",
        set: |says, given| {
            says.unknown = Some(given.word(&OnUnknown::WORDS)?);
            Ok(())
        },
    },
    Field {
        name: "stop.after_minutes_without_progress",
        values: "a whole number of minutes, 5 to 10080; 0: never",
        example: "45",
        default: (None, None),
        in_all: false,
        doc: "Stop a running session when neither the service nor its log has shown anything new for so long. The log must \
              have been watched by this program for all of that time; where it cannot be read nothing is stopped.",
        set: |says, given| {
            let minutes = given.whole(0..=10_080)?;
            if (1..5).contains(&minutes) {
                return Err("must be 0 or at least 5: an agent thinks for minutes".to_owned());
            }
            says.stop.after_minutes = Some(minutes);
            Ok(())
        },
    },
    Field {
        name: "stop.over_credits",
        values: "a whole number of AI credits; 0: never",
        example: "20",
        default: (None, None),
        in_all: false,
        doc: "Stop a running session that has cost more than this, where the service says what it costs while it works.",
        set: |says, given| {
            says.stop.over_credits = Some(given.whole(0..=MOST)?);
            Ok(())
        },
    },
    Field {
        name: "stop.mode",
        values: r#"`"dry-run"` or `"act"`"#,
        example: r#""act""#,
        default: (Some(r#""dry-run""#), None),
        in_all: false,
        doc: "In a dry run it is only said, and kept in the ledger, what would have been stopped. Nothing is stopped before \
              this says \"act\".",
        set: |says, given| {
            says.stop.mode = Some(given.word(&Mode::WORDS)?);
            Ok(())
        },
    },
    Field {
        name: "stop.per_hour",
        values: NUMBER,
        example: "2",
        default: (None, Some("3")),
        in_all: true,
        doc: "The most sessions stopped by rules within 60 minutes: in a repository, and in `[all]` everywhere together.",
        set: |says, given| {
            says.stop.per_hour = Some(given.whole(0..=MOST)?);
            Ok(())
        },
    },
    Field {
        name: "automations.triggers",
        values: "a list of triggers by their ids, with `*` for any part",
        example: r#"["interval", "issues"]"#,
        default: (None, None),
        in_all: false,
        doc: "What may set an automation off. One with any other trigger is neither created nor changed nor switched on nor \
              run from here, and `atc automation audit` names it. An empty list: it is run by hand only.",
        set: |says, given| {
            says.automations.triggers = Some(Words(words(given, "a list of triggers")?));
            Ok(())
        },
    },
    Field {
        name: "automations.write_scopes",
        values: "a list of `trigger`, `repository`",
        example: r#"["trigger"]"#,
        default: (None, None),
        in_all: false,
        doc: "How far the changes of an automation may reach: what set it off, or the whole repository.",
        set: |says, given| {
            says.automations.write_scopes = Some(Words(words(given, "a list of write scopes")?));
            Ok(())
        },
    },
    Field {
        name: "automations.actor_permission_required",
        values: "`true` or `false`",
        example: "true",
        default: (None, None),
        in_all: false,
        doc: "Whether an automation must let only who may write to the repository set it off.",
        set: |says, given| {
            says.automations.actor_permission = Some(given.flag()?);
            Ok(())
        },
    },
    Field {
        name: "automations.usage_limit_required",
        values: "`true` or `false`",
        example: "true",
        default: (None, None),
        in_all: false,
        doc: "Whether an automation must have a limit on the AI credits it may use.",
        set: |says, given| {
            says.automations.usage_limit = Some(given.flag()?);
            Ok(())
        },
    },
    Field {
        name: "automations.models",
        values: "a list of models, with `*` for any part; `automatic`: the service chooses",
        example: r#"["automatic", "claude-sonnet-*"]"#,
        default: (None, None),
        in_all: false,
        doc: "The models an automation may ask for. Where no rule says it, `models` holds.",
        set: |says, given| {
            says.automations.models = Some(Words(words(given, "a list of models")?));
            Ok(())
        },
    },
    Field {
        name: "automations.per_repo",
        values: NUMBER,
        example: "5",
        default: (None, None),
        in_all: false,
        doc: "The most automations in a repository, switched on or off.",
        set: |says, given| limit(says, Key::AutomationsPerRepo, given),
    },
    Field {
        name: "automations.forbidden_branches",
        values: "a list of branches, with `*` for any part",
        example: r#"["release/*"]"#,
        default: (None, None),
        in_all: false,
        doc: "Branches no automation may be set off by or work from. One whose triggers name no branch works from the \
              repository's default branch.",
        set: |says, given| {
            says.automations.forbidden_branches = Some(Words(words(given, "a list of branches")?));
            Ok(())
        },
    },
];
