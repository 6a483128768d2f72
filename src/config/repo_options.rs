//! The options that can be set for some repositories only, as a table of their section in the file:
//!
//! ```toml
//! [stuck."acme/*"]
//! silent_minutes = 45
//! ```
//!
//! One table again: what is not here cannot be set so. A name with a `/` in it is no option's, so the two never meet.

use super::given::{Given, Wrong};
use super::schema::Config;
use crate::domain::RepoPattern;

/// A section of which some options can be set by repository.
#[derive(Clone, Copy, Debug)]
pub struct RepoSection {
    pub name: &'static str,
    /// Repositories and an entry for the example file.
    pub example: (&'static str, &'static str),
    pub doc: &'static str,
    pub options: &'static [RepoOpt],
    /// The repositories for which anything is set, the most specific first.
    pub set: fn(&Config) -> Vec<&RepoPattern>,
}

/// One option of a section, for some repositories. Its meaning and its values are those of the option everywhere.
#[derive(Clone, Copy, Debug)]
pub struct RepoOpt {
    /// The option's name in its section.
    pub name: &'static str,
    pub set: fn(&mut Config, &RepoPattern, Given<'_>) -> Result<(), Wrong>,
    /// `None`: as everywhere.
    pub show: fn(&Config, &RepoPattern) -> Option<String>,
}

pub fn find(section: &str) -> Option<&'static RepoSection> {
    REPO_SECTIONS.iter().find(|found| found.name == section)
}

/// A limit in minutes of the section `stuck`.
macro_rules! minutes {
    ($name:literal, $field:ident) => {
        RepoOpt {
            name: $name,
            set: |config, repos, given| {
                let minutes = given.whole(super::options::stuck::MINUTES)?;
                config.stuck.repos.entry(repos.clone()).or_default().$field = Some(minutes);
                Ok(())
            },
            show: |config, repos| Some(config.stuck.repos.get(repos)?.$field?.to_string()),
        }
    };
}

pub const REPO_SECTIONS: &[RepoSection] = &[RepoSection {
    name: "stuck",
    example: ("acme/*", "silent_minutes = 45"),
    doc: "Any of these for some repositories only. `*` stands for any part of a name; for each option the most specific \
          entry that sets it counts. In the file only.",
    options: &[
        minutes!("queued_minutes", queued),
        minutes!("silent_minutes", silent),
        minutes!("waiting_minutes", waiting),
        minutes!("session_limit_minutes", session_limit),
    ],
    set: |config| config.stuck.repos.keys().collect(),
}];
