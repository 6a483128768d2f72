//! The reviews as a working tool: groups, the page, the diff, and what is asked before anything is done.

use atc::console::Effect;
use atc::console::event::{News, Op, What};
use atc::console::keys::{Chord, Key, Keymap, Preset};
use atc::console::reviews::{News as Told, Wish};
use atc::console::view::Theme;
use atc::domain::codeowners::Codeowners;
use atc::domain::policy::{InForce, Policy, Rule, Says};
use atc::domain::pull::{Asked, Opinion, ReviewerKind, Threads, Verdict};
use atc::domain::pull_look::{AgentMerge, Change, ChangedFile, ChangedFiles, Owners};
use atc::domain::{
    Check, Checks, Conclusion, Fault, FaultKind, JobId, PullAct, PullDiff, PullLook, PullRef, PullState, PullTarget,
    ReviewDecision, Source, Standing,
};
use atc::text::Safe;
use chrono::TimeDelta;

use crate::draw::{styled, text};
use crate::world::{Console, ago, pull, pulls, repo};

fn check(name: &str, conclusion: Option<Conclusion>, required: bool) -> Check {
    Check { name: name.into(), conclusion, required: Some(required), job: Some(JobId(9)), url: None }
}

/// A pull request with everything there is to tell of one.
fn rich() -> atc::domain::Pull {
    let mut rich = pull(11, "billing", 1312, "Round credit notes the way invoices are rounded");
    rich.created_at = ago(3000);
    rich.requested = vec!["octocat".into(), "billing-core".into()];
    let checks = vec![
        check("build", Some(Conclusion::Success), true),
        check("unit (1)", Some(Conclusion::Success), true),
        check("lint", Some(Conclusion::Failure), false),
        check("e2e", Some(Conclusion::TimedOut), true),
        check("image", None, true),
        check("docs", Some(Conclusion::Skipped), false),
    ];
    let mut roll_up = Checks::default();
    for check in &checks {
        roll_up.add(&check.name, check.conclusion.as_ref());
    }
    rich.checks = Some(roll_up);
    rich.standing = Standing {
        head: Some("1a2b3c4d5e".into()),
        files: Some(3),
        checks,
        more_checks: 0,
        asked: vec![
            Asked { name: "octocat".into(), kind: ReviewerKind::User },
            Asked { name: "acme/billing-core".into(), kind: ReviewerKind::Team },
        ],
        opinions: vec![
            Opinion { by: "okafor".into(), verdict: Verdict::Approved, commit: Some("1a2b3c4d5e".into()) },
            Opinion { by: "lindqvist".into(), verdict: Verdict::ChangesRequested, commit: Some("0000000aaa".into()) },
        ],
        threads: Some(Threads { unresolved: 2, total: 5, cut: false }),
    };
    rich
}

fn look() -> PullLook {
    let file =
        |path: &str, change, added, removed| ChangedFile { path: path.into(), before: None, change, added, removed };
    let files = vec![
        file("src/credit/rounding.kt", Change::Modified, 120, 80),
        file("src/credit/rounding_test.kt", Change::Added, 290, 0),
        file("docs/rounding.md", Change::Modified, 2, 118),
    ];
    let rules = Codeowners::parse("src/ @acme/billing-core @okafor\n!bad @x\n");
    let paths = files.iter().map(|file| file.path.raw_for_match().to_owned()).collect::<Vec<_>>();
    let ownership = rules.ownership(paths.iter().map(String::as_str));
    PullLook {
        head: Some("1a2b3c4d5e".into()),
        owners: Ok(Some(Owners { path: ".github/CODEOWNERS", ownership, skipped: rules.skipped })),
        files: Ok(ChangedFiles { files, more: false }),
        agent_merge: Some(AgentMerge { allowed: vec!["merge".into()] }),
    }
}

fn tell(console: &mut Console, told: Told) {
    console.happen(What::Op(Op::Reviews(Box::new(told))));
}

fn show(console: &mut Console, pull: atc::domain::Pull) {
    let at = PullRef { repo: pull.repo.clone(), id: pull.id, node: Some(pull.node.clone()) };
    console.good(Source::Pulls, News::Pulls(vec![(at, Some(pull))]));
}

