//! Automations that are there while a test runs, and a script of what a write comes to.

use std::sync::Mutex;

use atc::domain::automation::{
    Automation, AutomationRef, Definition, Detail, Listed, Off, Offered, OfferedTrigger, Revision, Switch, ToolGroup,
};
use atc::domain::policy::AutomationGrant;
use atc::domain::{AutomationId, AutomationOrder, Fault, FaultKind, Instant, RepoName, Task};
use atc::provider::port::{Acted, Automations, Call, Fetched, TaskPage, Validator};
use serde_json::{Value, json};

use crate::fake::{page, repo, unscripted};

type OnAct = Box<dyn FnMut(&mut Vec<Automation>, &mut Vec<Task>, &AutomationOrder) -> Result<Acted, Fault> + Send>;

pub struct Shop {
    pub there: Mutex<Vec<Automation>>,
    pub tasks: Mutex<Vec<Task>>,
    pub on_act: Mutex<OnAct>,
    pub acted: Mutex<Vec<AutomationOrder>>,
    pub here: Mutex<bool>,
    /// Everything that was read, in order.
    pub asked: Mutex<Vec<String>>,
    /// What every read comes to, where something is wrong.
    pub fault: Mutex<Option<Fault>>,
    /// Runs come with a proof of their newest page.
    pub proves: Mutex<bool>,
}

impl Shop {
    /// How often something that begins so was read.
    pub fn asked(&self, what: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|one| one.starts_with(what)).count()
    }

    fn note<T>(&self, what: String, answer: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        self.asked.lock().unwrap().push(what);
        match self.fault.lock().unwrap().clone() {
            Some(fault) => Err(fault),
            None => answer(),
        }
    }
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            there: Mutex::default(),
            tasks: Mutex::default(),
            on_act: Mutex::new(Box::new(|_, _, _| unscripted())),
            acted: Mutex::default(),
            here: Mutex::new(true),
            asked: Mutex::default(),
            fault: Mutex::default(),
            proves: Mutex::default(),
        }
    }
}

