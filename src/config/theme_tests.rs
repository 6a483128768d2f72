//! Themes out of files: what is read, what is refused and where, what eyes of all kinds can see.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::domain::look::Depth;

fn themes(files: &[(&str, &str)]) -> (tempfile::TempDir, Themes) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let themes = Themes::new(folder.path().to_path_buf());
    (folder, themes)
}

/// What is wrong, without the folder's name.
fn wrong(files: &[(&str, &str)], name: &str) -> Vec<String> {
    let (folder, themes) = themes(files);
    let shown = format!("{}/", folder.path().display());
    let invalid = themes.read(name).unwrap_err();
    invalid.all().map(|problem| problem.to_string().replace(&shown, "")).collect()
}

fn colour(palette: &Palette, tone: Tone) -> Option<Ink> {
    palette.paint(tone).fg
}

#[test]
fn every_shipped_theme_can_be_read_and_seen() {
    let (_folder, themes) = themes(&[]);
    for (name, text) in SHIPPED {
        let made = themes.read(name).unwrap();
        assert_eq!(made.warnings, [], "{name}");
        assert!(text.starts_with("# "), "{name} says what it is for");
    }
    assert_eq!(themes.names().len(), SHIPPED.len());
}

#[test]
fn the_shipped_dark_theme_is_what_the_console_paints_with_when_it_knows_no_other() {
    let (_folder, themes) = themes(&[]);
    assert_eq!(themes.read("dark").unwrap().palette, Palette::default());
}

#[test]
fn a_theme_of_ones_own_says_what_differs_and_inherits_the_rest() {
    let (_folder, themes) = themes(&[
        (
            "sea",
            "inherits = \"dark\"\nbackground = \"#002b36\"\naccent = { fg = \"#33bbff\", bg = 236, fg_16 = \"cyan\", bold = true, italic = false }\n[bad]\nfg = 203\n",
        ),
        ("deep-sea", "inherits = \"sea\"\n[good]\nunderline = true\nreverse = true\ndim = true\nitalic = true"),
    ]);
    let sea = themes.read("sea").unwrap();
    let accent = Paint {
        fg: Some(Ink::Rgb(Rgb(0x33, 0xbb, 0xff))),
        bg: Some(Ink::Fixed(236)),
        fg_16: Some(Ink::Ansi(6)),
        marks: Marks::BOLD,
    };
    assert_eq!(sea.palette.paint(Tone::Accent), accent);
    assert_eq!(colour(&sea.palette, Tone::Bad), Some(Ink::Fixed(203)));
    assert_eq!(sea.palette.paint(Tone::Good), Palette::default().paint(Tone::Good));
    let deep = themes.read("deep-sea").unwrap();
    assert_eq!(deep.palette.paint(Tone::Accent), accent);
    assert_eq!(colour(&deep.palette, Tone::Good), None, "a tone that is named is as it says there and in no other way");
    assert_eq!(deep.background, Some(Rgb(0, 0x2b, 0x36)));
    assert_eq!(themes.names().last().unwrap(), "sea");
}

#[test]
fn everything_that_is_wrong_in_a_file_is_told_together_each_at_its_place() {
    let text = "inherits = 3\nbackground = \"cyan\"\nacent = { fg = \"cyan\" }\n\n[good]\nfg = \"greenish\"\nbold = 1\nblink = true\n\
                [warn]\nfg = 256\nfg_16 = \"#ffffff\"\nbg = []\n[bad]\nfg = \"#12\"\n";
    let wrong = wrong(&[("own", text)], "own");
    let places: Vec<&str> = wrong.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "own.toml:1:12",
            "own.toml:2:14",
            "own.toml:3:1",
            "own.toml:6:6",
            "own.toml:7:8",
            "own.toml:8:1",
            "own.toml:10:6",
            "own.toml:11:9",
            "own.toml:12:6",
            "own.toml:14:6"
        ],
        "{wrong:#?}"
    );
    assert!(wrong[2].contains("did you mean accent?") && wrong[6].contains("256 is beyond 255"), "{wrong:#?}");
}

#[test]
fn text_that_is_no_toml_is_told_with_its_place() {
    let wrong = wrong(&[("own", "[accent]\nfg = \n")], "own");
    assert!(wrong[0].starts_with("own.toml:2:"), "{wrong:?}");
}

