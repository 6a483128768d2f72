//! From arguments to what is ordered: where the prompt comes from, and what the request says besides.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use uuid::Uuid;

use super::args::{PromptFrom, With};
use crate::cli::desk::Desk;
use crate::cli::template;
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, RepoName, StartRequest};
use crate::template::{Template, render, value};
use crate::text::typed;

/// No prompt is a tenth of this.
const MOST_BYTES: u64 = 1024 * 1024;

/// The text of a task to be, and what its template says of the request.
#[derive(Debug)]
pub struct Work {
    pub prompt: String,
    template: Option<Template>,
    ticket: Option<String>,
}

pub(super) fn usage(what: impl AsRef<str>, next: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Invalid, what, next)
}

/// What is asked for, from wherever it is to come.
pub(super) fn work(from: &PromptFrom, desk: &Desk) -> Result<Work, Fault> {
    if let Some(name) = &from.template {
        return from_template(name, from, desk);
    }
    let text = match (&from.prompt_file, from.prompt.as_slice()) {
        (Some(file), _) => read_prompt(file)?,
        (None, [one]) if one == "-" => read_prompt("-")?,
        (None, []) => return Err(usage("there is no prompt", "give it, or --template, --prompt-file, or - for stdin")),
        (None, words) => words.join(" "),
    };
    Ok(Work { prompt: cleaned(&text)?, template: None, ticket: None })
}

/// A prompt as somebody wrote it: only what can be seen is sent, and what cannot be is told.
pub fn cleaned(text: &str) -> Result<String, Fault> {
    let (text, removed) = typed::clean(text);
    if removed > 0 {
        let s = if removed == 1 { "" } else { "s" };
        crate::cli::output::complain(&format!(
            "atc: {removed} control or invisible character{s} left out of the prompt"
        ));
    }
    let text = text.trim_end();
    if text.trim().is_empty() {
        return Err(usage("the prompt is empty", "say what is to be done"));
    }
    Ok(text.to_owned())
}

/// The whole of a file, or of the standard input.
pub fn read_prompt(file: &str) -> Result<String, Fault> {
    let name = if file == "-" { "the standard input" } else { file };
    let unread = |why: &str| usage(format!("the prompt cannot be read from {name}: {why}"), "give a file of text");
    let mut bytes = Vec::new();
    let read = if file == "-" {
        io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        File::open(Path::new(file)).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| unread(&error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unread("it is far too large"));
    }
    String::from_utf8(bytes).map_err(|_| unread("it is no UTF-8 text"))
}

/// What a start with this prompt would say in a repository, for whoever makes something else of it.
pub fn prompt_of(from: &PromptFrom, with: &With, desk: &Desk, repo: &RepoName) -> Result<Order, Fault> {
    work(from, desk)?.order(repo, with)
}

fn from_template(name: &str, from: &PromptFrom, desk: &Desk) -> Result<Work, Fault> {
    let here = std::env::current_dir().ok();
    let places = template::places(&desk.config, &desk.paths, here.as_deref());
    let template = template::find(name, &places)?;
    let values = template::values(&template, &from.vars, from.preset.as_deref())?;
    if let Some((unknown, _)) = from.vars.iter().find(|(name, _)| template.variable(name).is_none()) {
        let names: Vec<&str> = template.variables.iter().map(|variable| variable.name.as_str()).collect();
        let next = if names.is_empty() { "leave it out".into() } else { format!("give {}", names.join(", ")) };
        return Err(usage(format!("{} has no variable {unknown}", template.id), next));
    }
    let made = render::render(&template, &values)
        .and_then(|made| Ok((made.prompt, render::ticket(&template, &values)?)))
        .map_err(|faults| usage(template::faults_line(&faults), "give it as --var NAME=VALUE"))?;
    Ok(Work { prompt: cleaned(&made.0)?, ticket: made.1, template: Some(template) })
}

impl Work {
    /// The same work in one repository.
    pub fn order(&self, repo: &RepoName, with: &With) -> Result<Order, Fault> {
        let template = self.template.as_ref();
        if let Some(template) = template.filter(|template| !template.allows(repo)) {
            let only: Vec<String> = template.repos.iter().map(ToString::to_string).collect();
            let what = format!("the template {} is not for {repo}", template.id);
            return Err(usage(what, format!("use it in {}", only.join(", "))));
        }
        for (flag, branch) in [("--base", &with.choice.base), ("--head", &with.head)] {
            if let Some(why) = branch.as_deref().and_then(value::branch_fault) {
                return Err(usage(format!("{flag} {why}"), "give the name of a branch"));
            }
        }
        let of = |given: &Option<String>, its: fn(&Template) -> Option<&String>| {
            given.clone().or_else(|| template.and_then(its).cloned())
        };
        let request = StartRequest {
            repo: repo.clone(),
            prompt: self.prompt.clone(),
            model: of(&with.choice.model, |template| template.model.as_ref()),
            custom_agent: of(&with.choice.agent, |template| template.custom_agent.as_ref()),
            create_pull_request: !with.no_pull_request && template.is_none_or(|template| template.create_pull_request),
            base_ref: of(&with.choice.base, |template| template.base_ref.as_ref()),
            head_ref: with.head.clone(),
        };
        if request.head_ref.is_some() && request.base_ref.is_none() {
            return Err(usage("--head needs --base", "give the branch the pull request is to be merged into"));
        }
        let mut order = Order::new(Uuid::new_v4(), request);
        order.template = template.map(|template| template.id.clone());
        order.template_hash = template.map(|template| template.hash);
        order.ticket.clone_from(&self.ticket);
        Ok(order)
    }
}
