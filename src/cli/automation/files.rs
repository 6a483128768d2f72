//! `export`, `diff` and `apply`: automations as files.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::args::{Apply, Diff, Export};
use super::change::{self, told};
use super::list::missing;
use super::row::{Acted, CHANGE, Came, HEADS as ACTED_HEADS};
use super::which;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::cli::output;
use crate::cli::voice::{Cell, Row, Tone, unasked};
use crate::domain::automation::file;
use crate::domain::automation::plan::{Planned, Step, Wanted, plan};
use crate::domain::{AutomationRef, Fault, FaultKind, RepoName};
use crate::ops::automate;
use crate::ops::automate::gather::Depth;
use crate::text::{Safe, Untrusted};

/// No automation is a tenth of this.
const LARGEST: u64 = 1024 * 1024;
const MOST_FILES: usize = 5000;

fn local(what: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Local, what, "look at the file or folder, and try again")
}

fn shown(path: &Path) -> Safe {
    Untrusted::from(path.display().to_string()).show_line()
}

/// A file, and what it says or why it cannot be read.
type Opened = (PathBuf, Result<file::Written, String>);

/// The TOML files of a folder in name order, or the one file.
fn open(path: &Path) -> Result<Vec<Opened>, Fault> {
    let unread = |error: std::io::Error| local(format!("{} cannot be read: {error}", shown(path)));
    if path.is_file() {
        return Ok(vec![(path.to_owned(), read(path))]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|end| end == "toml") && path.is_file() {
            files.push(path);
        }
    }
    if files.len() > MOST_FILES {
        return Err(local(format!("{} holds more than {MOST_FILES} files", shown(path))));
    }
    files.sort();
    Ok(files.into_iter().map(|path| (path.clone(), read(&path))).collect())
}

fn read(path: &Path) -> Result<file::Written, String> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    opened.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err("is far too large".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|_| "is no UTF-8 text".to_owned())?;
    file::read(&text)
}

/// All files of these paths. One that cannot be read stops everything: what it says would look like gone.
fn wanted(paths: &[&str]) -> Result<Vec<Wanted>, Fault> {
    let mut all = Vec::new();
    let mut wrong = Vec::new();
    for path in paths {
        for (path, says) in open(Path::new(path))? {
            match says {
                Ok(says) => all.push(Wanted { file: shown(&path), says }),
                Err(why) => wrong.push(format!("{}: {why}", shown(&path))),
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, wrong.join("; "), "mend the files; nothing was sent"));
    }
    Ok(all)
}

pub async fn export(args: &Export, desk: &Desk) -> Result<Exit, Fault> {
    let survey = which::sought(desk, &args.which, Depth::Detailed).await?;
    let exit = missing(&survey);
    let dir = Path::new(&args.dir);
    std::fs::create_dir_all(dir).map_err(|error| local(format!("{} cannot be made: {error}", shown(dir))))?;
    // An automation keeps the name its file has.
    let known = open(dir)?;
    let mut taken: Vec<String> =
        known.iter().filter_map(|(path, _)| file_name(path)).map(|n| n.to_ascii_lowercase()).collect();
    let mut found: Vec<_> = survey.found.iter().filter(|found| found.automation.detail.is_some()).collect();
    found.sort_by(|a, b| a.automation.at.cmp(&b.automation.at));
    let mut table = desk.voice.table(&["automation", "repository", "name", "result", "file"]);
    for found in found {
        let one = &found.automation;
        let Some(definition) = one.definition() else { continue };
        let is_its = |says: &file::Written| says.repo == one.at.repo && says.id.as_ref() == Some(&one.at.id);
        let kept = known.iter().find(|(_, says)| says.as_ref().is_ok_and(is_its)).and_then(|(path, _)| file_name(path));
        let name = kept.unwrap_or_else(|| file::file_name(&one.at, one.name.raw_for_match(), &taken));
        taken.push(name.to_ascii_lowercase());
        let changed = put(&dir.join(&name), &file::write(&one.at, definition))?;
        let exported = Exported { at: one.at.clone(), name: one.name.clone(), file: name, changed };
        table.row(exported.row());
    }
    let there =
        |says: &file::Written| survey.found.iter().any(|found| says.id.as_ref() == Some(&found.automation.at.id));
    for (path, says) in &known {
        match says {
            Ok(says) if says.id.is_some() && !there(says) && desk.repos.contains(&says.repo) => {
                output::complain(&format!("atc: {}: its automation is not there any more", shown(path)));
            }
            Err(why) => output::complain(&format!("atc: {}: {why}; it was left alone", shown(path))),
            Ok(_) => {}
        }
    }
    Ok(exit.worse(table.end()))
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name()?.to_str().map(str::to_owned)
}

