//! Test runners and how each says what came of a run: a table.
//!
//! A row is a line of a runner's own summary, in its own shape. What a row counts is told by its named groups (`p`assed,
//! `f`ailed, `e`rrors, `s`kipped, `t`otal), or, where it has none, by the words beside its numbers.

/// One shape of a summary line.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) runner: &'static str,
    /// A line of this shape has one of these, which `|` is between: a test holds that. In lower case; the line's own case
    /// may be another.
    pub(super) words: &'static str,
    /// Matches the line without its colours.
    pub(super) pattern: &'static str,
    pub(super) counts: Counts,
}

/// How a row's numbers add to those of the rows before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// Every such line adds its numbers.
    Sum,
    /// The last such line has them all.
    Last,
    /// One that passed, failed or was skipped: the line is the test.
    Passed,
    Failed,
    Skipped,
}

const fn sum(runner: &'static str, words: &'static str, pattern: &'static str) -> Row {
    Row { runner, words, pattern, counts: Counts::Sum }
}

const fn row(runner: &'static str, words: &'static str, pattern: &'static str, counts: Counts) -> Row {
    Row { runner, words, pattern, counts }
}

/// Of one line the first row that fits counts.
pub(super) const ROWS: &[Row] = &[
    sum("cargo test", "test result: ", r"^ *test result: \w+\. \d+ passed; \d+ failed; \d+ ignored"),
    sum("cargo test", "test result: ", r"^ *test result: \w+\. (?<p>\d+) passed; (?<f>\d+) failed"),
    sum("nextest", "summary [", r"^ *Summary \[[ \d.]+s\] +(?:\d+/)?\d+ tests? run: \d"),
    sum("jest", " total", r"^ *Tests: +(?:\d+ \w+, )*\d+ total$"),
    sum("vitest", "tests", r"^ *Tests +\d+ \w+(?: \| \d+ \w+)* \(\d+\)$"),
    sum("pest", " assertion", r"^ *Tests: +(?:\d+ \w+, )*\d+ \w+ \(\d+ assertions?\)$"),
    sum(
        "playwright",
        "passed|failed|skipped|flaky",
        r"^ {2,}\d+ (?:passed|failed|skipped|flaky)(?: \([\d.]+m?s?m?\))?$",
    ),
    sum("mocha", "passing|failing|pending", r"^ {2,}\d+ (?:passing|failing|pending)(?: \(\d+m?s\)| \(\d+m\))?$"),
    sum(
        "pytest",
        "passed|failed|skipped|error|deselected|warning",
        r"^[= ]*\d+ (?:passed|failed|skipped|errors?|xfailed|xpassed|deselected|warnings?)(?:, \d+ \w+)* in [\d.]+ ?s(?:econds)?(?: \([\d:]+\))?[= ]*$",
    ),
    sum(
        "pytest",
        "passed|failed|skipped|error|warning|deselected|runs",
        r"^ *\d+ (?:passed|failed|skipped|errors?|runs|xfailed)(?:, \d+ (?:passed|failed|skipped|errors?|warnings?|deselected|xfailed|xpassed|runs))+\.?$",
    ),
    sum("pytest", " passed", r"^\d+ passed$"),
    sum("unittest", " test", r"^Ran (?<t>\d+) tests? in [\d.]+s$"),
    sum(
        "unittest",
        "failed (",
        r"^FAILED \((?:failures=(?<f>\d+))?(?:, )?(?:errors=(?<e>\d+))?(?:, )?(?:skipped=(?<s>\d+))?[^)]*\)$",
    ),
    sum("unittest", "ok (skipped=", r"^OK \(skipped=(?<s>\d+)[^)]*\)$"),
    row("go test -v", "--- pass: ", r"^--- PASS: \S+ \([\d.]+s\)$", Counts::Passed),
    row("go test -v", "--- fail: ", r"^--- FAIL: \S+ \([\d.]+s\)$", Counts::Failed),
    row("go test -v", "--- skip: ", r"^--- SKIP: \S+ \([\d.]+s\)$", Counts::Skipped),
    sum("go test", "[no test", r"^ok  \t?\S+\s+(?:[\d.]+s|\(cached\))\s+(?:coverage: )?\[no test"),
    row("go test", "ok  ", r"^ok  \t?\S+\s+(?:[\d.]+s|\(cached\))", Counts::Passed),
    row("go test", "fail", r"^FAIL[ \t]\S+\s+(?:[\d.]+s|\[(?:build|setup) failed\])$", Counts::Failed),
    sum(
        "gotestsum",
        " test",
        r"^DONE (?:\d+ runs, )?(?<t>\d+) tests?(?:, (?<s>\d+) skipped)?(?:, (?<f>\d+) failures?)?(?:, (?<e>\d+) errors?)? in ",
    ),
    // A class of tests has its time at the end, all of them together have not.
    sum(
        "maven",
        ", failures: ",
        r"^(?:\[\w+\] )?Tests run: (?<t>\d+), Failures: (?<f>\d+), Errors: (?<e>\d+), Skipped: (?<s>\d+)$",
    ),
    sum("gradle", " completed", r"^ *\d+ tests? completed(?:, \d+ failed)?(?:, \d+ skipped)?$"),
    sum(
        "gradle",
        " successes, ",
        r"^ *\w+: \w+ \((?<t>\d+) tests, (?<p>\d+) successes, (?<f>\d+) failures, (?<s>\d+) skipped\)$",
    ),
    sum(
        "sbt",
        "tests: succeeded ",
        r"^(?:\[\w+\] )?Tests: succeeded (?<p>\d+), failed (?<f>\d+), canceled \d+, ignored (?<s>\d+), pending \d+$",
    ),
    sum(
        "sbt",
        ", passed ",
        r"^(?:\[\w+\] )?(?:Passed|Failed): Total (?<t>\d+), Failed (?<f>\d+), Errors (?<e>\d+), Passed \d+(?:, Skipped (?<s>\d+))?$",
    ),
    sum(
        "dotnet",
        ", skipped:",
        r"^ *(?:Passed|Failed|Skipped)! +- Failed: +(?<f>\d+), Passed: +(?<p>\d+), Skipped: +(?<s>\d+), Total: ",
    ),
    sum(
        "dotnet",
        "test summary: total: ",
        r"^ *Test summary: total: \d+, failed: (?<f>\d+), succeeded: (?<p>\d+), skipped: (?<s>\d+)",
    ),
    sum(
        "rspec",
        " failure",
        r"^ *\d+ examples?, \d+ failures?(?:, \d+ pending)?(?:, \d+ errors? occurred outside of examples)?$",
    ),
    sum("minitest", " assertions, ", r"^ *\d+ (?:runs|tests), \d+ assertions, \d+ failures, \d+ errors, \d+ skips"),
    sum("phpunit", " assertion", r"^ *OK \((?<t>\d+) tests?, \d+ assertions?\)$"),
    sum(
        "phpunit",
        ", assertions: ",
        r"^ *Tests: (?<t>\d+), Assertions: \d+(?:, Errors: (?<e>\d+))?(?:, Failures: (?<f>\d+))?(?:, (?:PHPUnit )?(?:Warnings|Deprecations|Notices): \d+)*(?:, Skipped: (?<s>\d+))?(?:, \w+: \d+)*\.$",
    ),
    sum("ctest", "% tests passed, ", r"^ *\d+% tests passed, (?<f>\d+) tests? failed out of (?<t>\d+)$"),
    sum("gtest", "[  passed  ] ", r"^\[  PASSED  \] (?<p>\d+) tests?\.$"),
    sum("gtest", ", listed below:", r"^\[  FAILED  \] (?<f>\d+) tests?, listed below:$"),
    sum("gtest", ", listed below:", r"^\[  SKIPPED \] (?<s>\d+) tests?, listed below:$"),
    sum(
        "mix test",
        " failure",
        r"^ *(?:\d+ \w+, )*\d+ doctests?, (?<t>\d+) tests?, (?<f>\d+) failures?(?:, \d+ excluded)?(?:, (?<s>\d+) skipped)?$",
    ),
    sum(
        "bats",
        " failure",
        r"^ *(?<t>\d+) tests?, (?<f>\d+) failures?(?:, \d+ excluded)?(?:, (?<s>\d+) skipped)?(?:, \d+ not run)?(?: in [\d.]+ seconds?)?$",
    ),
    sum("robot", " passed, ", r"^ *\d+ tests?(?: total)?, \d+ passed, \d+ failed(?:, \d+ skipped)?$"),
    sum("deno", " failed", r"^(?:ok|FAILED) \| \d+ passed(?: \(\d+ steps?\))? \| \d+ failed"),
    sum("bun", " pass", r"^ (?<p>\d+) pass$"),
    sum("bun", " fail", r"^ (?<f>\d+) fail$"),
    sum("bun", " skip", r"^ (?<s>\d+) skip$"),
    sum("ava", " passed", r"^ +(?<p>\d+) tests? passed$"),
    sum("ava", " failed", r"^ +(?<f>\d+) tests? failed$"),
    sum("node test", " pass", r"^(?:#|ℹ) pass +(?<p>\d+)$"),
    sum("node test", "fail|cancelled", r"^(?:#|ℹ) (?:fail|cancelled) +(?<f>\d+)$"),
    sum("node test", " skipped", r"^(?:#|ℹ) skipped +(?<s>\d+)$"),
    row("tap", "ok ", r"^ok \d+\b.*# (?i:skip|todo)\b", Counts::Skipped),
    row("tap", "ok ", r"^ok \d+(?: |$)", Counts::Passed),
    row("tap", "not ok ", r"^not ok \d+(?: |$)", Counts::Failed),
    // Every suite tells, and the one that holds them all tells last.
    row(
        "xctest",
        "executed ",
        r"^\s*Executed (?<t>\d+) tests?, with (?:(?<s>\d+) tests? skipped and )?(?<f>\d+) failures?",
        Counts::Last,
    ),
    sum("swift test", " test run with ", r"^\S+ Test run with (?<t>\d+) tests?(?: in \d+ suites?)? passed after "),
    sum(
        "swift test",
        " test run with ",
        r"^\S+ Test run with (?<t>\d+) tests?(?: in \d+ suites?)? failed after .* with (?<f>\d+) issues?\.$",
    ),
    row(
        "flutter",
        "all tests passed!|some tests failed.",
        r"^\d+:\d\d \+(?<p>\d+)(?: ~(?<s>\d+))?(?: -(?<f>\d+))?: (?:All tests passed!|Some tests failed\.)",
        Counts::Last,
    ),
    sum(
        "bazel",
        "executed ",
        r"^Executed \d+ out of (?<t>\d+) tests?: (?:\d+ tests? pass(?:es)?\.?)?(?: and )?(?:(?<f>\d+) fails? \w+\.)?$",
    ),
    sum("cucumber", " scenario", r"^\d+ scenarios? \((?:\d+ \w+(?:, )?)+\)$"),
    sum("tests", " passed", r"^ *All (?<p>\d+) tests? passed"),
];

