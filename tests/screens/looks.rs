//! Screens as snapshots: the text, and where it matters the styles.

use atc::console::event::{News, Op, What};
use atc::console::keys::Key;
use atc::console::view::Theme;
use atc::domain::{Fault, FaultKind, Mergeable, PullRef, ReviewDecision, Source, State};
use atc::text::Safe;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::draw::{buffer, lines, styled, text};
use crate::world::{Console, every_state, pulls, refused, repo, settings, task, with_session};

/// Every state under the cursor once, with its detail: the screen's first eighteen lines stay the same.
fn every_selection(console: &mut Console) -> String {
    let mut out = styled(&console.model, &Theme::default());
    for _ in 1..console.model.queue.rows.len() {
        console.keys("j");
        let all = lines(&buffer(&console.model, &Theme::default()));
        let row = all.iter().find(|l| l.starts_with('▌')).cloned().unwrap_or_default();
        out.push_str(&format!("\n{row}\n{}\n", all[18..].join("\n")));
    }
    out
}

#[test]
fn every_state_while_all_is_fresh() {
    insta::assert_snapshot!(every_selection(&mut Console::full(80, 24)));
}

#[test]
fn every_state_while_the_news_is_old() {
    let mut console = Console::full(80, 24);
    console.wait(TimeDelta::minutes(3));
    insta::assert_snapshot!(every_selection(&mut console));
}

#[test]
fn every_state_while_the_service_refuses() {
    let mut console = Console::full(80, 24);
    for name in ["api", "web"] {
        console.bad(Source::Tasks(repo(name)), refused());
    }
    console.bad(Source::Pulls, refused());
    insta::assert_snapshot!(every_selection(&mut console));
}

#[test]
fn the_dashboard() {
    insta::assert_snapshot!(styled(&Console::full(160, 45).model, &Theme::default()));
}

#[test]
fn the_dashboard_side_by_side() {
    let mut console = Console::full(160, 45);
    console.keys("L");
    insta::assert_snapshot!(text(&console.model));
}

#[test]
fn the_smallest_dashboard() {
    insta::assert_snapshot!(text(&Console::full(80, 30).model));
}

#[test]
fn the_detail_says_everything() {
    let mut console = Console::full(80, 40);
    console.select("migrate-tax");
    console.keys("d");
    insta::assert_snapshot!(styled(&console.model, &Theme::default()));
}

#[test]
fn the_detail_of_a_failed_task_shows_its_error_and_whole_faults() {
    let mut console = Console::full(80, 24);
    console.select("e2e");
    let nowhere = Fault::new(
        FaultKind::Server,
        "the service answered 502 to the list of tasks, three times in a row",
        "nothing to do: it is asked again at 14:05",
    );
    console.bad(Source::Tasks(repo("web")), nowhere);
    console.keys("d");
    insta::assert_snapshot!(text(&console.model));
}

