//! A pull request as programs read it, by itself and as a row of the reviews.

use serde_json::Value;

use super::joined::{PULL_STATES, field, maybe, pull_state, text, time};
use super::shape::{Field, Is, schema, write};
use crate::domain::blocked::Whom;
use crate::domain::pull::{Asked, Check, Opinion, ReviewerKind, Threads, Verdict};
use crate::domain::pull_look::Owners;
use crate::domain::{Checks, Fault, Mergeable, Pull, ReviewDecision, Sight};
use crate::text::{Safe, Untrusted};

const LIST: Is = Is::List(&Is::Text);

fn names(names: &[Untrusted]) -> Value {
    names.iter().map(text).collect()
}

pub fn review_word(review: &ReviewDecision) -> &str {
    match review {
        ReviewDecision::Approved => "approved",
        ReviewDecision::ChangesRequested => "changes_requested",
        ReviewDecision::ReviewRequired => "review_required",
        ReviewDecision::NoRule => "none",
        ReviewDecision::Unknown(word) => word.raw_for_match(),
    }
}

pub const PULL: &[Field<Pull>] = &[
    field!("number", Is::Whole, "Its number.", |p| p.number.into()),
    field!("id", Is::Whole, "Its database id.", |p| p.id.0.into()),
    field!("node_id", Is::Text, "Its node id.", |p| p.node.raw().into()),
    field!("repo", Is::Text, "Its repository: owner/name.", |p| p.repo.as_str().into()),
    field!("title", Is::Text, "Its title.", |p| text(&p.title)),
    field!("url", Is::Text, "Its page.", |p| text(&p.url)),
    field!("state", PULL_STATES, "Its state; a draft is open, too.", |p| pull_state(p.state).into()),
    field!("head_ref", Is::Text, "Its branch.", |p| text(&p.head_ref)),
    field!("base_ref", Is::Text, "The branch it goes into.", |p| text(&p.base_ref)),
    field!("author", Is::Maybe(&Is::Text), "Who opened it.", |p| maybe(p.author.as_ref())),
    field!("created_at", Is::Time, "When it was opened.", |p| time(p.created_at)),
    field!("updated_at", Is::Time, "When it was last touched.", |p| time(p.updated_at)),
    field!("additions", Is::Whole, "Lines added.", |p| p.additions.into()),
    field!("deletions", Is::Whole, "Lines removed.", |p| p.deletions.into()),
    field!(
        "review",
        Is::Text,
        "What its reviews come to: approved, changes_requested, review_required, none, or a new word.",
        |p| { review_word(&p.review).into() }
    ),
    field!("requested", LIST, "Who was asked for a review.", |p| names(&p.requested)),
    field!("changes_by", LIST, "Who asked for changes.", |p| names(&p.changes_by)),
    field!("mergeable", Is::Text, "yes, conflicting, computing, or a new word.", |p| match &p.mergeable {
        Mergeable::Yes => "yes".into(),
        Mergeable::Conflicting => "conflicting".into(),
        Mergeable::Computing => "computing".into(),
        Mergeable::Unknown(word) => text(word),
    }),
    field!(
        "checks",
        Is::Maybe(&Is::Object(|| schema(CHECKS))),
        "The checks of its head; null where there are none.",
        |p| { p.checks.as_ref().map_or(Value::Null, |checks| write(CHECKS, checks)) }
    ),
    field!("head", Is::Maybe(&Is::Text), "The commit at its head.", |p| maybe(p.standing.head.as_ref())),
    field!("changed_files", Is::Maybe(&Is::Whole), "How many files it changes.", |p| p.standing.files.into()),
    field!(
        "checks_by_name",
        Is::List(&Is::Object(|| schema(CHECK))),
        "The checks one by one, at most a hundred.",
        |p| p.standing.checks.iter().map(|check| write(CHECK, check)).collect()
    ),
    field!("more_checks", Is::Whole, "How many checks there are beyond these.", |p| p.standing.more_checks.into()),
    field!(
        "reviewers",
        Is::List(&Is::Object(|| schema(ASKED))),
        "Who was asked for a review and has not given it.",
        |p| p.standing.asked.iter().map(|asked| write(ASKED, asked)).collect()
    ),
    field!("opinions", Is::List(&Is::Object(|| schema(OPINION))), "What each reviewer thought of it last.", |p| p
        .standing
        .opinions
        .iter()
        .map(|opinion| write(OPINION, opinion))
        .collect()),
    field!(
        "threads",
        Is::Maybe(&Is::Object(|| schema(THREADS))),
        "The conversations on its lines; null where nobody has told.",
        |p| p.standing.threads.as_ref().map_or(Value::Null, |threads| write(THREADS, threads))
    ),
];

