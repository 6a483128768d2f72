//! A small fleet of automations: one of every kind that reads differently.

use atc::console::event::{News, Op, What};
use atc::console::state::settings::Settings;
use atc::domain::automation::{
    Definition, Detail, Fields, LimitStatus, Listed, Off, Outcome, Owner, Period, Revision, Scope, Spending, Switch,
    Took, Track, UsageLimit, triggers_of,
};
use atc::domain::policy::{InForce, Policy};
use atc::domain::{Automation, AutomationId, AutomationRef, Person, Source, Task, TaskId, TaskRef, UserId, Zone};
use chrono::{FixedOffset, TimeDelta};
use serde_json::{Value, json};

use crate::world::{Console, ago, now, repo, settings, task, with_pull, with_session};

pub fn at(repository: &str, id: &str) -> AutomationRef {
    AutomationRef { repo: repo(repository), id: AutomationId::new(id) }
}

/// One that says no more than it must.
pub fn bare(repository: &str, id: &str, name: &str, triggers: Value) -> Automation {
    Automation {
        at: at(repository, id),
        name: name.into(),
        description: None,
        switch: Switch::On,
        owner: None,
        creator: None,
        write_scope: None,
        actor_must_write: None,
        triggers: triggers_of(&triggers),
        model: None,
        reasoning_effort: None,
        created_at: None,
        updated_at: None,
        limits: None,
        detail: None,
        other: Fields::new(),
    }
}

/// The same with what only a single answer tells.
pub fn detailed(mut one: Automation, prompt: &str, spending: Option<[u64; 3]>) -> Automation {
    let credits = |tenths: u64| tenths * 100_000_000;
    let triggers: serde_json::Map<String, Value> = one
        .triggers
        .iter()
        .flatten()
        .map(|trigger| (trigger.id.raw_for_wire().to_owned(), Value::Object(trigger.fields.clone())))
        .collect();
    let mut object = json!({"name": one.name.raw_for_wire(), "prompt": prompt, "triggers": triggers});
    if let Some(scope) = &one.write_scope {
        object["write_scope"] = json!(scope.wire());
    }
    one.detail = Some(Box::new(Detail {
        prompt: prompt.into(),
        revision: Some(Revision(json!(7))),
        tools: vec![json!("issues/read"), json!({"id": "repos/contents", "scope": "write"})],
        permissions: json!({"contents": "write", "issues": "read"}).as_object().unwrap().clone(),
        toolsets: vec!["repos".into()],
        agents: vec!["dependency-steward".into()],
        limit_reached: Some(false),
        spending: spending.map(|[day, week, month]| Spending {
            day: Some(credits(day)),
            week: Some(credits(week)),
            month: Some(credits(month)),
        }),
        limits: one.limits.as_ref().map(|limits| {
            let set =
                |limit: &LimitStatus| UsageLimit { period: limit.period.clone(), limit: limit.limit.unwrap_or(0) };
            limits.iter().map(set).collect()
        }),
        definition: Definition::take_from(object.as_object_mut().unwrap()),
    }));
    one
}

pub fn limit(period: Period, used: u64, limit: u64) -> LimitStatus {
    let credits = |tenths: u64| Some(tenths * 100_000_000);
    LimitStatus {
        period,
        limit: credits(limit),
        used: credits(used),
        resets_at: Some(now() + TimeDelta::hours(10)),
        reached: used >= limit,
    }
}

fn person(login: &str) -> Person {
    Person { id: UserId(4), login: Some(login.into()) }
}

pub fn weekly() -> Automation {
    let one = bare(
        "api",
        "weekly-deps",
        "Weekly dependency bump",
        json!({"interval": {"cadence": ["weekly"], "hour_utc": 6, "day_of_week": 1}}),
    );
    let one = Automation {
        description: Some("Keeps the locked versions fresh.".into()),
        owner: Some(Owner::Repository),
        creator: Some(person("mona")),
        write_scope: Some(Scope::Trigger),
        actor_must_write: Some(true),
        model: Some("claude-sonnet-4.6".into()),
        reasoning_effort: Some("high".into()),
        created_at: Some(ago(60 * 24 * 90)),
        updated_at: Some(ago(60 * 30)),
        limits: Some(vec![limit(Period::Week, 341, 400), limit(Period::Month, 512, 2000)]),
        other: json!({"html_url": "https://github.com/acme/api/automations/weekly-deps", "shiny": {"new": [1, 2]}})
            .as_object()
            .unwrap()
            .clone(),
        ..one
    };
    detailed(one, "Bump what is behind.\nOne pull request for all of it.", Some([4, 341, 512]))
}

