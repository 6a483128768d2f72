//! Which verb is meant; and `list` and `view`.

use super::args::{AutomationArgs, AutomationVerb, List};
use super::fields::{AUTOMATION, Told};
use super::{act, audit, calendar, files, make, runs, which};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::shape::write;
use crate::cli::output;
use crate::cli::voice::{Cell, Form, Row, Tone};
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{Switch, show_value, total_spending};
use crate::domain::policy::Grade;
use crate::domain::{Cost, Fault};
use crate::ops::automate::gather::{self, Depth, Found, Survey};
use crate::text::{Safe, Untrusted};

pub async fn run(args: &AutomationArgs, desk: &Desk) -> Result<Exit, Fault> {
    match &args.verb {
        AutomationVerb::List(args) => list(args, desk).await,
        AutomationVerb::View(args) => view(&args.which, desk).await,
        AutomationVerb::Runs(args) => runs::runs(&args.which, desk).await,
        AutomationVerb::Run(args) => act::run_now(args, desk).await,
        AutomationVerb::Enable(args) => act::switch(args, true, desk).await,
        AutomationVerb::Disable(args) => act::switch(args, false, desk).await,
        AutomationVerb::Create(args) => make::create(args, desk).await,
        AutomationVerb::Edit(args) => make::edit(args, desk).await,
        AutomationVerb::Delete(args) => act::delete(args, desk).await,
        AutomationVerb::Diff(args) => files::diff(args, desk).await,
        AutomationVerb::Audit(args) => audit::audit(args, desk).await,
        AutomationVerb::Export(args) => files::export(args, desk).await,
        AutomationVerb::Apply(args) => files::apply(args, desk).await,
        AutomationVerb::Calendar(args) => calendar::calendar(args, desk).await,
    }
}

/// How many of the newest runs a row shows.
const STRIP: usize = 10;
const HEADS: &[&str] = &["automation", "repository", "name", "state", "triggers", "writes", "model", "next run"];
const MORE: &[&str] = &["24 h", "7 d", "30 d"];
const RUNS: &[&str] = &["runs", "good", "PRs"];

async fn list(args: &List, desk: &Desk) -> Result<Exit, Fault> {
    let depth = match (args.details, args.runs) {
        (_, true) => Depth::Tracked,
        (true, false) => Depth::Detailed,
        (false, false) => Depth::Listed,
    };
    let survey = if args.mine {
        which::sought_of_viewer(desk, &args.which, depth).await?
    } else {
        which::sought(desk, &args.which, depth).await?
    };
    let exit = missing(&survey);
    let mut heads = HEADS.to_vec();
    if depth >= Depth::Detailed {
        heads.extend(MORE);
    }
    if depth >= Depth::Tracked {
        heads.extend(RUNS);
    }
    let mut table = desk.voice.list(&heads);
    for found in survey.found {
        table.row(row(found, depth, desk));
    }
    Ok(exit.worse(table.end()))
}

/// Says what could not be read, and that it was not there: an empty list alone would say nothing.
pub(super) fn missing(survey: &Survey) -> Exit {
    let mut exit = Exit::Done;
    for (repo, fault) in &survey.failed {
        output::complain(&format!("atc: {repo}: {fault}"));
        exit = exit.worse(Exit::from(fault));
    }
    for repo in &survey.not_here {
        output::complain(&format!("atc: {repo}: automations are not available there, or not to this account"));
    }
    if survey.unreadable > 0 {
        output::complain(&format!("atc: {} automations could not be read and are left out", survey.unreadable));
        exit = exit.worse(Exit::Failed);
    }
    if survey.more {
        output::complain("atc: there are more automations than were read");
        exit = exit.worse(Exit::Failed);
    }
    for found in &survey.found {
        let of_track = found.track.as_ref().and_then(|track| track.as_ref().err());
        for fault in found.unread.iter().chain(of_track) {
            output::complain(&format!("atc: {}: {fault}", found.automation.at.id.show()));
            exit = exit.worse(Exit::from(fault));
        }
    }
    for (at, fault) in &survey.left_out {
        output::complain(&format!("atc: {}: left out, because {fault}", at.id.show()));
        exit = exit.worse(Exit::from(fault));
    }
    if exit == Exit::Done && !survey.any_here && survey.failed.is_empty() && !survey.not_here.is_empty() {
        let fault = which::not_here();
        output::complain(&format!("atc: {fault}"));
        exit = Exit::from(&fault);
    }
    exit
}

fn row(found: Found, depth: Depth, desk: &Desk) -> Row {
    let (now, zone) = (desk.context.now(), desk.zone.clone());
    let one = &found.automation;
    let tone = match &one.switch {
        Switch::On => Tone::Good,
        Switch::Off(off) if off.reason.is_some() => Tone::Bad,
        Switch::Off(_) => Tone::Plain,
        Switch::Untold => Tone::Open,
    };
    let scope = one.write_scope.as_ref().map(|scope| scope.word().to_string()).unwrap_or_default();
    let mut cells = vec![
        Cell { text: one.at.id.show(), tone: Tone::Plain },
        Cell::new(one.at.repo.as_str()),
        Cell { text: one.name.show_line(), tone: Tone::Plain },
        Cell { text: one.switch.words(), tone },
        Cell::new(triggers(&found, desk)),
        Cell::new(scope),
        Cell::new(one.model.as_ref().map_or_else(|| Safe::new("automatic"), Untrusted::show_line)),
        Cell::new(one.next_run(now).map(|next| next_words(next, &zone)).unwrap_or_default()),
    ];
    if depth >= Depth::Detailed {
        cells.extend(spending(&found).into_iter().map(Cell::new));
    }
    if depth >= Depth::Tracked {
        let track = found.track.as_ref().and_then(|track| track.as_ref().ok());
        let text = |of: fn(&crate::domain::automation::Track) -> String| Cell::new(track.map(of).unwrap_or_default());
        cells.push(text(|track| track.strip(STRIP)));
        cells.push(text(|track| track.success_percent().map(|good| format!("{good} %")).unwrap_or_default()));
        cells.push(text(|track| {
            let pulls = track.pulls;
            format!("{} opened, {} merged, {} unreviewed", pulls.opened, pulls.merged, pulls.unreviewed)
        }));
    }
    let id = Some(one.at.id.show());
    Row { json: write(AUTOMATION, &Told { found, now, zone }), id, cells }
}

