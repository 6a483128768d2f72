//! One automation as a page: what it is and does, what is to be said about it, its runs, and all that it was told with.

use serde_json::Value;

use super::rows::{Amount, Entry, Strain, strain_of};
use super::{Known, pane};
use crate::console::state::Model;
use crate::console::state::condition::look;
use crate::console::state::detail::took;
use crate::console::state::tone::{Tone, Words, wrap};
use crate::console::state::words::pull_state;
use crate::console::state::world::PullOf;
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{
    Automation, Detail, Fields, LimitStatus, Outcome, Owner, Period, Scope, Switch, Took, Trigger, UsageLimit,
    show_value,
};
use crate::domain::{AutomationRef, Condition, Cost, Instant, RepoName, Source, Task, TaskRef, age};
use crate::text::{Safe, Untrusted, width};

/// Columns of the labels.
const LABEL: usize = 14;
/// Of the newest runs so many are listed.
const RUNS: usize = 30;

#[derive(Clone, Debug)]
pub struct Page {
    pub at: AutomationRef,
    /// The line under the cursor.
    pub cursor: usize,
    pub top: usize,
    pub lines: Vec<Line>,
    /// For how many columns, and from what, the lines were made.
    pub made: Option<(u16, u64, Instant)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub words: Words,
    /// Where its line leads to.
    pub to: Option<To>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Run(TaskRef),
    Automation(AutomationRef),
}

impl Page {
    pub fn of(at: AutomationRef) -> Self {
        Self { at, cursor: 0, top: 0, lines: Vec::new(), made: None }
    }

    pub fn selected(&self) -> Option<&To> {
        self.lines.get(self.cursor)?.to.as_ref()
    }

    /// The cursor on a line, and the line in view.
    pub fn settle(&mut self, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
        let most = self.lines.len().saturating_sub(height);
        let (least, last) = ((self.cursor + 1).saturating_sub(height), self.cursor);
        self.top = self.top.min(most).clamp(least, last.max(least));
    }

    /// The next line that leads to a run, or the one before.
    pub fn to_run(&mut self, forward: bool) -> bool {
        let is_run = |at: &usize| self.lines.get(*at).is_some_and(|line| matches!(line.to, Some(To::Run(_))));
        let found = if forward {
            (self.cursor + 1..self.lines.len()).find(is_run)
        } else {
            (0..self.cursor).rev().find(is_run)
        };
        if let Some(at) = found {
            self.cursor = at;
        }
        found.is_some()
    }
}

/// All lines of the page, in so many columns.
pub fn lines(model: &Model, known: &Known, columns: u16) -> Vec<Line> {
    let room = usize::from(columns).saturating_sub(LABEL + 2).max(8);
    let mut sheet = Sheet { room, lines: Vec::new() };
    let one = &known.automation;
    let entry = model.place.automations.as_ref().and_then(|pane| entry_of(pane, &one.at));
    head(model, one, entry, &mut sheet);
    ordered(model, one, &mut sheet);
    pointed_out(model, one, &mut sheet);
    money(model, one, &mut sheet);
    runs(model, known, &mut sheet);
    triggers(model, one, &mut sheet);
    abilities(one, &mut sheet);
    rest(model, known, &mut sheet);
    sheet.lines
}

fn entry_of<'a>(pane: &'a pane::AutomationsPane, at: &AutomationRef) -> Option<&'a Entry> {
    pane.entries.iter().find(|entry| entry.at == *at)
}

/// Lines being filled.
struct Sheet {
    room: usize,
    lines: Vec<Line>,
}

impl Sheet {
    /// Words on as many lines as they need, the label before the first.
    fn say(&mut self, label: &str, tone: Tone, text: &Safe) {
        for (n, line) in wrap(text, self.room).into_iter().enumerate() {
            let label = if n == 0 { label } else { "" };
            self.words(label, Words::one(tone, line), None);
        }
    }

