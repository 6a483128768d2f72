//! What `atc complete` offers of this machine: the configured repositories and those of the cache, templates, and the
//! tasks of the cache. Nothing is asked of the service, and nothing that goes wrong is told: a shell waits.

use std::path::Path;

use super::seat::Seat;
use crate::cli::complete::{Candidate, Want};
use crate::cli::template;
use crate::config::{Config, Paths};
use crate::console::event::Remembered;

/// `None` in place of the seat: the configuration is wrong.
pub fn offered(want: Want, seat: &Seat, config: &Config, paths: &Paths, here: Option<&Path>) -> Vec<Candidate> {
    match want {
        Want::Repositories => {
            let mut names: Vec<String> = seat.settings.repos.iter().map(ToString::to_string).collect();
            let kept = seat.remembered(None).unwrap_or_default().good_at;
            names.extend(kept.into_iter().filter_map(|(source, _)| match source {
                crate::domain::Source::Tasks(repo) => Some(repo.to_string()),
                _ => None,
            }));
            names.sort();
            names.dedup();
            names.into_iter().map(|name| Candidate::new(name, "")).collect()
        }
        Want::Templates => {
            let shelf = template::load(&template::places(config, paths, here));
            let all = shelf.templates.iter();
            all.map(|one| Candidate::new(&one.id, &one.description)).collect()
        }
        Want::Tasks => {
            let Remembered { mut tasks, .. } = seat.remembered(None).unwrap_or_default();
            // What is at work first, then what moved last.
            tasks.sort_by_key(|one| (!one.task.state.is_active(), std::cmp::Reverse(one.task.touched_at())));
            let what = |one: &crate::console::event::RememberedTask| {
                let task = &one.task;
                Candidate::new(task.at.id.raw(), format!("{}  {}", task.state.word(), task.name.show_line()))
            };
            tasks.iter().map(what).collect()
        }
    }
}
