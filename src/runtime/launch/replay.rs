//! `atc replay`: a recording served on loopback, and the console on it through the same client as ever. No token is asked
//! for, nobody is told of anything, and nothing can be changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::begin::{Setting, runtime};
use super::behind::OpenLedger;
use super::service::{self, Service, Shelf, StandIn};
use crate::cli::{self, output};
use crate::config::{Notify, Switch};
use crate::demo::Stand;
use crate::domain::capability::ReadOnly;
use crate::domain::policy::Policy;
use crate::domain::{Fault, FaultKind};
use crate::ledger::memory::Memory;
use crate::provider::github::{self, CopilotApi, GitHub, Host, token::Token};
use crate::provider::tap::Door;
use crate::runtime::cache::Cache;
use crate::runtime::clock::Clock;
use crate::runtime::record::{Player, Recording, load};
use crate::text::Safe;

/// Answers are held back for so long at most, however long they took or slowly they are replayed: the client would give up.
const LONGEST_HELD: Duration = Duration::from_secs(8);

pub fn console(mut setting: Setting, asked: &cli::Replay) -> Result<u8, Fault> {
    let recording = load(&asked.file)?;
    setting.clock = Clock::replaying(recording.started, asked.speed);
    let config = &mut setting.loaded.config;
    config.read_only = Switch::On;
    config.notify = Notify::default();
    // Nobody shares this limit, and what is read is on this machine already.
    config.poll.budget_share = 1.0;
    config.keep_logs_mb = 0;
    let poll = &mut config.poll;
    for seconds in [&mut poll.active_seconds, &mut poll.idle_seconds, &mut poll.slowest_seconds] {
        *seconds = faster(*seconds, asked.speed);
    }
    let note = |words: &Safe| Fault::new(FaultKind::Local, words.clone(), "what is in it is replayed");
    setting.notes.extend(recording.notes.iter().map(note));
    let (repos, hosts, ends) = (recording.repos.clone(), hosts(&recording), recording.ends());
    let player = runtime()?.block_on(async {
        let (player, stand, provider) = serve(recording, setting.clock).await?;
        let ledger: OpenLedger = Box::new(|| Arc::new(Memory::new()));
        let shelf = Shelf { ledger, cache: Cache::default(), state_dir: None, policy: Policy::default(), local: None };
        let stand_in = StandIn { host: Some(Safe::new("replay")), closed: Some(closed()), ends };
        let ended =
            Box::pin(service::run(setting, Service::there(Arc::new(provider)), shelf, repos, hosts, stand_in)).await;
        drop(stand);
        ended.map(|code| (code, player))
    });
    let (code, player) = player?;
    let missed = player.missed();
    if let Some(first) = missed.first() {
        output::say(&format!("{} questions are not in the recording, the first: {first}", missed.len()));
    }
    Ok(code)
}

/// Why nothing can be changed.
fn closed() -> ReadOnly {
    ReadOnly {
        why: Safe::new("as what is replayed has been"),
        next: Safe::new("start without replay to change things"),
        chosen: true,
    }
}

/// The player, the stand it speaks from, and the client that asks there.
pub async fn serve(recording: Recording, clock: Clock) -> Result<(Arc<Player>, Stand, GitHub), Fault> {
    let logs = recording.answers.iter().any(|(door, _)| *door == Door::Copilot);
    let token = Token::new(&format!("{}replay", recording.token_kind), "the recording")?;
    let name = Host::resolve(Some(&recording.host), None).is_ok().then(|| recording.host.clone());
    let player = Player::new(recording, clock.as_now());
    let speaker = Arc::clone(&player);
    let stand = Stand::start(Arc::new(move |question, ours| {
        let (said, at) = speaker.answer(question, ours);
        (said, clock.deadline(at).min(Tick::now() + LONGEST_HELD))
    }))
    .await
    .map_err(|error| {
        let what = format!("the recording cannot be served on this machine: {error}");
        Fault::new(FaultKind::Local, what, "try again")
    })?;
    let host = Host::resolve(name.as_deref(), Some(&stand.addresses().api))?;
    let mut options = github::Options::new(host, token, clock.as_now());
    options.read_only = true;
    options.copilot_api = if logs { CopilotApi::Auto } else { CopilotApi::Off };
    Ok((player, stand, GitHub::new(options)?))
}

/// Pages that may be opened: those of the host it was recorded on, where names are still its own.
fn hosts(recording: &Recording) -> Vec<String> {
    let known = Host::resolve(Some(&recording.host), None).is_ok() && !recording.anonymous;
    if known { vec![recording.host.clone()] } else { Vec::new() }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of a poll, held to a second at least"
)]
fn faster(seconds: u32, speed: f64) -> u32 {
    (f64::from(seconds) / speed).clamp(1.0, 86_400.0) as u32
}