    fn words(&mut self, label: &str, words: Words, to: Option<To>) {
        let label = Safe::new(label);
        let mut line = Words::one(Tone::Dim, format!(" {:<columns$}", cut(&label), columns = LABEL - 1));
        line.extend(words);
        self.lines.push(Line { words: line, to });
    }

    /// One that may be too long for a line: then it is wrapped in the tone of its first part.
    fn flow(&mut self, label: &str, words: Words) {
        if words.width() <= self.room {
            return self.words(label, words, None);
        }
        let tone = words.0.first().map_or(Tone::Plain, |(tone, _)| *tone);
        self.say(label, tone, &Safe::new(words.plain()));
    }

    fn heading(&mut self, title: &'static str, more: &str) {
        self.lines.push(Line::default());
        let words = Words::one(Tone::Strong, format!(" {title}")).with(Tone::Dim, more);
        self.lines.push(Line { words, to: None });
    }

    /// A key the service sent, and what it holds. Keys are strangers' words, too.
    fn told(&mut self, key: &str, value: &Value) {
        let key = Untrusted::from(key).show_line();
        let words = Words::one(Tone::Dim, format!("{key} ")).with(Tone::Plain, show_value(value));
        if words.width() <= self.room {
            self.words("", words, None);
        } else {
            self.say("", Tone::Plain, &Safe::new(words.plain()));
        }
    }
}

fn cut(label: &Safe) -> String {
    width::cut_end(label, LABEL - 2)
}

fn head(model: &Model, one: &Automation, entry: Option<&Entry>, sheet: &mut Sheet) {
    if let Some(description) = one.description.as_ref().filter(|text| !text.is_empty()) {
        sheet.say("", Tone::Plain, &description.show_line());
    }
    let (tone, words) = switch(model, &one.switch);
    sheet.flow("state", Words::one(tone, words));
    let next = match (entry.and_then(|entry| entry.next), one.schedules().is_empty()) {
        (Some(next), _) => {
            let ahead = format!("in {} · {}", ahead(next, model.now), next_words(next, &model.settings.zone));
            Words::one(Tone::Plain, ahead)
        }
        (None, true) => Words::one(Tone::Dim, "nothing runs it by the clock"),
        (None, false) if !one.switch.is_on() => Words::one(Tone::Dim, "none while it is not on"),
        (None, false) => Words::one(Tone::Dim, "cannot be computed: its schedule does not tell enough"),
    };
    sheet.flow("next run", next);
    sheet.flow("owner", owner(one));
    sheet.flow("writes", scope(one));
    sheet.flow("set off by", actors(one));
    let mut model_words = match &one.model {
        Some(name) => Words::one(Tone::Plain, name.show_line()),
        None => Words::one(Tone::Dim, "automatic"),
    };
    if let Some(effort) = &one.reasoning_effort {
        model_words.push(Tone::Dim, format!("   effort {}", effort.show_line()));
    }
    sheet.flow("model", model_words);
}

/// How it is switched, why, and since when.
pub fn switch(model: &Model, switch: &Switch) -> (Tone, String) {
    match switch {
        Switch::On => (Tone::Good, "on".to_owned()),
        Switch::Untold => (Tone::Dim, "the service does not say whether it is on".to_owned()),
        Switch::Off(off) => {
            let since = off.at.map(|at| format!(" since {}", model.day_and_clock(at))).unwrap_or_default();
            match &off.reason {
                Some(reason) => {
                    let why = reason.show_line().replace('_', " ");
                    (Tone::BadStrong, format!("switched off by the service{since}: {why}"))
                }
                None => (Tone::Plain, format!("off{since}")),
            }
        }
    }
}

pub fn owner(one: &Automation) -> Words {
    let owner = one.owner.as_ref().map_or_else(|| Safe::new("?"), Owner::word);
    let words = Words::one(if one.owner.is_some() { Tone::Plain } else { Tone::Dim }, owner);
    match one.creator.as_ref().and_then(|person| person.login.as_ref()) {
        Some(login) => words.with(Tone::Dim, " · by ").with(Tone::Plain, login.show_line()),
        None => words,
    }
}

