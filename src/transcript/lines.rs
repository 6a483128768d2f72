//! One entry as lines for a width. Used by the scroll arithmetic and by the view alike, so that they cannot disagree.
//!
//! A folded entry lays out only what it shows: the first and last lines of an output of a megabyte cost as much as
//! those of a small one.

use chrono::TimeDelta;

use super::diff::Mark;
use super::entry::{Command, Edit, EditVerb, Entry, Kind};
use super::facets::tests_of;
use super::flow::{self, Fold, Parts, Rows};
use super::markdown::Markdown;
use super::tests_run::TestsRun;
use super::tools;
use crate::domain::look::Tone;
use crate::text::{Safe, Sgr, Untrusted, width};

/// What a piece of text is; the view gives it a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Dim,
    Strong,
    /// The word that names the kind: a command, a file action, progress, an error.
    Command,
    File,
    Progress,
    Error,
    Reasoning,
    Code,
    Link,
    Added,
    Removed,
    Hunk,
    Good,
    Bad,
    /// Stands for the clock of a call that has no answer; the view puts the words.
    Pending,
    /// Colours of the log itself.
    Log(Sgr),
}

impl Ink {
    /// What it means. `None`: the log itself says how it looks.
    pub fn tone(self) -> Option<Tone> {
        Some(match self {
            Self::Plain => Tone::Plain,
            Self::Dim => Tone::Dim,
            Self::Strong => Tone::Strong,
            Self::Command | Self::Hunk | Self::Code | Self::Link | Self::Pending => Tone::Accent,
            Self::File => Tone::File,
            Self::Progress | Self::Good | Self::Added => Tone::Good,
            Self::Error => Tone::BadStrong,
            Self::Bad | Self::Removed => Tone::Bad,
            Self::Reasoning => Tone::Reasoning,
            Self::Log(_) => return None,
        })
    }
}

/// One row of the log pane, without its margin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogLine {
    pub parts: Vec<(Ink, Safe)>,
    /// Set at the right end of the row (exit code, duration, counts).
    pub right: Vec<(Ink, Safe)>,
}

impl LogLine {
    /// The words of the row, without what stands at its right end.
    pub fn text(&self) -> String {
        self.parts.iter().map(|(_, text)| text.as_str()).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns for the text, margin excluded.
    pub width: u16,
    pub folded: bool,
    pub wrap: bool,
}

/// Columns kept free for the clock of a call that runs.
const CLOCK: usize = 14;

const QUIET: Fold = Fold { head: 0, tail: 0, keep: 0 };
const SUCCESS: Fold = Fold { head: 0, tail: 0, keep: 3 };
const FAILURE: Fold = Fold { head: 2, tail: 8, keep: 12 };
const DIFF: Fold = Fold { head: 12, tail: 0, keep: 16 };
const THOUGHT: Fold = Fold { head: 1, tail: 0, keep: 2 };
const REPORT: Fold = Fold { head: 12, tail: 0, keep: 14 };
const WORDS: Fold = Fold { head: 40, tail: 0, keep: 60 };
const RAW: Fold = Fold { head: 1, tail: 0, keep: 1 };

/// Is there anything that folding this entry hides at this width. What can be folded is folded until it is opened.
pub fn folds(entry: &Entry, columns: u16) -> bool {
    let hides = |fold: Fold, text: &Untrusted| fold.hides(flow::count(body(text)));
    let any = |text: &Option<Untrusted>| text.as_ref().is_some_and(|text| !body(text).is_empty());
    match &entry.kind {
        Kind::Command(command) => {
            let fold = output_fold(entry, command);
            let line = tools::short_command(command.command.raw_for_match());
            command.output.as_ref().is_some_and(|output| hides(fold, output))
                || line.contains('\n')
                || width::width(line) + 24 > usize::from(columns)
        }
        Kind::Setup { output, .. } | Kind::View { output, .. } | Kind::Search { output, .. } => any(output),
        Kind::Tool { name, output, input, .. } => {
            any(output) || flow::count(body(input)) > 1 || input.len() + name.len() + 40 > usize::from(columns)
        }
        Kind::Edit(edit) => DIFF.hides(edit.diff.len()),
        Kind::Progress { body, output, .. } => hides(REPORT, body) || any(output),
        Kind::Reasoning(text) => hides(THOUGHT, text),
        Kind::Text(text) | Kind::Error(text) | Kind::User(text) => hides(WORDS, text),
        Kind::PullSummary { body, .. } => hides(REPORT, body),
        Kind::Broken(_) => true,
        Kind::Line(_) => false,
    }
}

/// Never empty: every entry has at least one row.
pub fn lines(entry: &Entry, options: Options) -> Vec<LogLine> {
    let mut layout = Layout { rows: Rows::new(options.width, options.wrap), entry, folded: options.folded };
    layout.entry();
    let mut rows = layout.rows.done;
    if rows.is_empty() {
        rows.push(LogLine::default());
    }
    rows
}

/// A text without the empty lines round it.
fn body(text: &Untrusted) -> &str {
    text.raw_for_match().trim_matches(['\n', '\r']).trim_end()
}

fn output_fold(entry: &Entry, command: &Command) -> Fold {
    if entry.failed || command.exit.is_some_and(|code| code != 0) { FAILURE } else { SUCCESS }
}

struct Layout<'a> {
    rows: Rows,
    entry: &'a Entry,
    folded: bool,
}

