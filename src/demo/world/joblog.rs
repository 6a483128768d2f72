//! The plain-text log of a finished Actions job: `2026-06-26T12:24:44.1230000Z text`, groups, the step headers' variables,
//! and for the agent's own job the engine's lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::chance::Chance;
use super::chunks::{self, plain_model};
use super::clock::{MINUTE, SECOND, Tick, WorldClock};
use super::core::World;
use super::plan::Moment;
use super::runs::{JobView, RunKind, RunView};
use super::script::{Call, Tool};
use super::session::Session;

/// `None` while the job runs.
pub fn render(world: &World, run: &RunView, job: &JobView) -> Option<String> {
    let ended = job.completed?;
    let mut log = Log { clock: &world.clock, out: String::new() };
    log.set_up(job.started);
    match run.kind {
        RunKind::Agent { task, session } => {
            let session = world.tasks.get(task)?.sessions.get(session)?;
            agent(&mut log, world, run, session, ended);
        }
        RunKind::Pull { .. } | RunKind::Main => check(&mut log, job, ended),
    }
    log.line(ended, "Cleaning up orphan processes");
    Some(log.out)
}

struct Log<'a> {
    clock: &'a WorldClock,
    out: String,
}

impl Log<'_> {
    fn line(&mut self, at: Tick, text: &str) {
        self.out.push_str(&self.clock.fine_stamp(at));
        self.out.push(' ');
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn lines(&mut self, at: Tick, text: &str) {
        text.split('\n').for_each(|line| self.line(at, line));
    }

    fn set_up(&mut self, at: Tick) {
        self.line(at, "Current runner version: '2.331.0'");
        self.line(at, "##[group]Runner Image Provisioner");
        self.line(at, "Hosted Compute Agent");
        self.line(at, "##[endgroup]");
        self.line(at, "##[group]GITHUB_TOKEN Permissions");
        self.line(at, "Contents: write");
        self.line(at, "Metadata: read");
        self.line(at, "##[endgroup]");
    }

    /// A step's header: its script, coloured as the runner does, and its variables.
    fn step(&mut self, at: Tick, name: &str, script: &[&str], env: &[(&str, String)]) {
        self.line(at, &format!("##[group]Run {name}"));
        script.iter().for_each(|line| self.line(at, &format!("\u{1b}[36;1m{line}\u{1b}[0m")));
        self.line(at, "shell: /usr/bin/bash -e {0}");
        self.line(at, "env:");
        env.iter().for_each(|(key, value)| self.line(at, &format!("  {key}: {value}")));
        self.line(at, "##[endgroup]");
    }

    fn engine(&mut self, at: Tick, text: &str) {
        self.line(at, &format!("[cca-engine] {text}"));
    }
}

fn agent(log: &mut Log<'_>, world: &World, run: &RunView, session: &Session, ended: Tick) {
    let Some(repo) = world.repos.get(run.repo) else { return };
    let owner = world.owner_of(run.repo).map_or(0, |owner| owner.id);
    let start = session.start;
    let job_id = format!("{owner}-{}-{}", repo.id, Chance::new(1).of(&session.id, 1).uuid());
    let mut env = environment(log.clock, session, &job_id);
    // Older engines wrote what they were asked into the environment; newer ones no longer do.
    if session.created < -24 * 60 * MINUTE {
        env.extend(old_environment(world, session, run));
    }
    log.step(
        start + SECOND,
        "echo \"COPILOT_AGENT_TIMEOUT_MIN=59\"",
        &["echo \"COPILOT_AGENT_TIMEOUT_MIN=59\" >> \"$GITHUB_ENV\"", "exit 0"],
        &env,
    );
    log.line(start + 2 * SECOND, "Complete job name: copilot");
    log.engine(
        start + 3 * SECOND,
        &format!("Job {job_id}: action=fix trigger=false repo={} branch={}", repo.name, session.branch),
    );
    log.line(start + 3 * SECOND, "Proceeding without custom agent.");
    let shown: String = session.prompt.chars().take(500).collect();
    let cut = if shown.len() < session.prompt.len() { "..." } else { "" };
    log.lines(
        start + 3 * SECOND,
        &format!("[cca-engine] Problem statement ({} chars, source=job): {shown}{cut}", session.prompt.chars().count()),
    );
    log.engine(
        start + 4 * SECOND,
        &format!(
            "Model resolution: env=\"auto\" settings=\"{}\" → resolved=\"{}\"",
            session.model,
            plain_model(&session.model)
        ),
    );
    log.engine(start + 4 * SECOND, &format!("Created new session {}", session.id));
    log.line(
        start + 4 * SECOND,
        &format!("  [cca-engine] Steering mode: mission-control session={} timeout=59", session.id),
    );
    turns(log, session, ended);
    if let Some(why) = session.error(ended) {
        log.line(ended, &format!("::error title=Copilot Error::{why}"));
    }
    if run.conclusion == Some("cancelled") {
        log.line(ended, "##[error]The operation was canceled.");
    }
}