fn scope(one: &Automation) -> Words {
    match &one.write_scope {
        None => Words::one(Tone::Dim, "not told"),
        Some(Scope::Trigger) => Words::one(Tone::Plain, "trigger: to what sets it off"),
        Some(Scope::Repository) => Words::one(Tone::Warn, "repository: to all of it"),
        Some(other) => Words::one(Tone::Plain, other.word()),
    }
}

fn actors(one: &Automation) -> Words {
    match one.actor_must_write {
        Some(true) => Words::one(Tone::Plain, "only who may write to the repository"),
        Some(false) => Words::one(Tone::Plain, "anyone the triggers let"),
        None => Words::one(Tone::Dim, "not told"),
    }
}

/// What was asked for it from here, and what came of it.
fn ordered(model: &Model, one: &Automation, sheet: &mut Sheet) {
    let desk = &model.world.automations.desk;
    let under_way = desk.is_acting(&one.at);
    let Some(said) = desk.said.get(&one.at).filter(|_| !under_way) else {
        if under_way {
            sheet.say("asked", Tone::Warn, &Safe::new("under way: its answer comes first"));
        }
        return;
    };
    let tone = if said.bad { Tone::Bad } else { Tone::Good };
    sheet.say("asked", tone, &Safe::new(format!("{} · {}", model.day_and_clock(said.at), said.text)));
}

/// What nobody asked for and somebody should know.
fn pointed_out(model: &Model, one: &Automation, sheet: &mut Sheet) {
    let all = &model.world.automations;
    let (concerns, violations) = (all.concerns(&one.at), all.violations(&one.at));
    if concerns.is_empty() && violations.is_empty() {
        return;
    }
    sheet.heading("To be looked at", "");
    for finding in violations {
        let text = Safe::new(format!("✗ {} (rule {})", finding.says, finding.rule));
        sheet.say("policy", Tone::Bad, &text);
    }
    for concern in concerns {
        sheet.say("note", Tone::Warn, &Safe::new(format!("▲ {}", concern.says())));
    }
}

pub fn credits(nano: u64) -> Cost {
    Cost { nano_credits: nano.into(), premium_requests: 0.0 }
}

fn money(model: &Model, one: &Automation, sheet: &mut Sheet) {
    sheet.heading("Credits", "");
    match &one.detail {
        None => sheet.words("spent", Words::one(Tone::Dim, "not read yet …"), None),
        Some(detail) => {
            let amount = |nano: Option<u64>| nano.map_or_else(|| "?".to_owned(), |nano| credits(nano).to_string());
            let words = match &detail.spending {
                None => Words::one(Tone::Dim, "the service does not say"),
                Some(spent) => Words::one(
                    Tone::Plain,
                    format!(
                        "{} in 24 hours · {} in 7 days · {} in 30 days",
                        amount(spent.day),
                        amount(spent.week),
                        amount(spent.month)
                    ),
                ),
            };
            sheet.flow("spent", words);
        }
    }
    for status in one.limits.iter().flatten() {
        let (tone, text) = limit(model, status);
        sheet.say("limit", tone, &Safe::new(text));
    }
    let told = |period: &Period| one.limits.iter().flatten().any(|status| status.period == *period);
    let set = one.detail.iter().flat_map(|detail| detail.limits.iter().flatten());
    for limit in set.filter(|limit| !told(&limit.period)) {
        let UsageLimit { period, limit } = limit;
        let text = format!("{} a {}; how much of it is used is not told", credits(*limit), period.word());
        sheet.say("limit", Tone::Plain, &Safe::new(text));
    }
    match one.has_limit() {
        Some(false) => sheet.words("limit", Words::one(Tone::Warn, "none is set"), None),
        None => sheet.words("limit", Words::one(Tone::Dim, "not told"), None),
        Some(true) => {}
    }
}