impl Layout<'_> {
    fn entry(&mut self) {
        match &self.entry.kind {
            Kind::Text(text) => self.markdown(text, WORDS),
            Kind::Reasoning(text) => self.text(text, THOUGHT, |rows, line| rows.plain(Ink::Reasoning, line)),
            Kind::Command(command) => self.command(command),
            Kind::Edit(edit) => self.edit(edit),
            Kind::Setup { name, output } => {
                self.tool((Ink::Dim, "setup"), &name.show_line(), None, output.as_ref());
            }
            Kind::View { path, lines, output } => {
                let what = match lines {
                    Some((first, u32::MAX)) => Safe::new(format!("{} from {first}", path.show_line())),
                    Some((first, last)) => Safe::new(format!("{} {first}–{last}", path.show_line())),
                    None => path.show_line(),
                };
                self.tool((Ink::File, "view"), &what, None, output.as_ref());
            }
            Kind::Search { query, output } => {
                self.tool((Ink::File, "search"), &query.show_line(), None, output.as_ref());
            }
            Kind::Tool { name, title, input, output } => {
                if title.is_empty() {
                    let what = Safe::new(format!("{} {}", name.show_line(), input.show_line()));
                    self.tool((Ink::Command, "call"), &what, Some(input), output.as_ref());
                } else {
                    self.tool((Ink::Command, title), &input.show_line(), Some(input), output.as_ref());
                }
            }
            Kind::Progress { title, body, output } => self.progress(title, body, output.as_ref()),
            Kind::PullSummary { title, body } => {
                let heading = vec![word(Ink::Progress, "pull request"), (Ink::Strong, title.show_line())];
                self.rows.heading(heading, Parts::new(), 0, true);
                self.markdown(body, REPORT);
            }
            Kind::Error(text) => self.error(text),
            Kind::User(text) => {
                self.rows.flow(vec![(Ink::Strong, Safe::new("user"))], 0);
                self.markdown(text, WORDS);
            }
            Kind::Line(text) => self.rows.log(text.raw_for_match()),
            Kind::Broken(text) => {
                self.rows.flow(vec![(Ink::Bad, Safe::new("unreadable record"))], 0);
                self.text(text, RAW, |rows, line| rows.plain(Ink::Dim, line));
            }
        }
    }

    fn text(&mut self, text: &Untrusted, fold: Fold, each: impl FnMut(&mut Rows, &str)) {
        let text = body(text);
        if !text.is_empty() {
            self.rows.folded(text, self.folded.then_some(fold), each);
        }
    }

    fn markdown(&mut self, text: &Untrusted, fold: Fold) {
        let mut markdown = Markdown::of(body(text));
        self.text(text, fold, |rows, line| markdown.line(rows, line));
    }

    fn output(&mut self, text: &Untrusted, fold: Fold) {
        self.text(text, fold, Rows::log);
    }

    /// How it ended, how long it took, how much is hidden.
    fn right(&self, hidden: usize) -> Parts {
        let mut right = Parts::new();
        if self.entry.kind.is_pending() {
            right.push((Ink::Pending, Safe::new("running")));
            return right;
        }
        match &self.entry.kind {
            Kind::Command(Command { exit: Some(0), .. }) => right.push((Ink::Good, Safe::new("exit 0"))),
            Kind::Command(Command { exit: Some(code), .. }) => {
                right.push((Ink::Bad, Safe::new(format!("exit {code}"))));
            }
            _ if self.entry.failed => right.push((Ink::Bad, Safe::new("failed"))),
            _ => {}
        }
        let notable = if matches!(self.entry.kind, Kind::Command(_)) { 0 } else { 2000 };
        if let Some(took) = self.entry.took().filter(|took| took.num_milliseconds() > notable) {
            right.push((Ink::Dim, Safe::new(duration(took))));
        }
        if hidden > 0 {
            right.push((Ink::Dim, Safe::new(format!("+{hidden} {}", flow::plural(hidden)))));
        }
        right.extend(tests_of(self.entry).map(tally));
        right
    }

    fn heading(&mut self, parts: Parts, hidden: usize) {
        let right = self.right(hidden);
        let clock = if self.entry.kind.is_pending() { CLOCK } else { 0 };
        self.rows.heading(parts, right, clock, !self.folded);
    }

    fn command(&mut self, command: &Command) {
        let fold = output_fold(self.entry, command);
        let spelled = Untrusted::from(tools::short_command(command.command.raw_for_match())).show_spelled();
        let first = spelled.first().map_or("", |line| line.as_str());
        let (program, rest) = first.split_at_checked(first.find(' ').unwrap_or(first.len())).unwrap_or((first, ""));
        let more = if self.folded && spelled.len() > 1 { " …" } else { "" };
        let output = command.output.as_ref();
        let lines = output.map_or(0, |output| flow::count(body(output)));
        let quiet = self.folded && fold == SUCCESS && fold.hides(lines);
        let heading =
            vec![(Ink::Command, Safe::new(format!("$ {program}"))), (Ink::Plain, Safe::new(format!("{rest}{more}")))];
        self.heading(heading, if quiet { lines } else { 0 });
        if !self.folded {
            for line in spelled.iter().skip(1) {
                self.rows.flow(vec![(Ink::Plain, Safe::new(format!("  {line}")))], 2);
            }
            if let Some(description) = &command.description {
                self.rows.plain(Ink::Dim, &format!("# {}", description.show_line()));
            }
        }
        if let Some(output) = output {
            self.output(output, fold);
        }
    }

    /// A call that is one line until it is opened. `input`: shown whole when it is.
    fn tool(&mut self, first: (Ink, &str), what: &Safe, input: Option<&Untrusted>, output: Option<&Untrusted>) {
        let lines = output.map_or(0, |output| flow::count(body(output)));
        let heading = vec![word(first.0, first.1), (Ink::Plain, what.clone())];
        let several = input.is_some_and(|input| flow::count(body(input)) > 1);
        if several && !self.folded {
            self.heading(vec![word(first.0, first.1)], 0);
        } else {
            self.heading(heading, if self.folded { lines } else { 0 });
        }
        if let Some(input) = input.filter(|_| several && !self.folded) {
            self.text(input, QUIET, |rows, line| rows.plain(Ink::Dim, line));
        }
        if let Some(output) = output {
            self.output(output, QUIET);
        }
    }

    fn edit(&mut self, edit: &Edit) {
        let verb = match edit.verb {
            EditVerb::Create => "create",
            EditVerb::Edit => "edit",
            EditVerb::Patch => "patch",
        };
        let mut right = self.right(0);
        if edit.diff.added > 0 {
            right.insert(0, (Ink::Added, Safe::new(format!("+{}", edit.diff.added))));
        }
        if edit.diff.removed > 0 {
            let at = usize::from(edit.diff.added > 0);
            right.insert(at, (Ink::Removed, Safe::new(format!("−{}", edit.diff.removed))));
        }
        let heading = vec![word(Ink::File, verb), (Ink::Plain, edit.path.show_line())];
        self.rows.heading(heading, right, 0, !self.folded);
        let shown = if self.folded && DIFF.hides(edit.diff.len()) { DIFF.head } else { edit.diff.len() };
        for (mark, line) in edit.diff.lines().take(shown) {
            let (ink, sign) = match mark {
                Mark::Hunk => (Ink::Hunk, ""),
                Mark::Context => (Ink::Dim, "  "),
                Mark::Added => (Ink::Added, "+ "),
                Mark::Removed => (Ink::Removed, "− "),
            };
            self.rows.flow(vec![(ink, Safe::new(format!("{sign}{}", line.show_line())))], 2);
        }
        self.rows.hidden(edit.diff.len() - shown);
        if let Some(said) = &edit.said {
            self.output(said, FAILURE);
        }
    }

    fn progress(&mut self, title: &Untrusted, text: &Untrusted, output: Option<&Untrusted>) {
        let heading = vec![word(Ink::Progress, "progress"), (Ink::Plain, title.show_line())];
        let mut right = self.right(0);
        let (done, all) = checked(text.raw_for_match());
        if all > 0 {
            right
                .insert(0, (if done == all { Ink::Good } else { Ink::Plain }, Safe::new(format!("{done}/{all} done"))));
        }
        self.rows.heading(heading, right, 0, !self.folded);
        self.markdown(text, REPORT);
        if let Some(output) = output.filter(|_| !self.folded) {
            self.text(output, QUIET, |rows, line| rows.plain(Ink::Dim, line));
        }
    }

    fn error(&mut self, text: &Untrusted) {
        let at = self.rows.done.len();
        let mut first = true;
        self.text(text, WORDS, |rows, line| {
            let line = Safe::new(line);
            let heading = [word(Ink::Error, "error"), (Ink::Plain, line.clone())];
            rows.flow(if std::mem::take(&mut first) { heading.into() } else { vec![(Ink::Plain, line)] }, 0);
        });
        if self.rows.done.len() == at {
            self.rows.flow(vec![(Ink::Error, Safe::new("error"))], 0);
        }
    }
}

