#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use chrono::TimeDelta;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::{Cost, RepoName, StartRequest, TaskId};

const PROMPT: &str = "Fix the flaky test";

type Change = fn(&mut StartRequest);

fn repo(name: &str) -> RepoName {
    name.parse().unwrap()
}

fn request() -> StartRequest {
    StartRequest {
        repo: repo("acme/api"),
        prompt: PROMPT.into(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    }
}

fn open(at_work: usize) -> Vec<OpenTask> {
    (0..at_work).map(|n| OpenTask { id: TaskId::new(format!("t{n}")), at_work: true }).collect()
}

fn past(minutes: i64, prompt: &str) -> PastStart {
    PastStart {
        age: TimeDelta::minutes(minutes),
        repo: repo("acme/api"),
        prompt_hash: Some(Sha256::digest(prompt.as_bytes()).into()),
        ticket: None,
        task: Some(TaskId::new(format!("t-{minutes}"))),
        rejected: false,
    }
}

/// Everything is known, and nothing is there.
fn quiet() -> Facts {
    Facts {
        at: None,
        login: Fact::Known("mona".into()),
        default_branch: Fact::Known("main".into()),
        open: Fact::Known(Vec::new()),
        own: Fact::Known(Vec::new()),
        starts: Fact::Known(Vec::new()),
        pulls: Fact::Known(0),
        spent: Fact::Known(Spent::default()),
        spent_all: Fact::Known(Spent::default()),
        automations: Fact::Known(0),
        unaccepted: None,
    }
}

/// One rule for the repository, and nothing else.
fn only(says: Says) -> Policy {
    let rule = Rule { id: "api-team".into(), repos: vec!["acme/api".parse().unwrap()], says };
    Policy { rules: vec![rule], ..Policy::unlimited() }
}

fn judge(policy: &Policy, request: &StartRequest, facts: &Facts) -> Judgement {
    policy.judge(&Case { request, template: None, ticket: None }, facts, Stage::Gate)
}

fn verdict(says: Says, facts: &Facts) -> Verdict {
    judge(&only(says), &request(), facts).verdict()
}

#[test]
fn what_is_allowed_names_the_rule_and_its_numbers() {
    let says = Says { active: Some(3), open_pulls: Some(10), ..Says::default() };
    let facts = Facts { open: Fact::Known(open(2)), pulls: Fact::Known(4), ..quiet() };
    let judged = judge(&only(says), &request(), &facts);
    assert_eq!(judged.line().as_str(), "allowed by rule `api-team`: 2 of 3 active, 4 of 10 open PRs");
    assert_eq!(judged.grant(None, false).unwrap().word(), "allowed");
}

#[test]
fn the_limit_itself_refuses_and_says_which_rule() {
    let facts = Facts { open: Fact::Known(open(3)), ..quiet() };
    let judged = judge(&only(Says { active: Some(3), ..Says::default() }), &request(), &facts);
    assert_eq!(judged.line().as_str(), "refused: 3 of 3 active (rule `api-team`)");
    assert_eq!(judged.grant(Some("a reason long enough"), true), Err(NoGrant::Refused), "no reason helps");
}

#[test]
fn beyond_a_limit_that_asks_for_a_reason_a_reason_is_enough_and_is_kept() {
    let says = Says { open_pulls: Some(4), reason_beyond: Some(vec![Key::OpenPulls]), ..Says::default() };
    let judged = judge(&only(says), &request(), &Facts { pulls: Fact::Known(4), ..quiet() });
    assert_eq!(judged.verdict(), Verdict::NeedsReason);
    for none in [None, Some(""), Some("   short    ")] {
        assert_eq!(judged.grant(none, false), Err(NoGrant::NeedsReason));
    }
    let grant = judged.grant(Some("  the release waits for it "), false).unwrap();
    assert_eq!((grant.word(), grant.reason()), ("reason", Some("the release waits for it")));
}

#[test]
fn what_is_not_known_is_never_zero() {
    let all = Says {
        active: Some(1_000),
        starts_per_hour: Some(1_000),
        retries_per_prompt: Some(1_000),
        open_pulls: Some(1_000),
        credits_per_day: Some(1_000),
        ..Says::default()
    };
    let spoil: [fn(&mut Facts); 4] = [
        |facts| facts.open = Fact::unknown("the service did not answer"),
        |facts| facts.starts = Fact::Unasked,
        |facts| facts.pulls = Fact::unknown("403"),
        |facts| facts.spent = Fact::unknown("too many tasks"),
    ];
    assert_eq!(verdict(all.clone(), &quiet()), Verdict::Allowed);
    for spoil in spoil {
        let mut facts = quiet();
        spoil(&mut facts);
        assert_eq!(verdict(all.clone(), &facts), Verdict::NeedsReason);
        let strict = Says { unknown: Some(OnUnknown::Refuse), ..all.clone() };
        let judged = judge(&only(strict), &request(), &facts);
        assert_eq!(judged.verdict(), Verdict::Refused);
        assert!(judged.line().contains("not known"), "{}", judged.line());
    }
}

#[test]
fn while_somebody_writes_what_was_not_asked_for_is_said_to_be_checked_later_and_grants_nothing() {
    let policy = only(Says { active: Some(3), open_pulls: Some(10), ..Says::default() });
    let facts = Facts { open: Fact::Known(open(1)), starts: Fact::Known(Vec::new()), ..Facts::default() };
    let request = request();
    let judged = policy.judge(&Case { request: &request, template: None, ticket: None }, &facts, Stage::Preview);
    assert_eq!(
        judged.line().as_str(),
        "so far allowed by rule `api-team`: 1 of 3 active; checked when it is sent: open PRs"
    );
    assert_eq!(judged.grant(None, true), Err(NoGrant::NotAtTheGate));
}

#[test]
fn the_most_specific_rule_that_says_it_decides_key_by_key() {
    let rule = |id: &str, repos: &str, says| Rule { id: id.into(), repos: vec![repos.parse().unwrap()], says };
    let policy = Policy {
        rules: vec![
            rule("company", "acme/*", Says { active: Some(1), open_pulls: Some(2), ..Says::default() }),
            rule("api", "acme/api", Says { active: Some(9), ..Says::default() }),
        ],
        ..Policy::unlimited()
    };
    let facts = Facts { open: Fact::Known(open(5)), pulls: Fact::Known(2), ..quiet() };
    let judged = judge(&policy, &request(), &facts);
    assert_eq!(judged.line().as_str(), "refused: 2 of 2 open PRs (rule `company`)");
    assert_eq!(judged.findings()[0].rule.as_str(), "api");
}

#[test]
fn the_defaults_refuse_the_fourth_active_task_and_the_eleventh_start_in_an_hour() {
    let policy = Policy::default();
    for (own, refused) in [(2, false), (3, true)] {
        let judged = judge(&policy, &request(), &Facts { own: Fact::Known(open(own)), ..quiet() });
        assert_eq!(judged.verdict() == Verdict::Refused, refused, "{own}: {}", judged.line());
    }
    let starts = |count: usize, minutes| {
        let mut starts = vec![PastStart { task: None, ..past(minutes, "other") }; count];
        starts.iter_mut().enumerate().for_each(|(n, start)| start.task = Some(TaskId::new(format!("s{n}"))));
        Facts { starts: Fact::Known(starts), ..quiet() }
    };
    for (count, minutes, refused) in [(9, 30, false), (10, 30, true), (10, 61, false), (40, 61, true), (10, -90, true)]
    {
        let judged = judge(&policy, &request(), &starts(count, minutes));
        assert_eq!(
            judged.verdict() == Verdict::Refused,
            refused,
            "{count} starts {minutes} min ago: {}",
            judged.line()
        );
    }
}

#[test]
fn a_start_nobody_knows_the_end_of_counts_as_active_and_one_that_was_rejected_never_counts() {
    let says = || Says { active: Some(1), starts_per_day: Some(1), ..Says::default() };
    let unknown = PastStart { task: None, ..past(20, "other") };
    let facts = |start: PastStart| Facts { starts: Fact::Known(vec![start]), ..quiet() };
    assert_eq!(verdict(says(), &facts(unknown.clone())), Verdict::Refused);
    assert_eq!(verdict(says(), &facts(PastStart { rejected: true, ..unknown })), Verdict::Allowed);
    let just_confirmed = PastStart { task: Some(TaskId::new("new")), ..past(1, "other") };
    let active = Says { active: Some(1), ..Says::default() };
    assert_eq!(verdict(active.clone(), &facts(just_confirmed.clone())), Verdict::Refused, "no list has it yet");
    let old = PastStart { age: TimeDelta::minutes(10), ..just_confirmed };
    assert_eq!(verdict(active, &facts(old)), Verdict::Allowed, "the lists would have it");
}

#[test]
fn choices_are_held_against_the_lists() {
    let words = |words: &[&str]| Some(Words(words.iter().map(|word| (*word).to_owned()).collect()));
    let says = Says {
        base_branches: words(&["main", "release/*"]),
        models: words(&["automatic", "claude-*"]),
        agents: words(&["none"]),
        draft_pull: Some(true),
        ..Says::default()
    };
    let policy = only(says);
    let change: [(&str, Change, bool); 9] = [
        ("as it is", |_| {}, true),
        ("release", |r| r.base_ref = Some("release/2".into()), true),
        ("branch", |r| r.base_ref = Some("wild".into()), false),
        ("model", |r| r.model = Some("claude-opus".into()), true),
        ("other model", |r| r.model = Some("gpt".into()), false),
        ("case", |r| r.base_ref = Some("MAIN".into()), false),
        ("agent", |r| r.custom_agent = Some("fixer".into()), false),
        ("no pull", |r| r.create_pull_request = false, false),
        ("goes on", |r| (r.create_pull_request, r.head_ref) = (false, Some("copilot/fix".into())), true),
    ];
    for (what, change, allowed) in change {
        let mut request = request();
        change(&mut request);
        let judged = judge(&policy, &request, &quiet());
        assert_eq!(judged.verdict() == Verdict::Allowed, allowed, "{what}: {}", judged.line());
    }
    let elsewhere = Facts { default_branch: Fact::Known("trunk".into()), ..quiet() };
    assert_eq!(judge(&policy, &request(), &elsewhere).verdict(), Verdict::Refused, "the default branch counts");
}

#[test]
fn only_who_is_named_may_start_and_nobody_unknown() {
    let says = || Says { who: Some(vec!["Mona".into()]), ..Says::default() };
    assert_eq!(verdict(says(), &quiet()), Verdict::Allowed, "logins are one whatever their case");
    for login in [Fact::Known("hubot".into()), Fact::unknown("401"), Fact::Unasked] {
        assert_eq!(verdict(says(), &Facts { login, ..quiet() }), Verdict::Refused);
    }
}

#[test]
fn a_template_is_required_where_the_policy_says_so() {
    let policy = only(Says { template_required: Some(true), ..Says::default() });
    let request = request();
    for (template, expected) in [(None, Verdict::Refused), (Some("flaky"), Verdict::Allowed)] {
        let case = Case { request: &request, template, ticket: None };
        assert_eq!(policy.judge(&case, &quiet(), Stage::Gate).verdict(), expected);
    }
}

#[test]
fn the_same_prompt_or_ticket_must_be_confirmed_until_its_task_is_seen_to_have_ended() {
    let mut facts = Facts { starts: Fact::Known(vec![past(30, PROMPT)]), ..quiet() };
    let policy = Policy::unlimited();
    assert_eq!(judge(&policy, &request(), &facts).duplicates(), [], "its task is in no list of open ones");
    facts.open = Fact::Known(vec![OpenTask { id: TaskId::new("t-30"), at_work: false }]);
    let judged = judge(&policy, &request(), &facts);
    assert_eq!(judged.duplicates()[0].to_string(), "the same prompt is task t-30, 30 min ago, still open");
    assert_eq!(judged.grant(None, false), Err(NoGrant::Duplicate));
    assert!(judged.grant(None, true).is_ok());
    facts.open = Fact::unknown("no answer");
    assert_eq!(judge(&policy, &request(), &facts).duplicates().len(), 1, "nobody knows that it ended");

    let ticket = PastStart { ticket: Some("OPS-7".into()), task: None, ..past(5, "another prompt") };
    let facts = Facts { starts: Fact::Known(vec![ticket]), ..quiet() };
    let request = request();
    let case = Case { request: &request, template: None, ticket: Some("OPS-7") };
    let judged = policy.judge(&case, &facts, Stage::Gate);
    assert!(judged.duplicates()[0].by_ticket && judged.duplicates()[0].task.is_none());
}

#[test]
fn retries_of_a_prompt_are_counted_in_its_repository_alone() {
    let says = Says { retries_per_prompt: Some(1), ..Says::default() };
    let elsewhere = PastStart { repo: repo("acme/web"), ..past(9, PROMPT) };
    let starts = |starts: Vec<PastStart>| Facts { starts: Fact::Known(starts), ..quiet() };
    assert_eq!(verdict(says.clone(), &starts(vec![elsewhere, past(9, PROMPT)])), Verdict::Allowed, "the first retry");
    assert_eq!(verdict(says, &starts(vec![past(8, PROMPT), past(9, PROMPT)])), Verdict::Refused);
}

#[test]
fn the_ceiling_stops_at_what_was_spent_and_another_unit_is_not_nothing() {
    let says = || Says { credits_per_day: Some(50), ..Says::default() };
    let spent = |credits: u128, premium_requests, running| Facts {
        spent: Fact::Known(Spent { cost: Cost { nano_credits: credits * 1_000_000_000, premium_requests }, running }),
        ..quiet()
    };
    assert_eq!(verdict(says(), &spent(49, 0.0, 0)), Verdict::Allowed);
    assert_eq!(verdict(says(), &spent(50, 0.0, 0)), Verdict::Refused);
    assert_eq!(verdict(says(), &spent(0, 3.0, 0)), Verdict::NeedsReason);
    let judged = judge(&only(says()), &request(), &spent(12, 0.0, 2));
    assert!(judged.line().contains("12.0 of 50 credits in a day, 2 running not counted"), "{}", judged.line());
}

#[test]
fn a_broken_policy_refuses_everything_and_names_every_problem() {
    let broken = InForce::broken("policy.toml:3:1: rule.active: must be a whole number");
    let request = request();
    let judged = broken.judge(&Case { request: &request, template: None, ticket: None }, &quiet(), Stage::Gate);
    assert_eq!(judged.grant(Some("a reason long enough"), true), Err(NoGrant::Refused));
    assert!(judged.line().contains("policy.toml:3:1"), "{}", judged.line());
}

fn limits() -> impl Strategy<Value = Says> {
    let number = || proptest::option::of(0_u32..6);
    let soft = proptest::option::of(proptest::sample::subsequence(Key::LIMITS.to_vec(), 0..=Key::LIMITS.len()));
    let unknown = proptest::option::of(prop_oneof![Just(OnUnknown::Reason), Just(OnUnknown::Refuse)]);
    (proptest::collection::vec(number(), Key::LIMITS.len()), soft, unknown).prop_map(|(numbers, soft, unknown)| {
        let mut says = Says { reason_beyond: soft, unknown, ..Says::default() };
        for (key, number) in Key::LIMITS.into_iter().zip(numbers) {
            *says.limit_mut(key).unwrap() = number;
        }
        says
    })
}

fn fact<T: Clone + std::fmt::Debug>(known: impl Strategy<Value = T>) -> impl Strategy<Value = Fact<T>> {
    prop_oneof![4 => known.prop_map(Fact::Known), 1 => Just(Fact::unknown("no answer")), 1 => Just(Fact::Unasked)]
}

fn facts() -> impl Strategy<Value = Facts> {
    let starts = proptest::collection::vec((-100_i64..1500, any::<bool>(), any::<bool>(), any::<bool>()), 0..7);
    let starts = starts.prop_map(|all| {
        let start = |(minutes, same, confirmed, rejected)| {
            let start = past(minutes, if same { PROMPT } else { "other" });
            PastStart { task: start.task.clone().filter(|_| confirmed), rejected, ..start }
        };
        all.into_iter().map(start).collect::<Vec<_>>()
    });
    let spent = (0_u128..6, 0_u32..6, 0_u32..3).prop_map(|(credits, premium, running)| Spent {
        cost: Cost { nano_credits: credits * 1_000_000_000, premium_requests: f64::from(premium) },
        running,
    });
    (fact((0_usize..6).prop_map(open)), fact(starts), fact(0_u64..6), fact(spent)).prop_map(
        |(open, starts, pulls, spent)| Facts {
            own: open.clone(),
            open,
            starts,
            pulls,
            spent_all: spent.clone(),
            spent,
            ..quiet()
        },
    )
}

proptest! {
    #[test]
    fn tightening_a_limit_never_lets_more_through(
        says in limits(), facts in facts(), key in proptest::sample::select(Key::LIMITS.to_vec()), less in 1_u32..6
    ) {
        let before = verdict(says.clone(), &facts);
        let mut tight = says;
        let limit = tight.limit_mut(key).unwrap();
        *limit = limit.map(|limit| limit.saturating_sub(less));
        prop_assert!(verdict(tight.clone(), &facts) >= before);
        // Nor does asking for less than a refusal, or a new limit where there was none.
        let soft = verdict(tight.clone(), &facts);
        tight.reason_beyond = None;
        prop_assert!(verdict(tight.clone(), &facts) >= soft);
        let reason = verdict(tight.clone(), &facts);
        tight.unknown = Some(OnUnknown::Refuse);
        prop_assert!(verdict(tight, &facts) >= reason);
    }

    #[test]
    fn more_of_anything_never_lets_more_through(says in limits(), facts in facts(), more in 1_usize..4) {
        let before = verdict(says.clone(), &facts);
        let mut grown = facts;
        if let Fact::Known(tasks) = &mut grown.open {
            tasks.extend((0..more).map(|n| OpenTask { id: TaskId::new(format!("m{n}")), at_work: true }));
        }
        if let Fact::Known(starts) = &mut grown.starts {
            starts.extend((0..more).map(|_| past(3, PROMPT)));
        }
        grown.pulls = grown.pulls.map(|pulls| pulls + more as u64);
        prop_assert!(verdict(says, &grown) >= before);
    }

    #[test]
    fn forgetting_a_fact_never_turns_a_limit_into_leave(says in limits(), facts in facts()) {
        let wants = only(says.clone()).wants(&repo("acme/api"));
        for spoil in [
            (|f: &mut Facts| f.open = Fact::unknown("x")) as fn(&mut Facts),
            |f| f.pulls = Fact::unknown("x"),
            |f| f.spent = Fact::unknown("x"),
        ].into_iter().zip([wants.open, wants.pulls, wants.spent]).filter_map(|(spoil, wanted)| wanted.then_some(spoil)) {
            let mut blind = facts.clone();
            spoil(&mut blind);
            prop_assert!(verdict(says.clone(), &blind) >= Verdict::NeedsReason);
        }
    }

    #[test]
    fn a_grant_carries_exactly_what_was_judged(says in limits(), facts in facts(), reason in "[ a-z]{0,20}", again: bool) {
        let judged = judge(&only(says), &request(), &facts);
        if let Ok(grant) = judged.grant(Some(&reason), again) {
            prop_assert_eq!(grant.request(), &request());
            prop_assert!(judged.verdict() != Verdict::Refused && (again || judged.duplicates().is_empty()));
            prop_assert_eq!(grant.reason().is_some(), judged.verdict() == Verdict::NeedsReason);
        }
    }
}