/// Whole or not at all. `false`: it says so already.
fn put(path: &Path, text: &str) -> Result<bool, Fault> {
    if std::fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(false);
    }
    let beside = path.with_extension("toml.new");
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        drop(std::fs::remove_file(&beside));
        local(format!("{} cannot be written: {error}", shown(path)))
    })?;
    Ok(true)
}

/// An automation that was written.
#[derive(Debug)]
pub struct Exported {
    at: AutomationRef,
    name: Untrusted,
    file: String,
    changed: bool,
}

impl Exported {
    fn row(&self) -> Row {
        let result = if self.changed { "written" } else { "unchanged" };
        Row {
            json: write(EXPORTED, self),
            id: Some(self.at.id.show()),
            cells: vec![
                Cell { text: self.at.id.show(), tone: Tone::Plain },
                Cell::new(self.at.repo.as_str()),
                Cell { text: self.name.show_line(), tone: Tone::Plain },
                Cell::toned(result, if self.changed { Tone::Good } else { Tone::Plain }),
                Cell::new(&self.file),
            ],
        }
    }
}

/// One line of `atc automation export --json`.
pub const EXPORTED: &[Field<Exported>] = &[
    field!("automation", Is::Text, "Its id.", |e| e.at.id.raw().into()),
    field!("repo", Is::Text, "Its repository: owner/name.", |e| e.at.repo.as_str().into()),
    field!("name", Is::Text, "What it is called.", |e| e.name.raw_for_wire().into()),
    field!("file", Is::Text, "The file's name in the folder.", |e| e.file.as_str().into()),
    field!("changed", Is::Flag, "It said something else before, or was not there.", |e| e.changed.into()),
];

/// The plan over these paths.
async fn planned(paths: &[&str], prune: bool, desk: &Desk) -> Result<Vec<Planned>, Fault> {
    let wanted = wanted(paths)?;
    let mut repos: Vec<RepoName> =
        wanted.iter().map(|one| one.says.repo.clone()).chain(desk.typed.iter().cloned()).collect();
    repos.sort();
    repos.dedup();
    if repos.is_empty() {
        let what = "there is no file, and no repository was named";
        return Err(Fault::new(
            FaultKind::Invalid,
            what,
            "name a folder with files, or --repo OWNER/NAME with --prune",
        ));
    }
    let there = automate::plan::read(&desk.context, &repos).await?;
    Ok(plan(&wanted, &there, prune))
}

const HEADS: &[&str] = &["step", "repository", "name", "file", "what"];

fn differs(step: &Step) -> bool {
    !matches!(step, Step::Unchanged(_) | Step::LeftAlone(_))
}

pub async fn diff(args: &Diff, desk: &Desk) -> Result<Exit, Fault> {
    let paths: Vec<&str> = args.paths.iter().map(String::as_str).collect();
    let plan = planned(&paths, args.prune, desk).await?;
    let mut table = desk.voice.list(HEADS);
    let mut exit = Exit::Done;
    for one in &plan {
        if matches!(one.step, Step::Conflict(_)) || (args.check && differs(&one.step)) {
            exit = exit.worse(Exit::Refused);
        }
        table.row(step_row(one));
    }
    Ok(exit.worse(table.end()))
}

pub async fn apply(args: &Apply, desk: &Desk) -> Result<Exit, Fault> {
    let plan = planned(&[&args.dir], args.prune, desk).await?;
    let conflicts = plan.iter().filter(|one| matches!(one.step, Step::Conflict(_))).count();
    let changes = plan.iter().filter(|one| one.step.act().is_some()).count();
    if args.how.dry_run || conflicts > 0 || changes == 0 {
        return Ok(show(desk, &plan, args).await);
    }
    if !args.how.yes {
        for one in plan.iter().filter(|one| differs(&one.step)) {
            output::complain(&line(one));
        }
        if !desk.voice.can_ask() {
            return Err(unasked(format!("{changes} automations would be created, changed or deleted"), "--yes"));
        }
        if !desk.yes(&format!("Carry out these {changes} steps?")).await {
            output::complain("atc: nothing was sent");
            return Ok(Exit::Refused);
        }
    }
    carry_out(desk, &plan, args).await
}