/// The reviews with the cursor on the rich one.
fn console(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    let mut policy = Policy::default();
    let says = Says {
        open_pulls: Some(4),
        base_branches: Some(atc::domain::policy::Words(vec!["next".into()])),
        ..Says::default()
    };
    policy.everywhere.insert(0, Rule::everywhere("reviews", says));
    tell(&mut console, Told::Policy(std::sync::Arc::new(InForce::of(policy))));
    show(&mut console, rich());
    console.keys("p");
    choose(&mut console, 1312);
    console
}

fn choose(console: &mut Console, number: u64) {
    console.keys("g");
    for _ in 0..20 {
        if console.model.selected_pull().is_some_and(|pull| pull.number == number) {
            return;
        }
        console.keys("j");
    }
    panic!("#{number} is not in the list:\n{}", text(&console.model));
}

fn target() -> PullTarget {
    PullTarget::of(&rich())
}

#[test]
fn the_list_is_grouped_by_whom_each_waits_on() {
    insta::assert_snapshot!(styled(&console(80, 24).model, &Theme::default()));
}

#[test]
fn the_list_in_a_dashboard_has_no_room_for_headings_and_keeps_its_order() {
    let mut narrow = console(160, 45);
    insta::assert_snapshot!(text(&narrow.model));
    narrow.keys("z");
    let zoomed = text(&narrow.model);
    assert!(zoomed.contains("waits on checks 2"), "{zoomed}");
}

#[test]
fn the_cursor_steps_over_headings_and_stays_with_its_pull_request() {
    let mut console = console(80, 24);
    let mut seen = Vec::new();
    console.keys("g");
    for _ in 0..20 {
        seen.push(console.model.selected_pull().unwrap().number);
        console.keys("j");
    }
    seen.dedup();
    assert_eq!(seen.len(), pulls().len() + 1, "{seen:?}");
    console.keys("G");
    assert!(console.model.selected_pull().is_some());
    choose(&mut console, 1312);
    // It moves to another group, and the cursor with it.
    show(&mut console, atc::domain::Pull { mergeable: atc::domain::Mergeable::Conflicting, ..rich() });
    assert_eq!(console.model.selected_pull().unwrap().number, 1312);
    assert!(text(&console.model).contains("waits on conflict 1"), "{}", text(&console.model));
}

#[test]
fn while_they_come_in_the_cursor_stands_on_the_first_unless_a_key_was_pressed() {
    let ready = || pulls().into_iter().find(|pull| pull.number == 2040).unwrap();
    let told = |touch: bool| {
        let mut console = Console::new(80, 24);
        let tasks = crate::world::every_state();
        for name in ["billing", "api", "web", "reports"] {
            let tasks = tasks.iter().filter(|task| task.at.repo == repo(name)).cloned().collect();
            console.good(Source::Tasks(repo(name)), News::Tasks { tasks, unreadable: 0 });
        }
        console.keys("p");
        // What waits on others comes first, and what waits for whoever looks comes later.
        let late = pulls().into_iter().filter(|pull| pull.number != 2040);
        show(&mut console, late.clone().find(|pull| pull.number == 1290).unwrap());
        if touch {
            console.keys("j");
        }
        let before = console.model.selected_pull().unwrap().number;
        show(&mut console, ready());
        (before, console.model.selected_pull().unwrap().number)
    };
    assert_eq!(told(false), (1290, 2040));
    assert_eq!(told(true), (1290, 1290));
}

#[test]
fn the_page_tells_what_a_decision_takes() {
    let mut console = console(80, 24);
    console.press(Key::Enter);
    insta::assert_snapshot!("page_loading", text(&console.model));
    tell(&mut console, Told::Look(target(), Box::new(look())));
    insta::assert_snapshot!("page", styled(&console.model, &Theme::default()));
    console.keys("G");
    insta::assert_snapshot!("page_end", text(&console.model));
    console.press(Key::Esc);
    assert!(console.model.reviews.page.is_none());
    let list = text(&console.model);
    assert!(list.contains("⚠ agent merge"), "the warning is on the row once it is known:\n{list}");
}

