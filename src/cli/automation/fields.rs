//! An automation as programs read it.

use serde_json::Value;

use crate::cli::look::joined::{field, maybe, maybe_time, text, time};
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{LimitStatus, Schedule, Spending, Switch, Track, Trigger, UsageLimit};
use crate::domain::{Instant, Zone};
use crate::ops::automate::gather::Found;
use crate::text::Safe;

/// An automation, and by which clock it is told.
#[derive(Debug)]
pub struct Told {
    pub found: Found,
    pub now: Instant,
    pub zone: Zone,
}

fn safe(text: Safe) -> Value {
    text.to_string().into()
}

pub const AUTOMATION: &[Field<Told>] = &[
    field!("id", Is::Text, "Its id; opaque.", |t| t.found.automation.at.id.raw().into()),
    field!("repo", Is::Text, "Its repository: owner/name.", |t| t.found.automation.at.repo.as_str().into()),
    field!("name", Is::Text, "What it is called.", |t| text(&t.found.automation.name)),
    field!("description", Is::Maybe(&Is::Text), "What it is for.", |t| maybe(t.found.automation.description.as_ref())),
    field!("on", Is::Maybe(&Is::Flag), "It is switched on; null where the service does not say.", |t| {
        match t.found.automation.switch {
            Switch::On => true.into(),
            Switch::Off(_) => false.into(),
            Switch::Untold => Value::Null,
        }
    }),
    field!("off_because", Is::Maybe(&Is::Text), "Why the service switched it off.", |t| {
        match &t.found.automation.switch {
            Switch::Off(off) => maybe(off.reason.as_ref()),
            _ => Value::Null,
        }
    }),
    field!("off_since", Is::Maybe(&Is::Time), "When it was switched off.", |t| match &t.found.automation.switch {
        Switch::Off(off) => maybe_time(off.at),
        _ => Value::Null,
    }),
    field!("owner", Is::Maybe(&Is::Text), "Whose it is: user, repository, or a new word.", |t| {
        t.found.automation.owner.as_ref().map(|owner| owner.word().to_string()).into()
    }),
    field!("creator", Is::Maybe(&Is::Text), "The login of who made it, where it is told.", |t| {
        maybe(t.found.automation.creator.as_ref().and_then(|who| who.login.as_ref()))
    }),
    field!("creator_id", Is::Maybe(&Is::Whole), "The durable id of who made it.", |t| {
        t.found.automation.creator.as_ref().map(|who| who.id.0).into()
    }),
    field!(
        "write_scope",
        Is::Maybe(&Is::Text),
        "How far its changes reach: trigger, repository, or a new word.",
        |t| { t.found.automation.write_scope.as_ref().map(|scope| scope.wire().to_owned()).into() }
    ),
    field!("actor_must_write", Is::Maybe(&Is::Flag), "Only who may write to the repository sets it off.", |t| {
        t.found.automation.actor_must_write.into()
    }),
    field!("model", Is::Maybe(&Is::Text), "The model; null: the service chooses.", |t| {
        maybe(t.found.automation.model.as_ref())
    }),
    field!("reasoning_effort", Is::Maybe(&Is::Text), "How long it is to think.", |t| {
        maybe(t.found.automation.reasoning_effort.as_ref())
    }),
    field!("triggers", Is::Maybe(&Is::List(&Is::Object(|| schema(TRIGGER)))), "What sets it off.", |t| {
        let all = t.found.automation.triggers.as_ref();
        all.map_or(Value::Null, |all| all.iter().map(|one| write(TRIGGER, one)).collect())
    }),
    field!("next_run", Is::Maybe(&Is::Time), "When it runs next, computed from its schedules.", |t| {
        maybe_time(t.found.automation.next_run(t.now))
    }),
    field!("next_run_words", Is::Maybe(&Is::Text), "The same in UTC and by the clock of this machine.", |t| {
        let next = t.found.automation.next_run(t.now);
        next.map_or(Value::Null, |next| safe(next_words(next, &t.zone)))
    }),
    field!(
        "limit_status",
        Is::Maybe(&Is::List(&Is::Object(|| schema(STATUS)))),
        "How far its limits are used up.",
        |t| {
            let all = t.found.automation.limits.as_ref();
            all.map_or(Value::Null, |all| all.iter().map(|one| write(STATUS, one)).collect())
        }
    ),
    field!("created_at", Is::Maybe(&Is::Time), "When it was made.", |t| maybe_time(t.found.automation.created_at)),
    field!("updated_at", Is::Maybe(&Is::Time), "When it was last changed.", |t| {
        maybe_time(t.found.automation.updated_at)
    }),
    field!("prompt", Is::Maybe(&Is::Text), "What its tasks are told; null while it was not asked for.", |t| {
        maybe(t.found.automation.prompt())
    }),
    field!("revision", Is::Maybe(&Is::Text), "Its revision, as text; null while it was not asked for.", |t| {
        t.found.automation.revision().map_or(Value::Null, |revision| safe(revision.show()))
    }),
    field!("usage_limits", Is::Maybe(&Is::List(&Is::Object(|| schema(LIMIT)))), "Its limits, as they were set.", |t| {
        let all = t.found.automation.detail.as_ref().and_then(|detail| detail.limits.as_ref());
        all.map_or(Value::Null, |all| all.iter().map(|one| write(LIMIT, one)).collect())
    }),
    field!("usage", Is::Maybe(&Is::Object(|| schema(SPENDING))), "What its runs cost.", |t| {
        t.found.automation.spending().map_or(Value::Null, |spending| write(SPENDING, spending))
    }),
    field!("tools", Is::Maybe(&Is::List(&Is::Text)), "The tools it may use.", |t| {
        let detail = t.found.automation.detail.as_ref();
        detail.map_or(Value::Null, |detail| {
            let name = |tool: &Value| {
                let of = |key: &str| tool.get(key).and_then(Value::as_str);
                tool.as_str()
                    .or_else(|| of("id"))
                    .or_else(|| of("name"))
                    .map_or_else(|| tool.to_string(), str::to_owned)
            };
            detail.tools.iter().map(|tool| Value::from(name(tool))).collect()
        })
    }),
    field!("toolsets", Is::Maybe(&Is::List(&Is::Text)), "The toolsets of GitHub's server it may use.", |t| {
        let detail = t.found.automation.detail.as_ref();
        detail.map_or(Value::Null, |detail| detail.toolsets.iter().map(text).collect())
    }),
    field!("custom_agents", Is::Maybe(&Is::List(&Is::Text)), "The custom agents it may use.", |t| {
        let detail = t.found.automation.detail.as_ref();
        detail.map_or(Value::Null, |detail| detail.agents.iter().map(text).collect())
    }),
    field!(
        "runs",
        Is::Maybe(&Is::Object(|| schema(TRACK))),
        "What its newest runs came to; null while not asked for.",
        |t| {
            let track = t.found.track.as_ref().and_then(|track| track.as_ref().ok());
            track.map_or(Value::Null, |track| write(TRACK, track))
        }
    ),
    field!("concerns", Is::List(&Is::Object(|| schema(CONCERN))), "What is pointed out about it.", |t| {
        t.found.concerns.iter().map(|one| write(CONCERN, one)).collect()
    }),
    field!("other_fields", Is::List(&Is::Text), "Fields the service told that this program does not know.", |t| {
        t.found.automation.other.keys().cloned().map(Value::from).collect()
    }),
];