/// Runners whose summaries tell of the same tests: the first that told anything is the one that counts.
pub(super) const SAME: &[&[&str]] =
    &[&["gotestsum", "go test -v", "go test"], &["node test", "bats", "tap"], &["ctest", "gtest"]];

/// Runners that tell how many there were in one line and how many failed in another: the latter alone is nothing.
pub(super) const WHOLE: &[&str] = &["unittest"];

/// Runners that count packages, not tests.
pub(super) const PACKAGES: &[&str] = &["go test"];

/// Every summary line has one of these. What has none of them is not looked at.
pub(super) const WORDS: &[&str] = &[
    "pass",
    "Pass",
    "PASS",
    "fail",
    "Fail",
    "FAIL",
    "skip",
    "SKIP",
    "pending",
    "flaky",
    "Ran ",
    "OK",
    "Tests",
    "completed",
    "cancelled",
    "succe",
    "\nok ",
    "\nnot ok ",
    "Executed ",
    "DONE ",
];

/// Words of a command that runs tests, and the runner they name.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("cargo nextest", "nextest"),
    ("cargo test", "cargo test"),
    ("cargo t", "cargo test"),
    ("pytest", "pytest"),
    ("python -m unittest", "unittest"),
    ("python3 -m unittest", "unittest"),
    ("manage.py test", "unittest"),
    ("tox", "pytest"),
    ("vitest", "vitest"),
    ("jest", "jest"),
    ("mocha", "mocha"),
    ("playwright test", "playwright"),
    ("npm test", "npm test"),
    ("npm t", "npm test"),
    ("npm run test", "npm test"),
    ("yarn test", "yarn test"),
    ("pnpm test", "pnpm test"),
    ("pnpm run test", "pnpm test"),
    ("bun test", "bun"),
    ("deno test", "deno"),
    ("node --test", "node test"),
    ("npx ava", "ava"),
    ("gotestsum", "gotestsum"),
    ("go test", "go test"),
    ("mvn test", "maven"),
    ("mvn verify", "maven"),
    ("mvnw test", "maven"),
    ("mvnw verify", "maven"),
    ("gradle test", "gradle"),
    ("gradlew test", "gradle"),
    ("gradlew check", "gradle"),
    ("sbt test", "sbt"),
    ("dotnet test", "dotnet"),
    ("rspec", "rspec"),
    ("rails test", "minitest"),
    ("rake test", "minitest"),
    ("phpunit", "phpunit"),
    ("vendor/bin/pest", "pest"),
    ("ctest", "ctest"),
    ("bats", "bats"),
    ("mix test", "mix test"),
    ("swift test", "swift test"),
    ("flutter test", "flutter"),
    ("dart test", "flutter"),
    ("bazel test", "bazel"),
    ("cucumber", "cucumber"),
    ("make test", "make test"),
    ("make check", "make test"),
];

/// Programs that only show what is there already: a summary among what they print is not one of tests that ran.
pub(super) const SHOWS: &[&str] =
    &["cd", "git", "gh", "grep", "rg", "egrep", "echo", "printf", "ls", "find", "sed", "awk", "curl", "diff", "wc"];