fn turns(log: &mut Log<'_>, session: &Session, ended: Tick) {
    let script = &session.script;
    let until = session.log_end(ended);
    let mut last = 0;
    log.engine(session.start + 5 * SECOND, &format!("turn=0 user.message: {} chars", session.prompt.chars().count()));
    for beat in session.plan.beats.iter().take_while(|beat| beat.at <= until) {
        match beat.what {
            Moment::Setup(index) => {
                let name = script.setups.get(index).map_or("", |setup| &setup.name);
                log.line(beat.at, &format!("{name}: done"));
            }
            Moment::Turn(index) => {
                let Some(turn) = script.turns.get(index) else { continue };
                last = index + 1;
                let said = session.fill.apply(&turn.say).chars().count();
                log.engine(beat.at, &format!("turn={last} assistant.turn_start"));
                log.engine(
                    beat.at,
                    &format!(
                        "turn={last} assistant.usage: model={} input={} output={}",
                        plain_model(&session.model),
                        14_200 + index * 612,
                        said / 4 + 40
                    ),
                );
                log.engine(
                    beat.at,
                    &format!("turn={last} assistant.message: {said} chars, {} tool call(s)", turn.calls.len()),
                );
                for call in &turn.calls {
                    log.engine(beat.at, &format!("turn={last} tool.execution_start: {}", preview(session, call)));
                }
                if turn.calls.is_empty() {
                    log.engine(beat.at, &format!("turn={last} assistant.turn_end"));
                }
            }
            Moment::Result { turn, call } => {
                let Some(call) = script.turns.get(turn).and_then(|turn| turn.calls.get(call)) else { continue };
                let passed = !matches!(call.tool, Tool::Bash { exit, .. } if exit != 0);
                log.engine(
                    beat.at,
                    &format!("turn={} tool.execution_complete: {} success={passed}", turn + 1, name(call)),
                );
            }
            Moment::Metadata => {
                log.engine(beat.at, &format!("turn={last} session.idle"));
                log.engine(beat.at, &format!("Main session complete after {last} turns"));
                log.engine(beat.at, &format!("PR: \"{}\"", session.fill.apply(&script.pr_title)));
                log.engine(beat.at, &format!("Sent pr_summary ({} chars)", session.fill.apply(&script.pr_body).len()));
            }
        }
    }
}

fn name(call: &Call) -> &str {
    match &call.tool {
        Tool::Bash { .. } => "bash",
        Tool::View { .. } => "view",
        Tool::Edit { name, .. } => name,
        Tool::Create { .. } => "create",
        Tool::Think => "think",
        Tool::Progress { .. } => "report_progress",
        Tool::CodeQl => "codeql_checker",
        Tool::Ask => "ask_user",
        Tool::Other { name, .. } => name,
    }
}

fn preview(session: &Session, call: &Call) -> String {
    let shown = match &call.tool {
        Tool::Bash { .. } => session.fill.apply(call.body.lines().next().unwrap_or_default().trim_start_matches("$ ")),
        Tool::View { path, .. } | Tool::Edit { path, .. } | Tool::Create { path } => {
            format!("{}/{}", chunks::root(session), session.fill.apply(path))
        }
        _ => return name(call).to_owned(),
    };
    let mut cut: String = shown.chars().take(60).collect();
    if cut.len() < shown.len() {
        cut.push('…');
    }
    format!("{} — {cut}", name(call))
}

fn environment(clock: &WorldClock, session: &Session, job_id: &str) -> Vec<(&'static str, String)> {
    vec![
        ("COPILOT_AGENT_SESSION_ID", session.id.clone()),
        ("COPILOT_AGENT_JOB_ID", job_id.to_owned()),
        ("COPILOT_AGENT_START_TIME_SEC", clock.unix_seconds(session.start).to_string()),
        ("COPILOT_AGENT_TIMEOUT_MIN", "59".to_owned()),
        ("COPILOT_AGENT_RUNTIME_VERSION", "3.14.2".to_owned()),
        ("COPILOT_AGENT_CALLBACK_URL", "https://api.individual.githubcopilot.com/agents/swe-agent/callback".to_owned()),
        ("COPILOT_AGENT_FIREWALL_ENABLED", "true".to_owned()),
        ("COPILOT_AGENT_INJECTED_SECRET_NAMES", String::new()),
        ("GITHUB_COPILOT_INTERACTION_ID", session.id.clone()),
        ("GITHUB_COPILOT_API_TOKEN", "***".to_owned()),
        ("COPILOT_API_URL", "https://api.individual.githubcopilot.com".to_owned()),
    ]
}

fn old_environment(world: &World, session: &Session, run: &RunView) -> Vec<(&'static str, String)> {
    let actor = world.person(session.user).map_or("", |person| person.login.as_str());
    let number = run.pull.and_then(|pull| world.pulls.get(pull)).map(|pull| pull.number.to_string());
    vec![
        ("COPILOT_AGENT_ACTOR", actor.to_owned()),
        ("COPILOT_AGENT_ACTOR_ID", session.user.to_string()),
        ("COPILOT_AGENT_ACTION", "fix".to_owned()),
        ("COPILOT_AGENT_PROMPT", STANDARD.encode(&session.prompt)),
        ("COPILOT_AGENT_ISSUE_NUMBER", "0".to_owned()),
        ("COPILOT_AGENT_PR_NUMBER", number.unwrap_or_default()),
        ("COPILOT_AGENT_MODEL", session.model.clone()),
        ("COPILOT_AGENT_BRANCH_NAME", session.branch.clone()),
    ]
}

fn check(log: &mut Log<'_>, job: &JobView, ended: Tick) {
    let at = job.started + SECOND;
    log.step(at, &format!("make {}", job.name), &[&format!("make {}", job.name)], &[("CI", "true".to_owned())]);
    let failed = job.conclusion == Some("failure");
    log.line(at, &format!("\u{1b}[1m==> {}\u{1b}[0m", job.name));
    if failed {
        log.line(ended - SECOND, "\u{1b}[31merror\u{1b}[0m: 1 problem in src/rounding.rs:118:9");
        log.line(ended - SECOND, "  this `match` has two arms with the same body");
        log.line(ended, "##[error]Process completed with exit code 1.");
    } else if job.conclusion == Some("cancelled") {
        log.line(ended, "##[error]The operation was canceled.");
    } else {
        log.line(ended - SECOND, "\u{1b}[32mok\u{1b}[0m, nothing to complain about");
    }
}
