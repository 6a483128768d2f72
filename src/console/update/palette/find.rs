//! Looking through everything there is to go to. A key press has fifty thousand tasks to answer for: each is matched as
//! it stands, only those that were found are put in words, and with one more letter only what was found is looked at.

use std::cmp::Reverse;

use crate::console::state::Model;
use crate::console::state::condition::look;
use crate::console::state::palette::score::Needle;
use crate::console::state::palette::{MOST, Narrowed, Row, To};
use crate::console::state::tasks::Slot;
use crate::console::state::words::pull_state;
use crate::console::update::command::{COMMANDS, Command};
use crate::domain::{Automation, Pull, RepoName, SavedView, automation};
use crate::template::Template;
use crate::text::Safe;

/// Something found.
struct Hit<'a> {
    score: u32,
    /// Newest first among equals, in milliseconds; what has no age comes before what has one.
    recent: i64,
    nth: usize,
    what: What<'a>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Command(&'static Command),
    Alias(&'a str, &'a str),
    View(&'a SavedView),
    AutomationView(&'a automation::SavedView),
    Repo(&'a RepoName),
    Template(&'a Template),
    Pull(&'a Pull),
    Automation(&'a Automation),
    Task(Slot),
}

type Place = (Reverse<u32>, Reverse<i64>, usize);

impl Hit<'_> {
    /// No two hits have the same.
    fn place(&self) -> Place {
        (Reverse(self.score), Reverse(self.recent), self.nth)
    }
}

/// The best of all, best first; how many there are; and the tasks among them.
pub fn best(
    model: &Model,
    needle: &Needle,
    text: &str,
    before: Option<Narrowed>,
) -> (Vec<Row>, usize, Option<Narrowed>) {
    let mut hits = Vec::new();
    few(model, needle, &mut hits);
    let revision = model.world.tasks.revision();
    // With letters added at the end nothing is found that was not found before.
    let before = before.filter(|before| before.revision == revision && text.starts_with(&before.by));
    let tasks = tasks(model, needle, before.map(|before| before.tasks), &mut hits);
    let found = hits.len();
    if found > MOST {
        hits.select_nth_unstable_by_key(MOST, Hit::place);
        hits.truncate(MOST);
    }
    hits.sort_unstable_by_key(Hit::place);
    let rows = hits.iter().filter_map(|hit| row(model, needle, hit.what)).collect();
    (rows, found, Some(Narrowed { by: text.to_owned(), revision, tasks }))
}

fn add<'a>(hits: &mut Vec<Hit<'a>>, score: Option<u32>, recent: i64, what: What<'a>) {
    if let Some(score) = score {
        hits.push(Hit { score, recent, nth: hits.len(), what });
    }
}

/// All but the tasks.
fn few<'a>(model: &'a Model, needle: &Needle, hits: &mut Vec<Hit<'a>>) {
    let reads = model.settings.read_only;
    for command in COMMANDS.iter().filter(|command| !(reads && command.writes())) {
        add(hits, needle.score(command.name, command.help), i64::MAX, What::Command(command));
    }
    for (name, words) in &model.settings.aliases {
        add(hits, needle.score(name, words), i64::MAX, What::Alias(name, words));
    }
    for view in &model.settings.views {
        add(hits, needle.score(&view.name, view.query.text()), i64::MAX, What::View(view));
    }
    for view in &model.settings.automation_views {
        add(hits, needle.score(&view.name, view.query.text()), i64::MAX, What::AutomationView(view));
    }
    for repo in &model.settings.repos {
        add(hits, needle.score(repo.as_str(), ""), i64::MAX, What::Repo(repo));
    }
    for template in model.compose.templates.iter().filter(|_| !reads) {
        add(hits, needle.score(&template.title, &template.id), i64::MAX, What::Template(template));
    }
    for known in model.world.automations.known.values() {
        let one = &known.automation;
        let score = needle.score(one.name.raw_for_match(), one.at.repo.as_str());
        add(hits, score, i64::MAX, What::Automation(one));
    }
    let mut pulls: Vec<&Pull> = model.world.pulls.values().flatten().collect();
    // The order of a table means nothing, and must not be seen.
    pulls.sort_by_key(|pull| (&pull.repo, pull.id));
    for pull in pulls {
        let also = format!("{}#{}", pull.repo, pull.number);
        let score = needle.score(pull.title.raw_for_match(), &also);
        add(hits, score, pull.updated_at.timestamp_millis(), What::Pull(pull));
    }
}

fn tasks(model: &Model, needle: &Needle, among: Option<Vec<Slot>>, hits: &mut Vec<Hit<'_>>) -> Vec<Slot> {
    let mut found = Vec::new();
    let mut look = |slot: Slot, task: &crate::domain::Task| {
        let score = needle.score(task.name.raw_for_match(), task.at.repo.as_str());
        if score.is_some() {
            found.push(slot);
            add(hits, score, task.touched_at().timestamp_millis(), What::Task(slot));
        }
    };
    match among {
        Some(slots) => {
            for slot in slots {
                if let Some(known) = model.world.tasks.at(slot) {
                    look(slot, &known.task);
                }
            }
        }
        None => model.world.tasks.iter().for_each(|(slot, known)| look(slot, &known.task)),
    }
    found
}

fn row(model: &Model, needle: &Needle, what: What<'_>) -> Option<Row> {
    let made = |to: To, kind: &'static str, name: Safe, more: Safe| Row {
        to,
        kind,
        places: needle.places(&name),
        name,
        more,
        key: String::new(),
    };
    Some(match what {
        What::Command(command) => {
            let key = command.intent().and_then(|intent| model.settings.keymap.anywhere(intent)).unwrap_or_default();
            let row = made(To::Command(command.name), "command", Safe::new(command.name), Safe::new(command.help));
            Row { key, ..row }
        }
        What::Alias(name, words) => {
            made(To::Alias(name.to_owned()), "alias", Safe::new(name), Safe::new(format!("stands for :{words}")))
        }
        What::View(view) => made(To::View(view.word()), "view", view.name.clone(), Safe::new(view.query.text())),
        What::AutomationView(view) => {
            let more = Safe::new(format!("automations {}", view.query.text()));
            made(To::AutomationView(view.word()), "view", view.name.clone(), more)
        }
        What::Repo(repo) => {
            let more = Safe::new("its tasks");
            made(To::Repo(repo.clone()), "repo", Safe::new(repo.as_str()), more)
        }
        What::Template(template) => {
            let more = Safe::new(&template.description);
            made(To::Template(template.id.clone()), "template", Safe::new(&template.title), more)
        }
        What::Pull(pull) => {
            let more = Safe::new(format!("{}#{} {}", pull.repo, pull.number, pull_state(pull.state).1));
            made(To::Pull((pull.repo.clone(), pull.id)), "pull", pull.title.show_line(), more)
        }
        What::Automation(one) => {
            let more = Safe::new(format!("{} {}", one.at.repo, one.switch.words()));
            made(To::Automation(one.at.clone()), "automation", one.name.show_line(), more)
        }
        What::Task(slot) => {
            let known = model.world.tasks.at(slot)?;
            let condition = known.condition(model.now);
            let more = Safe::new(format!("{} {} {}", known.task.at.repo, look(&condition).0, condition.word()));
            made(To::Task(known.task.at.id.clone()), "task", known.task.name.show_line(), more)
        }
    })
}
