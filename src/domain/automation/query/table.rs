//! What can be asked of automations: the one table that parsing, completion, help and the README follow.

use super::flag::Flag;
use super::subject::Automations;
use super::value::{Clock, Over};
use crate::domain::query::{self, parts};

pub type Qualifier = query::Qualifier<Automations>;
pub type Word = query::Word<Automations>;

/// What the other values of a qualifier are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There are none.
    Fixed,
    State,
    Repo,
    Organization,
    Called,
    Owner,
    Login,
    Writes,
    Trigger,
    Model,
    Rule,
    Id,
    Next,
    Time(Clock),
    Cost(Over),
    Success,
    Unreviewed,
}

const fn flag(word: &'static str, flag: Flag, doc: &'static str) -> Word {
    Word { word, doc, means: Some(flag) }
}

const fn offered(word: &'static str, doc: &'static str) -> Word {
    Word { word, doc, means: None }
}

pub const QUALIFIERS: &[Qualifier] = &[
    Qualifier {
        word: "is",
        also: &[],
        values: "a word below",
        words: &[flag(
            "needs-care",
            Flag::NeedsCare,
            "something is pointed out, the policy is violated, a limit is near or used up, or the service switched it \
             off",
        )],
        doc: "Whether somebody should look at it.",
        example: "is:needs-care",
        kind: Kind::Fixed,
    },
    Qualifier {
        word: "state",
        also: &["status"],
        values: "a word below, or the service's reason",
        words: &[
            flag("on", Flag::On, "it is switched on"),
            flag("off", Flag::Off, "it is switched off, whoever did it"),
            flag("switched-off-by-service", Flag::OffByService, "the service switched it off and says why"),
            flag("untold", Flag::SwitchUntold, "the service does not say"),
        ],
        doc: "Whether it is switched on. Another word is taken for the service's reason to switch it off, unless it \
              looks like a slip; in quotes it is taken as it is.",
        example: "state:off",
        kind: Kind::State,
    },
    Qualifier::repository(Kind::Repo),
    Qualifier::organization(Kind::Organization),
    Qualifier {
        word: "name",
        also: &[],
        values: "name, `*`",
        words: &[],
        doc: "What it is called, as a whole.",
        example: "name:nightly*",
        kind: Kind::Called,
    },
    Qualifier {
        word: "owner",
        also: &[],
        values: "a word below, or a new word of the service",
        words: &[
            flag("user", Flag::OwnedByUser, "it is a person's own"),
            flag("repository", Flag::OwnedByRepository, "it is the repository's"),
        ],
        doc: "Whose it is.",
        example: "owner:repository",
        kind: Kind::Owner,
    },
    Qualifier::user(
        Kind::Login,
        &[flag("@me", Flag::Mine, "the one whose token this is")],
        "Who made it. A login that is not known yet matches nothing.",
    ),
    Qualifier {
        word: "writes",
        also: &[],
        values: "a word below, or a new word of the service",
        words: &[
            flag("trigger", Flag::WritesTrigger, "to what set it off"),
            flag("repository", Flag::WritesRepository, "to the whole repository"),
        ],
        doc: "How far its changes may reach, by itself or by one of its triggers.",
        example: "writes:repository",
        kind: Kind::Writes,
    },
    Qualifier {
        word: "trigger",
        also: &["on"],
        values: "id of a trigger, `*`, or a word below",
        words: TRIGGERS,
        doc: "What sets it off. `issue` and `issues` are one.",
        example: "trigger:schedule,push",
        kind: Kind::Trigger,
    },
    Qualifier::model(
        Kind::Model,
        "name, `*`, `automatic`",
        &[flag("automatic", Flag::ModelAutomatic, "the service chooses")],
        "The model it asks for.",
    ),
    Qualifier {
        word: "next",
        also: &[],
        values: "time from now or date, or a word below",
        words: &[
            flag("any", Flag::NextKnown, "it will run by the clock"),
            flag("none", Flag::NextNone, "it is off, has no schedule, or its schedule does not tell enough"),
            offered("<1h", "within the next hour"),
            offered("<1d", "within the next day"),
            offered("<1w", "within the next week"),
        ],
        doc: "When it runs next, computed from its schedules. Times are counted from now forwards: `<2h` is within two \
              hours.",
        example: "next:<2h",
        kind: Kind::Next,
    },
    cost("cost", &["cost-day"], "What its runs cost in the last 24 hours.", "cost:>10", Over::Day, COST_DAY),
    cost("cost-week", &[], "What its runs cost in the last 7 days.", "cost-week:>50", Over::Week, COST_WEEK),
    cost("cost-month", &[], "What its runs cost in the last 30 days.", "cost-month:>200", Over::Month, COST_MONTH),
    Qualifier {
        word: "limit",
        also: &[],
        values: "a word below",
        words: &[
            flag("reached", Flag::LimitReached, "one is used up"),
            flag("near", Flag::LimitNear, "none is used up, and of one 80 % are"),
            flag("any", Flag::LimitAny, "something limits what it may spend"),
            flag("none", Flag::LimitNone, "nothing limits what it may spend"),
        ],
        doc: "Its usage limits.",
        example: "limit:reached,near",
        kind: Kind::Fixed,
    },
    Qualifier {
        word: "success",
        also: &[],
        values: "percent, or a word below",
        words: &[
            flag("none", Flag::NeverEnded, "none of its newest runs has ended"),
            flag("unknown", Flag::RunsUnknown, "its runs have not been read"),
            offered("<50", "less than half"),
            offered("100", "all of them"),
        ],
        doc: "How many percent of its newest runs that ended went well. One somebody cancelled does not count.",
        example: "success:<50",
        kind: Kind::Success,
    },
    Qualifier {
        word: "unreviewed",
        also: &[],
        values: "number, `unknown`",
        words: &[
            flag("unknown", Flag::RunsUnknown, "its runs have not been read"),
            offered(">0", "at least one"),
            offered(">2", "at least three"),
        ],
        doc: "How many open pull requests of its newest runs nobody has reviewed.",
        example: "unreviewed:>2",
        kind: Kind::Unreviewed,
    },
    Qualifier {
        word: "concern",
        also: &[],
        values: "a word below",
        words: CONCERNS,
        doc: "What is pointed out about it without any rule.",
        example: "concern:any",
        kind: Kind::Fixed,
    },
    Qualifier {
        word: "violates",
        also: &[],
        values: "rule of the policy or key of one, `*`, or a word below",
        words: &[
            flag("any", Flag::ViolatesAny, "a rule"),
            flag("none", Flag::ViolatesNone, "it was held against the policy and violates nothing"),
            flag("unknown", Flag::ViolatesUnknown, "what a rule needs could not be learnt"),
        ],
        doc: "Which rule of the policy it violates.",
        example: "violates:any",
        kind: Kind::Rule,
    },
    Qualifier {
        word: "updated",
        also: &[],
        values: "age or date",
        words: AGES,
        doc: "When it was last changed.",
        example: "updated:<1d",
        kind: Kind::Time(Clock::Updated),
    },
    Qualifier {
        word: "created",
        also: &[],
        values: "age or date",
        words: AGES,
        doc: "When it was made.",
        example: "created:>=2026-11-01",
        kind: Kind::Time(Clock::Created),
    },
    Qualifier {
        word: "id",
        also: &[],
        values: "beginning of an id",
        words: &[],
        doc: "Its id.",
        example: "id:3f2504e0",
        kind: Kind::Id,
    },
];