/// The plan, and nothing is sent.
async fn show(desk: &Desk, plan: &[Planned], args: &Apply) -> Exit {
    let mut table = desk.voice.table(HEADS);
    let mut exit = Exit::Done;
    let conflicts = plan.iter().filter(|one| matches!(one.step, Step::Conflict(_))).count();
    for one in plan {
        if let Some(order) = automate::plan::order(one, args.how.reason.as_deref()) {
            let judged = automate::judge(&desk.context, &order).await;
            if judged.grant_automation(&order).is_err() {
                output::complain(&format!("atc: {}: {}", one.name.show_line(), judged.line()));
                exit = exit.worse(Exit::Refused);
            }
        }
        table.row(step_row(one));
    }
    if conflicts > 0 {
        output::complain("atc: nothing was sent: the conflicts named above must be settled first");
        exit = exit.worse(Exit::Refused);
    }
    exit.worse(table.end())
}

/// One after the other; the first that does not go well is the last that is sent.
async fn carry_out(desk: &Desk, plan: &[Planned], args: &Apply) -> Result<Exit, Fault> {
    let mut table = desk.voice.table(ACTED_HEADS);
    let mut exit = Exit::Done;
    for one in plan {
        let Some(order) = automate::plan::order(one, args.how.reason.as_deref()) else { continue };
        let mut acted = Acted::new(order, Came::NotSent);
        if let Step::Change(_, _, changes) = &one.step {
            acted.changes.clone_from(changes);
        }
        if exit == Exit::Done && !desk.stop.is_heard() {
            change::carry_out(desk, &mut acted, false).await;
        }
        exit = exit.worse(told(&mut table, &acted));
    }
    Ok(exit.worse(table.end()))
}

fn what(step: &Step) -> Safe {
    match step {
        Step::Change(_, _, changes) => {
            Safe::new(changes.iter().map(|change| change.words().to_string()).collect::<Vec<_>>().join("; "))
        }
        Step::Conflict(why) => why.clone(),
        Step::Create(definition) => Safe::new(format!("{} fields", definition.fields().len())),
        Step::LeftAlone(_) => Safe::new("it has no file; --prune deletes it"),
        Step::Delete(_) => Safe::new("it has no file"),
        Step::Unchanged(_) => Safe::default(),
    }
}

fn line(planned: &Planned) -> String {
    format!("{}  {}  {}  {}", planned.step.word(), planned.repo, planned.name.show_line(), what(&planned.step))
}

fn step_row(planned: &Planned) -> Row {
    let tone = match planned.step {
        Step::Conflict(_) | Step::Delete(_) => Tone::Bad,
        Step::Create(_) | Step::Change(..) => Tone::Open,
        Step::Unchanged(_) | Step::LeftAlone(_) => Tone::Plain,
    };
    Row {
        json: write(STEP, planned),
        id: id_of(planned).map(|id| Untrusted::from(id).show_line()),
        cells: vec![
            Cell::toned(planned.step.word().replace('_', " "), tone),
            Cell::new(planned.repo.as_str()),
            Cell { text: planned.name.show_line(), tone: Tone::Plain },
            Cell { text: planned.file.clone().unwrap_or_default(), tone: Tone::Plain },
            Cell { text: what(&planned.step), tone: Tone::Plain },
        ],
    }
}

fn id_of(planned: &Planned) -> Option<&str> {
    match &planned.step {
        Step::Change(pinned, ..) | Step::Delete(pinned) => Some(pinned.id.raw()),
        Step::Unchanged(id) | Step::LeftAlone(id) => Some(id.raw()),
        Step::Create(_) | Step::Conflict(_) => None,
    }
}

/// One line of `atc automation diff --json`, and of `apply --dry-run`.
pub const STEP: &[Field<Planned>] = &[
    field!(
        "step",
        Is::OneOf(&["create", "change", "delete", "unchanged", "left_alone", "conflict"]),
        "What would be done.",
        |p| p.step.word().into()
    ),
    field!("automation", Is::Maybe(&Is::Text), "Its id; null while it has none.", |p| id_of(p).into()),
    field!("repo", Is::Text, "The repository: owner/name.", |p| p.repo.as_str().into()),
    field!("name", Is::Text, "What it is called.", |p| p.name.raw_for_wire().into()),
    field!("file", Is::Maybe(&Is::Text), "The file that says so; null: it has none.", |p| {
        p.file.as_ref().map(ToString::to_string).into()
    }),
    field!("changes", Is::List(&Is::Object(|| schema(CHANGE))), "The fields that differ.", |p| match &p.step {
        Step::Change(_, _, changes) => changes.iter().map(|change| write(CHANGE, change)).collect(),
        _ => serde_json::Value::Array(Vec::new()),
    }),
    field!("what", Is::Text, "The same in words.", |p| what(&p.step).to_string().into()),
];
