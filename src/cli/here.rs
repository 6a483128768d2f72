//! The checkout atc was started in, as a start needs to know it: which repository, which branch, and what of the work in
//! it the agent will not see because it was never pushed. Nothing is pushed, and nothing in the checkout is changed.
//!
//! git is asked, never through a shell, with a time limit, and so that what a repository's own configuration names is not
//! run: no hooks, no file system monitor, no filters, no fetching. What it answers is a stranger's word.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::origin;
use crate::domain::{Fault, FaultKind, PullState, RepoName};
use crate::provider::Provider;
use crate::text::{Safe, Untrusted};

/// git has answered by then, or is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// More of an answer is not read.
const MOST: u64 = 4 * 1024 * 1024;

/// What a checkout says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// `None`: no branch is checked out.
    pub branch: Option<Untrusted>,
    /// Its name at `origin`, if it is there.
    pub at_origin: Option<Untrusted>,
    /// Files changed, added or in conflict, and never committed.
    pub changed: usize,
    /// Commits that `origin` does not have.
    pub unpushed: u64,
}

/// What a start takes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    pub repo: RepoName,
    /// `None`: the default branch.
    pub base: Option<String>,
    pub head: Option<String>,
    /// What the agent will not see.
    pub unseen: Option<Safe>,
}

/// Looks at the checkout that holds `directory`. `go_on`: the work is to go on on its branch, not to start from it.
pub async fn look(provider: &dyn Provider, directory: &Path, web: &str, go_on: bool) -> Result<Here, Fault> {
    let Some(repo) = origin::repo_of_checkout(directory, web) else {
        let what = format!("this is no checkout of a repository on {web}");
        return Err(wrong(what, "go into one, or say which repository is meant"));
    };
    let checkout = ask(directory).await?;
    let default = provider.default_branch(&repo).await?;
    let unseen = checkout.unseen();
    let Some(branch) = &checkout.branch else {
        return Err(wrong("no branch is checked out here", "check one out, or say which branch is meant"));
    };
    let Some(name) = checkout.at_origin.as_ref().map(|name| name.raw_for_wire().to_owned()) else {
        let what = format!("the branch {} is not at origin", branch.show_line());
        return Err(wrong(what, "push it first, or say which branch is meant"));
    };
    let is_default = name == default.raw_for_match();
    if !go_on {
        return Ok(Here { repo, base: (!is_default).then_some(name), head: None, unseen });
    }
    if is_default {
        let what = format!("{} is the default branch: work does not go on on it", branch.show_line());
        return Err(wrong(what, "check out another, or start from it instead"));
    }
    let base = base_of(provider, &repo, &name).await?.unwrap_or_else(|| default.raw_for_wire().to_owned());
    Ok(Here { repo, base: Some(base), head: Some(name), unseen })
}

fn wrong(what: impl AsRef<str>, next: &str) -> Fault {
    Fault::new(FaultKind::Invalid, what, next)
}

/// Where the branch's open pull request goes to; `None`: it has none at all. One that is over is no place to go on.
async fn base_of(provider: &dyn Provider, repo: &RepoName, branch: &str) -> Result<Option<String>, Fault> {
    let refs = provider.pulls_of_branch(repo, &Untrusted::from(branch)).await?;
    if refs.is_empty() {
        return Ok(None);
    }
    let pulls = provider.pulls(&refs).await?;
    let open = |state: PullState| matches!(state, PullState::Open | PullState::Draft);
    match pulls.iter().flatten().find(|pull| open(pull.state)) {
        Some(pull) => Ok(Some(pull.base_ref.raw_for_wire().to_owned())),
        None => Err(wrong(
            format!("the pull request of {} is closed", Safe::new(branch)),
            "start from the branch instead, or reopen it",
        )),
    }
}

impl Checkout {
    /// In words, if there is anything.
    pub fn unseen(&self) -> Option<Safe> {
        let count = |count: u64, what: &str, rest: &str| {
            let s = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {what}{s} {rest}"))
        };
        let parts: Vec<String> = [
            count(u64::try_from(self.changed).unwrap_or(u64::MAX), "file", "changed"),
            count(self.unpushed, "commit", "not pushed"),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| Safe::new(format!("{}: the agent will not see them", parts.join(" and "))))
    }
}

