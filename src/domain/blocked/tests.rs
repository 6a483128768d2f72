#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::domain::{Checks, Conclusion, Instant, NodeId, PullId, Sight};

type Change = fn(&mut Pull);

fn ready() -> Pull {
    let mut pull = Pull {
        id: PullId(1),
        node: NodeId::new("PR_1"),
        repo: "acme/api".parse().unwrap(),
        number: 1,
        title: "Fix".into(),
        url: "https://github.com/acme/api/pull/1".into(),
        state: PullState::Open,
        head_ref: "copilot/fix".into(),
        base_ref: "main".into(),
        author: None,
        created_at: Instant::UNIX_EPOCH,
        updated_at: Instant::UNIX_EPOCH,
        additions: 1,
        deletions: 1,
        review: ReviewDecision::Approved,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Yes,
        checks: None,
        standing: crate::domain::Standing { head: Some("b2".into()), ..Default::default() },
    };
    pull.standing.opinions.push(opinion("okafor", Verdict::Approved, "b2"));
    pull
}

fn opinion(by: &str, verdict: Verdict, commit: &str) -> Opinion {
    Opinion { by: by.into(), verdict, commit: Some(commit.into()) }
}

fn check(pull: &mut Pull, name: &str, conclusion: Option<Conclusion>, required: Option<bool>) {
    pull.checks.get_or_insert_with(Checks::default).add(&name.into(), conclusion.as_ref());
    pull.standing.checks.push(Check { name: name.into(), conclusion, required, job: None, url: None });
}

fn ask(pull: &mut Pull, name: &str, kind: ReviewerKind) {
    pull.requested.push(name.into());
    pull.standing.asked.push(Asked { name: name.into(), kind });
    pull.review = ReviewDecision::ReviewRequired;
    pull.standing.opinions.clear();
}

fn request_changes(pull: &mut Pull, by: &str, commit: &str) {
    pull.review = ReviewDecision::ChangesRequested;
    pull.changes_by = vec![by.into()];
    pull.standing.opinions = vec![opinion(by, Verdict::ChangesRequested, commit)];
}

fn whom(pull: &Pull, task: Option<&State>) -> (Whom, String) {
    let blocked = blocked(pull, &Case { me: Some("Mona"), task }).unwrap();
    (blocked.whom, blocked.why.words().to_string())
}

/// The rows of the table, the last first: each is put on top of all below it, and decides.
#[test]
fn each_row_of_the_table_decides_over_those_below_it() {
    let working = State::InProgress;
    let asks = State::WaitingForUser;
    let rows: &[(Change, Option<&State>, Whom, &str)] = &[
        (|_| {}, None, Whom::Ready, "ready to merge"),
        (|p| p.state = PullState::Draft, None, Whom::Me, "approved, still a draft"),
        (
            |p| p.checks = Some(Checks { sight: Sight::Hidden, ..Checks::default() }),
            None,
            Whom::Unknown,
            "its checks are not visible",
        ),
        (|p| p.mergeable = Mergeable::Computing, None, Whom::Unknown, "whether it can be merged is computing"),
        (
            |p| (p.review, p.standing.opinions) = (ReviewDecision::NoRule, Vec::new()),
            None,
            Whom::Nobody,
            "no review asked, none given",
        ),
        (|p| p.review = ReviewDecision::ReviewRequired, None, Whom::Nobody, "a review is required, nobody is asked"),
        (|p| ask(p, "acme/core", ReviewerKind::Team), None, Whom::Reviewer, "review asked of @acme/core"),
        (|p| check(p, "e2e", None, Some(true)), None, Whom::Checks, "a check has not completed"),
        (|p| ask(p, "mona", ReviewerKind::User), None, Whom::Me, "your review is asked for"),
        (|p| check(p, "lint", Some(Conclusion::Failure), Some(true)), None, Whom::Checks, "lint failed"),
        (|p| p.checks.as_mut().unwrap().needs_approval = 2, None, Whom::Approval, "2 workflows wait for approval"),
        (|p| p.mergeable = Mergeable::Conflicting, None, Whom::Conflict, "conflicts with its base"),
        (|p| request_changes(p, "okafor", "b2"), None, Whom::Agent, "changes requested by okafor"),
        (|_| {}, Some(&asks), Whom::Me, "its session waits for your answer"),
        (|_| {}, Some(&working), Whom::Agent, "a session works on it"),
    ];
    let mut pull = ready();
    for (change, task, expected, words) in rows {
        change(&mut pull);
        assert_eq!(whom(&pull, *task), (*expected, (*words).to_owned()));
    }
    for state in [PullState::Merged, PullState::Closed] {
        assert_eq!(blocked(&Pull { state, ..pull.clone() }, &Case::default()), None);
    }
}