#[test]
fn what_cannot_be_read_takes_nothing_else_from_the_page() {
    let mut console = console(100, 40);
    console.press(Key::Enter);
    let fault = || Fault::new(FaultKind::Permission, "the token may not read contents", "give it Contents: read");
    let broken = PullLook { files: Err(fault()), owners: Err(fault()), agent_merge: None, ..look() };
    tell(&mut console, Told::Look(target(), Box::new(broken)));
    console.bad(Source::Pulls, Fault::new(FaultKind::Server, "502", "wait"));
    let page = text(&console.model);
    assert!(page.contains("give it Contents: read") && page.contains("okafor approved"), "{page}");
    assert!(page.contains("failed 14:03"), "{page}");
    insta::assert_snapshot!(page);
}

#[test]
fn a_look_at_another_commit_is_not_taken_for_this_one() {
    let mut console = console(100, 40);
    console.press(Key::Enter);
    tell(&mut console, Told::Look(target(), Box::new(PullLook { head: Some("other".into()), ..look() })));
    let page = text(&console.model);
    assert!(page.contains("owners    loading …"), "{page}");
}

const DIFF: &str = "diff --git a/src/a.kt b/src/a.kt\nindex 1..2 100644\n--- a/src/a.kt\n+++ b/src/a.kt\n@@ -1,3 +1,3 @@ fun a()\n one\n-\ttwo\u{1b}[31m\n+\tzwei\n three\ndiff --git a/b.md b/b.md\nnew file mode 100644\n--- /dev/null\n+++ b/b.md\n@@ -0,0 +1,2 @@\n+Two words\n+two more\n";

#[test]
fn the_diff_is_read_by_files_and_searched() {
    let mut console = console(80, 24);
    let wishes = console.keys("D");
    assert!(wishes.contains(&Effect::Reviews(Wish::Diff(target()))));
    assert!(text(&console.model).contains("reading the diff …"));
    let long = (0..40).map(|n| format!("+line {n}")).collect::<Vec<_>>().join("\n");
    let long = format!("{DIFF}diff --git a/c.txt b/c.txt\n--- a/c.txt\n+++ b/c.txt\n@@ -1,0 +1,40 @@\n{long}");
    tell(&mut console, Told::Diff(target(), Ok(PullDiff { text: long.into(), cut: true })));
    insta::assert_snapshot!("diff", styled(&console.model, &Theme::default()));
    console.keys("]");
    assert!(text(&console.model).contains("b.md 2/3"), "{}", text(&console.model));
    console.keys("[");
    console.keys("/two");
    console.press(Key::Enter);
    let found = text(&console.model);
    assert!(found.contains("1/3"), "{found}");
    console.keys("nn");
    assert!(text(&console.model).contains("3/3"));
    console.keys("N");
    assert!(text(&console.model).contains("2/3"));
    // The line found goes where it is wanted: there are 40 more below it.
    console.model.settings.keymap = Keymap::of(Preset::Vim);
    let line = |console: &Console| {
        let diff = console.model.reviews.diff.as_ref().unwrap();
        let search = diff.search.as_ref().unwrap();
        search.hits[search.at.unwrap()] - diff.top
    };
    console.keys("zt");
    assert_eq!(line(&console), 0);
    console.keys("zz");
    assert_eq!(line(&console), 9, "nine rows above it and ten below");
    console.press(Key::Esc);
    assert!(console.model.reviews.diff.is_none() && console.model.reviews.page.is_none());
}

#[test]
fn a_diff_that_is_too_large_says_so_and_where_its_files_are() {
    let mut console = console(80, 24);
    console.keys("D");
    let fault = Fault::new(FaultKind::TooLarge, "GitHub makes no diff of it", "its files are listed on its page");
    tell(&mut console, Told::Diff(target(), Err(fault)));
    let shown = text(&console.model);
    assert!(shown.contains("GitHub makes no diff of it") && shown.contains("→ its files"), "{shown}");
}

