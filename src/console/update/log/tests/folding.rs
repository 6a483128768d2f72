//! What is opened and closed, and that the rest stays where it is.

use super::*;

#[test]
fn folding_moves_only_what_is_below_the_heading() {
    let mut model = with_output();
    press(&mut model, PANE, Intent::Top);
    for _ in 0..10 {
        press(&mut model, PANE, Intent::NextEntry);
    }
    let folded = seen(&model);
    assert_eq!(folded[10], "$ make");
    press(&mut model, PANE, Intent::Fold);
    let open = seen(&model);
    assert_eq!(open[..11], folded[..11]);
    assert_eq!(open[11], "out 0");
    press(&mut model, PANE, Intent::Fold);
    assert_eq!(seen(&model), folded);
}

#[test]
fn an_entry_opened_at_the_foot_of_the_page_comes_in_sight() {
    let mut model = with_output();
    press(&mut model, PANE, Intent::Top);
    for _ in 0..10 {
        press(&mut model, PANE, Intent::NextEntry);
    }
    let height = seen(&model).len();
    for _ in 10..height {
        press(&mut model, PANE, Intent::Up);
    }
    let low = Area { height: 12, ..PANE };
    settle(&mut model, low);
    let folded = seen(&model);
    assert_eq!(folded.last().map(String::as_str), Some("$ make"));
    press(&mut model, low, Intent::Fold);
    let open = seen(&model);
    let shown = open.iter().filter(|row| row.starts_with("out ")).count();
    assert!(shown + 1 >= open.len() / 2, "{open:?}");
    assert_eq!(open.iter().position(|row| row == "$ make"), Some(open.len() - shown - 1));
}

#[test]
fn folding_from_inside_an_entry_shows_its_heading() {
    let mut model = with_output();
    press(&mut model, PANE, Intent::Top);
    for _ in 0..10 {
        press(&mut model, PANE, Intent::NextEntry);
    }
    press(&mut model, PANE, Intent::Fold);
    press(&mut model, PANE, Intent::PageDown);
    assert_eq!(seen(&model)[0], "out 8");
    press(&mut model, PANE, Intent::Fold);
    assert_eq!(seen(&model)[0], "$ make");
}

#[test]
fn opening_everything_keeps_the_cursors_row_in_its_place() {
    let mut model = with_output();
    press(&mut model, PANE, Intent::Top);
    for _ in 0..12 {
        press(&mut model, PANE, Intent::NextEntry);
    }
    let row = |model: &Model| {
        let cursor = reader(model).cursor;
        reader(model).rows.iter().position(|row| row.at.entry == cursor).unwrap()
    };
    let before = row(&model);
    press(&mut model, PANE, Intent::FoldAll);
    assert_eq!(row(&model), before);
    press(&mut model, PANE, Intent::FoldAll);
    assert_eq!(row(&model), before);
}

#[test]
fn the_cursor_stays_in_sight() {
    let mut model = with_output();
    for intent in [
        Intent::PageUp,
        Intent::PreviousEntry,
        Intent::PreviousEntry,
        Intent::Up,
        Intent::FoldAll,
        Intent::PageUp,
        Intent::PageDown,
        Intent::Top,
        Intent::NextEntry,
        Intent::PageDown,
        Intent::Bottom,
    ] {
        press(&mut model, PANE, intent);
        let cursor = reader(&model).cursor;
        assert!(reader(&model).rows.iter().any(|row| row.at.entry == cursor), "{intent:?}");
    }
}
