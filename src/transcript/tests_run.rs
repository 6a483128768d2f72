//! What a command's output says about the tests it ran.
//!
//! Only a runner's own summary counts, in its own shape (the table is in `runners.rs`); the names of tests and the words
//! between are never read. Where a command runs several runners, or one runner several times, all that was run is summed.

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match, MatchKind};
use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;

use super::runners::{COMMANDS, Counts, PACKAGES, ROWS, Row, SAME, SHOWS, WHOLE, WORDS};
use super::words::{self, Before, Gate, Set};
use crate::text::StyledLine;

/// Tests, or where a runner names only these: packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestsRun {
    /// What ran them, as far as command and output tell.
    pub runner: &'static str,
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
    pub packages: bool,
    /// A command that runs tests failed and said nothing of them: it did not come that far.
    pub broke: bool,
}

impl TestsRun {
    /// Not all is well.
    pub fn is_red(&self) -> bool {
        self.failed > 0 || self.broke
    }
}

/// Longest line a summary can be.
const LINE: usize = 400;

/// `None`: no test ran, or nothing that is known ran it. `command` may be empty, when it is not known.
pub fn tests_run(command: &str, output: &str) -> Option<TestsRun> {
    let mut found: Option<Found> = None;
    for line in candidates(output) {
        let line = plain(line);
        let Some(row) = row_of(&line) else { continue };
        found.get_or_insert_default().line(row, &line);
    }
    // Only now, since most output says nothing of tests.
    let found = found.filter(|_| !only_shows(command))?;
    found.total(named(command))
}

/// The runner a command names; `None`: it is no command that runs tests, as far as is known.
pub fn named(command: &str) -> Option<&'static str> {
    // The last that is named is the one whose result is seen.
    parts(command).filter(|part| !SHOWS.contains(&program(part))).filter_map(named_in).last()
}

fn named_in(part: &str) -> Option<&'static str> {
    // Whole words: `pytest-cov` is no runner, `./node_modules/.bin/jest` is one.
    let beside =
        |at: Option<usize>, signs: &[u8]| at.and_then(|at| part.as_bytes().get(at)).is_none_or(|c| signs.contains(c));
    let whole =
        |found: &Match| beside(found.start().checked_sub(1), b" /(\"'\t") && beside(Some(found.end()), b" :)\"'\t");
    // Of those that begin together the one that is named first in the table.
    let found = NAMES.as_ref()?.find_overlapping_iter(part).filter(whole);
    let (_, runner) = COMMANDS.get(found.min_by_key(|found| (found.start(), found.pattern()))?.pattern().as_usize())?;
    let quiet = matches!(program(part), "pip" | "pip3" | "apt" | "apt-get" | "which" | "command") || installs(part);
    (!quiet).then_some(*runner)
}

/// `npm install jest` names a runner and runs none.
fn installs(part: &str) -> bool {
    part.split_whitespace().take(4).any(|word| matches!(word, "install" | "add" | "remove" | "uninstall"))
}

/// The word a part of a command begins with, behind variables that are set for it.
fn program(part: &str) -> &str {
    part.split_whitespace().find(|word| !word.contains('=')).unwrap_or_default()
}

/// Every part of the command only shows what was there before.
fn only_shows(command: &str) -> bool {
    let mut programs = parts(command).map(program).filter(|program| !program.is_empty()).peekable();
    programs.peek().is_some() && programs.all(|program| SHOWS.contains(&program))
}

/// The commands of a command line.
fn parts(command: &str) -> impl Iterator<Item = &str> {
    command.split(['&', ';', '|', '\n'])
}

static SPEAKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst).kind(Some(AhoCorasickKind::ContiguousNFA)).build(WORDS).ok()
});
static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = COMMANDS.iter().map(|(words, _)| words);
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(names).ok()
});
static GATE: LazyLock<Gate> = LazyLock::new(|| {
    Gate::new(ROWS.iter().map(|row| Some(row.words.split('|').map(|word| word.as_bytes().to_vec()).collect())))
});
/// Compiled one by one, when a line has their words: a log knows one or two of them.
static READERS: [OnceLock<Option<Regex>>; ROWS.len()] = [const { OnceLock::new() }; ROWS.len()];