pub fn fleet() -> Vec<Automation> {
    let labelled = Automation {
        owner: Some(Owner::User),
        creator: Some(person("hubot")),
        write_scope: Some(Scope::Repository),
        actor_must_write: Some(false),
        limits: Some(vec![limit(Period::Day, 100, 100)]),
        ..bare(
            "api",
            "triage",
            "Triage labelled bugs",
            json!({"issues": {"types": ["labeled"], "labels": ["bug"], "query": "is:open"},
                   "moon_phase": {"phase": "full", "within": {"hours": 3}}}),
        )
    };
    let off = Automation {
        switch: Switch::Off(Off { reason: Some("usage_limit_reached".into()), at: Some(ago(60 * 26)) }),
        ..bare("billing", "nightly", "Nightly ledger check", json!({"interval": {"cadence": ["daily"], "hour_utc": 2}}))
    };
    let by_hand = Automation {
        switch: Switch::Off(Off::default()),
        limits: Some(Vec::new()),
        ..bare("billing", "by-hand", "Release notes, by hand", json!({}))
    };
    let hourly = bare(
        "billing",
        "hourly",
        "Watch the payment provider's status page and open an issue when it changes",
        json!({"schedule": {"types": ["hourly"], "minute_utc": 15}}),
    );
    let chained =
        bare("api", "after", "Review what came of it", json!({"automation": {"automation_ids": ["weekly-deps"]}}));
    vec![
        weekly(),
        detailed(labelled, "Look at the bug.", Some([100, 180, 300])),
        detailed(off, "Check the ledger.", None),
        by_hand,
        hourly,
        chained,
    ]
}

/// Its runs, newest last.
pub fn track(outcomes: &[Outcome], repository: &str, minutes: i64) -> Track {
    let tasks = (0..outcomes.len()).map(|n| TaskRef { repo: repo(repository), id: TaskId::new(format!("run-{n}")) });
    Track {
        outcomes: outcomes.to_vec(),
        tasks: tasks.collect(),
        typical: (minutes > 0).then(|| Took { time: TimeDelta::minutes(minutes), is_exact: true }),
        ..Track::default()
    }
}

pub fn run_task(n: usize, outcome: Outcome) -> Task {
    use atc::domain::State;
    let state = match outcome {
        Outcome::Done => State::Completed,
        Outcome::Failed => State::Failed,
        Outcome::Cancelled => State::Cancelled,
        Outcome::Open => State::InProgress,
        Outcome::Unknown => State::parse("hibernating"),
    };
    let created = 60 * 24 * 7 * i64::try_from(9 - n).unwrap();
    let mut one =
        with_session(task(&format!("run-{n}"), "api", "Bump what is behind", state, created, created - 22), "Bump it.");
    one.automation = Some(AutomationId::new("weekly-deps"));
    if n == 1 { with_pull(one, 2) } else { one }
}

pub fn berlin() -> Zone {
    Zone::new(|_| FixedOffset::east_opt(3600).unwrap())
}

/// A console that knows the fleet: `acme/web` has no automations to have, `acme/reports` has none.
pub fn console_with(settings: Settings, width: u16, height: u16) -> Console {
    let mut console = Console::with(Settings { zone: berlin(), ..settings }, width, height);
    console.fill();
    told(&mut console, fleet());
    console
}

pub fn told(console: &mut Console, fleet: Vec<Automation>) {
    for name in ["api", "billing"] {
        let automations = fleet.iter().filter(|one| one.at.repo == repo(name)).cloned().collect();
        let unreadable = u32::from(name == "billing");
        list(console, name, Listed::Here { automations, unreadable, more: false });
    }
    list(console, "reports", Listed::Here { automations: vec![], unreadable: 0, more: false });
    list(console, "web", Listed::NotHere);
}

pub fn list(console: &mut Console, repository: &str, listed: Listed) {
    console.good(Source::Automations(repo(repository)), News::Automations(listed));
}

/// With what came of the runs of some, and the policy.
pub fn complete(width: u16, height: u16) -> Console {
    complete_with(settings(), width, height)
}

pub fn complete_with(settings: Settings, width: u16, height: u16) -> Console {
    use Outcome::{Cancelled, Done, Failed, Open};
    let mut console = console_with(settings, width, height);
    let outcomes = [Done, Done, Failed, Done, Cancelled, Done, Open];
    let tasks: Vec<Task> = outcomes.iter().enumerate().map(|(n, outcome)| run_task(n, *outcome)).collect();
    let mut all: Vec<Task> =
        crate::world::every_state().into_iter().filter(|task| task.at.repo == repo("api")).collect();
    all.extend(tasks.clone());
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: all, unreadable: 0 });
    let mut weekly = track(&outcomes, "api", 22);
    weekly.pulls.opened = 4;
    weekly.pulls.merged = 3;
    weekly.pulls.unreviewed = 1;
    runs(&mut console, at("api", "weekly-deps"), tasks, weekly);
    runs(&mut console, at("api", "triage"), vec![], track(&[Failed, Failed, Done, Failed, Failed], "api", 7));
    runs(&mut console, at("billing", "hourly"), vec![], track(&[Done; 14], "billing", 80));
    runs(&mut console, at("billing", "by-hand"), vec![], Track::default());
    policy(&mut console);
    console
}

pub fn runs(console: &mut Console, at: AutomationRef, tasks: Vec<Task>, track: Track) {
    console.good(Source::AutomationRuns(at), News::AutomationRuns { tasks: Some(tasks), track: Box::new(track) });
}

/// What is allowed where nobody says anything.
pub fn policy(console: &mut Console) {
    let news = atc::console::automations::News::Policy(std::sync::Arc::new(InForce::of(Policy::default())));
    console.happen(What::Op(Op::Automations(Box::new(news))));
}
