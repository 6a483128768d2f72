//! One pull request as a page: on whom it waits, its checks, its reviewers, whose its files are, its files.

use std::cmp::Ordering;

use super::page::Page;
use super::pieces::{labelled, spread};
use crate::console::state::Model;
use crate::console::state::reviews::Load;
use crate::console::state::tone::{Tone, Words};
use crate::console::state::words::{blocked, checks, pull_state};
use crate::domain::pull::{Opinion, Verdict};
use crate::domain::pull_look::{ChangedFiles, Owners, PullLook};
use crate::domain::{Check, Conclusion, Fault, Pull, PullState, Sight, age};
use crate::text::{Safe, Untrusted, width};

/// Owners that are named; there are files with dozens.
const MOST_OWNERS: usize = 12;

/// The whole page for a width.
pub fn page(model: &Model, pull: &Pull, columns: u16) -> Vec<Words> {
    let mut page = Page { columns: usize::from(columns).saturating_sub(1), lines: Vec::new() };
    if let Some(Some(Err(fault))) = model.reviews.page.as_ref().map(|page| &page.said) {
        page.text("refused", Tone::Bad, &Safe::new(fault.to_string()));
    }
    let title = pull.title.show_line();
    page.text("title", Tone::Strong, &title);
    about(&mut page, model, pull);
    page.blank();
    all_checks(&mut page, pull);
    page.blank();
    reviewers(&mut page, pull);
    let look = model.reviews.look_at(pull);
    owners(&mut page, look);
    threads(&mut page, pull);
    page.blank();
    files(&mut page, pull, look);
    page.lines
}

fn about(page: &mut Page, model: &Model, pull: &Pull) {
    match model.blocked(pull) {
        Some(on) => {
            let words = blocked(&on);
            page.words(
                "waits on",
                Words::one(words.0, on.whom.word()).with(Tone::Plain, format!(" — {}", on.why.words())),
            );
        }
        None => page.words("waits on", Words::one(Tone::Dim, "nobody: it is decided")),
    }
    let (tone, word) = pull_state(pull.state);
    let mut state = vec![Words::one(tone, word)];
    state.push(
        Words::one(Tone::Dim, "opened ").with(Tone::Plain, format!("{} ago", age::coarse(model.now - pull.created_at))),
    );
    state.extend(pull.author.as_ref().map(|who| Words::one(Tone::Dim, "by ").with(Tone::Plain, who.show_line())));
    if let Some(head) = &pull.standing.head {
        state.push(Words::one(Tone::Dim, "at ").with(Tone::Plain, short(head)));
    }
    page.flow("state", &state);
    let branch = Words::one(Tone::Plain, pull.head_ref.show_line());
    page.flow(
        "branch",
        &[branch.with(Tone::Dim, " → ").with(Tone::Plain, pull.base_ref.show_line()), base(model, pull)],
    );
    page.flow("load", &[load(model, pull)]);
    let look = model.reviews.look_at(pull);
    if let Some(merge) = look.and_then(|look| look.agent_merge.as_ref()).filter(|_| pull.is_open()) {
        let allowed: Vec<String> = merge.allowed.iter().map(|word| word.show_line().to_string()).collect();
        let allowed = if allowed.is_empty() { String::new() } else { format!(" ({})", allowed.join(", ")) };
        page.text("⚠", Tone::WarnStrong, &Safe::new(format!("an agent was told to merge this by itself{allowed}")));
    }
    page.words("link", Words::one(Tone::Dim, pull.url.show_line()));
}

fn base(model: &Model, pull: &Pull) -> Words {
    match model.base_rule(pull) {
        None if model.reviews.policy.is_none() => Words::new(),
        None => Words::one(Tone::Dim, "the policy says nothing of base branches"),
        Some((rule, true)) => Words::one(Tone::Dim, format!("the policy allows this base (rule `{rule}`)")),
        Some((rule, false)) => Words::one(Tone::Warn, format!("the policy protects this base (rule `{rule}`)")),
    }
}

fn load(model: &Model, pull: &Pull) -> Words {
    let Load { open, allowed } = model.review_load(&pull.repo);
    let words = Words::one(Tone::Plain, format!("{} ", pull.repo.as_str()));
    match allowed {
        Some(allowed) => {
            words.with(load_tone(open, allowed), format!("{open} open of {allowed} allowed without a review"))
        }
        None => words.with(Tone::Dim, format!("{open} open without a review")),
    }
}

/// How much of what is allowed is used up.
pub fn load_tone(open: usize, allowed: u32) -> Tone {
    let allowed = usize::try_from(allowed).unwrap_or(usize::MAX);
    match open.cmp(&allowed) {
        Ordering::Greater => Tone::Bad,
        Ordering::Equal => Tone::Warn,
        Ordering::Less => Tone::Plain,
    }
}

