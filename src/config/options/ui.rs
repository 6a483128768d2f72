//! The section `ui`: how it looks, and how it is used.

use super::table::Opt;
use crate::config::given::clip;
use crate::config::schema::{Background, Layout};
use crate::config::text::quote;
use crate::config::theme;

pub(super) const ASCII: Opt = Opt {
    key: "ui.ascii",
    values: r#"`"auto"`, `true` or `false`"#,
    example: None,
    doc: "Draw with plain ASCII. \"auto\": where the locale is not UTF-8.",
    set: |config, given| {
        config.ui.ascii = given.switch()?;
        Ok(())
    },
    show: |config| Some(config.ui.ascii.shown()),
};

pub(super) const HYPERLINKS: Opt = Opt {
    key: "ui.hyperlinks",
    values: r#"`"auto"`, `true` or `false`"#,
    example: None,
    doc: "Numbers, names and addresses are links of the terminal's own. \"auto\": where the terminal, or tmux for the one \
          it runs in, is known to understand them.",
    set: |config, given| {
        config.ui.hyperlinks = given.switch()?;
        Ok(())
    },
    show: |config| Some(config.ui.hyperlinks.shown()),
};

pub(super) const COLOUR: Opt = Opt {
    key: "ui.colour",
    values: r#"`"auto"`, `true` or `false`"#,
    example: None,
    doc: "Use colours. \"auto\": unless `NO_COLOR` is set. No meaning is ever in the colour alone.",
    set: |config, given| {
        config.ui.colour = given.switch()?;
        Ok(())
    },
    show: |config| Some(config.ui.colour.shown()),
};

pub(super) const THEME: Opt = Opt {
    key: "ui.theme",
    values: "`auto` or the name of a theme",
    example: None,
    doc: "Which theme is painted with: dark, light, high-contrast, high-contrast-light, mono, colour-blind-safe, \
          colour-blind-safe-light, or one of your own, a file `themes/NAME.toml` in the config directory. \"auto\": \
          dark or light, as the terminal's background is. What the verbs print follows it, too.",
    set: |config, given| {
        let name = given.text("\"auto\" or the name of a theme")?;
        if !theme::is_name(name) {
            return Err(format!("`{}` is no name of a theme: {}", clip(name), theme::NAME_RULE));
        }
        name.clone_into(&mut config.ui.theme);
        Ok(())
    },
    show: |config| Some(quote(&config.ui.theme)),
};

pub(super) const BACKGROUND: Opt = Opt {
    key: "ui.background",
    values: r#"`"auto"`, `"dark"` or `"light"`"#,
    example: None,
    doc: "The terminal's background, for the theme \"auto\". \"auto\": the terminal is asked when the first picture \
          stands, and followed when it changes; until it answers, `COLORFGBG` counts, else dark. With the other two it \
          is never asked.",
    set: |config, given| {
        config.ui.background = given.word(Background::WORDS)?;
        Ok(())
    },
    show: |config| Some(quote(config.ui.background.word())),
};

pub(super) const MOUSE: Opt = Opt {
    key: "ui.mouse",
    values: "`true` or `false`",
    example: None,
    doc: "Take the mouse. Without it the terminal's own selection works as usual.",
    set: |config, given| {
        config.ui.mouse = given.flag()?;
        Ok(())
    },
    show: |config| Some(config.ui.mouse.to_string()),
};

pub(super) const LAYOUT: Opt = Opt {
    key: "ui.layout",
    values: r#"`"stack"` or `"columns"`"#,
    example: None,
    doc: "Panes one above the other, or side by side where the terminal has 160 columns. Stacked panes send far \
          less over a slow link.",
    set: |config, given| {
        config.ui.layout = given.word(Layout::WORDS)?;
        Ok(())
    },
    show: |config| Some(quote(config.ui.layout.word())),
};

pub(super) const HISTORY: Opt = Opt {
    key: "ui.history",
    values: "0 to 5000",
    example: None,
    doc: "Lines typed after `:` and `/` that are kept on disk for the next start, readable by you alone. One that looks \
          as if it held a secret, or begins with a blank, never is. 0 keeps none; `:history clear` forgets them.",
    set: |config, given| {
        config.ui.history = given.whole(0..=5000)?;
        Ok(())
    },
    show: |config| Some(config.ui.history.to_string()),
};
