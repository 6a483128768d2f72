//! What a token may do, case by case, over the real client against the demo: what is refused, that the missing permission
//! is named, and that the capability matrix says the same. Nothing but reads leaves a console that may only read.

use std::sync::Arc;

use atc::demo::{self, Server};
use atc::domain::capability::{
    ACCEPTED, ACTIONS_WRITE, Answer, CHANGES, ENABLED, Matrix, POINT_C, SCOPES, TASKS_WRITE, Topic, VISIBLE, Verdict,
};
use atc::domain::policy::InForce;
use atc::domain::{Artifact, Fault, FaultKind, Pull, PullRef, RepoName, Run, Sight, blocked};
use atc::ledger::Ledger;
use atc::ledger::memory::Memory;
use atc::ledger::port::{Action, Intent, Outcome};
use atc::ops::capabilities::{self, News};
use atc::ops::{self, Gate};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Host, Limits, Options, RunQuery, RunState, Token};
use atc::provider::port::{CancelAnswer, Fetched, TaskQuery};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::support::{fault, granted, now, repo, short};

struct Case {
    server: Server,
    github: Arc<GitHub>,
}

impl Case {
    async fn with(token: &str) -> Self {
        let bind = "127.0.0.1:0".parse().unwrap();
        let server = Server::start(demo::Options { bind, speed: 1.0, seed: 7, now: now() }).await.unwrap();
        let host = Host::resolve(None, Some(&format!("http://{}", server.addr()))).unwrap();
        let second = std::time::Duration::from_secs;
        let limits = Limits { attempt: second(10), read: second(10), call: second(20), ..short() };
        let token = Token::new(token, "the test").unwrap();
        let github = GitHub::new(Options { limits, ..Options::new(host, token, now()) }).unwrap();
        Self { server, github: Arc::new(github) }
    }

    fn writes(&self) -> usize {
        let changes = |request: &&demo::Recorded| {
            request.method != "GET" && (request.path != "/graphql" || request.body.contains("mutation"))
        };
        self.server.requests().iter().filter(changes).count()
    }

    async fn run(&self) -> Run {
        let query = RunQuery { per_page: Some(100), state: Some(RunState::InProgress), ..RunQuery::default() };
        self.github.find_runs(&repo(), &query).await.unwrap().runs.remove(0).run
    }

    async fn cancel(&self) -> Result<CancelAnswer, Fault> {
        let run = self.run().await;
        self.github.cancel_run(&repo(), run.id, false).await
    }

    async fn matrix(&self, repos: &[RepoName]) -> Matrix {
        self.matrix_after(repos, Memory::new()).await
    }

    async fn matrix_after(&self, repos: &[RepoName], ledger: Memory) -> Matrix {
        let context = ops::Context {
            provider: self.github.clone(),
            ledger: Arc::new(ledger),
            now: now(),
            who: "mona".to_owned(),
            gate: Gate::holding(InForce::default()),
        };
        let (tell, mut told) = tokio::sync::mpsc::channel(8);
        let mut matrix = Matrix::default();
        let hear = async {
            while let Some(news) = told.recv().await {
                if let News::Rows(rows) = news {
                    for row in rows {
                        matrix.take(row);
                    }
                }
            }
        };
        tokio::join!(capabilities::examine(&context, repos, false, tell), hear);
        matrix
    }
}

fn says(matrix: &Matrix, topic: &Topic, repo: Option<&RepoName>) -> Answer {
    matrix.find(topic, repo).unwrap_or_else(|| panic!("no row {}", topic.id)).answer
}

#[tokio::test]
async fn a_token_that_may_write_writes() {
    let case = Case::with("gho_all").await;
    assert_eq!(case.cancel().await, Ok(CancelAnswer::Accepted));
    case.github.start(&granted()).await.unwrap();
    let matrix = case.matrix(&[repo()]).await;
    assert_eq!(matrix.verdict(), Verdict::Works);
    for topic in [&TASKS_WRITE, &ACTIONS_WRITE, &VISIBLE, &ENABLED] {
        assert_eq!(says(&matrix, topic, Some(&repo())), Answer::Yes, "{}", topic.id);
    }
    assert_eq!((says(&matrix, &CHANGES, None), says(&matrix, &POINT_C, None)), (Answer::Yes, Answer::Yes));
}