/// The row that a line is of: the first that fits.
pub(super) fn row_of(line: &str) -> Option<usize> {
    let possible = GATE.possible(line.as_bytes(), Set::ALL);
    (0..ROWS.len()).find(|row| possible.has(*row) && reader(*row).is_some_and(|reader| reader.is_match(line)))
}

/// The patterns are ours: a test compiles them all.
fn reader(row: usize) -> Option<&'static Regex> {
    let read = |row: &Row| words::compile(&ascii(row.pattern), syntax::Config::new(), Before::ItsWords).ok();
    READERS.get(row)?.get_or_init(|| ROWS.get(row).and_then(read)).as_ref()
}

/// Summaries are written in ASCII. Classes of all of Unicode would take fifty times as long to build.
pub(super) fn ascii(pattern: &str) -> String {
    let classes =
        [(r"\d", "[0-9]"), (r"\w", "[0-9A-Za-z_]"), (r"\s", "[ \t]"), (r"\S", "[^ \t]"), (r"\b", r"(?-u:\b)")];
    // Within a class a class needs no brackets of its own.
    let inside = pattern.replace(r"[\d.", "[0-9.").replace(r"[ \d.", "[ 0-9.").replace(r"[\d:", "[0-9:");
    classes.iter().fold(inside, |pattern, (class, ascii)| pattern.replace(class, ascii))
}

/// Lines that may be a summary, found without looking at the others.
fn candidates(output: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let mut first = output.starts_with("ok ") || output.starts_with("not ok ");
    std::iter::from_fn(move || {
        loop {
            let rest = output.get(from..)?;
            let at = if std::mem::take(&mut first) { 0 } else { SPEAKS.as_ref()?.find(rest)?.start() };
            // A word may begin with the newline before its line.
            let at = at + usize::from(rest.get(at..)?.starts_with('\n'));
            let start = rest.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
            let end = rest.get(at..)?.find('\n').map_or(rest.len(), |newline| at + newline);
            // The newline stays: the next line's word may begin with it.
            from += end;
            let line = rest.get(start..end)?;
            if line.len() <= LINE {
                return Some(line.trim_end());
            }
        }
    })
}

/// Without its colours.
fn plain(line: &str) -> Cow<'_, str> {
    if line.contains('\u{1b}') { StyledLine::new(line).plain().trim_end().to_owned().into() } else { line.into() }
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    total: u64,
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Sum {
    fn add(&mut self, more: Self) {
        self.total = self.total.saturating_add(more.total);
        self.passed = self.passed.saturating_add(more.passed);
        self.failed = self.failed.saturating_add(more.failed);
        self.skipped = self.skipped.saturating_add(more.skipped);
    }

    /// Where a runner only tells how many there were, those passed that did not fail.
    fn passed(&self) -> u64 {
        match self.passed {
            0 => self.total.saturating_sub(self.failed).saturating_sub(self.skipped),
            passed => passed,
        }
    }

    /// The numbers of a row's named groups.
    fn of_groups(found: &Captures, line: &str) -> Self {
        let digits = |name| line.get(found.get_group_by_name(name)?.range());
        let count = |name| digits(name).and_then(|digits| digits.parse().ok()).unwrap_or(0u64);
        let failed = count("f").saturating_add(count("e"));
        Self { total: count("t"), passed: count("p"), failed, skipped: count("s") }
    }

    /// Numbers and the words behind them: `1 failed, 213 passed in 3.21s`.
    fn of_words(line: &str) -> Self {
        let mut sum = Self::default();
        let words = line.split(|c: char| c.is_whitespace() || ",;|()=".contains(c)).filter(|word| !word.is_empty());
        let mut count = None;
        for word in words {
            if let Ok(number) = word.parse::<u64>() {
                count = Some(number);
                continue;
            }
            let Some(count) = count.take() else { continue };
            let slot = match word.trim_end_matches(['.', ':']) {
                "passed" | "passing" | "flaky" => &mut sum.passed,
                "failed" | "failing" | "failures" | "failure" | "error" | "errors" => &mut sum.failed,
                "skipped" | "ignored" | "pending" | "skips" | "todo" => &mut sum.skipped,
                "tests" | "test" | "examples" | "example" | "runs" | "total" => &mut sum.total,
                _ => continue,
            };
            *slot = slot.saturating_add(count);
        }
        sum
    }
}

