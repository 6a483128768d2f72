#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::num::NonZeroU64;

use proptest::option::of;
use proptest::prelude::*;

use super::{diagnosis, pull, task};
use crate::domain::diagnosed::Found;
use crate::domain::pull::{Asked, Opinion, ReviewerKind, Threads, Verdict};
use crate::domain::{
    Artifact, AutomationId, Beyond, Check, Checks, Conclusion, CreatorType, Diagnosed, Instant, JobId, Mergeable,
    NodeId, Person, Pull, PullId, PullState, Rare, RepoName, ReviewDecision, RunId, Session, SessionBeyond, SessionId,
    SessionRare, Severity, Sight, Standing, State, Task, TaskId, TaskRef, Usage, UserId,
};
use crate::text::Untrusted;

fn text() -> impl Strategy<Value = Untrusted> {
    "(?s).{0,20}".prop_map(Untrusted::from)
}

fn texts() -> impl Strategy<Value = Vec<Untrusted>> {
    proptest::collection::vec(text(), 0..3)
}

fn instant() -> impl Strategy<Value = Instant> {
    (-8_334_601_228_800..=8_210_266_876_799_i64, prop_oneof![Just(0), 0..1_000_000_000_u32])
        .prop_map(|(seconds, nanos)| Instant::from_timestamp(seconds, nanos).unwrap())
}