/// `34.1 cr of 40.0 cr a week · 85 % · starts anew in 2d, Mon …`.
pub fn limit(model: &Model, status: &LimitStatus) -> (Tone, String) {
    let amount = |nano: Option<u64>| nano.map_or_else(|| "?".to_owned(), |nano| credits(nano).to_string());
    let mut text = format!("{} of {} a {}", amount(status.used), amount(status.limit), status.period.word());
    let percent =
        status.used.zip(status.limit).and_then(|(used, limit)| (u128::from(used) * 100).checked_div(u128::from(limit)));
    if let Some(percent) = percent {
        text.push_str(&format!(" · {percent} %"));
    }
    let strain = strain_of(status);
    let tone = match strain {
        Strain::Reached => Tone::BadStrong,
        Strain::Near => Tone::WarnStrong,
        Strain::None => Tone::Plain,
    };
    if strain == Strain::Reached {
        text.push_str(" · reached");
    }
    if let Some(at) = status.resets_at {
        let ahead = if at > model.now { format!(" in {}", ahead(at, model.now)) } else { String::new() };
        text.push_str(&format!(" · starts anew{ahead}, {}", model.day_and_clock(at)));
    }
    (tone, text)
}

/// How far ahead, in one unit.
pub fn ahead(at: Instant, now: Instant) -> String {
    let left = at - now;
    if left.num_hours() >= 48 { age::short(left) } else { age::until(left) }
}

/// An outcome's sign: the same as that of a task that ended so.
pub fn outcome(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Done => ("✓", Tone::Good),
        Outcome::Failed => ("✗", Tone::Bad),
        Outcome::Cancelled => ("⊘", Tone::Dim),
        Outcome::Open => ("●", Tone::Accent),
        Outcome::Unknown => ("?", Tone::Plain),
    }
}

fn runs(model: &Model, known: &Known, sheet: &mut Sheet) {
    let Some(track) = &known.track else {
        sheet.heading("Runs", "");
        let (tone, words) = unread(model, &Source::AutomationRuns(known.automation.at.clone()), "");
        return sheet.say("", tone, &words);
    };
    sheet.heading("Runs", "");
    if track.tasks.is_empty() {
        return sheet.words("", Words::one(Tone::Dim, "it has not run yet"), None);
    }
    let mut summary = Vec::new();
    summary.extend(track.success_percent().map(|good| format!("{good} % of those that ended were done")));
    summary.extend(track.typical.map(|time| format!("one takes {}", took(time))));
    if !summary.is_empty() {
        sheet.say("came to", Tone::Plain, &Safe::new(summary.join(" · ")));
    }
    let pulls = track.pulls;
    if pulls.opened > 0 {
        let unknown = if pulls.unknown > 0 { format!(" · {} not known", pulls.unknown) } else { String::new() };
        let opened =
            format!("{} opened · {} merged · {} unreviewed{unknown}", pulls.opened, pulls.merged, pulls.unreviewed);
        let tone = if pulls.unreviewed > 0 { Tone::Warn } else { Tone::Plain };
        sheet.say("PRs", tone, &Safe::new(opened));
    }
    let newest = track.tasks.iter().zip(&track.outcomes).rev();
    for (task, ended) in newest.clone().take(RUNS) {
        let told = known.runs.iter().find(|told| told.at == *task);
        let words = run(model, (task, told), *ended, sheet.room);
        sheet.words("", words, Some(To::Run(task.clone())));
    }
    let left = newest.len().saturating_sub(RUNS);
    if left > 0 || track.more {
        let more = if left > 0 { format!("{left} more are known") } else { String::new() };
        let older = if track.more { "older ones were not read" } else { "" };
        let gap = if more.is_empty() || older.is_empty() { "" } else { "; " };
        sheet.words("", Words::one(Tone::Dim, format!("{more}{gap}{older}")), None);
    }
}