#[test]
fn approving_takes_the_number_typed_and_names_the_commit() {
    let mut console = console(80, 24);
    console.keys("a");
    insta::assert_snapshot!("approve", text(&console.model));
    console.wait(TimeDelta::milliseconds(300));
    // Typed before it was asked, or half of it, it means nothing; and nothing but what is typed moves between the buttons.
    assert!(console.keys("#131").is_empty());
    assert!(console.press(Key::Enter).is_empty());
    let keys = |console: &Console| text(&console.model).lines().last().unwrap_or_default().trim().to_owned();
    for key in [Key::Tab, Key::Tab] {
        assert_eq!(keys(&console), "esc no", "letters are letters, and enter does nothing yet");
        assert!(text(&console.model).contains("[ No ]   Yes, approve it"));
        console.press(key);
    }
    console.keys("2");
    assert_eq!(keys(&console), "esc no   enter press");
    assert!(text(&console.model).contains("No   [ Yes, approve it ]"), "{}", text(&console.model));
    let effects = console.press(Key::Enter);
    let [Effect::Reviews(Wish::Act(order))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((&order.target, &order.act), (&target(), &PullAct::Approve));
    // A second one of the same pull request waits until the first is known.
    console.keys("x");
    assert!(console.model.dialog.is_none());
    assert!(text(&console.model).contains("still under way"));
    let order = order.clone();
    let fault = Fault::new(FaultKind::Invalid, "422: Can not approve your own pull request", "ask somebody else");
    tell(&mut console, Told::Acted { order, result: Err(fault) });
    assert!(text(&console.model).contains("Can not approve your own"));
    console.keys("x");
    assert!(console.model.dialog.is_some());
}

#[test]
fn the_target_stays_what_was_asked_about_whatever_moves() {
    let mut console = console(80, 24);
    console.keys("x");
    console.wait(TimeDelta::milliseconds(300));
    let mut moved = rich();
    moved.standing.head = Some("ffffffff".into());
    show(&mut console, moved);
    console.keys("#1312");
    let effects = console.press(Key::Enter);
    let [Effect::Reviews(Wish::Act(order)), ..] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(order.target.head, Some("1a2b3c4d5e".into()), "the operation sees that it moved, and refuses");
}

#[test]
fn a_comment_is_shown_with_all_that_is_in_it_before_it_is_sent() {
    let mut console = console(80, 24);
    console.keys("c");
    console.happen(What::Key(Chord::ctrl('s')));
    assert!(text(&console.model).contains("an empty comment is none"));
    console.keys("@copilot \u{202e}please");
    console.press(Key::Enter);
    console.keys("and a second line");
    console.happen(What::Key(Chord::ctrl('s')));
    insta::assert_snapshot!("comment", text(&console.model));
    console.wait(TimeDelta::milliseconds(300));
    let effects = console.keys("y");
    let [Effect::KeepDraft(_), Effect::Reviews(Wish::Act(order))] = &effects[..] else { panic!("{effects:?}") };
    assert!(matches!(&order.act, PullAct::Comment(text) if text.ends_with("please\nand a second line")));
    tell(&mut console, Told::Acted { order: order.clone(), result: Ok(Safe::new("commented on acme/billing#1312")) });
    assert!(text(&console.model).contains("commented on acme/billing#1312"));
    console.keys("c");
    assert!(!text(&console.model).contains("second line"), "what is there is not offered again");
}

#[test]
fn a_comment_that_was_not_sent_is_there_again_on_its_own_pull_request() {
    let mut console = console(80, 24);
    let reopened = |console: &mut Console| {
        console.keys("c");
        let screen = text(&console.model);
        console.press(Key::Esc);
        screen
    };
    console.keys("cone");
    console.press(Key::Enter);
    console.keys("two");
    console.press(Key::Esc);
    assert!(reopened(&mut console).contains("two"), "given up, and kept");
    choose(&mut console, 1288);
    assert!(!reopened(&mut console).contains("two"), "another's text");
    choose(&mut console, 1312);
    for (kind, maybe) in [(FaultKind::Refused, false), (FaultKind::UnknownOutcome, true)] {
        console.keys("c");
        console.happen(What::Key(Chord::ctrl('s')));
        console.wait(TimeDelta::milliseconds(300));
        let effects = console.keys("y");
        let [Effect::KeepDraft(_), Effect::Reviews(Wish::Act(order))] = &effects[..] else { panic!("{effects:?}") };
        assert!(console.model.compose.follow_up.is_none());
        let result = Err(Fault::new(kind, "no", "wait"));
        tell(&mut console, Told::Acted { order: order.clone(), result });
        let screen = reopened(&mut console);
        assert!(screen.contains("one") && screen.contains("two"), "{screen}");
        assert_eq!(screen.contains("may have been written"), maybe, "{screen}");
    }
}

#[test]
fn of_more_files_than_are_listed_it_is_said_how_many() {
    let mut console = console(100, 40);
    let mut large = rich();
    large.standing.files = Some(4212);
    show(&mut console, large);
    let file = |n: usize| ChangedFile {
        path: format!("src/{n}.rs").as_str().into(),
        before: None,
        change: Change::Modified,
        added: 1,
        removed: 0,
    };
    let files = ChangedFiles { files: (0..5).map(file).collect(), more: true };
    let look = PullLook { head: Some("1a2b3c4d5e".into()), files: Ok(files), owners: Ok(None), agent_merge: None };
    tell(&mut console, Told::Look(target(), Box::new(look)));
    console.press(Key::Enter);
    console.keys("G");
    let screen = text(&console.model);
    assert!(screen.contains("5 of 4212 files are listed"), "{screen}");
}

#[test]
fn reviewers_are_named_and_what_is_no_name_keeps_the_line_open() {
    let mut console = console(80, 24);
    console.keys("vmona acme/core/x");
    console.press(Key::Enter);
    assert!(text(&console.model).contains("neither a login nor org/team"));
    for _ in 0..2 {
        console.press(Key::Backspace);
    }
    console.press(Key::Enter);
    let asked = text(&console.model);
    assert!(asked.contains("asks mona, team core"), "{asked}");
}

#[test]
fn what_makes_no_sense_is_said_and_not_asked() {
    let mut console = console(80, 24);
    console.keys("w");
    assert!(text(&console.model).contains("no workflow of it waits for approval"));
    let mut ready = rich();
    (ready.state, ready.review) = (PullState::Open, ReviewDecision::Approved);
    show(&mut console, ready);
    console.keys("m");
    assert!(text(&console.model).contains("it is no draft"));
    // Without the commit nothing that speaks for one is asked.
    choose(&mut console, 1288);
    console.keys("a");
    assert!(console.model.dialog.is_none());
    assert!(text(&console.model).contains("is not known yet"), "{}", text(&console.model));
    choose(&mut console, 71);
    console.keys("c");
    assert!(console.model.compose.follow_up.is_none());
}

#[test]
fn the_log_of_the_required_failed_check_is_asked_for_and_stands_in_the_log_until_it_is_left() {
    let mut console = console(100, 24);
    console.press(Key::Enter);
    let effects = console.keys("e");
    let wanted = Wish::CheckLog { of: target(), job: JobId(9), check: "e2e".into() };
    assert!(effects.contains(&Effect::Reviews(wanted)), "{effects:?}");
    let log = b"2026-11-20T12:00:00.0000000Z hello\n2026-11-20T12:00:01.0000000Z ##[error]it broke\n".to_vec();
    tell(&mut console, Told::CheckLog { of: target(), check: "e2e".into(), log: Ok(Some(log)) });
    let shown = text(&console.model);
    assert!(shown.contains("e2e of acme/billing#1312") && shown.contains("it broke"), "{shown}");
    console.press(Key::Esc);
    assert!(console.model.reviewing(), "back on the page");
    console.keys("Q");
    console.keys("l");
    assert!(!text(&console.model).contains("it broke"), "the selected task's own log again");
    tell(&mut console, Told::CheckLog { of: target(), check: "e2e".into(), log: Ok(None) });
    assert!(text(&console.model).contains("its job has not ended"));
}

#[test]
fn read_only_has_no_act_in_keys_footer_or_help() {
    let mut console =
        Console::with(atc::console::state::settings::Settings { read_only: true, ..crate::world::settings() }, 100, 60);
    console.fill();
    show(&mut console, rich());
    console.keys("pz");
    choose(&mut console, 1312);
    let before = console.effects.len();
    for key in "waxmvc".chars() {
        console.keys(&key.to_string());
        assert!(console.model.dialog.is_none() && console.model.line.is_none(), "{key}");
    }
    assert!(!console.effects[before..].iter().any(|effect| matches!(effect, Effect::Reviews(Wish::Act(_)))));
    let help = atc::console::guide::lines(&console.model);
    let help: Vec<String> = help.iter().map(|line| format!("{line:?}")).collect();
    assert!(!help.iter().any(|line| line.contains("approve it") || line.contains("without a merge")));
    assert!(help.iter().any(|line| line.contains("there is no key to merge")));
}