const CHECK: &[Field<Check>] = &[
    field!("name", Is::Text, "What it is called.", |c| text(&c.name)),
    field!("conclusion", Is::Maybe(&Is::Text), "How it ended, in words; null while it has not.", |c| {
        c.conclusion.as_ref().map(|how| how.word().to_string()).into()
    }),
    field!("failed", Is::Flag, "It failed.", |c| c.is_failed().into()),
    field!("required", Is::Maybe(&Is::Flag), "It must pass before the merge; null: the service does not tell.", |c| c
        .required
        .into()),
    field!("job_id", Is::Maybe(&Is::Whole), "Its Actions job, whose log can be read.", |c| c
        .job
        .map(|job| job.0)
        .into()),
    field!("url", Is::Maybe(&Is::Text), "Its page.", |c| maybe(c.url.as_ref())),
];

const ASKED: &[Field<Asked>] = &[
    field!("name", Is::Text, "The login; of a team org/team.", |a| text(&a.name)),
    field!("kind", Is::OneOf(&["user", "team", "bot", "mannequin"]), "What it is.", |a| match a.kind {
        ReviewerKind::User => "user",
        ReviewerKind::Team => "team",
        ReviewerKind::Bot => "bot",
        ReviewerKind::Mannequin => "mannequin",
    }
    .into()),
];

const OPINION: &[Field<Opinion>] = &[
    field!("by", Is::Text, "The reviewer's login.", |o| text(&o.by)),
    field!("verdict", Is::Text, "approved, changes_requested, dismissed, or a new word.", |o| match &o.verdict {
        Verdict::Approved => "approved".into(),
        Verdict::ChangesRequested => "changes_requested".into(),
        Verdict::Dismissed => "dismissed".into(),
        Verdict::Unknown(word) => text(word),
    }),
    field!("commit", Is::Maybe(&Is::Text), "The commit it is about.", |o| maybe(o.commit.as_ref())),
];

const THREADS: &[Field<Threads>] = &[
    field!("unresolved", Is::Whole, "How many are unresolved, of those that were looked at.", |t| t.unresolved.into()),
    field!("total", Is::Whole, "How many there are.", |t| t.total.into()),
    field!("cut", Is::Flag, "Not all of them were looked at: more may be unresolved.", |t| t.cut.into()),
];

const CHECKS: &[Field<Checks>] = &[
    field!("passed", Is::Whole, "How many passed.", |c| c.passed.into()),
    field!("failed", Is::Whole, "How many failed.", |c| c.failed.into()),
    field!("pending", Is::Whole, "How many have not ended.", |c| c.pending.into()),
    field!("needs_approval", Is::Whole, "How many wait for somebody to let them run.", |c| c.needs_approval.into()),
    field!("skipped", Is::Whole, "How many were skipped.", |c| c.skipped.into()),
    field!("untold", Is::Whole, "Of how many nobody told how they stand.", |c| c.untold.into()),
    field!("seen", SEEN, "Whether all of them are known: what this token may not see is not_visible.", |c| seen_word(
        c.sight
    )
    .into()),
    field!("failing", LIST, "Names of failed ones, at most a handful.", |c| names(&c.failing)),
];

const SEEN: Is = Is::OneOf(&["all", "not_known", "not_visible"]);

/// Programs read it: never change one.
fn seen_word(sight: Sight) -> &'static str {
    match sight {
        Sight::Whole => "all",
        Sight::Untold => "not_known",
        Sight::Hidden => "not_visible",
    }
}

/// Programs read it: never change one.
fn whom_word(whom: Whom) -> &'static str {
    match whom {
        Whom::Me => "me",
        Whom::Ready => "ready",
        Whom::Approval => "workflow_approval",
        Whom::Nobody => "nobody",
        Whom::Reviewer => "reviewer",
        Whom::Checks => "checks",
        Whom::Conflict => "conflict",
        Whom::Agent => "agent",
        Whom::Unknown => "unknown",
    }
}