#[test]
fn a_theme_nobody_knows_a_circle_and_a_file_of_another_kind_are_refused() {
    assert!(wrong(&[], "drak")[0].contains("did you mean dark?"));
    assert!(
        wrong(&[("a", "inherits = \"nowhere\"")], "a")[0]
            .starts_with("a.toml:1:12: inherits: there is no theme “nowhere”")
    );
    let circle = wrong(&[("a", "inherits = \"b\""), ("b", "inherits = \"a\"")], "a");
    assert!(circle[0].contains("a inherits b inherits a: that has no end"), "{circle:?}");
    let (folder, themes) = themes(&[]);
    fs::create_dir(folder.path().join("folder.toml")).unwrap();
    assert!(themes.read("folder").unwrap_err().first.what.contains("not a file"));
    fs::write(folder.path().join("large.toml"), "#".repeat(70_000)).unwrap();
    assert!(themes.read("large").unwrap_err().first.what.contains("too large"));
    fs::write(folder.path().join("bytes.toml"), [0xff, 0xfe]).unwrap();
    assert!(themes.read("bytes").unwrap_err().first.what.contains("UTF-8"));
    assert!(themes.read("../etc/passwd").is_err() && !is_name("../x") && !is_name("") && is_name("my-theme-2"));
}

#[test]
fn a_file_of_ones_own_comes_before_the_shipped_theme_of_its_name_and_may_inherit_it() {
    let (_folder, themes) = themes(&[("dark", "inherits = \"dark\"\n[good]\nfg = \"bright-green\"")]);
    let dark = themes.read("dark").unwrap().palette;
    assert_eq!((colour(&dark, Tone::Good), colour(&dark, Tone::Bad)), (Some(Ink::Ansi(10)), Some(Ink::Ansi(9))));
    assert_eq!(themes.names().len(), SHIPPED.len());
}

#[test]
fn what_can_hardly_be_seen_is_a_warning_at_its_place_and_the_sixteen_are_nobodys_business() {
    let (folder, themes) = themes(&[
        (
            "faint",
            "background = \"#ffffff\"\n[accent]\nfg = \"#ffff00\"\n[dim]\nfg = \"#909090\"\n[good]\nfg = \"yellow\"\n[bad]\nfg = 231\nbg = 16",
        ),
        ("moved", "inherits = \"colour-blind-safe\"\nbackground = \"#ffffff\""),
    ]);
    let shown = |name: &str| -> Vec<String> {
        let made = themes.read(name).unwrap();
        made.warnings.iter().map(|w| w.to_string().replace(&format!("{}/", folder.path().display()), "")).collect()
    };
    assert_eq!(
        shown("faint"),
        ["faint.toml:3:6: accent: hardly to be seen: its contrast is 1.1, 4.5 is the least"][..]
    );
    let moved = shown("moved");
    assert!(moved.iter().any(|line| line.starts_with("moved.toml:2:14: good:")), "{moved:?}");
    let found = themes.check("moved");
    assert_eq!((found.problems.len(), found.warnings.len()), (0, 1 + moved.len()));
}

/// Light that eyes without one kind of cones tell apart, after Machado, Oliveira and Fernandes (2009), severity 1.
const EYES: [(&str, [[f64; 3]; 3]); 4] = [
    ("all three", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "no red (protanopia)",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    ),
    (
        "no green (deuteranopia)",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ),
    (
        "no blue (tritanopia)",
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ),
];

/// How different two colours look to these eyes.
fn distance(eyes: &[[f64; 3]; 3], a: Rgb, b: Rgb) -> f64 {
    let seen = |rgb: Rgb| {
        let light = rgb.light();
        let seen = eyes.map(|row| row.iter().zip(light).map(|(m, l)| m * l).sum::<f64>().clamp(0.0, 1.0));
        Rgb::from_light(seen)
    };
    seen(a).distance(seen(b))
}