/// One with its detail; `more` over what it says otherwise.
pub fn automation(id: &str, revision: u64, more: Value) -> Automation {
    let mut fields = json!({
        "name": format!("name of {id}"), "enabled": true, "write_scope": "trigger", "prompt": "Do it",
        "require_actor_write_permission": true, "triggers": {"odd": {"x": [null]}},
        "usage_limits": [{"period": "day", "limit": 1_000_000_000}],
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let definition = Definition::take_from(fields.as_object_mut().unwrap());
    with(id, revision, definition)
}

/// One that says this.
pub fn with(id: &str, revision: u64, definition: Definition) -> Automation {
    let switch = if definition.flag("enabled") == Some(false) { Switch::Off(Off::default()) } else { Switch::On };
    Automation {
        at: AutomationRef { repo: repo(), id: AutomationId::new(id) },
        name: definition.name(),
        description: None,
        switch,
        owner: None,
        creator: None,
        write_scope: definition.write_scope(),
        actor_must_write: definition.flag("require_actor_write_permission"),
        triggers: definition.triggers(),
        model: definition.text("model"),
        reasoning_effort: None,
        created_at: None,
        updated_at: None,
        limits: None,
        detail: Some(Box::new(Detail {
            prompt: definition.prompt(),
            revision: Some(Revision(revision.into())),
            tools: Vec::new(),
            permissions: serde_json::Map::new(),
            toolsets: Vec::new(),
            agents: Vec::new(),
            limit_reached: None,
            spending: None,
            limits: None,
            definition,
        })),
        other: serde_json::Map::new(),
    }
}

/// Does what was asked, and says so.
pub fn obey(there: &mut Vec<Automation>, order: &AutomationOrder) -> Acted {
    use atc::domain::automation::Act;
    let place = order.pinned().and_then(|pinned| there.iter().position(|one| one.at.id == pinned.id));
    let next = match (&order.act, place) {
        (Act::Create(definition), _) => with(&format!("made-{}", there.len()), 1, definition.clone()),
        (Act::Delete(_), Some(place)) => {
            there.remove(place);
            return Acted::Deleted;
        }
        (_, Some(place)) => {
            let revision = there[place].revision().unwrap().0.as_u64().unwrap() + 1;
            let id = there.remove(place).at.id;
            with(id.raw(), revision, order.afterwards())
        }
        (_, None) => panic!("there is no such automation"),
    };
    there.push(next.clone());
    Acted::Stands(Box::new(next))
}

pub fn task_of(id: &str, automation: &str, at: Instant) -> Task {
    let mut task = crate::fake::task(id, atc::domain::State::Queued, at);
    task.automation = Some(AutomationId::new(automation));
    task
}

pub fn lost() -> Fault {
    Fault::new(FaultKind::UnknownOutcome, "the answer never came", "look")
}

fn soon<'a, T: Send + 'a>(value: Result<T, Fault>) -> Call<'a, T> {
    Box::pin(async move {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        value
    })
}

impl Automations for Shop {
    fn of_repo(&self, repo: &RepoName) -> Call<'_, Listed> {
        soon(self.note(format!("list {repo}"), || {
            if !*self.here.lock().unwrap() {
                return Ok(Listed::NotHere);
            }
            let there = self.there.lock().unwrap();
            let summary = |one: &Automation| Automation { detail: None, ..one.clone() };
            let automations = there.iter().filter(|one| one.at.repo == *repo).map(summary).collect();
            Ok(Listed::Here { automations, unreadable: 0, more: false })
        }))
    }

    fn mine(&self) -> Call<'_, Listed> {
        self.of_repo(&repo())
    }

    fn one(&self, at: &AutomationRef) -> Call<'_, Automation> {
        soon(self.note(format!("one {}", at.id.raw()), || {
            let found = self.there.lock().unwrap().iter().find(|one| one.at == *at).cloned();
            found.ok_or_else(|| Fault::new(FaultKind::NotFound, "gone", "refresh"))
        }))
    }

    fn tasks_of(&self, at: &AutomationRef, known: Option<Validator>) -> Call<'_, Fetched<TaskPage>> {
        let whole = if known.is_some() { "" } else { " whole" };
        soon(self.note(format!("runs {}{whole}", at.id.raw()), || {
            let tasks = self.tasks.lock().unwrap();
            let mut of_it: Vec<Task> =
                tasks.iter().filter(|task| task.automation.as_ref() == Some(&at.id)).cloned().collect();
            of_it.sort_by_key(|task| std::cmp::Reverse(task.created_at));
            let newest = format!("{:?}", of_it.iter().take(100).collect::<Vec<_>>());
            let proof = self.proves.lock().unwrap().then(|| Validator::Tag(newest.into()));
            Ok(match page(of_it) {
                _ if known.is_some() && known == proof => Fetched::Same,
                Fetched::New { value, .. } => Fetched::New { value, validator: proof },
                Fetched::Same => Fetched::Same,
            })
        }))
    }

    fn tools(&self, _: &RepoName) -> Call<'_, Offered<ToolGroup>> {
        soon(unscripted())
    }

    fn triggers(&self, _: &RepoName) -> Call<'_, Offered<OfferedTrigger>> {
        soon(unscripted())
    }

    fn requires_write(&self, _: &RepoName) -> Call<'_, Option<bool>> {
        soon(Ok(None))
    }

    fn act(&self, grant: &AutomationGrant) -> Call<'_, Acted> {
        let order = grant.order();
        self.acted.lock().unwrap().push(order.clone());
        let (mut there, mut tasks) = (self.there.lock().unwrap(), self.tasks.lock().unwrap());
        soon((self.on_act.lock().unwrap())(&mut there, &mut tasks, order))
    }
}
