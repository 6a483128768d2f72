//! Themes: they change how a text looks and never what it says; they follow the terminal, the operator and their files.

use atc::config::theme::Themes as Files;
use atc::console::Effect;
use atc::console::event::{Local, What};
use atc::console::keys::Key;
use atc::console::state::look::Themes;
use atc::console::view::{Theme, Tone};
use atc::domain::look::{Depth, Ground, Ink, Marks, Paint, Palette};
use atc::domain::{Fault, FaultKind};
use atc::text::Safe;
use ratatui::style::Color;

use crate::draw::{buffer, lines, styled};
use crate::world::Console;

fn files() -> Files {
    Files::new(std::path::PathBuf::from("/nonexistent"))
}

fn palette(name: &str) -> Palette {
    files().read(name).unwrap().palette
}

/// What is read where nobody wrote a theme.
fn shipped(name: &str) -> Box<Themes> {
    Box::new(Themes {
        name: Safe::new(name),
        named: (name != "auto").then(|| palette(name)),
        made_for: (name != "auto").then(|| files().read(name).unwrap().background.map(Ground::of)).flatten(),
        dark: palette("dark"),
        light: palette("light"),
        names: files().names().iter().map(Safe::new).collect(),
    })
}

fn accent(console: &Console) -> Option<Color> {
    Theme::of(&console.model.settings).style(Tone::Accent).fg
}

fn typed(console: &mut Console, line: &str) -> Vec<Effect> {
    console.keys(line);
    console.press(Key::Enter)
}

/// Where every pane can be seen: the keys that lead there.
const PLACES: [&str; 8] = ["", "d", "?", "p", "n", "I", "K", "jx"];

#[test]
fn no_theme_changes_a_word_on_any_screen_at_any_size() {
    for (width, height) in [(40, 10), (80, 24), (100, 30), (160, 45)] {
        for keys in PLACES {
            let mut console = Console::full(width, height);
            console.keys(keys);
            let plain = lines(&buffer(&console.model, &Theme::mono()));
            for name in files().names() {
                for depth in [Depth::None, Depth::Sixteen, Depth::TwoFiftySix, Depth::True] {
                    let theme = Theme::new(&palette(&name), depth);
                    assert_eq!(lines(&buffer(&console.model, &theme)), plain, "{name} {width}×{height} after {keys:?}");
                }
            }
        }
    }
}

#[test]
fn a_terminal_of_sixteen_colours_is_sent_no_others_and_one_without_none() {
    for name in files().names() {
        let console = Console::full(160, 45);
        for cell in &buffer(&console.model, &Theme::new(&palette(&name), Depth::Sixteen)).content {
            for colour in [cell.fg, cell.bg] {
                assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{name}: {colour:?}");
            }
        }
        for cell in &buffer(&console.model, &Theme::new(&palette(&name), Depth::None)).content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
        }
    }
}

#[test]
fn each_theme_paints_the_queue_in_its_own_way() {
    let console = Console::full(80, 24);
    for name in files().names() {
        let theme = Theme::new(&palette(&name), Depth::True);
        insta::assert_snapshot!(format!("theme_{name}"), styled(&console.model, &theme));
    }
}

#[test]
fn auto_follows_the_terminals_background_and_a_theme_that_was_named_does_not() {
    let mut console = Console::full(80, 24);
    console.happen(What::Local(Local::Themes { asked: false, read: Ok(shipped("auto")) }));
    let dark = accent(&console);
    console.model.dirty = false;
    console.happen(What::Ground(Ground::Light));
    assert!(console.model.dirty && accent(&console) != dark);
    console.model.dirty = false;
    console.happen(What::Ground(Ground::Light));
    assert!(!console.model.dirty, "nothing is painted anew for what is known");
    console.happen(What::Local(Local::Themes { asked: true, read: Ok(shipped("mono")) }));
    console.happen(What::Ground(Ground::Dark));
    assert_eq!(accent(&console), None);
}