/// The word that names the kind, and the space after it.
fn word(ink: Ink, word: &str) -> (Ink, Safe) {
    (ink, Safe::new(format!("{word} ")))
}

/// `✓ 118 ✗ 0`, of what failed how much of all: `✗ 1 of 6`, and where nothing is told of tests just that.
fn tally(run: TestsRun) -> (Ink, Safe) {
    let TestsRun { passed, failed, packages, broke, .. } = run;
    if broke {
        return (Ink::Bad, Safe::new("✗ no test result"));
    }
    let of = if packages { " packages" } else { "" };
    match failed {
        0 => (Ink::Good, Safe::new(format!("✓ {passed} ✗ 0{of}"))),
        _ => (Ink::Bad, Safe::new(format!("✗ {failed} of {}{of}", passed.saturating_add(failed)))),
    }
}

/// Ticked and all items of a check list.
fn checked(text: &str) -> (usize, usize) {
    let items = text.lines().map(str::trim_start).filter_map(|line| {
        let rest = line.strip_prefix("- [").or_else(|| line.strip_prefix("* ["))?;
        rest.get(1..2).filter(|end| *end == "]").and_then(|_| rest.chars().next())
    });
    items.fold((0, 0), |(done, all), mark| (done + usize::from(matches!(mark, 'x' | 'X')), all + 1))
}