fn state() -> impl Strategy<Value = State> {
    const KNOWN: &[&str] =
        &["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "timed_out", "cancelled"];
    prop_oneof![proptest::sample::select(KNOWN).prop_map(str::to_owned), "(?s).{0,9}"]
        .prop_map(|word| State::parse(&word))
}

fn pull_state() -> impl Strategy<Value = PullState> {
    proptest::sample::select(&[PullState::Open, PullState::Draft, PullState::Closed, PullState::Merged][..])
}

fn repo() -> RepoName {
    "acme/billing.js".parse().unwrap()
}

fn usage() -> impl Strategy<Value = Usage> {
    prop_oneof![
        any::<u64>().prop_map(Usage::AiCredits),
        proptest::num::f64::NORMAL.prop_map(Usage::PremiumRequests),
        Just(Usage::PremiumRequests(0.1 + 0.2)),
    ]
}

fn session() -> impl Strategy<Value = Session> {
    let times = (instant(), of(instant()), of(instant()));
    let texts = (of(text()), of(text()), of(text()), of(text()), of(text()), of(text()));
    (".{1,9}", state(), texts, times, of(usage()), of(any::<u64>())).prop_map(
        |(
            id,
            state,
            (name, prompt, model, head_ref, base_ref, error),
            (created_at, updated_at, completed_at),
            usage,
            run,
        )| {
            let run = run.map(RunId);
            let id = SessionId::new(id);
            Session {
                beyond: session_beyond(run),
                id,
                state,
                name,
                prompt,
                model,
                head_ref,
                base_ref,
                created_at,
                updated_at,
                completed_at,
                usage,
                error,
                run,
            }
        },
    )
}

/// Now and then something, now and then all of it.
fn session_beyond(run: Option<RunId>) -> SessionBeyond {
    let Some(RunId(n)) = run else { return SessionBeyond::default() };
    let rare = SessionRare {
        resource_number: Some(n),
        reasoning_effort: (n % 2 == 0).then(|| "high".into()),
        agent_slug: (n % 3 == 0).then(|| "copilot-swe-agent".into()),
        other: (n % 5 == 0).then(|| "{\"new\":[1]}".into()),
    };
    SessionBeyond { user: NonZeroU64::new(n), owner: NonZeroU64::new(n / 2), rare: rare.boxed() }
}

fn task_beyond(count: Option<u32>) -> Beyond {
    let Some(n) = count else { return Beyond::default() };
    let unknown = n % 3 == 2;
    let rare = Rare {
        creator_type: unknown.then(|| "enterprise".into()),
        collaborators: (0..n % 3).map(|n| UserId(n.into())).collect(),
        artifacts: (n % 2 == 0).then(|| "{\"type\":\"issue\"}".into()).into_iter().collect(),
        other: (n % 5 == 0).then(|| "{\"new\":1}".into()),
    };
    let creator_type = (!unknown).then_some(CreatorType::Organization);
    Beyond { owner: NonZeroU64::new(n.into()), creator_type, rare: rare.boxed() }
}

fn artifact() -> impl Strategy<Value = Artifact> {
    prop_oneof![
        (any::<u64>(), of(".{1,9}"), of(pull_state())).prop_map(|(id, node, state)| Artifact::Pull {
            id: PullId(id),
            node: node.map(NodeId::new),
            state
        }),
        (text(), of(text())).prop_map(|(head_ref, base_ref)| Artifact::Branch { head_ref, base_ref }),
    ]
}

fn any_task() -> impl Strategy<Value = Task> {
    let times = (instant(), of(instant()), of(instant()));
    let creator = of((any::<u64>(), of(text())).prop_map(|(id, login)| Person { id: UserId(id), login }));
    let artifacts = proptest::collection::vec(artifact(), 0..3);
    let sessions = of(proptest::collection::vec(session(), 0..3));
    let automation = of("[a-z0-9]{1,9}").prop_map(|id| id.map(AutomationId::new));
    ((text(), state(), times, creator), (of(text()), of(any::<u32>()), artifacts, of(text()), sessions), automation)
        .prop_map(
            |(
                (name, state, (created_at, updated_at, archived_at), creator),
                (custom_agent, session_count, artifacts, html_url, sessions),
                automation,
            )| Task {
                beyond: task_beyond(session_count),
                at: TaskRef { repo: repo(), id: TaskId::new("t1") },
                name,
                state,
                created_at,
                updated_at,
                archived_at,
                creator,
                custom_agent,
                automation,
                session_count,
                artifacts,
                html_url,
                sessions,
            },
        )
}

fn review() -> impl Strategy<Value = ReviewDecision> {
    prop_oneof![
        Just(ReviewDecision::Approved),
        Just(ReviewDecision::ChangesRequested),
        Just(ReviewDecision::ReviewRequired),
        Just(ReviewDecision::NoRule),
        text().prop_map(ReviewDecision::Unknown),
    ]
}

fn mergeable() -> impl Strategy<Value = Mergeable> {
    prop_oneof![
        Just(Mergeable::Yes),
        Just(Mergeable::Conflicting),
        Just(Mergeable::Computing),
        Just(Mergeable::Unknown("yes".into())),
        text().prop_map(Mergeable::Unknown),
    ]
}

fn checks() -> impl Strategy<Value = Checks> {
    let sight = proptest::sample::select(&[Sight::Whole, Sight::Untold, Sight::Hidden][..]);
    (any::<[u32; 6]>(), texts(), sight).prop_map(
        |([passed, failed, pending, needs_approval, skipped, untold], failing, sight)| Checks {
            passed,
            failed,
            pending,
            needs_approval,
            skipped,
            untold,
            failing,
            sight,
        },
    )
}

fn conclusion() -> impl Strategy<Value = Conclusion> {
    prop_oneof![
        proptest::sample::select(&["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "stale"][..])
            .prop_map(Conclusion::parse),
        proptest::sample::select(&["action_required", "startup_failure", "odd"][..]).prop_map(Conclusion::parse),
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    let check = (text(), of(conclusion()), of(any::<bool>()), of(any::<u64>()), of(text())).prop_map(
        |(name, conclusion, required, job, url)| Check { name, conclusion, required, job: job.map(JobId), url },
    );
    let kinds = [ReviewerKind::User, ReviewerKind::Team, ReviewerKind::Bot, ReviewerKind::Mannequin];
    let asked = (text(), proptest::sample::select(kinds.to_vec())).prop_map(|(name, kind)| Asked { name, kind });
    let verdict = prop_oneof![
        Just(Verdict::Approved),
        Just(Verdict::ChangesRequested),
        Just(Verdict::Dismissed),
        "[a-z]{1,5}".prop_map(|word| Verdict::Unknown(word.into())),
    ];
    let opinion = (text(), verdict, of(text())).prop_map(|(by, verdict, commit)| Opinion { by, verdict, commit });
    let threads = of(any::<(u32, u32, bool)>())
        .prop_map(|all| all.map(|(unresolved, total, cut)| Threads { unresolved, total, cut }));
    let many = |n| 0..n;
    (
        of(text()),
        of(any::<u64>()),
        proptest::collection::vec(check, many(4)),
        any::<u32>(),
        proptest::collection::vec(asked, many(3)),
        proptest::collection::vec(opinion, many(3)),
        threads,
    )
        .prop_map(|(head, files, checks, more_checks, asked, opinions, threads)| Standing {
            head,
            files,
            checks,
            more_checks,
            asked,
            opinions,
            threads,
        })
}

fn any_pull() -> impl Strategy<Value = Pull> {
    let words = (text(), text(), text(), text(), of(text()), texts(), texts());
    let numbers = any::<[u64; 4]>();
    (words, numbers, pull_state(), (instant(), instant()), review(), mergeable(), of(checks()), standing()).prop_map(
        |(
            (title, url, head_ref, base_ref, author, requested, changes_by),
            [id, number, additions, deletions],
            state,
            (created_at, updated_at),
            review,
            mergeable,
            checks,
            standing,
        )| Pull {
            id: PullId(id),
            node: NodeId::new("PR_1"),
            repo: repo(),
            number,
            title,
            url,
            state,
            head_ref,
            base_ref,
            author,
            created_at,
            updated_at,
            additions,
            deletions,
            review,
            requested,
            changes_by,
            mergeable,
            checks,
            standing,
        },
    )
}

fn any_diagnosis() -> impl Strategy<Value = Diagnosed> {
    let severity = proptest::sample::select(&Severity::ALL[..]);
    let found = (text(), severity, text(), text(), text(), any::<u32>())
        .prop_map(|(rule, severity, title, next, line, count)| Found { rule, severity, title, next, line, count });
    (".{1,9}", any::<u64>(), proptest::collection::vec(found, 0..20))
        .prop_map(|(session, rules, found)| Diagnosed::new(SessionId::new(session), rules, found))
}

proptest! {
    #[test]
    fn any_diagnosis_comes_back_as_it_was(diagnosed in any_diagnosis(), at in any::<prop::sample::Index>()) {
        let row = diagnosis::encode(&diagnosed).into_bytes();
        prop_assert_eq!(diagnosis::decode(&row), Some(diagnosed));
        // Cut anywhere it is none, and never a panic.
        prop_assert_eq!(diagnosis::decode(&row[..at.index(row.len())]), None);
    }

    #[test]
    fn any_task_comes_back_as_it_was(task in any_task()) {
        let mut back = task::decode(task.at.clone(), task::encode(&task).as_bytes()).unwrap();
        let details = task::encode_details(&task).map(|details| task::decode_details(details.as_bytes()).unwrap());
        prop_assert_eq!(details.as_ref().map(|(touched, _)| *touched), task.sessions.as_ref().map(|_| task.touched_at()));
        back.sessions = details.map(|(_, sessions)| sessions);
        prop_assert_eq!(back, task);
    }

    #[test]
    fn any_pull_request_comes_back_as_it_was(pull in any_pull()) {
        prop_assert_eq!(pull::decode(pull.id, pull::encode(&pull).as_bytes()), Some(pull));
    }

    #[test]
    fn any_bytes_are_a_row_or_none_and_never_a_panic(
        task in any_task(),
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let at_task = task.at.clone();
        let mut row = task::encode(&task).into_bytes();
        let cut = row[..at.index(row.len())].to_vec();
        let flipped = at.index(row.len());
        row[flipped] ^= 1 << bit;
        for row in [&row, &cut, &bytes] {
            let _ = task::decode(at_task.clone(), row);
            let _ = task::decode_details(row);
            let _ = pull::decode(PullId(1), row);
        }
    }
}

#[test]
fn what_a_newer_program_added_is_skipped_and_what_it_left_out_is_nothing() {
    let at = TaskRef { repo: repo(), id: TaskId::new("t1") };
    let row = r#"{"z":{"new":[1]},"n":"x","s":"hibernating","c":12,"f":[{"p":7,"s":"queued"},{"q":1}]}"#;
    let task = task::decode(at, row.as_bytes()).unwrap();
    assert_eq!(task.state.wire(), "hibernating");
    assert_eq!(task.artifacts, [Artifact::Pull { id: PullId(7), node: None, state: None }]);
    assert_eq!((task.creator, task.updated_at), (None, None));
}

#[test]
fn a_row_of_a_program_that_took_hidden_checks_for_none_claims_nothing_of_them() {
    let row = |end: &str| {
        let row = format!(
            r#"{{"o":"PR_1","R":"acme/billing","n":7,"t":"Fix","h":"https://github.com","s":"open","b":"fix","r":"main","c":12,"u":12,"p":1,"m":1,"v":{{"w":"approved"}},"g":{{"w":"yes"}}{end}}}"#
        );
        pull::decode(PullId(7), row.as_bytes()).unwrap()
    };
    let untold = Checks { sight: Sight::Untold, ..Checks::default() };
    assert_eq!(row("").checks, Some(untold.clone()));
    assert_eq!(row(r#","k":{"p":3}"#).checks, Some(Checks { passed: 3, ..Checks::default() }));
    assert_eq!(row(r#","k":{"p":100},"w":{"m":50}"#).checks, Some(Checks { passed: 100, ..untold }));
    assert_eq!(row(r#","i":"w""#).checks, None);
}

#[test]
fn rows_are_small() {
    let at = TaskRef { repo: repo(), id: TaskId::new("t1") };
    let row = r#"{"n":"Fix flaky retry test in scheduler","s":"completed","c":1795176000}"#;
    let task = task::decode(at, row.as_bytes()).unwrap();
    assert_eq!(task::encode(&task), row);
}