const fn cost(
    word: &'static str,
    also: &'static [&'static str],
    doc: &'static str,
    example: &'static str,
    over: Over,
    words: &'static [Word],
) -> Qualifier {
    Qualifier { word, also, values: "AI credits, `unknown`", words, doc, example, kind: Kind::Cost(over) }
}

const COST_DAY: &[Word] = &[flag("unknown", Flag::CostUnknown(Over::Day), NOT_TOLD), MORE_THAN_1, MORE_THAN_10];
const COST_WEEK: &[Word] = &[flag("unknown", Flag::CostUnknown(Over::Week), NOT_TOLD), MORE_THAN_1, MORE_THAN_10];
const COST_MONTH: &[Word] = &[flag("unknown", Flag::CostUnknown(Over::Month), NOT_TOLD), MORE_THAN_1, MORE_THAN_10];
const NOT_TOLD: &str = "the service does not say";
const MORE_THAN_1: Word = offered(">1", "more than one credit");
const MORE_THAN_10: Word = offered(">10", "more than ten credits");

const TRIGGERS: &[Word] = &[
    flag("schedule", Flag::Scheduled, "the clock, whatever the service calls that trigger"),
    flag("none", Flag::ByHandOnly, "nothing does: it is run by hand only"),
    offered("issues", "something happens to an issue"),
    offered("issue_comment", "a comment is written"),
    offered("pull_request", "something happens to a pull request"),
    offered("pull_request_review", "a review is submitted"),
    offered("push", "something is pushed"),
    offered("workflow_run", "a workflow has ended"),
    offered("automation", "another automation has run"),
];

/// The words of [`Concern`](crate::domain::automation::Concern).
const CONCERNS: &[Word] = &[
    flag("any", Flag::ConcernAny, "something is pointed out"),
    flag("none", Flag::ConcernNone, "nothing is pointed out"),
    flag("writes_repository", Flag::Concern("writes_repository"), "its runs may write to the whole repository"),
    flag("anyone_triggers", Flag::Concern("anyone_triggers"), "somebody without write access can set it off"),
    flag("no_usage_limit", Flag::Concern("no_usage_limit"), "nothing limits what it may spend"),
    flag("circle", Flag::Concern("circle"), "it sets itself off in a circle"),
    flag("runs_fail", Flag::Concern("runs_fail"), "its runs fail"),
    flag("nobody_reviews", Flag::Concern("nobody_reviews"), "nobody reviews what it makes"),
];

const AGES: &[Word] = &[
    offered("<1d", "within the last day"),
    offered("<1w", "within the last week"),
    offered(">1w", "more than a week ago"),
];

/// The README's table of qualifiers.
pub fn markdown_table() -> String {
    parts::markdown_table::<Automations>()
}

/// The README's table of the values with a meaning of their own.
pub fn markdown_words() -> String {
    parts::markdown_words::<Automations>()
}