fn short(commit: &Untrusted) -> Safe {
    Safe::new(commit.show_line().chars().take(7).collect::<String>())
}

/// What has not passed line by line, then what has. `*`: required.
fn all_checks(page: &mut Page, pull: &Pull) {
    let mut head = vec![checks(pull.checks.as_ref())];
    let standing = &pull.standing;
    let required = standing.checks.iter().filter(|check| check.required == Some(true)).count();
    if required > 0 {
        head.push(Words::one(Tone::Dim, format!("* {required} required")));
    } else if standing.checks.iter().any(|check| check.required.is_none()) {
        head.push(Words::one(Tone::Dim, "which are required is not known"));
    }
    if standing.more_checks > 0 {
        let hidden = pull.checks.as_ref().is_some_and(|checks| checks.sight == Sight::Hidden);
        let how = if hidden { "not visible" } else { "not listed" };
        head.push(Words::one(Tone::Warn, format!("{} more are {how}", standing.more_checks)));
    }
    page.flow("checks", &head);
    let passed = |check: &&Check| matches!(check.conclusion, Some(Conclusion::Success | Conclusion::Neutral));
    let skipped = |check: &&Check| matches!(check.conclusion, Some(Conclusion::Skipped | Conclusion::Stale));
    let mut first_log = true;
    let mut rest: Vec<&Check> = standing.checks.iter().filter(|c| !passed(c) && !skipped(c)).collect();
    rest.sort_by_key(|check| (!check.is_failed(), check.required != Some(true)));
    for check in rest {
        let (sign, tone) = check_sign(check);
        let mut words = Words::one(tone, format!("{sign} ")).with(Tone::Plain, marked(check));
        let how = check.conclusion.as_ref().map_or_else(|| Safe::new("not completed"), Conclusion::word);
        words.push(Tone::Dim, format!("   {how}"));
        if check.is_failed() && check.job.is_some() && std::mem::take(&mut first_log) {
            words.push(Tone::Dim, "   e: its log");
        }
        page.words("", words);
    }
    let quiet = |check: &&Check| {
        let (sign, tone) = check_sign(check);
        Words::one(tone, format!("{sign} ")).with(Tone::Dim, marked(check))
    };
    let good: Vec<Words> = standing.checks.iter().filter(|c| passed(c) || skipped(c)).map(|c| quiet(&c)).collect();
    if !good.is_empty() {
        page.flow("", &good);
    }
}

fn marked(check: &Check) -> String {
    let mark = if check.required == Some(true) { "*" } else { "" };
    format!("{}{mark}", check.name.show_line())
}

fn check_sign(check: &Check) -> (&'static str, Tone) {
    match &check.conclusion {
        None => ("●", Tone::Accent),
        Some(Conclusion::Success | Conclusion::Neutral) => ("✓", Tone::Good),
        Some(Conclusion::Skipped | Conclusion::Stale) => ("⊘", Tone::Dim),
        Some(Conclusion::ActionRequired) => ("◆", Tone::Warn),
        Some(_) => ("✗", Tone::Bad),
    }
}

fn reviewers(page: &mut Page, pull: &Pull) {
    let mut label = "reviewers";
    for opinion in &pull.standing.opinions {
        page.words(label, verdict_of(opinion, pull.standing.head.as_ref()));
        label = "";
    }
    for asked in &pull.standing.asked {
        let words = Words::one(Tone::Warn, "◌ ").with(Tone::Plain, asked.show()).with(Tone::Dim, " is asked");
        page.words(label, words);
        label = "";
    }
    if label == "reviewers" {
        page.words(label, Words::one(Tone::Dim, "nobody is asked, nobody has reviewed it"));
    }
}

fn verdict_of(opinion: &Opinion, head: Option<&Untrusted>) -> Words {
    let (sign, tone, says) = match &opinion.verdict {
        Verdict::Approved => ("✓", Tone::Good, Safe::new("approved")),
        Verdict::ChangesRequested => ("✗", Tone::Bad, Safe::new("requested changes")),
        Verdict::Dismissed => ("⊘", Tone::Dim, Safe::new("was dismissed")),
        Verdict::Unknown(word) => ("?", Tone::Plain, word.show_line()),
    };
    let words =
        Words::one(tone, format!("{sign} ")).with(Tone::Plain, opinion.by.show_line()).with(tone, format!(" {says}"));
    match (&opinion.commit, head) {
        (Some(of), Some(head)) if of != head => words.with(Tone::Dim, format!(" at {}, commits came since", short(of))),
        _ => words,
    }
}

fn owners(page: &mut Page, look: Option<&PullLook>) {
    let Some(look) = look else { return page.words("owners", Words::one(Tone::Dim, "loading …")) };
    match &look.owners {
        Ok(None) if look.files.is_err() => page.words("owners", Words::one(Tone::Dim, "not known without its files")),
        Ok(None) => page.words("owners", Words::one(Tone::Dim, "the base has no CODEOWNERS file")),
        Ok(Some(owners)) => page.flow("owners", &owner_words(owners, look)),
        Err(fault) => failed(page, "owners", fault),
    }
}