/// `3.2 s`, `12 s`, `2m 05s`, `1h 02m`.
fn duration(took: TimeDelta) -> String {
    let millis = took.num_milliseconds();
    let seconds = millis / 1000;
    match seconds {
        ..10 if millis % 1000 != 0 => format!("{seconds}.{} s", millis % 1000 / 100),
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::super::diff;
    use super::*;
    use crate::domain::Instant;

    fn entry(kind: Kind) -> Entry {
        let at = Some(Instant::UNIX_EPOCH);
        let ended_at = at.map(|at| at + TimeDelta::milliseconds(3200));
        Entry { id: 0, at, ended_at, failed: false, lines: crate::transcript::Lines::default(), kind }
    }

    fn command(line: &str, output: &str, exit: i32) -> Entry {
        let output = Some(output.into());
        entry(Kind::Command(Command { command: line.into(), output, exit: Some(exit), description: None }))
    }

    fn laid(entry: &Entry, width: u16, folded: bool) -> Vec<String> {
        let rows = lines(entry, Options { width, folded, wrap: true });
        rows.iter()
            .map(|row| {
                let right: Vec<&str> = row.right.iter().map(|(_, text)| text.as_str()).collect();
                if right.is_empty() { row.text() } else { format!("{} | {}", row.text(), right.join("  ")) }
            })
            .collect()
    }

    fn numbers(n: usize) -> String {
        (1..=n).map(|i| format!("line {i}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_command_that_went_well_is_one_row_until_it_is_opened() {
        let entry = command("cargo test -p scheduler", &numbers(41), 0);
        assert_eq!(laid(&entry, 80, true), ["$ cargo test -p scheduler | exit 0  3.2 s  +41 lines"]);
        assert!(folds(&entry, 80));
        let open = laid(&entry, 80, false);
        assert_eq!(open.len(), 42);
        assert_eq!(open.first().map(String::as_str), Some("$ cargo test -p scheduler | exit 0  3.2 s"));
        let short = command("git status", "clean", 0);
        assert_eq!(laid(&short, 80, true), ["$ git status | exit 0  3.2 s", "clean"]);
        assert!(!folds(&short, 80));
    }

    #[test]
    fn a_command_that_failed_shows_how_it_began_and_ended() {
        let rows = laid(&command("cargo test", &numbers(100), 101), 80, true);
        assert_eq!(rows.first().map(String::as_str), Some("$ cargo test | exit 101  3.2 s  ✗ no test result"));
        assert_eq!(rows.get(1..4), Some(&["line 1".to_owned(), "line 2".to_owned(), "… +90 lines".to_owned()][..]));
        assert_eq!(rows.last().map(String::as_str), Some("line 100"));
    }

    #[test]
    fn a_command_that_ran_tests_shows_their_result() {
        let good = "test result: ok. 118 passed; 0 failed; 0 ignored";
        assert_eq!(
            laid(&command("cargo test", good, 0), 80, true).first().map(String::as_str),
            Some("$ cargo test | exit 0  3.2 s  ✓ 118 ✗ 0")
        );
        let bad = command("cargo test", "running 6 tests\ntest result: FAILED. 5 passed; 1 failed; 0 ignored", 101);
        assert_eq!(laid(&bad, 80, true).first().map(String::as_str), Some("$ cargo test | exit 101  3.2 s  ✗ 1 of 6"));
        let go = command("go test ./...", "ok  \ta\t0.1s\nok  \tb\t0.2s", 0);
        assert_eq!(
            laid(&go, 80, true).first().map(String::as_str),
            Some("$ go test ./... | exit 0  3.2 s  ✓ 2 ✗ 0 packages")
        );
    }

    #[test]
    fn where_room_is_short_the_result_stays_and_the_clock_goes() {
        let output = format!("{}\ntest result: ok. 118 passed; 0 failed", numbers(40));
        assert_eq!(laid(&command("cargo test", &output, 0), 60, true), ["$ cargo test | exit 0  3.2 s  ✓ 118 ✗ 0"]);
        assert_eq!(laid(&command("cargo test", &output, 0), 40, true), ["$ cargo test | exit 0  ✓ 118 ✗ 0"]);
    }

    #[test]
    fn a_long_command_is_cut_until_it_is_opened() {
        let entry = command("cd /home/runner/work/a/a && run one two three four\nand more", "", 0);
        assert_eq!(laid(&entry, 40, true), ["$ run one two three four… | exit 0  3.2 s"]);
        assert_eq!(laid(&entry, 36, false), ["$ run one two three | exit 0  3.2 s", "  four", "  and more"]);
    }

    #[test]
    fn a_command_shows_what_it_hides_in_itself() {
        let rows = laid(&command("echo \u{1b}[8m&& rm -rf ~\u{202e}", "", 0), 80, true);
        assert_eq!(rows, ["$ echo ^[[8m&& rm -rf ~<U+202E> | exit 0  3.2 s"]);
    }

    #[test]
    fn an_edit_shows_its_diff_and_counts() {
        let mut edit = diff::replaced("src/a.rs".into(), "a", "b");
        diff::answer(&mut edit, "@@ -9,1 +9,1 @@\n-a\n+b\n");
        let edit = Box::new(edit);
        assert_eq!(
            laid(&entry(Kind::Edit(edit)), 60, true),
            ["edit src/a.rs | +1  −1  3.2 s", "@@ -9,1 +9,1 @@", "− a", "+ b"]
        );
    }

    #[test]
    fn a_call_that_runs_says_so() {
        let kind = Kind::Command(Command { command: "sleep 9".into(), ..Command::default() });
        assert_eq!(laid(&entry(kind), 60, true), ["$ sleep 9 | running"]);
    }

    #[test]
    fn a_report_counts_its_ticks() {
        let body = "- [x] one\n- [ ] two\n* [X] three\n";
        let kind = Kind::Progress { title: "Half way".into(), body: body.into(), output: Some("pushed".into()) };
        assert_eq!(
            laid(&entry(kind), 60, true),
            ["progress Half way | 2/3 done  3.2 s", "[x] one", "[ ] two", "[X] three"]
        );
    }

    #[test]
    fn the_colours_of_a_log_are_kept_and_what_was_taken_out_is_told() {
        let rows = lines(
            &entry(Kind::Line("\u{1b}[31mred\u{1b}[0m \u{1b}[2Kplain".into())),
            Options { width: 80, folded: true, wrap: true },
        );
        let parts = &rows.first().unwrap_or(&LogLine::default()).parts.clone();
        assert!(matches!(parts.first(), Some((Ink::Log(sgr), text)) if sgr.fg.is_some() && text.as_str() == "red"));
        assert_eq!(parts.last(), Some(&(Ink::Dim, Safe::new(" ␛1"))));
    }

    #[test]
    fn every_row_fits_its_width_at_every_width() {
        let text = "日本語 words **bold** and a_very_long_identifier_that_does_not_fit\n- [ ] item item item";
        let kinds = [
            Kind::Text(text.into()),
            Kind::Reasoning(text.into()),
            Kind::Error(text.into()),
            Kind::Broken(text.into()),
            Kind::Line(text.into()),
            Kind::Setup { name: text.into(), output: Some(text.into()) },
            Kind::View { path: text.into(), lines: Some((1, 2)), output: Some(text.into()) },
            Kind::Search { query: text.into(), output: None },
            Kind::Tool { name: text.into(), title: "", input: text.into(), output: Some(text.into()) },
            Kind::Progress { title: text.into(), body: text.into(), output: Some(text.into()) },
            Kind::PullSummary { title: text.into(), body: text.into() },
            command(text, text, 1).kind,
        ];
        for kind in kinds {
            let entry = entry(kind);
            for columns in 2..70 {
                for (folded, wrap) in [(true, true), (false, true), (true, false), (false, false)] {
                    for row in lines(&entry, Options { width: columns, folded, wrap }) {
                        let right: usize = row.right.iter().map(|(_, text)| width::width(text) + 2).sum();
                        let total = width::width(&row.text()) + right;
                        assert!(total <= usize::from(columns), "{total} in {columns}: {row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_folding_hides_is_what_opening_shows() {
        for n in [0, 1, 3, 4, 12, 13, 20] {
            for exit in [0, 1] {
                let entry = command("x", &numbers(n), exit);
                let differs = laid(&entry, 80, true) != laid(&entry, 80, false);
                assert_eq!(folds(&entry, 80), differs, "{n} lines, exit {exit}");
            }
        }
    }

    #[test]
    fn durations_read_in_two_units_at_most() {
        for (millis, text) in [(300, "0.3 s"), (3200, "3.2 s"), (9000, "9 s"), (59_900, "59 s"), (125_000, "2m 05s")] {
            assert_eq!(duration(TimeDelta::milliseconds(millis)), text);
        }
        assert_eq!(duration(TimeDelta::seconds(3720)), "1h 02m");
    }
}