fn triggers(found: &Found, desk: &Desk) -> Safe {
    let Some(triggers) = &found.automation.triggers else { return Safe::new("not told") };
    if triggers.is_empty() {
        return Safe::new("by hand");
    }
    let words = triggers.iter().map(|trigger| match trigger.schedule() {
        Some(schedule) => schedule.words_here(desk.context.now(), &desk.zone).to_string(),
        None => trigger.words().to_string(),
    });
    Safe::new(words.collect::<Vec<_>>().join("; "))
}

fn spending(found: &Found) -> [String; 3] {
    total_spending(found.automation.spending())
        .map(|cost: Option<Cost>| cost.map(|c| c.to_string()).unwrap_or_default())
}

async fn view(word: &str, desk: &Desk) -> Result<Exit, Fault> {
    let one = which::find_one(desk, word).await?;
    let survey = gather::survey(&desk.context, std::slice::from_ref(&one.at.repo), Depth::Detailed).await?;
    let exit = missing(&survey);
    let Some(mut found) = survey.found.into_iter().find(|found| found.automation.at == one.at) else {
        let fault = which::not_here();
        return Err(fault);
    };
    match gather::track(&desk.context, &one.at).await {
        Ok(track) => found.track = Some(Ok(track)),
        Err(fault) => {
            output::complain(&format!("atc: its runs: {fault}"));
        }
    }
    let told = Told { found, now: desk.context.now(), zone: desk.zone.clone() };
    Ok(exit.worse(match desk.voice.form {
        Form::Json => output::json_row(&write(AUTOMATION, &told)),
        Form::Ids => output::say(&told.found.automation.at.id.show()),
        Form::Text => output::say(&page(&told, desk).join("\n")),
    }))
}

/// All of it as lines of `name  what`.
fn page(told: &Told, desk: &Desk) -> Vec<String> {
    let (found, one) = (&told.found, &told.found.automation);
    let mut lines = Vec::new();
    let mut line = |name: &str, what: &str| {
        if !what.is_empty() {
            lines.push(format!("{name:<14}{what}"));
        }
    };
    line("automation", &one.name.show_line());
    line("id", &one.at.id.show());
    line("repository", one.at.repo.as_str());
    line("description", &one.description.as_ref().map(Untrusted::show_line).unwrap_or_default());
    line("state", &one.switch.words());
    line("triggers", &triggers(found, desk));
    line("next run", &one.next_run(told.now).map(|next| next_words(next, &told.zone)).unwrap_or_default());
    line("owner", &one.owner.as_ref().map(crate::domain::automation::Owner::word).unwrap_or_default());
    line("writes", &one.write_scope.as_ref().map(crate::domain::automation::Scope::word).unwrap_or_default());
    line(
        "set off by",
        match one.actor_must_write {
            Some(true) => "only who may write to the repository",
            Some(false) => "anyone the triggers let",
            None => "",
        },
    );
    line("model", &one.model.as_ref().map_or_else(|| Safe::new("automatic"), Untrusted::show_line));
    let [day, week, month] = spending(found);
    if one.spending().is_some() {
        line("cost", &format!("{day} in 24 h, {week} in 7 d, {month} in 30 d"));
    }
    for limit in one.limits.iter().flatten() {
        let amount = |nano: Option<u64>| {
            nano.map_or_else(
                || "?".to_owned(),
                |nano| Cost { nano_credits: nano.into(), premium_requests: 0.0 }.to_string(),
            )
        };
        let reached = if limit.reached { ", used up" } else { "" };
        line("limit", &format!("{} of {} a {}{reached}", amount(limit.used), amount(limit.limit), limit.period.word()));
    }
    if let Some(Ok(track)) = &found.track {
        let good = track.success_percent().map(|good| format!(", {good} % good")).unwrap_or_default();
        line("runs", &format!("{}{good}", track.strip(STRIP * 2)));
        let pulls = track.pulls;
        line("PRs", &format!("{} opened, {} merged, {} unreviewed", pulls.opened, pulls.merged, pulls.unreviewed));
    }
    for concern in &found.concerns {
        line("note", &concern.says());
    }
    for (key, value) in &one.other {
        let key = crate::text::Untrusted::from(key.as_str()).show_line();
        line("told too", &format!("{key}: {}", show_value(value)));
    }
    if let Some(prompt) = one.prompt() {
        lines.push(String::new());
        lines.extend(prompt.show_block().iter().map(ToString::to_string));
    }
    lines
}

/// The word of a grade in audits.
pub(super) fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Fine => "fine",
        Grade::Later => "later",
        Grade::NeedsReason => "unknown",
        Grade::Refuses => "violates",
    }
}