fn owner_words(owners: &Owners, look: &PullLook) -> Vec<Words> {
    let count = |files: u32| if files == 1 { " 1 file".to_owned() } else { format!(" {files} files") };
    let all = &owners.ownership.owners;
    let name =
        |(owner, files): &(Untrusted, u32)| Words::one(Tone::Plain, owner.show_line()).with(Tone::Dim, count(*files));
    let mut words: Vec<Words> = all.iter().take(MOST_OWNERS).map(name).collect();
    if all.len() > MOST_OWNERS {
        words.push(Words::one(Tone::Dim, format!("and {} more", all.len() - MOST_OWNERS)));
    }
    if owners.ownership.nobodys > 0 {
        words.push(Words::one(Tone::Warn, format!("nobody{}", count(owners.ownership.nobodys))));
    }
    if look.files.as_ref().is_ok_and(|files| files.more) {
        words.push(Words::one(Tone::Warn, "of the files that are listed"));
    }
    words.push(Words::one(Tone::Dim, owners.path));
    match owners.skipped {
        0 => {}
        1 => words.push(Words::one(Tone::Warn, "a line of it is no rule")),
        n => words.push(Words::one(Tone::Warn, format!("{n} lines of it are no rules"))),
    }
    words
}

fn threads(page: &mut Page, pull: &Pull) {
    let Some(threads) = pull.standing.threads else { return };
    let (tone, text) = match (threads.unresolved, threads.total, threads.cut) {
        (_, 0, _) => (Tone::Dim, "none".to_owned()),
        (0, total, false) => (Tone::Good, format!("all {total} resolved")),
        (open, total, false) => (Tone::Warn, format!("{open} of {total} unresolved")),
        (open, total, true) => (Tone::Warn, format!("{open} unresolved of the first 100, {total} in all")),
    };
    page.words("threads", Words::one(tone, text));
}

fn files(page: &mut Page, pull: &Pull, look: Option<&PullLook>) {
    let mut head = Words::new();
    if let Some(files) = pull.standing.files {
        head.push(Tone::Plain, format!("{files} changed  "));
    }
    head.push(Tone::Good, format!("+{}", pull.additions));
    head.push(Tone::Bad, format!(" −{}", pull.deletions));
    head.push(Tone::Dim, "   D: the diff");
    page.words("files", head);
    match look.map(|look| &look.files) {
        None if pull.is_open() => page.words("", Words::one(Tone::Dim, "loading …")),
        None => {}
        Some(Err(fault)) => failed(page, "", fault),
        Some(Ok(files)) => listed(page, files, pull.standing.files),
    }
}

/// One a line: letter, path, lines.
fn listed(page: &mut Page, files: &ChangedFiles, all: Option<u64>) {
    let counts =
        |file: &crate::domain::pull_look::ChangedFile| (format!("+{}", file.added), format!("−{}", file.removed));
    let widest = files.files.iter().map(counts).map(|(a, r)| (a.len(), r.chars().count()));
    let (added, removed) = widest.fold((2, 2), |(a, r), (b, s)| (a.max(b), r.max(s)));
    let room = page.columns.saturating_sub(added + removed + 6).max(8);
    for file in &files.files {
        let name = file.path.show_line();
        let name = match &file.before {
            Some(before) => format!("{} → {name}", before.show_line()),
            None => name.to_string(),
        };
        let (a, r) = counts(file);
        let words = Words::one(Tone::Good, format!(" {a:>added$}"))
            .with(Tone::Bad, format!(" {r:>removed$}"))
            .with(Tone::Dim, format!(" {} ", file.change.letter()))
            .with(Tone::File, width::cut_middle(&name, room));
        page.lines.push(words);
    }
    // Only the list itself can say that it was cut: the count may be of another commit.
    if files.more {
        let read = files.files.len();
        let all = all.filter(|all| usize::try_from(*all).is_ok_and(|all| all > read));
        let all = all.map_or_else(|| "more".to_owned(), |all| all.to_string());
        let text = format!("{read} of {all} files are listed: GitHub tells of 3,000 at the most");
        page.lines.push(labelled("", 1, Words::one(Tone::Warn, text)));
    }
}

fn failed(page: &mut Page, label: &'static str, fault: &Fault) {
    page.text(label, Tone::Bad, &Safe::new(fault.to_string()));
}

/// The rule's words: where it stands and how old it is.
pub fn page_status(model: &Model, pull: &Pull) -> Words {
    let (tone, word) = pull_state(pull.state);
    let mut words = Words::new();
    if pull.state != PullState::Open {
        words.push(tone, word);
    }
    spread(&[words, Words::one(Tone::Dim, age::coarse(model.now - pull.created_at))])
}
