//! What a command's output says about the tests it ran.
//!
//! Only a runner's own summary counts, in its own shape; the names of tests and the words between are never read. Where
//! a command runs several runners, or one runner several times, all that was run is summed.

use crate::text::StyledLine;

/// Tests, or where a runner names only these: packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestsRun {
    pub passed: u64,
    pub failed: u64,
    pub packages: bool,
}

/// Longest line a summary can be.
const LINE: usize = 400;

/// `None`: no test ran, or nothing that is known ran it.
pub fn tests_run(output: &str) -> Option<TestsRun> {
    let mut found = Found::default();
    for line in output.lines().filter(|line| line.len() <= LINE && speaks(line)) {
        found.line(&StyledLine::new(line).plain());
    }
    found.total()
}

/// A cheap look at a line before it is read: every summary has one of these words.
fn speaks(line: &str) -> bool {
    const WORDS: [&str; 12] =
        ["pass", "fail", "Fail", "FAIL", "PASS", "Passed", "tests", "Tests", "examples", "ok", "Ran ", "OK"];
    WORDS.iter().any(|word| line.contains(word))
}

#[derive(Debug, Default)]
struct Found {
    sum: TestsRun,
    any: bool,
    /// `go test` by packages, and with `-v` also by tests, which is the better word.
    packages: TestsRun,
    named: TestsRun,
    /// Counts that a runner spreads over lines, until the line that ends its summary.
    spread: TestsRun,
    /// Of `unittest`, whose next words say how many failed.
    ran: Option<u64>,
}

impl Found {
    fn add(&mut self, passed: u64, failed: u64) {
        self.any = true;
        self.sum.passed = self.sum.passed.saturating_add(passed);
        self.sum.failed = self.sum.failed.saturating_add(failed);
    }

    fn total(mut self) -> Option<TestsRun> {
        let go = if self.named == TestsRun::default() { self.packages } else { self.named };
        // A line of mocha or Playwright may be the last one: `1 failed` without any that passed.
        let passed = self.spread.passed.saturating_add(go.passed);
        let failed = self.spread.failed.saturating_add(go.failed);
        if (passed, failed) != (0, 0) {
            self.sum.packages = !self.any && go == self.packages && go != TestsRun::default();
            self.add(passed, failed);
        }
        Some(self.sum).filter(|sum| self.any && (sum.passed, sum.failed) != (0, 0))
    }

    fn line(&mut self, line: &str) {
        let text = line.trim();
        if !(self.go(line) || self.unittest(text) || self.headed(text) || self.spread(line)) {
            self.plain(text);
        }
    }

    /// Summaries that begin with words of their own.
    fn headed(&mut self, text: &str) -> bool {
        let counts = Counts::of(text);
        if text.starts_with("test result: ") {
            // cargo test: `test result: ok. 118 passed; 0 failed; 0 ignored; …`
            self.add(counts.get(&["passed"]), counts.get(&["failed"]));
        } else if let Some((_, rest)) = text.split_once(" run: ").filter(|_| text.starts_with("Summary [")) {
            // cargo nextest: `Summary [ 1.2s] 118 tests run: 117 passed, 1 failed, 2 skipped`
            let counts = Counts::of(rest);
            self.add(counts.get(&["passed"]), counts.get(&["failed"]));
        } else if let Some(rest) = text.strip_prefix("Tests:").or_else(|| text.strip_prefix("Tests ")) {
            // jest: `Tests:  1 failed, 390 passed, 391 total`; vitest: `Tests  2 failed | 388 passed (390)`
            let known = rest.starts_with(' ') && (rest.contains(" total") || rest.trim_end().ends_with(')'));
            if known {
                self.add(counts.get(&["passed"]), counts.get(&["failed"]));
            }
        } else if text.starts_with("Test Files ") || text.starts_with("Test Suites:") {
            // Counted by tests, not by files.
        } else if let Some(rest) = text.strip_prefix("[INFO] Tests run: ").or_else(|| maven(text)) {
            // Maven tells every class and then all of them: only the latter has no time.
            if !rest.contains("Time elapsed") {
                let [run, failures, errors, skipped] = labelled(rest, ["", "Failures", "Errors", "Skipped"]);
                let failed = failures.saturating_add(errors);
                self.add(run.saturating_sub(failed).saturating_sub(skipped), failed);
            }
        } else if (text.starts_with("Passed!") || text.starts_with("Failed!")) && text.contains("Total:") {
            // dotnet test: `Failed!  - Failed:     1, Passed:    12, Skipped:     0, Total:    13`
            let [failed, passed] = labelled(text, ["Failed", "Passed"]);
            self.add(passed, failed);
        } else {
            return false;
        }
        true
    }

