//! `atc reviews`: the pull requests agents opened, in the order of the console's pane.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::gathered::Gathered;
use super::list::told;
use super::seat::Seat;
use crate::cli::desk::Stopped;
use crate::cli::look::args::ReviewsArgs;
use crate::cli::look::pull_fields::{Owned, REVIEW, Review};
use crate::cli::look::shape::write;
use crate::cli::voice::{Cell, Form, Row, Tone};
use crate::cli::{Desk, Exit, output};
use crate::console::state::words;
use crate::domain::blocked::Whom;
use crate::domain::look;
use crate::domain::pull_look::{ChangedFiles, Owners, OwnersFile};
use crate::domain::{Fault, Order, Pull, PullId, Query, RepoName, age};
use crate::provider::Provider;
use crate::provider::port::Fetched;
use crate::text::Safe;

const HEADS: &[&str] = &["pull", "state", "open", "checks", "says", "repo", "title"];

pub async fn run(args: &ReviewsArgs, seat: Seat, desk: &Desk) -> Result<Exit, Fault> {
    let mut gathered = Gathered::new(&seat, Query::default(), Order::default());
    let repos = seat.settings.repos.clone();
    // It only saves requests: what was merged is not asked for again.
    gathered.remember(seat.remembered(Some(&repos)).unwrap_or_default());
    let gather = async {
        gathered.read_lists(desk).await;
        gathered.read_viewer(&*desk.context.provider).await;
        let all = gathered.fresh();
        gathered.read_pulls(&*desk.context.provider, &all).await;
    };
    if desk.stop.wait(gather).await == Err(Stopped) {
        return Ok(Exit::Failed);
    }
    drop(gathered.listed(false));
    let voice = seat.voice;
    let mut table = voice.list(HEADS);
    if args.header && voice.form == Form::Text && !voice.out_is_terminal {
        let cells = HEADS.iter().map(Cell::new).collect();
        table.row(Row { json: serde_json::Value::Null, id: None, cells });
    }
    let keys = gathered.model.reviews.rows.clone();
    let mut reviews: Vec<Review> =
        keys.iter().filter_map(|row| row.key()).filter_map(|key| review(&gathered, key, args.all)).collect();
    if args.owners && desk.stop.wait(read_owners(&*desk.context.provider, &mut reviews)).await == Err(Stopped) {
        return Ok(Exit::Failed);
    }
    for review in &reviews {
        table.row(row(review, voice.form));
    }
    if reviews.is_empty() && voice.err_is_terminal && voice.out_is_terminal {
        output::complain("no pull request of an agent is open");
    }
    Ok(table.end().worse(told(&gathered)))
}

fn review(gathered: &Gathered, key: &(RepoName, PullId), all: bool) -> Option<Review> {
    let world = &gathered.model.world;
    let pull = world.pulls.get(key)?.as_ref()?;
    let task = world.task_of(&key.0, key.1).filter(|known| !known.remembered)?;
    let is_open = pull.is_open();
    let blocked = gathered.model.blocked(pull);
    let age = gathered.model.now - pull.created_at;
    (all || is_open).then(|| Review {
        pull: pull.clone(),
        task: Some(task.task.at.id.raw().to_owned()),
        blocked_on: blocked.as_ref().map(|on| on.whom),
        says: blocked.map(|on| on.why.words()).unwrap_or_default(),
        open_seconds: is_open.then(|| u64::try_from(age.num_seconds()).unwrap_or(0)),
        owned: None,
    })
}

/// Whose the files of those are that are open, one after the other. An owners file is read once for each base.
async fn read_owners(provider: &dyn Provider, reviews: &mut [Review]) {
    let mut known = HashMap::new();
    for review in reviews.iter_mut().filter(|review| review.pull.is_open()) {
        let pull = &review.pull;
        let files = match provider.pull_files(&pull.repo, pull.number, None).await {
            Ok(Fetched::New { value, .. }) => Ok(value),
            Ok(Fetched::Same) => Ok(ChangedFiles::default()),
            Err(fault) => Err(fault),
        };
        let (count, more) = files.as_ref().map_or((0, false), |files| (files.files.len(), files.more));
        let owners = match files {
            Err(fault) => Err(fault),
            Ok(files) => {
                let file = match known.entry((pull.repo.clone(), pull.base_ref.clone())) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(owners_file(provider, pull).await),
                };
                file.as_ref().map(|file| file.as_ref().map(|file| Owners::of(file, &files))).map_err(Clone::clone)
            }
        };
        review.owned = Some(Owned { owners, files: count, more });
    }
}

async fn owners_file(provider: &dyn Provider, pull: &Pull) -> Result<Option<OwnersFile>, Fault> {
    Ok(match provider.owners_file(&pull.repo, &pull.base_ref, None).await? {
        Fetched::New { value, .. } => value,
        Fetched::Same => None,
    })
}

fn painted((tone, word): (look::Tone, &str)) -> Cell {
    Cell::toned(word, Tone::Of(tone))
}

fn row(review: &Review, form: Form) -> Row {
    let pull = &review.pull;
    let id = Safe::new(format!("{}#{}", pull.repo, pull.number));
    if form != Form::Text {
        return Row { json: write(REVIEW, review), id: Some(id), cells: Vec::new() };
    }
    let waits = if review.blocked_on.is_some_and(Whom::is_here) { Tone::Open } else { Tone::Plain };
    let open = review.open_seconds.and_then(|seconds| chrono::TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
    let cells = vec![
        Cell::new(format!("#{}", pull.number)),
        painted(words::pull_state(pull.state)),
        Cell::new(open.map(age::coarse).unwrap_or_default()),
        Cell::toned(words::checks(pull.checks.as_ref()).plain(), Tone::Of(words::checks_sign(pull.checks.as_ref()).1)),
        Cell::toned(&review.says, waits),
        Cell::new(pull.repo.as_str()),
        Cell::new(pull.title.show_line()),
    ];
    Row { json: serde_json::Value::Null, id: Some(id), cells }
}