/// Asks git.
pub async fn ask(directory: &Path) -> Result<Checkout, Fault> {
    let quiet = quiet(directory).await?;
    let status = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignore-submodules=all"];
    let mut checkout = parsed(&git(directory, &quiet, &status).await?);
    // Without an upstream of its own a branch may still be there under its name.
    if let (None, Some(branch)) = (&checkout.at_origin, &checkout.branch) {
        let full = format!("refs/remotes/origin/{}", branch.raw_for_wire());
        if git(directory, &quiet, &["rev-parse", "--verify", "--quiet", "--end-of-options", &full]).await.is_ok() {
            checkout.at_origin = Some(branch.clone());
        }
    }
    if let Some(name) = &checkout.at_origin {
        let there = format!("refs/remotes/origin/{}..HEAD", name.raw_for_wire());
        let counted = git(directory, &quiet, &["rev-list", "--count", "--end-of-options", &there]).await?;
        checkout.unpushed = String::from_utf8_lossy(&counted).trim().parse().unwrap_or(0);
    }
    Ok(checkout)
}

/// What keeps the repository's own configuration from having programs run. The names of filters are its own choice, so
/// they are asked for first; to read the configuration runs nothing.
async fn quiet(directory: &Path) -> Result<Vec<String>, Fault> {
    let mut quiet: Vec<String> = [
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "core.untrackedCache=false",
        "protocol.allow=never",
        "status.submoduleSummary=false",
    ]
    .map(str::to_owned)
    .to_vec();
    let names = git(directory, &quiet, &["config", "--list", "--name-only", "-z", "--includes"]).await?;
    for name in String::from_utf8_lossy(&names).split('\0') {
        let is_filter = name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("filter."));
        if is_filter && [".clean", ".process", ".smudge"].iter().any(|end| name.ends_with(end)) {
            quiet.push(format!("{name}="));
        } else if is_filter && name.ends_with(".required") {
            quiet.push(format!("{name}=false"));
        }
    }
    Ok(quiet)
}

async fn git(directory: &Path, quiet: &[String], arguments: &[&str]) -> Result<Vec<u8>, Fault> {
    let failed = |why: &str| {
        let what = format!("git could not say how this checkout stands: {why}");
        Fault::new(FaultKind::Local, what, "say which repository and branch are meant")
    };
    let mut command = Command::new("git");
    command.arg("--no-optional-locks").arg("--no-pager");
    for setting in quiet {
        command.arg("-c").arg(setting);
    }
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .current_dir(directory)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(&error.to_string()))?;
    let out = child.stdout.take();
    let work = async {
        let mut bytes = Vec::new();
        if let Some(out) = out {
            out.take(MOST).read_to_end(&mut bytes).await?;
        }
        // What is not read any more must not keep it writing.
        Ok::<_, std::io::Error>((child.wait().await?, bytes))
    };
    match tokio::time::timeout(PATIENCE, work).await {
        Err(_) => Err(failed("it took too long")),
        Ok(Err(error)) => Err(failed(&error.to_string())),
        Ok(Ok((status, bytes))) if status.success() || bytes.len() as u64 == MOST => Ok(bytes),
        Ok(Ok(_)) => Err(failed("it refused")),
    }
}

/// `git status --porcelain=v2 --branch -z`.
fn parsed(status: &[u8]) -> Checkout {
    let mut checkout = Checkout::default();
    let mut records = status.split(|byte| *byte == 0);
    while let Some(record) = records.next() {
        let text = String::from_utf8_lossy(record);
        if let Some(branch) = text.strip_prefix("# branch.head ") {
            checkout.branch = (branch != "(detached)").then(|| Untrusted::from(branch));
        } else if let Some(upstream) = text.strip_prefix("# branch.upstream ") {
            checkout.at_origin = upstream.strip_prefix("origin/").map(Untrusted::from);
        } else if text.starts_with("2 ") {
            // A rename: the name it had is a record of its own.
            records.next();
            checkout.changed += 1;
        } else if text.starts_with(['1', 'u', '?']) {
            checkout.changed += 1;
        }
    }
    checkout
}

#[cfg(test)]
mod tests;