const WHOM: Is =
    Is::OneOf(&["me", "ready", "workflow_approval", "nobody", "reviewer", "checks", "conflict", "agent", "unknown"]);

/// On whom a pull request waits, and where it stands, as the reviews pane says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    pub on: Whom,
    pub says: Safe,
}

pub const WAITS: &[Field<Waits>] = &[
    field!("on", WHOM, "On whom it waits: me, ready, workflow_approval and nobody are for a person to act on.", |w| {
        whom_word(w.on).into()
    }),
    field!("says", Is::Text, "Where it stands, as the reviews pane says it.", |w| w.says.as_str().into()),
];

/// One line of the reviews.
#[derive(Clone, Debug)]
pub struct Review {
    pub pull: Pull,
    pub task: Option<String>,
    /// On whom it waits; `None`: it is merged or closed.
    pub blocked_on: Option<Whom>,
    /// Where it stands, as the pane says it.
    pub says: Safe,
    /// Seconds since it was opened, while it is open.
    pub open_seconds: Option<u64>,
    /// `None`: it was not looked for.
    pub owned: Option<Owned>,
}

/// Whose the files are that it changes.
#[derive(Clone, Debug)]
pub struct Owned {
    /// `Ok(None)`: its base has no owners file.
    pub owners: Result<Option<Owners>, Fault>,
    /// Files that were read, and that there are more.
    pub files: usize,
    pub more: bool,
}

const OWNED: &[Field<Owned>] = &[
    field!(
        "file",
        Is::Maybe(&Is::Text),
        "The owners file of its base; null: there is none, or it could not be read.",
        |o| { o.found().map(|owners| owners.path).into() }
    ),
    field!("owners", Is::List(&Is::Object(|| schema(OWNER))), "Each owner, those of most files first.", |o| {
        let all = o.found().map(|owners| owners.ownership.owners.as_slice()).unwrap_or_default();
        all.iter().map(|owner| write(OWNER, owner)).collect()
    }),
    field!("nobodys", Is::Maybe(&Is::Whole), "Files that are nobody's.", |o| {
        o.found().map(|owners| owners.ownership.nobodys).into()
    }),
    field!("skipped_lines", Is::Maybe(&Is::Whole), "Lines of the file that are no rule.", |o| {
        o.found().map(|owners| owners.skipped).into()
    }),
    field!("files", Is::Whole, "How many of its files were looked at.", |o| o.files.into()),
    field!("more_files", Is::Flag, "It changes more files than the service lists.", |o| o.more.into()),
    field!("error", Is::Maybe(&Is::Text), "Why it could not be read.", |o| {
        o.owners.as_ref().err().map(ToString::to_string).into()
    }),
];

const OWNER: &[Field<(Untrusted, u32)>] = &[
    field!("name", Is::Text, "A login or org/team with its @, or a mail address.", |o| text(&o.0)),
    field!("files", Is::Whole, "How many of the files are theirs.", |o| o.1.into()),
];

impl Owned {
    fn found(&self) -> Option<&Owners> {
        self.owners.as_ref().ok()?.as_ref()
    }
}

pub const REVIEW: &[Field<Review>] = &[
    field!(
        "blocked_on",
        Is::Maybe(&WHOM),
        "On whom it waits: me, ready, workflow_approval and nobody are for a person to act on; null once it is decided.",
        |r| r.blocked_on.map(whom_word).into()
    ),
    field!("says", Is::Text, "Where it stands, as the reviews pane says it.", |r| r.says.as_str().into()),
    field!("task", Is::Maybe(&Is::Text), "The task it came from.", |r| r.task.clone().into()),
    field!("open_seconds", Is::Maybe(&Is::Whole), "For how long it is open; null once it is merged or closed.", |r| r
        .open_seconds
        .into()),
    field!("pull_request", Is::Object(|| schema(PULL)), "The pull request.", |r| write(PULL, &r.pull)),
    field!(
        "owned_by",
        Is::Maybe(&Is::Object(|| schema(OWNED))),
        "Whose the files are that it changes, by CODEOWNERS; null without --owners, and once it is decided.",
        |r| r.owned.as_ref().map_or(Value::Null, |owned| write(OWNED, owned))
    ),
];