    /// go test: `ok  pkg 0.3s`, `FAIL pkg 0.3s`, and with `-v` `--- PASS: TestName (0.00s)`.
    fn go(&mut self, line: &str) -> bool {
        if line.starts_with("--- PASS: ") {
            self.named.passed += 1;
        } else if line.starts_with("--- FAIL: ") {
            // Named without -v too, and then says nothing of those that passed.
            self.named.failed += u64::from(self.named.passed > 0);
        } else if let Some(rest) = line.strip_prefix("ok  ").filter(|rest| go_package(rest)) {
            self.packages.passed += u64::from(!rest.contains("[no test"));
        } else if line.strip_prefix("FAIL").is_some_and(|rest| rest.starts_with(['\t', ' ']) && go_package(rest)) {
            self.packages.failed += 1;
        } else {
            return false;
        }
        self.packages.packages = true;
        true
    }

    /// Python's unittest: `Ran 12 tests in 0.003s`, then `OK` or `FAILED (failures=1, errors=2)`.
    fn unittest(&mut self, text: &str) -> bool {
        if text.starts_with("Ran ") && text.contains(" in ") {
            self.ran = Some(Counts::of(text).get(&["test", "tests"]));
            return true;
        }
        let Some(ran) = self.ran else { return false };
        if text == "OK" || text.starts_with("OK (") {
            self.add(ran, 0);
        } else if let Some(rest) = text.strip_prefix("FAILED (") {
            let failed = after(rest, "failures=").saturating_add(after(rest, "errors="));
            self.add(ran.saturating_sub(failed), failed);
        } else {
            return false;
        }
        self.ran = None;
        true
    }

    /// Playwright and mocha: `  1 failed` and `  5 passed (14.7s)`, `  12 passing (34ms)` and `  1 failing`, each in an
    /// own indented line that says nothing else.
    fn spread(&mut self, line: &str) -> bool {
        let Some(text) = line.strip_prefix("  ") else { return false };
        let mut words = text.split_whitespace();
        let (Some(count), Some(word)) = (words.next().and_then(number), words.next()) else { return false };
        if words.next().is_some_and(|rest| !rest.starts_with('(')) {
            return false;
        }
        match word {
            "passed" | "passing" => self.spread.passed = self.spread.passed.saturating_add(count),
            "failed" | "failing" => self.spread.failed = self.spread.failed.saturating_add(count),
            _ => return false,
        }
        true
    }

    /// Summaries that are nothing but counts: pytest's `== 1 failed, 213 passed in 3.21s ==`, rspec's
    /// `6 examples, 1 failure`, gradle's `214 tests completed, 2 failed`, and `All 412 tests passed`.
    fn plain(&mut self, text: &str) {
        let bare = text.trim_matches(['=', ' ', '.']);
        let counts = Counts::of(bare);
        if let Some(all) = counts.first(&["examples", "example"]).filter(|_| counts.has(&["failures", "failure"])) {
            let failed = counts.get(&["failures", "failure"]);
            self.add(all.saturating_sub(failed).saturating_sub(counts.get(&["pending"])), failed);
        } else if let Some(all) = counts.first(&["tests completed"]) {
            let failed = counts.get(&["failed"]);
            self.add(all.saturating_sub(failed).saturating_sub(counts.get(&["skipped"])), failed);
        } else if let Some(rest) = bare.strip_prefix("All ").filter(|rest| rest.contains(" tests passed")) {
            self.add(Counts::of(rest).get(&["tests passed"]), 0);
        } else if counts.only_results() {
            self.add(counts.get(&["passed"]), counts.get(&["failed"]).saturating_add(counts.get(&["errors", "error"])));
        }
    }
}

