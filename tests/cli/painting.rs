//! What the verbs print is painted by the theme, with what the terminal has, and says the same without.

use crate::bench::World;

/// Prints with colours, as to a terminal of this kind.
fn painted(world: &World, terminal: (&str, &str), args: &[&str]) -> String {
    let mut command = world.command(&[args, &["--color", "always", "--repo", "acme/api"]].concat());
    let output = command.env("TERM", terminal.0).env("COLORTERM", terminal.1).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The text without its paint.
fn bare(text: &str) -> String {
    regex::Regex::new("\x1b\\[[0-9;]*m").unwrap().replace_all(text, "").into_owned()
}

const SIXTEEN: (&str, &str) = ("xterm", "");

#[test]
fn every_verb_that_shows_tasks_is_painted_and_says_the_same_without() {
    let world = World::at(0.001);
    let id = world.started("Paint me");
    for (args, sequence) in
        [(&["list"][..], "\x1b[36m"), (&["view", &id], "\x1b[1m"), (&["reviews", "--all"], "\x1b[32m")]
    {
        let text = painted(&world, SIXTEEN, args);
        assert!(text.contains(sequence), "{args:?}: {text:?}");
        let plain = world.run(&[args, &["--repo", "acme/api"]].concat());
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().len();
        assert_eq!(words(&bare(&text)), words(&plain.out), "{args:?}: nothing is said by colour alone");
    }
}

#[test]
fn a_theme_of_ones_own_is_followed_in_the_colours_the_terminal_has() {
    let world = World::at(0.001);
    world
        .file(".config/atc/themes/own.toml", "[accent]\nfg = \"#0050ff\"\nfg_16 = \"bright-blue\"\nunderline = true\n");
    world.file(".config/atc/config.toml", "[ui]\ntheme = \"own\"\n");
    for (terminal, code) in
        [(("xterm", "truecolor"), "4;38;2;0;80;255"), (("xterm-256color", ""), "4;38;5;27"), (SIXTEEN, "4;94")]
    {
        let text = painted(&world, terminal, &["list", "state:in_progress"]);
        assert!(text.contains(&format!("\x1b[{code}m")), "{terminal:?}: {text:?}");
    }
    world.file(".config/atc/config.toml", "[ui]\ntheme = \"mono\"\n");
    let text = painted(&world, SIXTEEN, &["list"]);
    assert!(!text.contains("\x1b[3") && text.contains("\x1b[1m"), "marks and no colours: {text:?}");
}

#[test]
fn the_options_say_what_is_painted_with() {
    let world = World::at(0.001);
    let said = |terminal: &str, no_color: &str| {
        let mut command = world.command(&["config", "show"]);
        let output = command.env("TERM", terminal).env("NO_COLOR", no_color).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned()
    };
    assert_eq!(
        said("xterm-256color", ""),
        "# painted here with theme auto: dark as the terminal's background, colours: 256"
    );
    assert!(said("xterm", "1").contains("no colours"), "{}", said("xterm", "1"));
}

#[test]
fn our_signs_are_spelled_in_ascii_where_that_is_wished() {
    let world = World::at(0.001);
    for args in [&["list"][..], &["reviews", "--all"], &["automation", "list"], &["doctor"], &["template", "list"]] {
        let plain = world.run(&[args, &["--repo", "acme/api", "--ascii"]].concat());
        let ours = |c: char| "●◆✓✗⊘⚠▲·…–—→".contains(c);
        assert!(!plain.out.contains(ours) && !plain.err.contains(ours), "{args:?}: {}{}", plain.out, plain.err);
        assert!(!plain.out.is_empty(), "{args:?}: {}", plain.err);
    }
}