#[test]
fn the_reviews() {
    let mut console = Console::full(80, 24);
    console.keys("p");
    let mut out = styled(&console.model, &Theme::default());
    for _ in 1..console.model.reviews.rows.len() {
        console.keys("j");
        let all = lines(&buffer(&console.model, &Theme::default()));
        out.push_str(&format!("\n{}\n", all[18..].join("\n")));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_the_service_has_not_worked_out_is_no_verdict() {
    let mut odd = pulls().remove(0);
    odd.mergeable = Mergeable::Unknown("UNSETTLED".into());
    odd.review = ReviewDecision::Unknown("MAYBE".into());
    odd.checks = None;
    let mut console = Console::new(120, 24);
    let at = PullRef { repo: odd.repo.clone(), id: odd.id, node: None };
    console.good(Source::Pulls, News::Pulls(vec![(at, Some(odd))]));
    console.keys("p");
    let screen = text(&console.model);
    for word in ["UNSETTLED", "MAYBE", "no checks"] {
        assert!(screen.contains(word), "{word} in\n{screen}");
    }
}

#[test]
fn empty_panes_say_why_and_what_next() {
    let mut out = String::new();
    let mut show = |what: &str, console: &Console| {
        let all = lines(&buffer(&console.model, &Theme::default()));
        out.push_str(&format!("# {what}\n{}\n\n", all[..7].join("\n")));
    };
    let mut none = settings();
    none.repos.clear();
    show("no repositories: the own tasks are the queue", &Console::with(none.clone(), 80, 24));
    none.own_tasks = atc::domain::OwnTasks::Never;
    show("no repositories, and no own tasks either", &Console::with(none, 80, 24));
    let mut console = Console::new(80, 24);
    show("nothing read yet", &console);
    console.keys("p");
    show("no pulls", &console);
    console.keys("Q");
    for name in ["billing", "api", "web"] {
        console.good(Source::Tasks(repo(name)), News::Tasks { tasks: vec![], unreadable: 0 });
    }
    show("one still loading", &console);
    console.good(Source::Tasks(repo("reports")), News::Tasks { tasks: vec![], unreadable: 0 });
    show("no tasks", &console);
    console.bad(Source::Tasks(repo("web")), refused());
    show("no tasks, and one source refuses", &console);
    let mut console = Console::new(80, 24);
    console.bad(Source::Pulls, refused());
    console.keys("p");
    show("pulls refused", &console);
    for view in ["needs-me", "stuck", "failed", "done", "active"] {
        let mut console = Console::new(80, 24);
        let archived = task("x", "api", "An old thing", State::Cancelled, 90, 80);
        for name in ["billing", "api", "web", "reports"] {
            let tasks = if name == "api" { vec![archived.clone()] } else { vec![] };
            console.good(Source::Tasks(repo(name)), News::Tasks { tasks, unreadable: 0 });
        }
        console.keys(&format!(":view {view}"));
        console.press(Key::Enter);
        show(view, &console);
    }
    let mut console = Console::full(80, 24);
    console.keys("/zebra");
    console.press(Key::Enter);
    show("a filter nothing passes", &console);
    insta::assert_snapshot!(out);
}

#[test]
fn a_question_before_a_cancel() {
    let mut console = Console::full(80, 24);
    console.select("retry");
    console.keys("x");
    insta::assert_snapshot!(styled(&console.model, &Theme::default()));
}

#[test]
fn the_help_from_the_table() {
    let mut console = Console::full(80, 280);
    console.keys("?");
    insta::assert_snapshot!(text(&console.model));
}

#[test]
fn the_narrowest_screen_keeps_state_name_and_age() {
    let mut console = Console::full(40, 10);
    let queue = text(&console.model);
    console.keys("p");
    let reviews = text(&console.model);
    console.keys("Q:sort nonsense");
    console.press(Key::Enter);
    insta::assert_snapshot!(format!("{queue}\n\n{reviews}\n\n{}", text(&console.model)));
}

#[test]
fn a_screen_too_small_says_so_in_plain_words() {
    assert_eq!(text(&Console::full(38, 9).model).trim_end(), "atc needs 40×10, this is 38×9");
    assert!(text(&Console::full(40, 10).model).contains("All 13"));
    text(&Console::full(1, 1).model);
    text(&Console::full(0, 0).model);
}

#[test]
fn ascii_screens_hold_nothing_else() {
    let theme = Theme::default().in_ascii();
    let mut out = String::new();
    for (width, height, keys) in [(80, 24, "jj"), (160, 45, "p"), (80, 24, "d"), (80, 24, "?G"), (80, 24, "jx")] {
        let mut console = Console::full(width, height);
        console.keys(keys);
        let all = lines(&buffer(&console.model, &theme));
        for line in &all {
            assert!(line.is_ascii(), "{line}");
        }
        if height == 24 && keys != "?G" {
            out.push_str(&format!("{}\n\n", all.join("\n")));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn without_colour_everything_still_has_its_sign_and_word() {
    let theme = Theme::mono();
    let console = Console::full(80, 24);
    let plain = buffer(&console.model, &theme);
    let coloured = buffer(&console.model, &Theme::default());
    assert_eq!(lines(&plain), lines(&coloured));
    assert!(plain.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
}

#[test]
fn a_frame_does_not_depend_on_what_was_there_before() {
    let mut console = Console::full(80, 24);
    for keys in ["", "?", "\u{0}d", "", "jx"] {
        console.keys(keys);
        let clean = buffer(&console.model, &Theme::default());
        let mut dirty = Buffer::filled(Rect::new(0, 0, 80, 24), ratatui::buffer::Cell::new("█"));
        atc::console::view::draw(&console.model, &Theme::default(), &mut dirty);
        assert_eq!(clean, dirty, "after {keys:?}");
        console.press(Key::Esc);
    }
}

#[test]
fn hostile_names_stay_in_their_cells() {
    let hostile = [
        "\u{1b}[31mred\u{1b}]0;title\u{7} bell",
        "right\u{202e}to left",
        "日本語のとても長いタスク名がここに入ります、切り詰め",
        "👨‍👩‍👧‍👦 family 🏳️‍🌈 flag e\u{301}\u{301}\u{301}\u{301}",
        "tab\tand\nnewline and \u{200b}zero\u{feff} width",
    ];
    let tasks = hostile.iter().zip(1..).map(|(name, n)| {
        let mut task = with_session(task(&format!("t{n}"), "api", name, State::InProgress, n, n), name);
        task.custom_agent = Some((*name).into());
        task
    });
    let mut console = Console::new(80, 24);
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: tasks.collect(), unreadable: 0 });
    console.happen(What::Op(Op::Note { bad: true, text: Safe::new(hostile[0]) }));
    for keys in ["", "d"] {
        console.keys(keys);
        for row in 0..5 {
            let screen = buffer(&console.model, &Theme::default());
            for cell in &screen.content {
                assert!(!cell.symbol().chars().any(char::is_control), "{:?} row {row}", cell.symbol());
            }
            for (y, line) in lines(&screen).iter().enumerate() {
                assert!(atc::text::width::width(line) <= 80, "line {y} of {row}: {line}");
            }
            console.keys("j");
        }
    }
}

#[test]
fn a_long_note_is_read_whole() {
    let mut console = Console::full(80, 24);
    let fault = Fault::new(
        FaultKind::Permission,
        "acme/api refused the cancel: the token may not write Actions in this repository",
        "give the token the permission “Actions: write”, or ask an owner of acme to cancel run 18402177",
    );
    console.happen(What::Op(Op::Note { bad: true, text: Safe::new(fault.to_string()) }));
    let all = lines(&buffer(&console.model, &Theme::default()));
    let said = all[21..].join(" ");
    assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains("to cancel run 18402177"), "{said}");
}

#[test]
fn the_header_gives_up_the_least_important_first() {
    let mut out = String::new();
    for width in [160, 120, 100, 80, 60, 40] {
        let mut console = Console::full(width, 24);
        console.bad(Source::Tasks(repo("web")), refused());
        out.push_str(&format!("{width:>3} {}\n", lines(&buffer(&console.model, &Theme::default()))[0]));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn that_nothing_can_be_changed_is_seen_however_narrow_the_header_is() {
    for width in [160, 80, 60, 40] {
        let mut console = Console::full(width, 24);
        console.model.settings.read_only = true;
        console.bad(Source::Tasks(repo("web")), refused());
        let header = lines(&buffer(&console.model, &Theme::default()))[0].clone();
        assert!(header.starts_with(" atc ") && header.contains("  read-only"), "{width}: {header}");
    }
}

#[test]
fn the_queue_drops_its_columns_in_order() {
    let mut out = String::new();
    for width in [200, 160, 130, 110, 100, 90, 80, 70, 60, 50, 40] {
        let console = Console::full(width, 24);
        let all = lines(&buffer(&console.model, &Theme::default()));
        let row = all.iter().find(|l| l.contains("Migrate")).unwrap();
        assert!(row.contains("needs you") && row.ends_with("48m"), "{row}");
        out.push_str(&format!("{width:>3} {row}\n"));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn every_state_there_is_stands_in_the_fixture() {
    let states: Vec<_> = every_state().into_iter().map(|t| t.state.wire().to_owned()).collect();
    for state in ["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "timed_out", "cancelled"]
    {
        assert!(states.iter().any(|s| s == state), "{state}");
    }
}