#[test]
fn eyes_without_red_green_or_blue_cones_tell_the_states_apart_in_the_themes_made_for_them() {
    /// Ten times what is just seen.
    const LEAST: f64 = 23.0;
    let (_folder, themes) = themes(&[]);
    for (name, apart) in [("colour-blind-safe", 7), ("colour-blind-safe-light", 5)] {
        let made = themes.read(name).unwrap();
        let mut colours: Vec<(Tone, Rgb)> = Vec::new();
        for tone in Tone::STATES {
            let rgb = colour(&made.palette, tone).and_then(Ink::rgb).unwrap();
            if !colours.iter().any(|(_, other)| *other == rgb) {
                colours.push((tone, rgb));
            }
        }
        assert_eq!(colours.len(), apart, "{name}");
        for (eyes, matrix) in &EYES {
            for (n, (tone, rgb)) in colours.iter().enumerate() {
                for (other, its) in &colours[..n] {
                    let far = distance(matrix, *rgb, *its);
                    assert!(far >= LEAST, "{name}: with {eyes} {tone:?} and {other:?} are only {far:.1} apart");
                }
            }
        }
        // Where there are only 16 colours each state still has its own.
        let few = made.palette.reduced(Depth::Sixteen);
        let inks: Vec<Ink> = colours.iter().map(|(tone, _)| colour(&few, *tone).unwrap()).collect();
        for (n, ink) in inks.iter().enumerate() {
            assert!(!inks[..n].contains(ink), "{name} in 16 colours: {ink:?} twice");
        }
    }
}

#[test]
fn no_theme_has_two_states_look_the_same_in_the_same_attributes() {
    let (_folder, themes) = themes(&[]);
    for name in themes.names() {
        let palette = themes.read(&name).unwrap().palette;
        for depth in [Depth::True, Depth::TwoFiftySix, Depth::Sixteen] {
            let seen: Vec<Paint> = Tone::STATES.map(|tone| palette.reduced(depth).paint(tone)).to_vec();
            for (n, paint) in seen.iter().enumerate() {
                assert!(!seen[..n].contains(paint), "{name} {depth:?}: {:?}", Tone::STATES[n]);
            }
        }
    }
}

/// What the 16 look like where they are darkest on black and lightest on white: in xterm, and on the console of a PC.
const SIXTEEN: [[u32; 16]; 2] = [
    [
        0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000,
        0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
    ],
    [
        0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa, 0x55_5555, 0xff_5555,
        0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
    ],
];

/// Of the 16, whose look is the terminal's own, this much is wanted in each of those two.
const LEAST_OF_SIXTEEN: f64 = 4.0;

#[test]
fn every_tone_of_every_shipped_theme_is_read_on_the_ground_it_is_made_for_in_every_depth() {
    let (_folder, themes) = themes(&[]);
    let rgb = |n: u32| {
        let [_, r, g, b] = n.to_be_bytes();
        Rgb(r, g, b)
    };
    for (name, _) in SHIPPED {
        let made = themes.read(name).unwrap();
        let (ground, text) = if name.ends_with("light") { (0xff_ffff, 0) } else { (0, 0xff_ffff) };
        let (ground, text) = (rgb(ground), rgb(text));
        assert!(made.background.is_none_or(|background| background == ground), "{name}");
        let high = name.starts_with("high-contrast");
        let least = if high { 7.0 } else { LEAST_CONTRAST };
        for (depth, terminal) in [Depth::True, Depth::TwoFiftySix, Depth::Sixteen]
            .into_iter()
            .flat_map(|depth| SIXTEEN.iter().map(move |terminal| (depth, terminal)))
        {
            let palette = made.palette.reduced(depth);
            let seen = |ink: Ink| match ink {
                Ink::Ansi(n) => (rgb(terminal[usize::from(n)]), LEAST_OF_SIXTEEN),
                ink => (ink.rgb().unwrap(), least),
            };
            for tone in Tone::ALL {
                let paint = palette.paint(tone);
                let (fg, wanted) = paint.fg.map_or((text, least), seen);
                let (bg, _) = paint.bg.map_or((ground, least), seen);
                let ratio = fg.contrast(bg);
                assert!(ratio >= wanted, "{name}, {depth:?}: {} has {ratio:.2}, {wanted} is the least", tone.word());
                assert!(!(high && paint.marks.has(Marks::DIM)), "{name}: nobody knows how dim {} is", tone.word());
            }
        }
    }
}
