//! From error to error, and from hit to hit.

use super::*;

#[test]
fn errors_are_found_in_both_directions_and_their_lack_is_said() {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, PANE);
    let fails = |n: i64| calls(n, "bash", &json!({"command": "false"}), Some("<exited with exit code 1>"));
    let log = lines(0, 30) + &fails(30) + &lines(40, 80) + &fails(80) + &lines(90, 130);
    news(&mut model, news_of("s1", true, &log));
    settle(&mut model, PANE);
    press(&mut model, PANE, Intent::PreviousError);
    assert_eq!(reader(&model).cursor, 71);
    press(&mut model, PANE, Intent::PreviousError);
    assert_eq!(reader(&model).cursor, 30);
    assert!(seen(&model).contains(&"$ false".to_owned()));
    press(&mut model, PANE, Intent::PreviousError);
    assert_eq!(model.notes.current.as_ref().map(|note| note.text.as_str()), Some("no error further up"));
    press(&mut model, PANE, Intent::NextError);
    assert_eq!(reader(&model).cursor, 71);
}

#[test]
fn searching_jumps_as_it_is_typed_and_returns_when_it_is_given_up() {
    let mut model = reading(200);
    press(&mut model, PANE, Intent::PageUp);
    let before = span(&model);
    search(&mut model, "entry 1", false);
    settle(&mut model, PANE);
    search(&mut model, "entry 19", false);
    settle(&mut model, PANE);
    assert!(seen(&model).contains(&"entry 190".to_owned()));
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 11);
    search(&mut model, "nowhere", false);
    settle(&mut model, PANE);
    assert_eq!(span(&model), before);
    search(&mut model, "", false);
    settle(&mut model, PANE);
    assert_eq!(span(&model), before);
    assert!(reader(&model).search.is_none());
}

#[test]
fn hits_are_walked_in_a_circle_and_new_ones_count() {
    let mut model = reading(100);
    search(&mut model, "ENTRY 5", true);
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 0, "an upper-case letter means itself");
    search(&mut model, "entry 5", true);
    settle(&mut model, PANE);
    let current = |model: &Model| {
        let search = reader(model).search.as_ref().unwrap();
        search.hits()[search.current().unwrap()]
    };
    assert_eq!(current(&model), 5);
    press(&mut model, PANE, Intent::NextHit);
    assert_eq!(current(&model), 50);
    press(&mut model, PANE, Intent::PreviousHit);
    press(&mut model, PANE, Intent::PreviousHit);
    assert_eq!(current(&model), 59);
    assert!(seen(&model).contains(&"entry 59".to_owned()));
    news(&mut model, news_of("s1", false, &says(500, "entry 500")));
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 12);
    press(&mut model, PANE, Intent::NextHit);
    assert_eq!(current(&model), 100);
    press(&mut model, PANE, Intent::NextHit);
    assert_eq!(current(&model), 5);
}

#[test]
fn a_hit_that_is_folded_away_is_opened() {
    let mut model = with_output();
    search(&mut model, "out 17", true);
    settle(&mut model, PANE);
    assert!(seen(&model).contains(&"out 17".to_owned()));
    search(&mut model, "out 2", true);
    for row in ["out 20", "out 21"] {
        press(&mut model, PANE, Intent::NextHit);
        let at = |row: &&crate::console::state::reader::Row| reader(&model).is_current_hit(row.at);
        assert_eq!(reader(&model).rows.iter().find(at).unwrap().line.text(), row);
    }
}
