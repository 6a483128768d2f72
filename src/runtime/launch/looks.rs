//! How the screen looks at the start: what the options say, and what the environment says of the terminal.

use super::begin::Setting;
use crate::cli::{self, output};
use crate::config;
use crate::config::theme::Themes;
use crate::config::{Background, Config, Paths, Switch};
use crate::console::state::look::Look;
use crate::domain::look::{Brush, Depth, Ground};
use crate::runtime::terminal::colours;
use crate::runtime::themes;

/// How our signs are printed under these options.
fn spell(config: &Config) {
    output::spell(config.ui.ascii == Switch::On, ascii(config));
}

/// The same for verbs that load their options themselves. Where these are broken the terminal alone is asked.
pub fn spell_as(options: &cli::Options) {
    let loaded = Paths::find().ok().and_then(|paths| config::load(&options.sources(), &paths).ok());
    spell(&loaded.map(|loaded| loaded.config).unwrap_or_default());
}

/// Prepares how the verbs without a screen speak: how our signs are spelled, and what is painted with. `None`: no colours,
/// or none wished.
pub fn speak(config: &Config, paths: &Paths) -> Option<Brush> {
    spell(config);
    let look = look(config, &Themes::new(paths.themes()));
    (look.depth != Depth::None).then(|| Brush::new(&look.palette(), look.depth).on(look.shown_on()))
}

/// The same in words.
pub fn words(config: &Config, paths: &Paths) -> String {
    let look = look(config, &Themes::new(paths.themes()));
    match look.depth {
        Depth::None => "no colours: none are wished, or the terminal has none".to_owned(),
        depth => format!("{}, colours: {}", look.words(), depth.words()),
    }
}

pub fn themes(setting: &Setting) -> Themes {
    Themes::new(setting.paths.themes())
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// ASCII where the locale says that nothing else is understood. A locale that says nothing says nothing.
pub fn ascii(config: &Config) -> bool {
    let locale = || set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    let other = || {
        locale().is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            !locale.contains("utf-8") && !locale.contains("utf8")
        })
    };
    config.ui.ascii.resolve(config.ui.ascii == Switch::Auto && other())
}

/// A theme that cannot be read is told once the screen stands; until then it is as if none had been chosen.
pub fn look(config: &Config, themes: &Themes) -> Look {
    let (told, ground_said) = match config.ui.background {
        Background::Auto => (set("COLORFGBG").and_then(|said| colours::ground(&said)), false),
        Background::Dark => (Some(Ground::Dark), true),
        Background::Light => (Some(Ground::Light), true),
    };
    let (ground, ground_told) = (told.unwrap_or_default(), told.is_some());
    let terminal = colours::depth(set("TERM").as_deref(), set("COLORTERM").as_deref());
    let depth = match config.ui.colour {
        Switch::Off => Depth::None,
        Switch::Auto if set("NO_COLOR").is_some() => Depth::None,
        Switch::Auto => terminal,
        Switch::On => terminal.max(Depth::Sixteen),
    };
    Look { themes: themes::at_start(themes, &config.ui.theme), ground, ground_said, ground_told, depth }
}
