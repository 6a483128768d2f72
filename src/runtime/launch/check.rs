//! What `atc config check` says of files and words that only the program's inner rooms can judge: who may read the token,
//! what the webhook has, whether rules for logs can be used and aliases stand for commands.

use crate::config::{Config, Loaded, Paths};
use crate::console::update::command::aliases;
use crate::domain::Zone;
use crate::provider::github::Host;
use crate::runtime::rules::{self, RulesFile};

use super::service;
use crate::runtime::notify::Plan;

/// Everything that is wrong there, each with its place. Reads files only.
pub fn problems(loaded: &Loaded, paths: &Paths) -> Vec<String> {
    let config = &loaded.config;
    let mut all: Vec<String> = aliases::problems(&config.aliases)
        .into_iter()
        .map(|(name, what)| format!("{}: aliases: `{name}` {what}", loaded.origin("aliases")))
        .collect();
    all.extend(token(loaded));
    all.extend(Plan::new(&config.notify, Zone::utc()).webhook.err().map(|why| format!("notify.webhook_url: {why}")));
    let file = RulesFile { path: Some(paths.diagnosis(config)), named: config.diagnosis_file.is_some() };
    let of_rules = rules::load(&file);
    all.extend(
        of_rules
            .faults()
            .iter()
            .map(|fault| format!("{}:{}: {}", fault.file.show_line(), fault.line, fault.reason.show_line())),
    );
    all
}

/// A token file that is there and will not do.
fn token(loaded: &Loaded) -> Option<String> {
    let config: &Config = &loaded.config;
    config.token_file.as_deref().filter(|path| path.is_file())?;
    let host = Host::resolve(Some(&config.host), config.api_url.as_deref()).ok()?;
    let fault = service::at_hand(config, &host).err()?;
    Some(format!("{}: token_file: {}; {}", loaded.origin("token_file"), fault.what, fault.next_step))
}