/// What is shown of text as black as can be, and as white.
fn extremes(console: &Console) -> [Option<Color>; 2] {
    let theme = Theme::of(&console.model.settings);
    [Ink::Fixed(16), Ink::Fixed(231)].map(|ink| theme.lent(Paint::new(Some(ink), Marks::NONE)).fg)
}

#[test]
fn a_log_cannot_hide_its_text_on_the_background_whoever_told_of_it() {
    let (black, white) = (Some(Color::Indexed(16)), Some(Color::Indexed(231)));
    let mut console = Console::full(80, 24);
    console.model.settings.look.depth = Depth::TwoFiftySix;
    console.happen(What::Local(Local::Themes { asked: false, read: Ok(shipped("auto")) }));
    assert_eq!(extremes(&console), [None, white], "what nobody tells of is taken for a dark one");
    console.happen(What::Local(Local::Themes { asked: true, read: Ok(shipped("light")) }));
    assert_eq!(extremes(&console), [black, None], "the theme is made for a light one");
    console.model.dirty = false;
    console.happen(What::Ground(Ground::Dark));
    assert!(console.model.dirty);
    assert_eq!(extremes(&console), [None, white], "the terminal knows better");
    console.happen(What::Ground(Ground::Light));
    assert_eq!(extremes(&console), [black, None]);
}

#[test]
fn a_background_the_operator_named_is_not_the_terminals_to_change() {
    let mut console = Console::full(80, 24);
    console.model.settings.look.themes = *shipped("auto");
    console.model.settings.look.ground_said = true;
    let before = accent(&console);
    console.happen(What::Ground(Ground::Light));
    assert_eq!(accent(&console), before);
}

#[test]
fn a_theme_is_chosen_by_name_and_its_name_completed() {
    let mut console = Console::full(80, 24);
    console.happen(What::Local(Local::Themes { asked: false, read: Ok(shipped("auto")) }));
    assert_eq!(typed(&mut console, ":theme mono"), [Effect::Theme("mono".to_owned())]);
    assert_eq!(typed(&mut console, ":theme colour-blind-safe"), [Effect::Theme("colour-blind-safe".to_owned())]);
    assert_eq!(typed(&mut console, ":theme au"), [Effect::Theme("auto".to_owned())]);
    assert_eq!(typed(&mut console, ":theme just-written"), [Effect::Theme("just-written".to_owned())]);
    console.keys(":theme li");
    console.press(Key::Tab);
    assert_eq!(console.press(Key::Enter), [Effect::Theme("light".to_owned())]);
    console.happen(What::Local(Local::Themes { asked: true, read: Ok(shipped("light")) }));
    let said = lines(&buffer(&console.model, &Theme::default())).join(" ");
    assert!(said.contains("theme light; to keep it: theme = \"light\" under [ui]"), "{said}");
    assert_eq!(typed(&mut console, ":theme"), []);
    let said = lines(&buffer(&console.model, &Theme::default())).join(" ");
    assert!(said.contains("theme light"), "{said}");
}

#[test]
fn a_theme_for_a_dark_background_names_the_one_for_a_light_one_where_it_is_light() {
    let mut console = Console::full(160, 24);
    let mut said = |ground, name| {
        console.happen(What::Ground(ground));
        console.happen(What::Local(Local::Themes { asked: true, read: Ok(shipped(name)) }));
        lines(&buffer(&console.model, &Theme::default())).join(" ")
    };
    let on_light = said(Ground::Light, "high-contrast");
    assert!(
        on_light.contains("this background is light: high-contrast-light is made for that; to keep it"),
        "{on_light}"
    );
    assert!(said(Ground::Light, "dark").contains("light: light is made for that"));
    for (ground, name) in [
        (Ground::Light, "high-contrast-light"),
        (Ground::Light, "mono"),
        (Ground::Light, "auto"),
        (Ground::Dark, "high-contrast"),
    ] {
        let said = said(ground, name);
        assert!(said.contains("to keep it") && !said.contains("made for"), "{name}: {said}");
    }
}