/// `example.com/shop/cart 0.3s`, what `go test` says of a package.
fn go_package(rest: &str) -> bool {
    let mut words = rest.split_whitespace();
    let name = words.next().is_some_and(|name| name.chars().all(|c| c.is_ascii_graphic()));
    let took = words.next().is_some_and(|word| {
        word == "(cached)"
            || word.starts_with('[')
            || word.strip_suffix('s').is_some_and(|seconds| seconds.parse::<f64>().is_ok())
    });
    name && took
}

fn maven(text: &str) -> Option<&str> {
    text.strip_prefix("Tests run: ").or_else(|| text.strip_prefix("[ERROR] Tests run: "))
}

fn number(word: &str) -> Option<u64> {
    word.bytes().all(|b| b.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

/// The number that stands behind a label.
fn after(text: &str, label: &str) -> u64 {
    let rest = text.split_once(label).map_or("", |(_, rest)| rest).trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end).and_then(number).unwrap_or(0)
}

/// The numbers of `Failures: 1, Errors: 2`; the empty label is the number the text begins with.
fn labelled<const N: usize>(text: &str, labels: [&str; N]) -> [u64; N] {
    labels.map(|label| if label.is_empty() { after(text, "") } else { after(text, &format!("{label}:")) })
}

/// Numbers and the words behind them: `1 failed, 213 passed in 3.21s`.
#[derive(Debug)]
struct Counts<'a> {
    pieces: Vec<(u64, &'a str)>,
    /// There are words that are no count.
    other: bool,
}

impl<'a> Counts<'a> {
    fn of(text: &'a str) -> Self {
        let mut counts = Self { pieces: Vec::new(), other: false };
        for piece in text.split([',', ';', '|']) {
            let piece = piece.trim();
            // `test result: ok. 118 passed`: the count stands at the end of a piece that begins otherwise.
            let counted = piece.char_indices().filter(|(_, c)| c.is_ascii_digit()).find_map(|(at, _)| {
                let (count, what) = piece.get(at..)?.split_once(' ')?;
                let begins = at == 0 || piece.get(..at)?.ends_with(' ');
                Some((number(count).filter(|_| begins)?, what.trim(), at))
            });
            match counted {
                Some((count, what, at)) => {
                    counts.other |= at > 0;
                    counts.pieces.push((count, what));
                }
                None => counts.other = true,
            }
        }
        counts
    }

    fn first(&self, words: &[&str]) -> Option<u64> {
        let is = |what: &str, word: &str| {
            what.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        self.pieces.iter().find(|(_, what)| words.iter().any(|word| is(what, word))).map(|(count, _)| *count)
    }

    fn get(&self, words: &[&str]) -> u64 {
        self.first(words).unwrap_or(0)
    }

    fn has(&self, words: &[&str]) -> bool {
        self.first(words).is_some()
    }

    /// Results and perhaps how long they took, and not a word else.
    fn only_results(&self) -> bool {
        const RESULTS: [&str; 12] = [
            "passed",
            "failed",
            "skipped",
            "error",
            "errors",
            "warning",
            "warnings",
            "deselected",
            "xfailed",
            "xpassed",
            "rerun",
            "runs",
        ];
        let result = |what: &str| {
            let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
            RESULTS.contains(&word) && (rest.is_empty() || rest.starts_with("in "))
        };
        !self.other && self.has(&["passed", "failed"]) && self.pieces.iter().all(|(_, what)| result(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(output: &str) -> Option<(u64, u64)> {
        tests_run(output).map(|run| (run.passed, run.failed))
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

    #[test]
    fn the_suites_of_one_command_are_summed() {
        let output =
            "test result: ok. 7 passed; 0 failed; 0 ignored\n\ntest result: ok. 64 passed; 1 failed; 0 ignored\n";
        assert_eq!(ran(output), Some((71, 1)));
    }

    #[test]
    fn only_go_counts_packages_and_only_when_it_names_nothing_better() {
        let packages = |output: &str| tests_run(output).is_some_and(|run| run.packages);
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
            assert_eq!(tests_run(output), None, "{output}");
        }
    }

    #[test]
    fn any_numbers_are_taken_without_harm() {
        let output = "test result: ok. 18446744073709551615 passed; 9 failed\n".repeat(3);
        assert_eq!(ran(&output), Some((u64::MAX, 27)));
        assert_eq!(ran("99999999999999999999999 passed in 1s"), None);
    }
}