/// State, age, duration, cost, pull request, and what it was called.
fn run(model: &Model, (at, told): (&TaskRef, Option<&Task>), ended: Outcome, room: usize) -> Words {
    // What is watched is known better than what the list of its runs said once.
    let watched = model.world.tasks.get(&at.id);
    let Some(of) = watched.map(|known| &known.task).or(told) else {
        let (sign, tone) = outcome(ended);
        let words = Words::one(tone, format!("{sign} {:<10}", word(ended)));
        return words.with(Tone::Dim, format!(" {}", at.id.show()));
    };
    let condition = watched.map_or(Condition::State(&of.state), |known| known.condition(model.now));
    let (glyph, tone) = look(&condition);
    let state = width::pad_right(&width::cut_end(&condition.word(), 10), 10);
    let time = Took::of(of).map(took).unwrap_or_default();
    let cost = of.cost().filter(|cost| !cost.is_zero()).map(|cost| cost.to_string()).unwrap_or_default();
    let mut words = Words::one(tone, format!("{glyph} {state}"))
        .with(Tone::Plain, format!(" {:>4}", age::coarse(model.now - of.created_at)))
        .with(Tone::Dim, format!(" {time:>7} {cost:>8} "));
    let pull = match model.world.pull_of(of) {
        Some(PullOf::Known(pull)) => {
            let (tone, word) = pull_state(pull.state);
            Words::one(Tone::Plain, format!(" #{} ", pull.number)).with(tone, word)
        }
        Some(PullOf::Loading) => Words::one(Tone::Dim, " …"),
        Some(PullOf::Gone) => Words::one(Tone::Dim, " ? gone"),
        None => Words::one(Tone::Dim, " –"),
    };
    let free = 13usize.saturating_sub(pull.width());
    words.extend(pull);
    words.push(Tone::Dim, " ".repeat(free + 1));
    let left = room.saturating_sub(words.width());
    words.push(Tone::Plain, width::cut_end(&of.name.show_line(), left));
    words
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Failed => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::Open => "open",
        Outcome::Unknown => "unknown",
    }
}

fn triggers(model: &Model, one: &Automation, sheet: &mut Sheet) {
    sheet.heading("Triggers", "");
    let Some(triggers) = &one.triggers else {
        return sheet.words("", Words::one(Tone::Dim, "not told"), None);
    };
    if triggers.is_empty() {
        return sheet.words("", Words::one(Tone::Plain, "by hand"), None);
    }
    for trigger in triggers {
        let words = match trigger.schedule() {
            Some(schedule) => schedule.words_here(model.now, &model.settings.zone),
            None => trigger.words(),
        };
        sheet.say(&trigger.id.show_line(), Tone::Plain, &words);
        fields(&trigger.fields, sheet);
        chained(model, &one.at.repo, trigger, sheet);
    }
}

fn fields(fields: &Fields, sheet: &mut Sheet) {
    for (key, value) in fields {
        sheet.told(key, value);
    }
}

/// The automations whose runs set it off: each leads to its page.
fn chained(model: &Model, repo: &RepoName, trigger: &Trigger, sheet: &mut Sheet) {
    for id in trigger.chained() {
        let at = AutomationRef { repo: repo.clone(), id };
        let name = model.world.automations.known.get(&at).map(|known| known.automation.name.show_line());
        let words = Words::one(Tone::Dim, "→ ");
        match name {
            Some(name) => sheet.words("", words.with(Tone::Plain, name), Some(To::Automation(at))),
            None => sheet.words("", words.with(Tone::Dim, format!("{}, not known here", at.id.show())), None),
        }
    }
}

fn names(all: &[Untrusted]) -> Safe {
    Safe::new(all.iter().map(|one| one.show_line().to_string()).collect::<Vec<_>>().join(", "))
}

