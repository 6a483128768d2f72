//! `atc policy check | explain | example`, as text. What `explain` needs of the service is handed in.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::args::Options;
use super::config_verbs::{self, Report};
use super::exit::Exit;
use super::look::joined::field;
use super::look::shape::{Field, Is, schema, write};
use super::output;
use super::start::{cleaned, read_prompt};
use crate::config::policy::{PolicyFile, docs, load};
use crate::config::{self, Paths};
use crate::domain::policy::{Case, Facts, Finding, Grade, InForce, Judgement, Key, Stage, Verdict, Whence};
use crate::domain::{Fault, FaultKind, RepoName, StartRequest};

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum PolicyVerb {
    /// Say whether the policy file is right, and if not, everything that is wrong
    Check,
    /// Say what the policy says to a start: which rules match, which numbers stand, the verdict
    Explain(Explain),
    /// Print a policy file to begin with, with every key explained
    Example,
}

/// A start that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Explain {
    /// The repository
    // Not the name of the program's own --repo: the one would be taken for the other.
    #[arg(id = "about", value_name = "OWNER/NAME")]
    pub repo: String,
    /// The template's id
    #[arg(long, value_name = "ID")]
    pub template: Option<String>,
    /// The model asked for
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The custom agent asked for
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// The branch to start from
    #[arg(long, value_name = "BRANCH")]
    pub base: Option<String>,
    /// The branch to go on on
    #[arg(long, value_name = "BRANCH")]
    pub head: Option<String>,
    /// The ticket it is for
    #[arg(long, value_name = "TICKET")]
    pub ticket: Option<String>,
    /// The prompt, for what it says of the same work that may be under way; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub prompt_file: Option<String>,
    /// No pull request is asked for
    #[arg(long)]
    pub no_pull_request: bool,
    /// Rules only: nothing is asked of the service or the ledger
    #[arg(long)]
    pub offline: bool,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// Those that need neither the service nor the ledger; `Err`: what `explain` asks.
pub fn run(verb: PolicyVerb, options: &Options) -> Result<Exit, Box<Explain>> {
    let report = match verb {
        PolicyVerb::Explain(explain) => return Err(Box::new(explain)),
        PolicyVerb::Example => Report { text: docs::example(), exit: Exit::Done },
        PolicyVerb::Check => match Paths::find() {
            Ok(paths) => check(options, &paths),
            Err(fault) => return Ok(output::fail(&fault)),
        },
    };
    Ok(print(&report))
}

pub fn print(report: &Report) -> Exit {
    if report.exit == Exit::Usage {
        output::complain(&report.text);
        return report.exit;
    }
    match output::say(&report.text) {
        Exit::Done => report.exit,
        failed => failed,
    }
}

fn check(options: &Options, paths: &Paths) -> Report {
    match config::load(&options.sources(), paths) {
        Ok(loaded) => checked(&load(&PolicyFile::find(&loaded.config, paths))),
        Err(invalid) => Report { text: config_verbs::problems(&invalid), exit: Exit::Usage },
    }
}

/// Whether a policy is right, and if not, everything that is wrong with it.
pub fn checked(in_force: &InForce) -> Report {
    match (&in_force.policy, &in_force.whence) {
        (Err(broken), _) => {
            let mut lines: Vec<String> = broken.problems.iter().map(|problem| format!("atc: {problem}")).collect();
            lines.push("Correct it there; until then nothing may start.".to_owned());
            Report { text: lines.join("\n"), exit: Exit::Usage }
        }
        (Ok(_), Whence::Defaults { looked_at }) => {
            Report { text: format!("{looked_at}: not there, the documented defaults hold"), exit: Exit::Done }
        }
        (Ok(policy), Whence::File { path }) => {
            let rules = policy.rules.len();
            let s = if rules == 1 { "" } else { "s" };
            let hash = in_force.hash.map(hex).unwrap_or_default();
            Report { text: format!("{path}: all is well, {rules} rule{s}, SHA-256 {hash}"), exit: Exit::Done }
        }
    }
}

fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The start that is asked about.
pub fn request(explain: &Explain) -> Result<StartRequest, Fault> {
    let repo: RepoName = explain.repo.parse().map_err(|error| {
        Fault::new(FaultKind::Invalid, format!("{}: {error}", explain.repo), "give a repository as owner/name")
    })?;
    let prompt = explain.prompt_file.as_deref().map(|file| cleaned(&read_prompt(file)?)).transpose()?;
    Ok(StartRequest {
        repo,
        prompt: prompt.unwrap_or_default(),
        model: explain.model.clone(),
        custom_agent: explain.agent.clone(),
        create_pull_request: !explain.no_pull_request,
        base_ref: explain.base.clone(),
        head_ref: explain.head.clone(),
    })
}

/// Which rules match, which numbers stand against them, and the verdict. Refused is a failure for the shell.
pub fn explained(explain: &Explain, request: &StartRequest, in_force: &InForce, facts: &Facts) -> Report {
    let case = Case { request, template: explain.template.as_deref(), ticket: explain.ticket.as_deref() };
    let stage = if explain.offline { Stage::Preview } else { Stage::Gate };
    told(explain, in_force, &in_force.judge(&case, facts, stage))
}

/// What came of asking.
pub fn told(explain: &Explain, in_force: &InForce, judged: &Judgement) -> Report {
    let exit = if judged.verdict() == Verdict::Refused { Exit::Failed } else { Exit::Done };
    let text = if explain.json { as_json(in_force, judged) } else { as_text(in_force, judged) };
    Report { text, exit }
}

