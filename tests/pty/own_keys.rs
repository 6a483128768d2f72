//! Keys of one's own, from the file to the terminal.

use crate::harness::{ATC, Spec};

/// The console on its demo world with this file.
fn with(config: &str) -> (tempfile::TempDir, Spec) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, config).unwrap();
    let spec = Spec::new(ATC, &["demo", "--config", file.to_str().unwrap()]);
    (folder, spec)
}

#[test]
fn everything_that_is_wrong_with_own_keys_is_listed_before_the_terminal_is_touched() {
    let (_folder, spec) = with(
        "[keys]\npreset = \"vi\"\n\n[keys.global]\n\"g g\" = \"top\"\n\"ctrl+c\" = \"none\"\n\n\
         [keys.queue]\n\"hyper+x\" = \"open\"\nX = \"cancle\"\n\n[keys.dialog]\nenter = \"yes\"\n\n[keys.quue]\n",
    );
    let (status, _, raw) = spec.size(40, 200).start().end();
    let said = String::from_utf8_lossy(&raw);
    assert_eq!(status.code(), Some(2), "{said}");
    for part in [
        "config.toml:2:10: keys.preset: must be",
        "config.toml:5:1: keys.global: `g` is bound by itself (top), so that `g g` is never heard",
        "config.toml:6:1: keys.global: leaves no key that quits in",
        "config.toml:9:1: keys.queue.\"hyper+x\": `hyper+` is none of ctrl+, alt+ and shift+",
        "config.toml:10:5: keys.queue.\"X\": nothing is called `cancle`; did you mean cancel?",
        "config.toml:13:1: keys.dialog: `enter` is pressed by habit and may not say yes",
        "config.toml:15:7: keys.quue: there is no such place for keys; did you mean queue?",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(!said.contains("\x1b[?1049h"), "{said}");
}

#[test]
fn a_preset_and_own_keys_over_it_work_and_the_terminal_comes_back() {
    let (_folder, spec) = with("[keys]\npreset = \"emacs\"\n\n[keys.global]\n\"g h\" = \"help\"\n\"g\" = \"none\"\n");
    let t = spec.start();
    t.console();
    t.send("\x18");
    t.text("drop it");
    t.send("\x1b");
    t.answers();
    t.send("g");
    t.text("drop it");
    t.send("h");
    t.text("── Help");
    t.send("\x07");
    t.answers();
    t.send("\x18");
    t.text("drop it");
    t.send("\x03");
    t.restored(0);
}

#[test]
fn the_variable_chooses_the_preset() {
    let t = Spec::demo().env("ATC_KEYS_PRESET", "vim").start();
    t.console();
    t.send("Z");
    t.text("drop it");
    t.send("Z");
    t.restored(0);
}

#[test]
fn one_key_leaves_the_mouse_to_the_terminal_and_takes_it_again() {
    let t = Spec::demo().start();
    t.console();
    let mode = |screen: &vt100::Screen| screen.mouse_protocol_mode();
    t.wait("the mouse", |screen| (mode(screen) != vt100::MouseProtocolMode::None).then_some(()));
    t.send("M");
    t.wait("no mouse", |screen| (mode(screen) == vt100::MouseProtocolMode::None).then_some(()));
    t.text("the terminal selects text");
    t.send("M");
    t.wait("the mouse again", |screen| (mode(screen) != vt100::MouseProtocolMode::None).then_some(()));
    t.send("q");
    t.restored(0);
}