fn abilities(one: &Automation, sheet: &mut Sheet) {
    let Some(Detail { tools, permissions, toolsets, agents, .. }) = one.detail.as_deref() else { return };
    sheet.heading("May", "");
    if tools.is_empty() {
        sheet.words("tools", Words::one(Tone::Dim, "none named"), None);
    } else {
        let all: Vec<String> = tools.iter().map(|tool| tool_name(tool).to_string()).collect();
        sheet.say("tools", Tone::Plain, &Safe::new(all.join(", ")));
    }
    if !toolsets.is_empty() {
        sheet.say("toolsets", Tone::Plain, &names(toolsets));
    }
    if !agents.is_empty() {
        sheet.say("agents", Tone::Plain, &names(agents));
    }
    if !permissions.is_empty() {
        sheet.words("permissions", Words::new(), None);
        fields(permissions, sheet);
    }
}

/// Texts, or objects with an `id` or a `name`; whatever else it is, as it came.
fn tool_name(tool: &Value) -> Safe {
    let named = ["id", "name"].into_iter().find_map(|key| tool.get(key)).filter(|value| value.is_string());
    show_value(named.unwrap_or(tool))
}

/// Why something is not there.
fn unread(model: &Model, source: &Source, what: &str) -> (Tone, Safe) {
    let trust = model.trust(source);
    let tone = trust.0.first().map_or(Tone::Dim, |(tone, _)| *tone);
    let text = if trust.is_empty() { "not read yet …".to_owned() } else { trust.plain() };
    (tone, Safe::new(format!("{what}{text}")))
}

fn rest(model: &Model, known: &Known, sheet: &mut Sheet) {
    let one = &known.automation;
    sheet.heading("Prompt", "");
    match one.prompt() {
        None => {
            let (tone, words) = unread(model, &Source::Automation(one.at.clone()), "");
            sheet.say("", tone, &words);
        }
        Some(prompt) if prompt.is_empty() => sheet.words("", Words::one(Tone::Dim, "it is empty"), None),
        Some(prompt) => {
            for line in prompt.show_block() {
                sheet.say("", Tone::Plain, &line);
            }
        }
    }
    sheet.heading("Told", "");
    sheet.words("id", Words::one(Tone::Plain, one.at.id.show()), None);
    if let Some(revision) = one.revision() {
        sheet.say("revision", Tone::Plain, &revision.show());
    }
    for (label, at) in [("created", one.created_at), ("updated", one.updated_at), ("read", known.detailed_at)] {
        if let Some(at) = at {
            let ago = age::coarse(model.now - at);
            sheet.words(
                label,
                Words::one(Tone::Plain, model.day_and_clock(at)).with(Tone::Dim, format!("  {ago}")),
                None,
            );
        }
    }
    if one.detail.as_ref().and_then(|detail| detail.limit_reached) == Some(true) {
        sheet.words("limit", Words::one(Tone::BadStrong, "the service says that a limit is reached"), None);
    }
    fields(&one.other, sheet);
}

/// The credits of a row, for a column: `12.3`, `…` not read yet, `?` not told.
pub fn amount(amount: Amount) -> String {
    match amount {
        Amount::Unread => "…".to_owned(),
        Amount::Untold => "?".to_owned(),
        Amount::Nano(nano) => tenths(&credits(nano)),
    }
}

/// Without its unit, where the head of the column says it.
pub fn tenths(cost: &Cost) -> String {
    let tenths = cost.credits_tenths();
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// `1.2 · 8.0 · 31.5 cr in 24h · 7d · 30d`; nothing where nobody said anything. `is_part`: `cr+`, there is more to it that
/// is not known.
pub fn costs(totals: &[Option<Cost>; 3], is_part: bool) -> Option<String> {
    totals.iter().any(Option::is_some).then(|| {
        let [day, week, month] = totals.each_ref().map(|cost| cost.as_ref().map_or_else(|| "?".to_owned(), tenths));
        let more = if is_part { "+" } else { "" };
        format!("{day} · {week} · {month} cr{more} in 24h · 7d · 30d")
    })
}