#[test]
fn a_theme_that_breaks_is_told_and_the_last_good_one_stays() {
    let mut console = Console::full(80, 24);
    console.model.settings.look.depth = Depth::TwoFiftySix;
    let mut mine = shipped("mono");
    let paint = atc::domain::look::Paint { fg: Some(Ink::Fixed(201)), ..Default::default() };
    mine.named.as_mut().unwrap().set(Tone::Accent, paint);
    console.happen(What::Local(Local::Themes { asked: true, read: Ok(mine) }));
    let before = accent(&console);
    assert_eq!(before, Some(Color::Indexed(201)));
    let fault = Fault::new(FaultKind::Invalid, "mine.toml:2:6: accent.fg: `bleu` is no colour", "correct it there");
    console.happen(What::Local(Local::Themes { asked: false, read: Err(fault) }));
    assert_eq!(accent(&console), before);
    let said = lines(&buffer(&console.model, &Theme::default())).join(" ");
    assert!(said.contains("mine.toml:2:6"), "{said}");
}

#[test]
fn on_the_narrowest_screen_every_place_still_says_what_it_is_about() {
    let mut out = String::new();
    for keys in ["", "d", "p", "n", "I", "K", "l", "?", "jx"] {
        let mut console = Console::full(40, 10);
        console.keys(keys);
        out.push_str(&format!("── after {keys:?}\n{}\n", lines(&buffer(&console.model, &Theme::default())).join("\n")));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn empty_places_say_why_and_what_next() {
    let mut out = String::new();
    for (width, height) in [(40, 10), (80, 24)] {
        for keys in ["", "l", "p", "n", "I", "K"] {
            let mut console = Console::new(width, height);
            console.keys(keys);
            out.push_str(&format!("── {width}×{height} after {keys:?}\n"));
            let shown = lines(&buffer(&console.model, &Theme::default())).join("\n");
            out.push_str(shown.trim_end());
            out.push('\n');
        }
    }
    insta::assert_snapshot!(out);
}

/// The runs of cells of a line that have a background of their own.
fn filled(console: &Console, theme: &Theme, line: &str) -> Vec<String> {
    let shown = buffer(&console.model, theme);
    let y = lines(&shown).iter().position(|text| text.contains(line)).unwrap();
    let row = &shown.content[y * usize::from(shown.area.width)..][..usize::from(shown.area.width)];
    let mut runs: Vec<String> = vec![String::new()];
    for cell in row {
        match runs.last_mut().filter(|_| cell.bg != Color::Reset) {
            Some(run) => run.push_str(cell.symbol()),
            None => runs.push(String::new()),
        }
    }
    runs.into_iter().filter(|run| !run.is_empty()).collect()
}

#[test]
fn where_a_theme_fills_what_is_loud_sign_and_word_are_one_and_sentences_stay_calm() {
    let theme = Theme::new(&palette("high-contrast"), Depth::True);
    let mut console = Console::full(80, 24);
    assert_eq!(filled(&console, &theme, "Migrate billing to"), ["◆ needs you"]);
    console.keys("I");
    assert_eq!(filled(&console, &theme, "answer it"), ["◆ answer it"]);
    console.press(Key::Esc);
    console.keys("p");
    assert_eq!(filled(&console, &theme, "billing#1288"), ["◆"]);
}

#[test]
fn a_form_without_presets_names_no_key_for_them() {
    let mut console = Console::full(160, 45);
    console.keys("nG");
    console.press(Key::Enter);
    let last =
        |console: &Console| lines(&buffer(&console.model, &Theme::default())).last().cloned().unwrap_or_default();
    assert!(last(&console).contains("ctrl+r request"), "{}", last(&console));
    assert!(!last(&console).contains("preset"), "{}", last(&console));
}