/// What every runner said, in the order of the first that did.
#[derive(Debug, Default)]
struct Found(Vec<(&'static str, Sum)>);

impl Found {
    fn line(&mut self, row: usize, line: &str) {
        let (Some(reader), Some(row)) = (reader(row), ROWS.get(row)) else { return };
        let mut found = reader.create_captures();
        reader.captures(line, &mut found);
        if !found.is_match() {
            return;
        }
        let sum = match row.counts {
            Counts::Passed => Sum { passed: 1, ..Sum::default() },
            Counts::Failed => Sum { failed: 1, ..Sum::default() },
            Counts::Skipped => Sum { skipped: 1, ..Sum::default() },
            Counts::Sum | Counts::Last if found.group_len() > 1 => Sum::of_groups(&found, line),
            Counts::Sum | Counts::Last => Sum::of_words(line),
        };
        self.add(row, sum);
    }

    fn add(&mut self, row: &Row, sum: Sum) {
        match self.0.iter_mut().find(|(runner, _)| *runner == row.runner) {
            Some((_, old)) if row.counts == Counts::Last => *old = sum,
            Some((_, old)) => old.add(sum),
            None => self.0.push((row.runner, sum)),
        }
    }

    fn told(&self, runner: &str) -> bool {
        let told = |sum: &Sum| match runner {
            // Its failures are named without -v too, and then nothing is said of those that passed.
            "go test -v" => sum.passed > 0,
            _ if WHOLE.contains(&runner) => sum.total > 0,
            _ => (sum.passed(), sum.failed) != (0, 0),
        };
        self.0.iter().any(|(name, sum)| *name == runner && told(sum))
    }

    /// Another runner told of the same tests, and better.
    fn is_told_better(&self, runner: &str) -> bool {
        let same = SAME.iter().find(|same| same.contains(&runner)).copied().unwrap_or_default();
        same.iter().take_while(|other| **other != runner).any(|better| self.told(better))
    }

    fn total(&self, named: Option<&'static str>) -> Option<TestsRun> {
        let mut all = TestsRun::default();
        let told = self.0.iter().filter(|(runner, _)| self.told(runner) && !self.is_told_better(runner));
        let mut any = false;
        let mut packages = true;
        for (runner, sum) in told {
            if !any {
                all.runner = named.unwrap_or(runner);
            }
            any = true;
            packages &= PACKAGES.contains(runner);
            all.passed = all.passed.saturating_add(sum.passed());
            all.failed = all.failed.saturating_add(sum.failed);
            all.skipped = all.skipped.saturating_add(sum.skipped);
        }
        all.packages = packages;
        any.then_some(all)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn ran(output: &str) -> Option<(u64, u64)> {
        tests_run("", output).map(|run| (run.passed, run.failed))
    }

    #[test]
    fn the_summary_of_every_known_runner_is_read() {
        let cases: [(&str, (u64, u64)); 25] = [
            (
                "test result: ok. 118 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.0s",
                (118, 0),
            ),
            ("test result: \u{1b}[31mFAILED\u{1b}[0m. 5 passed; 1 failed; 0 ignored; 0 measured", (5, 1)),
            ("     Summary [   1.204s] 118 tests run: 117 passed, 1 failed, 2 skipped", (117, 1)),
            ("Tests:       1 failed, 2 skipped, 390 passed, 393 total", (390, 1)),
            ("Tests:       390 passed, 390 total", (390, 0)),
            ("      Tests  \u{1b}[31m2 failed\u{1b}[0m | \u{1b}[32m388 passed\u{1b}[0m (390)", (388, 2)),
            (" Test Files  42 passed (42)\n      Tests  390 passed (390)", (390, 0)),
            ("========= 1 failed, 213 passed, 2 skipped in 3.21s =========", (213, 1)),
            ("===== 213 passed, 4 warnings in 63.02s (0:01:03) =====", (213, 0)),
            ("1 failed, 213 passed, 1 error in 3.21s", (213, 2)),
            ("\u{1b}[31m1 failed\u{1b}[0m, \u{1b}[32m213 passed\u{1b}[0m", (213, 1)),
            ("200 runs, 200 passed, 0 failed", (200, 0)),
            (
                "ok  \texample.com/shop/cart\t0.312s\nok  \texample.com/shop/tax\t(cached)\nok  \ta\t0.1s [no tests to run]",
                (2, 0),
            ),
            (
                "--- FAIL: TestCart (0.00s)\n    cart_test.go:9: got 2\nFAIL\nFAIL\texample.com/cart\t0.3s\nok  \tb\t0.1s\nFAIL",
                (1, 1),
            ),
            (
                "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n--- FAIL: TestB (0.01s)\nFAIL\tm\t0.3s",
                (1, 1),
            ),
            ("  1 failed\n    [chromium] › a.spec.ts:8:1 › x\n  2 skipped\n  5 passed (14.7s)", (5, 1)),
            ("  12 passing (34ms)\n  1 failing", (12, 1)),
            ("Ran 12 tests in 0.003s\n\nOK", (12, 0)),
            ("Ran 12 tests in 0.003s\n\nFAILED (failures=1, errors=2)", (9, 3)),
            ("6 examples, 1 failure, 2 pending", (3, 1)),
            ("214 tests completed, 2 failed, 3 skipped", (209, 2)),
            (
                "[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in A\n[ERROR] Tests run: 12, Failures: 1, Errors: 2, Skipped: 1",
                (8, 3),
            ),
            ("Failed!  - Failed:     1, Passed:    12, Skipped:     0, Total:    13, Duration: 1 s", (12, 1)),
            ("All 412 tests passed in 28.4s", (412, 0)),
            ("  6 passed (13.2s)", (6, 0)),
        ];
        for (output, counts) in cases {
            assert_eq!(ran(output), Some(counts), "{output}");
        }
    }

    /// Runner, what it prints, and passed, failed, skipped.
    const RUNNERS: &[(&str, &str, (u64, u64, u64))] = &[
        ("cargo test", "test result: FAILED. 5 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out", (5, 1, 2)),
        (
            "nextest",
            "     Summary [   1.204s] 118/120 tests run: 117 passed (2 slow), 1 failed, 2 skipped",
            (117, 1, 2),
        ),
        ("pytest", "=== 1 failed, 213 passed, 2 skipped, 3 xfailed, 1 error in 63.02s (0:01:03) ===", (213, 2, 2)),
        ("unittest", "Ran 12 tests in 0.003s\n\nFAILED (failures=1, errors=2, skipped=3)", (6, 3, 3)),
        ("unittest", "----\nRan 1 test in 0.001s\n\nOK (skipped=1)", (0, 0, 1)),
        ("jest", "Tests:       1 failed, 2 skipped, 3 todo, 390 passed, 396 total", (390, 1, 5)),
        ("vitest", "      Tests  2 failed | 388 passed | 1 skipped (391)", (388, 2, 1)),
        ("mocha", "  12 passing (34ms)\n  3 pending\n  1 failing", (12, 1, 3)),
        (
            "playwright",
            "  1 failed\n    [chromium] › a.spec.ts:8:1\n  2 skipped\n  1 flaky\n  5 passed (1.2m)",
            (6, 1, 2),
        ),
        (
            "go test",
            "ok  \texample.com/cart\t0.312s\tcoverage: 81.0% of statements\nFAIL\texample.com/tax [build failed]",
            (1, 1, 0),
        ),
        (
            "go test -v",
            "--- PASS: TestA (0.00s)\n--- SKIP: TestB (0.00s)\n--- FAIL: TestC (0.01s)\nFAIL\tm\t0.3s",
            (1, 1, 1),
        ),
        ("gotestsum", "✓  pkg (12ms)\n\nDONE 12 tests, 1 skipped, 2 failures in 0.345s", (9, 2, 1)),
        ("maven", "[WARNING] Tests run: 12, Failures: 1, Errors: 0, Skipped: 2", (9, 1, 2)),
        ("gradle", "214 tests completed, 2 failed, 3 skipped", (209, 2, 3)),
        ("gradle", "Results: FAILURE (12 tests, 10 successes, 1 failures, 1 skipped)", (10, 1, 1)),
        ("sbt", "[info] Tests: succeeded 11, failed 1, canceled 0, ignored 2, pending 0", (11, 1, 2)),
        ("sbt", "[error] Failed: Total 12, Failed 1, Errors 0, Passed 11", (11, 1, 0)),
        (
            "dotnet",
            "Passed!  - Failed:     0, Passed:    12, Skipped:     1, Total:    13, Duration: 1 s - A.dll",
            (12, 0, 1),
        ),
        ("dotnet", "Test summary: total: 13, failed: 1, succeeded: 11, skipped: 1, duration: 2.1s", (11, 1, 1)),
        ("rspec", "6 examples, 1 failure, 2 pending", (3, 1, 2)),
        ("minitest", "6 runs, 12 assertions, 1 failures, 1 errors, 1 skips", (3, 2, 1)),
        ("phpunit", "OK (12 tests, 30 assertions)", (12, 0, 0)),
        (
            "phpunit",
            "FAILURES!\nTests: 12, Assertions: 30, Errors: 1, Failures: 2, Warnings: 1, Skipped: 3.",
            (6, 3, 3),
        ),
        ("pest", "  Tests:    1 failed, 2 skipped, 12 passed (30 assertions)", (12, 1, 2)),
        ("ctest", "92% tests passed, 1 tests failed out of 12", (11, 1, 0)),
        (
            "gtest",
            "[  PASSED  ] 11 tests.\n[  SKIPPED ] 1 test, listed below:\n[  FAILED  ] 2 tests, listed below:",
            (11, 2, 1),
        ),
        ("bats", "1..3\nok 1 adds\nnot ok 2 takes\nok 3 waits # skip\n3 tests, 1 failure, 1 skipped", (1, 1, 1)),
        ("tap", "1..3\nok 1 adds\nnot ok 2 takes away\n# (in test file a.bats, line 3)\nok 3 waits # skip", (1, 1, 1)),
        ("mix test", "Finished in 0.1 seconds\n3 doctests, 12 tests, 1 failure, 2 skipped", (9, 1, 2)),
        ("node test", "ok 1 - a\n# tests 12\n# pass 10\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0", (10, 1, 1)),
        ("deno", "FAILED | 12 passed (3 steps) | 1 failed | 2 ignored (31ms)", (12, 1, 2)),
        ("bun", " 12 pass\n 1 skip\n 2 fail\nRan 15 tests across 3 files. [34.00ms]", (12, 2, 1)),
        ("ava", "  ✘ [fail]: a\n\n  1 test failed\n  11 tests passed", (11, 1, 0)),
        ("robot", "12 tests, 11 passed, 1 failed", (11, 1, 0)),
        (
            "xctest",
            "\t Executed 3 tests, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\n\t Executed 12 tests, with 1 test skipped and 2 failures (0 unexpected) in 0.4 (0.4) seconds",
            (9, 2, 1),
        ),
        ("swift test", "✔ Test run with 12 tests in 3 suites passed after 0.101 seconds.", (12, 0, 0)),
        ("flutter", "00:01 +3: a\n00:03 +12 ~1 -2: Some tests failed.", (12, 2, 1)),
        ("bazel", "Executed 1 out of 3 tests: 2 tests pass and 1 fails locally.", (2, 1, 0)),
        ("cucumber", "3 scenarios (1 failed, 2 passed)\n12 steps (1 failed, 11 passed)", (2, 1, 0)),
    ];

    #[test]
    fn every_runner_of_the_table_is_known_by_what_it_prints() {
        let mut unseen: Vec<_> = ROWS.iter().map(|row| row.runner).filter(|runner| *runner != "tests").collect();
        for (runner, output, counts) in RUNNERS {
            unseen.retain(|row| row != runner);
            for output in [(*output).to_owned(), format!("building\r\n{}\r\n", output.replace('\n', "\r\n"))] {
                let run = tests_run("", &output).unwrap_or_else(|| panic!("{runner}: {output}"));
                assert_eq!((run.runner, (run.passed, run.failed, run.skipped)), (*runner, *counts), "{output}");
            }
        }
        assert_eq!(unseen, [""; 0]);
    }

    #[test]
    fn every_pattern_can_be_read() {
        for row in ROWS {
            assert!(Regex::new(&ascii(row.pattern)).is_ok(), "{}", row.pattern);
        }
    }

    #[test]
    fn the_command_names_the_runner() {
        for (command, runner) in [
            ("cd /home/runner/work/a/a && cargo test -p x 2>&1 | tail -40", Some("cargo test")),
            ("cargo nextest run", Some("nextest")),
            ("npx jest src", Some("jest")),
            ("./node_modules/.bin/mocha", Some("mocha")),
            ("RUST_LOG=debug cargo test", Some("cargo test")),
            ("bash -c \"go test ./...\"", Some("go test")),
            ("npm ci && npm run test:unit", Some("npm test")),
            ("cargo build && python -m pytest -q", Some("pytest")),
            ("pip install pytest", None),
            ("npm install --save-dev jest", None),
            ("cat jest.config.js", None),
            ("grep -rn pytest .", None),
            ("git commit -m 'run cargo test'", None),
            ("pytest-watch", None),
            ("", None),
        ] {
            assert_eq!(named(command), runner, "{command}");
        }
        let run = tests_run("npm test", "Tests:  2 passed, 2 total").unwrap();
        assert_eq!(run.runner, "npm test", "as the reader knows it");
    }

    #[test]
    fn a_runner_is_named_by_the_first_of_its_words_that_stand_alone() {
        let words: Vec<_> = COMMANDS.iter().map(|(words, _)| regex::escape(words)).collect();
        let alone = format!(r#"(?:^|[ /("'\t])({})(?:$|[ :)"'\t])"#, words.join("|"));
        let alone = regex::Regex::new(&ascii(&alone)).unwrap();
        let pieces: Vec<_> =
            COMMANDS.iter().map(|(words, _)| *words).chain([" ", "/", "(", "\t", ":", "-", "x"]).collect();
        let mut seen = 0;
        for first in &pieces {
            for second in &pieces {
                for (between, end) in [("", ""), (" ", ")"), (" x ", ":a"), ("-", " "), ("/", "\""), ("\"", "x")] {
                    let part = format!("{first}{between}{second}{end}");
                    let found = alone.captures(&part).map(|found| found.get(1).unwrap().as_str());
                    let runner = found.and_then(|words| COMMANDS.iter().find(|(known, _)| *known == words));
                    assert_eq!(named_in(&part), runner.map(|(_, runner)| *runner), "{part}");
                    seen += usize::from(found.is_some());
                }
            }
        }
        assert!(seen > 1000, "{seen}");
    }

    #[test]
    fn a_summary_that_is_only_shown_again_is_none() {
        let output = "test result: ok. 118 passed; 0 failed; 0 ignored";
        for command in ["git log -3", "grep -rn passed logs", "cd x && gh run view --log", "echo done | sed s/a/b/"] {
            assert_eq!(tests_run(command, output), None, "{command}");
        }
        for command in ["./ci.sh", "tail -5 /tmp/test.log", "git stash && make", ""] {
            assert!(tests_run(command, output).is_some(), "{command}");
        }
    }

    #[test]
    fn the_suites_of_one_command_are_summed() {
        let output =
            "test result: ok. 7 passed; 0 failed; 0 ignored\n\ntest result: ok. 64 passed; 1 failed; 0 ignored\n";
        assert_eq!(ran(output), Some((71, 1)));
    }

    #[test]
    fn only_go_counts_packages_and_only_when_it_names_nothing_better() {
        let packages = |output: &str| tests_run("", output).is_some_and(|run| run.packages);
        assert!(packages("ok  \ta\t0.1s\nok  \tb\t0.1s"));
        assert!(!packages("--- PASS: TestA (0.00s)\nok  \ta\t0.1s"));
        assert!(!packages("test result: ok. 7 passed; 0 failed"));
    }

    #[test]
    fn words_about_tests_are_not_tests_that_ran() {
        for output in [
            "",
            "200 release runs under load: 200 passed.",
            "- 12 tests passed yesterday, 3 failed",
            "the 2 failed jobs were passed over",
            "ok then 3s",
            "Tests are in tests/, 12 files",
            "checks: 3 failed, 4 passed",
            "test result: ok. 0 passed; 0 failed; 0 ignored",
            "FAILED (failures=1)",
            "src/a.rs:12: if passed, 3 failed",
            "3 files changed, 2 insertions(+)",
        ] {
            assert_eq!(tests_run("", output), None, "{output}");
        }
    }

    #[test]
    fn any_numbers_are_taken_without_harm() {
        let output = "test result: ok. 18446744073709551615 passed; 9 failed\n".repeat(3);
        assert_eq!(ran(&output), Some((u64::MAX, 27)));
        assert_eq!(ran("99999999999999999999999 passed in 1s"), None);
    }
}
