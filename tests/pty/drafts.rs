//! An automation or a comment that is being written when the console is killed: the next one has it.

use rustix::process::Signal;

use crate::harness::Term;
use crate::service::World;

/// The draft on disk holds it.
fn on_disk(home: &std::path::Path, words: &str) {
    let start = std::time::Instant::now();
    loop {
        let drafts = files(home).into_iter().any(|text| text.contains(words));
        if drafts {
            return;
        }
        assert!(start.elapsed() < crate::harness::PATIENCE, "no draft holds {words:?}: {:?}", files(home));
        std::thread::yield_now();
    }
}

fn files(home: &std::path::Path) -> Vec<String> {
    let folder = home.join(".local/state/atc/drafts");
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let drafts = all.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    drafts.filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn opens_the_form(t: &Term) {
    t.text("All 1");
    t.send("T");
    t.text("Automations");
    t.text("Keep dependencies fresh");
    t.send("n");
    t.text("New automation in acme/api");
    t.text("Schedule");
}

#[test]
fn an_automation_being_written_survives_a_kill_and_is_found_where_it_is_said_to_be() {
    let world = World::new();
    let t = world.console().start();
    opens_the_form(&t);
    // What is pasted is one change, however slow the machine is.
    t.send("\x1b[200~Sweep the floor\x1b[201~");
    t.text("Sweep the floor");
    on_disk(world.home.path(), "Sweep the floor");
    t.send("\t\x1b[200~Every corner of it\x1b[201~");
    t.text("Every corner of it");
    on_disk(world.home.path(), "Every corner of it");
    t.signal(Signal::KILL);
    t.close();

    let t = world.console().start();
    t.text("unsent prompt was kept");
    t.send("n");
    t.text("new automation “Sweep the floor”");
    t.send("g\r");
    t.text("the draft goes on where it was left");
    t.text("Every corner of it");
    // Thrown away it is gone from the disk too.
    t.send("\x1b");
    t.text("draft is kept");
    t.text("new automation “Sweep the floor”");
    t.send("gx");
    t.text("Throw this draft away?");
    t.settled(std::time::Duration::from_millis(400));
    t.send("y");
    t.text("thrown away");
    t.send("\x03");
    t.restored(0);
    assert!(files(world.home.path()).is_empty(), "{:?}", files(world.home.path()));
}

#[test]
fn a_comment_being_written_survives_a_kill_and_is_found_in_the_list_and_at_its_place() {
    let world = World::new();
    let t = world.console().start();
    t.text("All 1");
    t.send("p");
    t.text("waits on checks");
    t.send("gc");
    t.text("Comment · acme/api#");
    t.send("\x1b[200~Who owns the rounding?\x1b[201~");
    t.text("Who owns the rounding?");
    on_disk(world.home.path(), "Who owns the rounding?");
    t.signal(Signal::KILL);
    t.close();

    let t = world.console().start();
    t.text("an unsent comment was kept");
    t.text("All 1");
    t.send("n");
    t.text("unsent · comment on #");
    t.send("g\r");
    t.text("the draft goes on where it was left");
    t.text("Comment · acme/api#");
    t.send("\x1b[200~ And who tests it?\x1b[201~");
    on_disk(world.home.path(), "Who owns the rounding? And who tests it?");
    t.signal(Signal::KILL);
    t.close();

    let t = world.console().start();
    t.text("an unsent comment was kept");
    t.text("All 1");
    t.send("p");
    t.text("waits on checks");
    t.send("gc");
    t.text("Who owns the rounding? And who tests it?");
    t.send("\x1b");
    t.text("kept as a draft");
    t.send("\x03");
    t.restored(0);
    assert_eq!(files(world.home.path()).len(), 1);
}