const TRIGGER: &[Field<Trigger>] = &[
    field!("id", Is::Text, "The trigger's id.", |t| text(&t.id)),
    field!("says", Is::Text, "What it comes to, in words.", |t| safe(t.words())),
    field!("computable", Is::Flag, "It is a schedule whose next run can be computed.", |t| {
        t.schedule().is_some_and(|schedule: Schedule| schedule.next(Instant::UNIX_EPOCH).is_some()).into()
    }),
    field!("fields_json", Is::Text, "Its fields as they came, as JSON.", |t| {
        Value::Object(t.fields.clone()).to_string().into()
    }),
];

const STATUS: &[Field<LimitStatus>] = &[
    field!("period", Is::Text, "day, week, month, or a new word.", |l| safe(l.period.word())),
    field!("limit_nano_credits", Is::Maybe(&Is::Whole), "The limit.", |l| l.limit.into()),
    field!("used_nano_credits", Is::Maybe(&Is::Whole), "How much of it is used.", |l| l.used.into()),
    field!("resets_at", Is::Maybe(&Is::Time), "When it begins anew.", |l| maybe_time(l.resets_at)),
    field!("reached", Is::Flag, "It is used up.", |l| l.reached.into()),
];

const LIMIT: &[Field<UsageLimit>] = &[
    field!("period", Is::Text, "day, week, month, or a new word.", |l| safe(l.period.word())),
    field!("limit_nano_credits", Is::Whole, "The limit.", |l| l.limit.into()),
];

const SPENDING: &[Field<Spending>] = &[
    field!("day_nano_credits", Is::Maybe(&Is::Whole), "In the last 24 hours.", |s| s.day.into()),
    field!("week_nano_credits", Is::Maybe(&Is::Whole), "In the last 7 days.", |s| s.week.into()),
    field!("month_nano_credits", Is::Maybe(&Is::Whole), "In the last 30 days.", |s| s.month.into()),
];

const TRACK: &[Field<Track>] = &[
    field!("strip", Is::Text, "Oldest first: + done, x failed, - cancelled, . under way, ? unknown.", |t| {
        t.strip(usize::MAX).into()
    }),
    field!("ended", Is::Whole, "Runs that ended by themselves.", |t| t.ended().into()),
    field!("done", Is::Whole, "Of these, how many went well.", |t| t.done().into()),
    field!("success_percent", Is::Maybe(&Is::Whole), "The same in percent; null where none ended.", |t| {
        t.success_percent().into()
    }),
    field!("typical_seconds", Is::Maybe(&Is::Whole), "How long a run takes; the middle one.", |t| {
        t.typical.map(|took| took.time.num_seconds().max(0)).into()
    }),
    field!("typical_is_known", Is::Flag, "Their sessions say so; else a run takes this at most.", |t| {
        t.typical.is_some_and(|took| took.is_exact).into()
    }),
    field!("pulls_opened", Is::Whole, "Pull requests they opened.", |t| t.pulls.opened.into()),
    field!("pulls_merged", Is::Whole, "Of these, merged.", |t| t.pulls.merged.into()),
    field!("pulls_unreviewed", Is::Whole, "Of these, open without a review.", |t| t.pulls.unreviewed.into()),
    field!("pulls_unknown", Is::Whole, "Of these the state could not be read.", |t| t.pulls.unknown.into()),
    field!("more", Is::Flag, "There are older runs.", |t| t.more.into()),
];

pub(super) const CONCERN: &[Field<crate::domain::automation::Concern>] = &[
    field!("concern", Is::Text, "Its word.", |c| c.word().into()),
    field!("says", Is::Text, "The same in a sentence.", |c| safe(c.says())),
];

/// For fields that are times and never missing.
pub(super) fn at(instant: Instant) -> Value {
    time(instant)
}
