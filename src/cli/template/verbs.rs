//! The verbs: from arguments and folders to what is printed and the exit code.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use super::args::TemplateVerb;
use super::check;
use super::fields::{Filled, LIST, RENDERED};
use super::new;
use super::pick::{faults_line, find, values};
use super::shelf::{self, Shelf};
use crate::cli::args::Options;
use crate::cli::exit::Exit;
use crate::cli::look::shape::write;
use crate::cli::{config_verbs, origin, output};
use crate::config::{Paths, load};
use crate::domain::Fault;
use crate::template::{Template, TemplateFault, lint, render};
use crate::text::{Safe, width};

/// What goes to the standard output.
#[derive(Clone, Debug, PartialEq)]
pub enum Printed {
    Nothing,
    Text(String),
    /// In columns on a terminal, between tabs elsewhere; and what is broken.
    Rows(Vec<[Safe; 3]>, Vec<String>),
    Json(serde_json::Value),
}

/// What there is to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub out: Printed,
    pub exit: Exit,
    /// The last line on the error output: what is wrong, and what to do next.
    pub complaint: Option<String>,
}

impl Answer {
    fn done(out: Printed) -> Self {
        Self { out, exit: Exit::Done, complaint: None }
    }

    fn failed(fault: &Fault) -> Self {
        Self { out: Printed::Nothing, exit: Exit::from(fault), complaint: Some(fault.to_string()) }
    }

    pub(super) fn refused(what: impl std::fmt::Display, next: &str) -> Self {
        Self { out: Printed::Nothing, exit: Exit::Usage, complaint: Some(format!("{what} — {next}")) }
    }
}

/// Looks at this user's folders and the current checkout, and prints.
pub fn run(verb: &TemplateVerb, options: &Options) -> Exit {
    let paths = match Paths::find() {
        Ok(paths) => paths,
        Err(fault) => return output::fail(&fault),
    };
    let config = match load(&options.sources(), &paths) {
        Ok(loaded) => loaded.config,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Exit::Usage;
        }
    };
    let here = std::env::current_dir().ok();
    let places = shelf::places(&config, &paths, here.as_deref());
    let Answer { out, exit, complaint } = answer(verb, &places, here.as_deref());
    let said = match out {
        Printed::Nothing => Exit::Done,
        Printed::Text(text) => output::say(&text),
        Printed::Rows(listed, broken) => {
            let aligned = stdout().is_terminal();
            let printed = rows(&listed, aligned).iter().fold(Exit::Done, |exit, row| exit.worse(output::line(row)));
            printed.worse(output::say(&broken.join("\n")))
        }
        Printed::Json(value) => output::json_row(&value),
    };
    if let Some(complaint) = complaint {
        output::complain(&format!("atc: {complaint}"));
    }
    if exit == Exit::Done { said } else { exit }
}

/// `places`: the folders templates are read from, the operator's own first.
pub fn answer(verb: &TemplateVerb, places: &[PathBuf], here: Option<&Path>) -> Answer {
    match verb {
        TemplateVerb::List { json } => list(&shelf::load(places), *json),
        TemplateVerb::Lint { files, json } if files.is_empty() => check::lint_all(&shelf::load(places), *json),
        TemplateVerb::Lint { files, json } => check::lint_all(&given(files, places), *json),
        TemplateVerb::Render { template, vars, preset, json } => match find(template, places) {
            Ok(template) => filled(&template, vars, preset.as_deref(), *json),
            Err(fault) => Answer::failed(&fault),
        },
        TemplateVerb::New { id, title, here: true } => match here.and_then(origin::checkout) {
            Some(root) => new::new(id, title.as_deref(), &root.join(shelf::IN_CHECKOUT)),
            None => Answer::refused("this is no git checkout", "go into one, or leave --here out"),
        },
        TemplateVerb::New { id, title, here: false } => {
            let own = places.first().cloned().unwrap_or_default();
            new::new(id, title.as_deref(), &own)
        }
    }
}

/// The files named, those of the folders named, and the templates of the ids named; nothing replaces anything. A name that
/// is both is the file's.
fn given(names: &[PathBuf], places: &[PathBuf]) -> Shelf {
    let (mut all, mut known) = (Shelf::default(), None);
    for name in names {
        if !name.exists() {
            of_id(name, known.get_or_insert_with(|| shelf::load(places)), &mut all);
            continue;
        }
        let of_folder = if name.is_dir() { shelf::files(name, &mut all.faults) } else { vec![name.clone()] };
        for path in of_folder {
            match shelf::read(&path) {
                Ok(template) => all.templates.push(template),
                Err(fault) => all.faults.push(fault),
            }
        }
    }
    all
}

/// The template the console knows by this id. One that cannot be read has none: the name of its file says which is meant.
fn of_id(id: &Path, known: &Shelf, to: &mut Shelf) {
    let is_it = |fault: &&TemplateFault| Path::new(&fault.origin).file_stem().is_some_and(|stem| Path::new(stem) == id);
    if let Some(template) = known.templates.iter().find(|template| Path::new(&template.id) == id) {
        to.templates.push(template.clone());
    } else if let Some(fault) = known.faults.iter().find(is_it) {
        to.faults.push(fault.clone());
    } else {
        let what = "there is no such file, and no template of this id".to_owned();
        to.faults.push(TemplateFault { origin: id.display().to_string(), line: None, what });
    }
}

fn list(shelf: &Shelf, as_json: bool) -> Answer {
    if as_json {
        return Answer::done(Printed::Json(write(LIST, shelf)));
    }
    let row = |template: &Template| {
        let replaces = template.replaces.as_ref().map(|origin| format!(", replaces {origin}")).unwrap_or_default();
        [Safe::new(&template.id), Safe::new(&template.title), Safe::new(format!("{}{replaces}", template.origin))]
    };
    let broken = shelf.faults.iter().map(|fault| format!("broken: {fault}")).collect();
    Answer::done(Printed::Rows(shelf.templates.iter().map(row).collect(), broken))
}

/// Columns of the widest id or title that the others are put below.
const WIDEST: usize = 40;

/// Between tabs, or with `aligned` in columns.
pub(super) fn rows(rows: &[[Safe; 3]], aligned: bool) -> Vec<String> {
    let most = |column: usize| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| width::width(cell));
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let (ids, titles) = (most(0), most(1));
    let line = |[id, title, origin]: &[Safe; 3]| {
        if aligned {
            format!("{}  {}  {origin}", width::pad_right(id, ids), width::pad_right(title, titles))
        } else {
            format!("{id}\t{title}\t{origin}")
        }
    };
    rows.iter().map(line).collect()
}

fn filled(template: &Template, vars: &[(String, String)], preset: Option<&str>, as_json: bool) -> Answer {
    let values = match values(template, vars, preset) {
        Ok(values) => values,
        Err(fault) => return Answer::failed(&fault),
    };
    let made = render(template, &values).and_then(|made| Ok((made, render::ticket(template, &values)?)));
    let (made, ticket) = match made {
        Ok(made) => made,
        Err(faults) => return Answer::refused(faults_line(&faults), "give it as --var NAME=VALUE"),
    };
    if !as_json {
        return Answer::done(Printed::Text(made.prompt));
    }
    let values = template.defaults().into_iter().chain(values).collect();
    let filled =
        Filled { template: template.clone(), values, findings: lint::prompt(&made.prompt, true), made, ticket };
    Answer::done(Printed::Json(write(RENDERED, &filled)))
}

/// `NAME=VALUE` of the command line.
pub fn var(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a value is given as NAME=VALUE".to_owned()),
    }
}