#[test]
fn changes_that_were_worked_on_wait_for_who_asked_for_them() {
    let mut pull = ready();
    request_changes(&mut pull, "okafor", "a1");
    assert_eq!(whom(&pull, None), (Whom::Reviewer, "commits since changes were requested by okafor".to_owned()));
    request_changes(&mut pull, "mona", "a1");
    assert_eq!(whom(&pull, None), (Whom::Me, "commits since you requested changes".to_owned()));
    // An earlier run knew the roll-up alone.
    pull.standing = crate::domain::Standing::default();
    assert_eq!(whom(&pull, None), (Whom::Agent, "changes requested by mona".to_owned()));
}

#[test]
fn a_check_that_is_not_required_keeps_nothing_back_and_one_nobody_told_of_does() {
    let mut pull = ready();
    check(&mut pull, "lint", Some(Conclusion::Failure), Some(false));
    check(&mut pull, "preview", None, Some(false));
    assert_eq!(whom(&pull, None), (Whom::Ready, "ready to merge; a check not required failed".to_owned()));
    check(&mut pull, "e2e", Some(Conclusion::TimedOut), None);
    assert_eq!(whom(&pull, None), (Whom::Checks, "e2e failed (required? not known)".to_owned()));
    check(&mut pull, "unit", Some(Conclusion::Failure), Some(true));
    assert_eq!(whom(&pull, None), (Whom::Checks, "unit and 1 more failed".to_owned()));
    // Without names only the roll-up is known.
    pull.standing.checks.clear();
    assert_eq!(whom(&pull, None), (Whom::Checks, "lint and 2 more failed (required? not known)".to_owned()));
}

#[test]
fn checks_that_were_not_listed_are_not_taken_for_passed() {
    let mut pull = ready();
    check(&mut pull, "lint", Some(Conclusion::Failure), Some(false));
    let checks = pull.checks.as_mut().unwrap();
    (checks.failed, pull.standing.more_checks) = (2, 5);
    assert_eq!(whom(&pull, None).0, Whom::Checks);
}

#[test]
fn without_a_name_of_our_own_nothing_waits_on_us_by_name() {
    let mut pull = ready();
    ask(&mut pull, "mona", ReviewerKind::User);
    let case = Case::default();
    assert_eq!(blocked(&pull, &case).unwrap().whom, Whom::Reviewer);
    // A team, or a bot, of our name is not us.
    pull.standing.asked[0].kind = ReviewerKind::Bot;
    assert_eq!(whom(&pull, None), (Whom::Reviewer, "review asked of mona (bot)".to_owned()));
}

#[test]
fn what_github_calls_by_a_word_nobody_knows_is_not_ready() {
    let mut pull = ready();
    pull.mergeable = Mergeable::Unknown("MAYBE".into());
    assert_eq!(whom(&pull, None), (Whom::Unknown, "GitHub says MAYBE".to_owned()));
    pull = Pull { review: ReviewDecision::Unknown("SOON".into()), ..ready() };
    assert_eq!(whom(&pull, None).0, Whom::Unknown);
}