/// Rules for the repository, the most specific first; then those for all together.
fn rules(in_force: &InForce, repo: &RepoName) -> (Vec<String>, Vec<String>) {
    let Ok(policy) = &in_force.policy else { return (Vec::new(), Vec::new()) };
    let name = |rule: &&crate::domain::policy::Rule| {
        let patterns: Vec<&str> = rule.repos.iter().map(crate::domain::RepoPattern::as_str).collect();
        if patterns.is_empty() { rule.id.clone() } else { format!("{} ({})", rule.id, patterns.join(", ")) }
    };
    (policy.for_repo(repo).iter().map(name).collect(), policy.for_all().iter().map(name).collect())
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Fine => "fine",
        Grade::Later => "later",
        Grade::NeedsReason => "needs reason",
        Grade::Refuses => "refuses",
    }
}

fn as_text(in_force: &InForce, judged: &Judgement) -> String {
    let (here, all) = rules(in_force, &judged.request().repo);
    let whence = match &in_force.whence {
        Whence::Defaults { looked_at } => format!("the documented defaults; {looked_at} is not there"),
        Whence::File { path } => match in_force.hash {
            Some(hash) => format!("{path}, SHA-256 {}", hex(hash)),
            None => path.to_string(),
        },
    };
    let mut out = format!("policy   {whence}\n");
    if in_force.policy.is_ok() {
        let _ = writeln!(out, "rules    {}; in all: {}", here.join(" > "), all.join(" > "));
    }
    for finding in judged.findings() {
        let scope = if finding.in_all { " in all" } else { "" };
        let said = format!("{}{scope}", finding.says);
        let _ = writeln!(out, "{:<13} {said:<44} rule `{}`", grade(finding.grade), finding.rule);
    }
    for duplicate in judged.duplicates() {
        let _ = writeln!(out, "duplicate     {duplicate}");
    }
    let _ = write!(out, "verdict  {}", judged.line());
    out
}

fn as_json(in_force: &InForce, judged: &Judgement) -> String {
    let told = Explained { in_force: in_force.clone(), judged: judged.clone() };
    crate::ledger::export::ascii(&write(EXPLAINED, &told).to_string())
}

/// A start that was asked about, and the policy it was judged by.
#[derive(Debug)]
pub struct Explained {
    in_force: InForce,
    judged: Judgement,
}

/// The object of `atc policy explain --json`.
pub const EXPLAINED: &[Field<Explained>] = &[
    field!("repo", Is::Text, "The repository: owner/name.", |e| e.judged.request().repo.as_str().into()),
    field!("verdict", Is::OneOf(&["allowed", "needs_reason", "refused"]), "What the policy says to it.", |e| e
        .judged
        .verdict()
        .word()
        .into()),
    field!("rule", Is::Text, "The rule it followed from.", |e| e.judged.rule().as_str().into()),
    field!("line", Is::Text, "The verdict with its rule and numbers, in a line.", |e| e.judged.line().as_str().into()),
    field!("policy", Is::Object(|| schema(POLICY)), "The policy it was judged by.", |e| write(POLICY, e)),
    field!("findings", Is::List(&Is::Object(|| schema(FINDING))), "What was looked at, and what was found.", |e| {
        e.judged.findings().iter().map(|one| write(FINDING, one)).collect()
    }),
    field!("duplicates", Is::List(&Is::Text), "The same work that may be under way.", |e| {
        e.judged.duplicates().iter().map(|one| Value::from(one.to_string())).collect()
    }),
];

const POLICY: &[Field<Explained>] = &[
    field!("file", Is::Maybe(&Is::Text), "Its file; null: the documented defaults hold.", |e| {
        match &e.in_force.whence {
            Whence::Defaults { .. } => Value::Null,
            Whence::File { path } => path.as_str().into(),
        }
    }),
    field!("sha256", Is::Maybe(&Is::Text), "The file's SHA-256.", |e| e.in_force.hash.map(hex).into()),
    field!("problems", Is::List(&Is::Text), "What is wrong with it: then nothing may start.", |e| {
        match (&e.in_force.whence, &e.in_force.policy) {
            (Whence::File { .. }, Err(broken)) => broken.problems.iter().map(|one| Value::from(one.as_str())).collect(),
            _ => Value::Array(Vec::new()),
        }
    }),
    field!("rules", Is::List(&Is::Text), "Rules for the repository, the most specific first.", |e| {
        rules(&e.in_force, &e.judged.request().repo).0.into()
    }),
    field!("rules_in_all", Is::List(&Is::Text), "Rules for all repositories together.", |e| {
        rules(&e.in_force, &e.judged.request().repo).1.into()
    }),
];

const FINDING: &[Field<Finding>] = &[
    field!("key", Is::Maybe(&Is::Text), "The policy's key; null: the policy itself.", |f| f.key.map(Key::word).into()),
    field!("scope", Is::OneOf(&["repo", "all"]), "Of the repository, or of all together.", |f| {
        if f.in_all { "all" } else { "repo" }.into()
    }),
    field!("rule", Is::Text, "The rule.", |f| f.rule.as_str().into()),
    field!("grade", Is::OneOf(&["fine", "later", "needs_reason", "refuses"]), "How it weighs.", |f| {
        grade(f.grade).replace(' ', "_").into()
    }),
    field!("says", Is::Text, "What was found, with its numbers.", |f| f.says.as_str().into()),
];
