//! What `atc complete` offers of this machine: the configured repositories and those of the cache, templates, and what the
//! cache knows of tasks. Nothing is asked of the service, and nothing that goes wrong is told: a shell waits.

use std::path::PathBuf;

use super::seat::Seat;
use crate::cli::complete::{Candidate, Local, Words};
use crate::cli::template;
use crate::config::{Config, Paths};
use crate::console::event::{Remembered, RememberedTask};
use crate::domain::{Listing, RepoName, Source, ViewOf};

/// `None` in place of the place: the configuration is wrong. Then only what the language itself has is offered.
#[expect(missing_debug_implementations, reason = "a seat holds the clock, a function")]
pub struct Offered(pub Option<Here>);

#[expect(missing_debug_implementations, reason = "a seat holds the clock, a function")]
pub struct Here {
    pub seat: Seat,
    pub config: Config,
    pub paths: Paths,
    /// Where the templates of a checkout are looked for.
    pub directory: Option<PathBuf>,
}

impl Here {
    fn repos(&self, remembered: &Remembered) -> Vec<RepoName> {
        let kept = remembered.good_at.iter().filter_map(|(source, _)| match source {
            Source::Tasks(repo) => Some(repo.clone()),
            _ => None,
        });
        let mut repos: Vec<RepoName> = self.seat.settings.repos.iter().cloned().chain(kept).collect();
        repos.sort();
        repos.dedup();
        repos
    }

    fn remembered(&self) -> Remembered {
        self.seat.remembered(None).unwrap_or_default()
    }
}

/// Those of the config file, and where it is wrong those of every console.
fn candidates<S: Listing>(views: Option<&[ViewOf<S>]>) -> Vec<Candidate> {
    let one = |view: &ViewOf<S>| Candidate::new(view.word(), view.query.text());
    views.map_or_else(|| S::defaults().iter().map(one).collect(), |views| views.iter().map(one).collect())
}

impl Local for Offered {
    fn repositories(&self) -> Vec<Candidate> {
        let Some(here) = &self.0 else { return Vec::new() };
        here.repos(&here.remembered()).into_iter().map(|name| Candidate::new(name.to_string(), "")).collect()
    }

    fn templates(&self) -> Vec<Candidate> {
        let Some(here) = &self.0 else { return Vec::new() };
        let shelf = template::load(&template::places(&here.config, &here.paths, here.directory.as_deref()));
        shelf.templates.iter().map(|one| Candidate::new(&one.id, &one.description)).collect()
    }

    fn views(&self) -> Vec<Candidate> {
        candidates(self.0.as_ref().map(|here| here.seat.settings.views.as_slice()))
    }

    fn automation_views(&self) -> Vec<Candidate> {
        candidates(self.0.as_ref().map(|here| here.seat.settings.automation_views.as_slice()))
    }

    fn tasks(&self) -> Vec<Candidate> {
        let Some(here) = &self.0 else { return Vec::new() };
        let Remembered { mut tasks, .. } = here.remembered();
        // What is at work first, then what moved last.
        tasks.sort_by_key(|one| (!one.task.state.is_active(), std::cmp::Reverse(one.task.touched_at())));
        let what = |one: &RememberedTask| {
            let task = &one.task;
            Candidate::new(task.at.id.raw(), format!("{}  {}", task.state.word(), task.name.show_line()))
        };
        tasks.iter().map(what).collect()
    }

    fn words(&self) -> Words {
        let Some(here) = &self.0 else { return Words::default() };
        let remembered = here.remembered();
        let tasks = remembered.tasks.iter().map(|one| &one.task);
        let words = Words::of(here.repos(&remembered), &remembered.people, tasks);
        let rules = here.seat.bench.rules.rules();
        Words { rules: rules.rules().iter().map(|rule| rule.id.clone()).collect(), ..words }
    }
}