#[tokio::test]
async fn a_token_without_the_scope_is_read_only_from_its_first_answer_on() {
    let case = Case::with("ghp_readonly").await;
    assert_eq!(case.github.read_only(), None, "nothing is known before an answer");
    case.github.viewer().await.unwrap();
    let why = case.github.read_only().unwrap();
    assert!(why.why.contains("read:org") && !why.chosen, "{why:?}");
    let refused = fault(case.github.start(&granted()).await);
    assert_eq!(refused.kind, FaultKind::Refused);
    assert!(refused.next_step.contains("`repo`"), "{refused}");
    assert_eq!(fault(case.cancel().await).kind, FaultKind::Refused);
    assert_eq!(case.writes(), 0);
    let matrix = case.matrix(&[repo()]).await;
    assert_eq!(matrix.verdict(), Verdict::Fails);
    assert_eq!((says(&matrix, &SCOPES, None), says(&matrix, &CHANGES, None)), (Answer::No, Answer::No));
    assert!(matrix.find(&TASKS_WRITE, Some(&repo())).unwrap().next.contains("`repo`"));
    assert_eq!(case.writes(), 0);
}

#[tokio::test]
async fn each_missing_permission_is_named_and_asked_for_no_second_time() {
    for (token, permission, is_start) in [
        ("github_pat_x_noactions", "Actions: read and write", false),
        ("github_pat_x_notasks", "Agent tasks: read and write", true),
    ] {
        let case = Case::with(token).await;
        let before = case.matrix(&[repo()]).await;
        let topic = if is_start { &TASKS_WRITE } else { &ACTIONS_WRITE };
        assert_eq!(says(&before, topic, Some(&repo())), Answer::Unknown, "it does not tell before it is used");
        let first = if is_start { fault(case.github.start(&granted()).await) } else { fault(case.cancel().await) };
        assert_eq!(first.kind, FaultKind::Permission, "{first}");
        assert!(first.next_step.contains(permission) && first.next_step.contains("=write"), "{first}");
        let sent = case.writes();
        assert_eq!(sent, 1);
        let again = if is_start { fault(case.github.start(&granted()).await) } else { fault(case.cancel().await) };
        assert!(again.what.contains("nothing was sent") && again.what.contains(permission), "{again}");
        assert_eq!(case.writes(), sent, "not asked twice");
        // The other kind of change is not taken along.
        if !is_start {
            case.github.start(&granted()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_refusal_stands_in_the_matrix_until_it_is_asked_about_anew() {
    let case = Case::with("github_pat_x_noactions").await;
    fault(case.cancel().await);
    let matrix = case.matrix(&[repo()]).await;
    let row = matrix.find(&ACTIONS_WRITE, Some(&repo())).unwrap();
    assert!(row.fails() && row.evidence.contains("refused this token Actions: read and write"), "{row:?}");
    // Looking anew forgets it: whoever mended the token tries again.
    assert!(!case.github.probes(&[], true).is_empty());
    let sent = case.writes();
    fault(case.cancel().await);
    assert_eq!(case.writes(), sent + 1);
}

/// What was done before as `login`, oldest first: with the id it got, or refused.
fn done_before(case: &Case, done: &[(&str, Result<&str, &str>)]) -> Memory {
    let ledger = Memory::new();
    let authority = case.github.authority();
    for (minute, (login, outcome)) in (1..).zip(done) {
        let at = now()() - TimeDelta::hours(1) + TimeDelta::minutes(minute);
        let intent = Intent {
            host: authority.host.to_string(),
            token_kind: authority.token_kind.to_string(),
            login: Some((*login).to_owned()),
            ..Intent::new(Uuid::new_v4(), at, Action::Start, repo())
        };
        ledger.claim(&intent).unwrap();
        let outcome = match outcome {
            Ok(id) => Outcome::Confirmed((*id).to_owned()),
            Err(why) => Outcome::Rejected((*why).to_owned()),
        };
        ledger.record(intent.id, at, &outcome).unwrap();
    }
    ledger
}

#[tokio::test]
async fn a_right_is_proved_by_what_this_login_did_and_was_not_refused_since() {
    let case = Case::with("github_pat_x_all").await;
    let me = case.github.viewer().await.unwrap().login.raw_for_match().to_owned();
    let refused = "the token may not (HTTP 403)";
    for (done, answer, evidence) in [
        (vec![(&*me, Err(refused)), (&*me, Ok("t1"))], Answer::Yes, "confirmed"),
        (vec![(&*me, Ok("t1")), (&*me, Err(refused))], Answer::Unknown, refused),
        (vec![("somebody-else", Ok("t1"))], Answer::Unknown, ""),
    ] {
        let matrix = case.matrix_after(&[repo()], done_before(&case, &done)).await;
        let row = matrix.find(&TASKS_WRITE, Some(&repo())).unwrap();
        assert_eq!(row.answer, answer, "{done:?}: {row:?}");
        assert!(row.evidence.contains(evidence), "{done:?}: {row:?}");
    }
}

#[tokio::test]
async fn comments_and_pull_requests_name_their_own_permission() {
    let case = Case::with("github_pat_x_noissues").await;
    let refused = fault(case.github.comment(&repo(), 1, "x").await);
    assert!(refused.next_step.contains("Issues: read and write"), "{refused}");
    let case = Case::with("github_pat_x_nopulls").await;
    let Fetched::New { value, .. } = case.github.tasks(&TaskQuery::default()).await.unwrap() else { panic!() };
    let node = value.tasks.iter().flat_map(|task| &task.artifacts).find_map(|artifact| match artifact {
        atc::domain::Artifact::Pull { node: Some(node), .. } => Some(node.clone()),
        _ => None,
    });
    let refused = fault(case.github.mark_ready(&node.unwrap()).await);
    assert_eq!(refused.kind, FaultKind::Permission, "{refused}");
    assert!(refused.next_step.contains("Pull requests: read and write"), "{refused}");
}

#[tokio::test]
async fn of_pull_requests_whose_checks_may_not_be_seen_none_is_ready_and_none_is_without_checks() {
    let pulls = async |token: &str| {
        let case = Case::with(token).await;
        let Fetched::New { value, .. } = case.github.tasks(&TaskQuery::default()).await.unwrap() else { panic!() };
        let mut refs = Vec::new();
        for task in &value.tasks {
            for artifact in &task.artifacts {
                if let Artifact::Pull { id, node, .. } = artifact {
                    refs.push(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() });
                }
            }
        }
        case.github.pulls(&refs).await.unwrap().into_iter().flatten().collect::<Vec<Pull>>()
    };
    let (seen, hidden) = (pulls("github_pat_x").await, pulls("github_pat_x_nochecks").await);
    assert_eq!(seen.len(), hidden.len());
    let mut counted = [0; 3];
    for (seen, hidden) in seen.iter().zip(&hidden) {
        let Some(real) = &seen.checks else { continue };
        let told = hidden.checks.as_ref().expect("there are checks");
        assert_eq!(told.sight, Sight::Hidden, "{told:?}");
        assert_eq!((told.failed > 0, told.passed, told.failing.is_empty()), (real.failed > 0, 0, true), "{real:?}");
        let ready = |pull: &Pull| {
            blocked::blocked(pull, &blocked::Case::default()).is_some_and(|on| on.whom == blocked::Whom::Ready)
        };
        assert!(!ready(hidden));
        counted[usize::from(real.failed > 0)] += 1;
        counted[2] += usize::from(ready(seen));
    }
    assert!(counted.iter().all(|n| *n > 0), "{counted:?}");
}

#[tokio::test]
async fn an_archived_repository_says_so_and_says_nothing_of_the_token() {
    let case = Case::with("github_pat_x").await;
    case.server.archive(&repo());
    for refused in [fault(case.cancel().await), fault(case.github.start(&granted()).await)] {
        assert_eq!(refused.kind, FaultKind::Permission);
        assert!(refused.what.contains("archived") && refused.next_step.contains("unarchive"), "{refused}");
    }
    let sent = case.writes();
    fault(case.cancel().await);
    assert_eq!(case.writes(), sent + 1, "it is no permission that is missing");
    let matrix = case.matrix(&[repo()]).await;
    let row = matrix.find(&TASKS_WRITE, Some(&repo())).unwrap();
    assert_eq!((row.answer, row.says.as_str()), (Answer::No, "the repository is archived"));
}

#[tokio::test]
async fn installation_and_refresh_tokens_are_refused_before_any_request() {
    for (token, word) in [("ghs_abcdef", "installation"), ("ghr_abcdef", "refresh")] {
        let refused = fault(Token::new(token, "ATC_TOKEN").map(|_| ()));
        assert_eq!(refused.kind, FaultKind::Authentication);
        assert!(refused.what.contains(word), "{refused}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_accepted_ends_the_questions() {
    let case = Case::with("ghp_rejected").await;
    assert_eq!(fault(case.github.start(&granted()).await).kind, FaultKind::Authentication);
    let asked = case.server.requests().len();
    let matrix = case.matrix(&[repo()]).await;
    assert_eq!((matrix.verdict(), says(&matrix, &ACCEPTED, None)), (Verdict::Authentication, Answer::No));
    assert_eq!(case.server.requests().len(), asked + 1, "one question is enough");
}

#[tokio::test]
async fn a_repository_that_is_not_there_fails_and_its_name_is_to_be_checked() {
    let case = Case::with("gho_all").await;
    let gone: RepoName = "acme/nowhere".parse().unwrap();
    let matrix = case.matrix(std::slice::from_ref(&gone)).await;
    let row = matrix.find(&VISIBLE, Some(&gone)).unwrap();
    assert!(row.fails() && row.next.contains("check its name"), "{row:?}");
}

#[tokio::test]
async fn what_is_not_shown_is_not_off() {
    for token in ["github_pat_x_nosettings", "ghp_readonly"] {
        let case = Case::with(token).await;
        let matrix = case.matrix(&[repo()]).await;
        for topic in [&atc::domain::capability::APPROVAL, &atc::domain::capability::FIREWALL] {
            let row = matrix.find(topic, Some(&repo())).unwrap();
            assert_eq!((row.answer, row.says.as_str()), (Answer::Unknown, "not visible to this token"), "{token}");
            assert!(row.evidence.contains("403"), "{row:?}");
        }
    }
}

#[tokio::test]
async fn an_owner_is_told_where_the_agent_may_work() {
    let case = Case::with("gho_admin").await;
    let repos: Vec<RepoName> = ["acme/api", "acme/billing"].iter().map(|name| name.parse().unwrap()).collect();
    case.server.archive(&repos[1]);
    let matrix = case.matrix(&repos).await;
    assert_eq!(says(&matrix, &ENABLED, Some(&repos[0])), Answer::Yes);
    assert_eq!(says(&matrix, &ENABLED, Some(&repos[1])), Answer::No);
}

#[tokio::test]
async fn the_matrix_is_found_out_by_reads_alone_one_after_the_other_and_by_few_of_them() {
    let case = Case::with("gho_all").await;
    let repos: Vec<RepoName> = case.server.repos().to_vec();
    let matrix = case.matrix(&repos).await;
    assert_eq!(case.writes(), 0);
    let asked = case.server.requests().len();
    assert!(asked <= 16 + 9 * repos.len(), "{asked} requests for {} repositories", repos.len());
    let topics: std::collections::HashSet<_> = matrix.rows().iter().map(|row| row.topic.id).collect();
    for point in ["open.a", "open.b", "open.c", "open.d", "open.e", "open.f", "open.g", "open.h"] {
        assert!(topics.contains(point), "{point}");
    }
    // Only authorization, what is accepted and who asks: no id of another product, no version.
    let copilot = case.server.requests().into_iter().filter(|request| request.service == demo::Service::Copilot);
    for request in copilot {
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        let allowed = ["authorization", "accept", "user-agent", "host", "accept-encoding"];
        assert!(names.iter().all(|name| allowed.contains(name)), "{names:?}");
    }
}

#[tokio::test]
async fn a_host_nobody_knows_is_only_read_until_somebody_says_otherwise() {
    let host = || Host::resolve(None, Some("https://git.example.invalid/api/v3")).unwrap();
    let token = || Token::new("gho_all", "the test").unwrap();
    let github = GitHub::new(Options { limits: short(), ..Options::new(host(), token(), now()) }).unwrap();
    let refused = fault(github.start(&granted()).await);
    assert_eq!(refused.kind, FaultKind::Refused, "no name was looked up: {refused}");
    assert!(refused.next_step.contains("read_only = false"), "{refused}");
    assert_eq!(github.budget().sent, 0);
    let trusted = Options { trusts_host: true, ..Options::new(host(), token(), now()) };
    assert_eq!(GitHub::new(trusted).unwrap().read_only(), None);
    let asked = Options { trusts_host: true, read_only: true, ..Options::new(host(), token(), now()) };
    assert!(GitHub::new(asked).unwrap().read_only().unwrap().chosen);
}
