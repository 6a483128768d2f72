//! What the terminal can do, as far as its environment tells. Nothing is written to it and nothing is asked of it: an
//! answer would be taken for keys. What a name does not tell is unknown.

use crate::domain::Instant;
use crate::domain::capability::{Answer, CLIPBOARD, COLOURS, KITTY, LOCALE, Row, SIZE, SYNC, TMUX, Topic};
use crate::domain::look::Depth;
use crate::runtime::terminal::colours::depth;

/// What is looked at, handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    pub term: Option<String>,
    pub program: Option<String>,
    pub colour_term: Option<String>,
    pub no_colour: bool,
    pub tmux: bool,
    pub locale: Option<String>,
    /// `None`: no terminal is here.
    pub size: Option<(u16, u16)>,
}

impl Env {
    /// Of this process.
    pub fn here() -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok();
        Self {
            term: set("TERM"),
            program: set("TERM_PROGRAM"),
            colour_term: set("COLORTERM"),
            no_colour: set("NO_COLOR").is_some(),
            tmux: set("TMUX").is_some(),
            locale: set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")),
            size: size.map(|size| (size.ws_col, size.ws_row)).filter(|(columns, rows)| *columns > 0 && *rows > 0),
        }
    }

    /// The names it goes by, in lower case.
    fn names(&self) -> String {
        let all = [self.program.as_deref(), self.term.as_deref()];
        all.into_iter().flatten().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
    }

    fn is_one_of(&self, names: &[&str]) -> bool {
        let own = self.names();
        names.iter().any(|name| own.contains(name))
    }

    fn evidence(&self) -> String {
        let show = |name: &str, value: &Option<String>| format!("{name}={}", value.as_deref().unwrap_or("(unset)"));
        [
            show("TERM", &self.term),
            show("TERM_PROGRAM", &self.program),
            show("COLORTERM", &self.colour_term),
            format!("TMUX={}", if self.tmux { "(set)" } else { "(unset)" }),
        ]
        .join(" ")
    }
}

const KITTY_KEYS: &[&str] = &["kitty", "ghostty", "wezterm", "foot", "alacritty", "iterm", "rio", "contour"];
const OSC_52: &[&str] =
    &["kitty", "ghostty", "wezterm", "foot", "alacritty", "iterm", "rio", "contour", "xterm-256color-osc52"];
const NO_OSC_52: &[&str] = &["apple_terminal", "linux"];
const SYNCED: &[&str] = &["kitty", "ghostty", "wezterm", "foot", "alacritty", "iterm", "contour", "windows terminal"];

pub fn rows(env: &Env, at: Instant) -> Vec<Row> {
    let evidence = env.evidence();
    let row = |topic: &'static Topic, answer, words: String| Row::new(topic, answer, words, at).because(&evidence);
    if env.size.is_none() {
        return vec![row(&SIZE, Answer::Untestable, "no terminal is here".to_owned())];
    }
    let known = |topic: &'static Topic, names: &[&str], words: &str| {
        if env.tmux {
            let words = "tmux stands between; it passes on what the terminal under it can";
            return row(topic, Answer::Unknown, words.to_owned());
        }
        let (answer, words) =
            if env.is_one_of(names) { (Answer::Yes, words) } else { (Answer::Unknown, "its name does not tell") };
        row(topic, answer, words.to_owned())
    };
    let clipboard = match env.is_one_of(NO_OSC_52) && !env.tmux {
        true => row(&CLIPBOARD, Answer::No, "this one does not take it".to_owned())
            .next("mouse off (M), and select with the terminal"),
        false if env.tmux => row(&CLIPBOARD, Answer::Unknown, "tmux passes it on if it is told to".to_owned())
            .next("tmux set -g allow-passthrough on; tmux set -g set-clipboard on"),
        false => known(&CLIPBOARD, OSC_52, "by its name"),
    };
    vec![
        colours(env, at).because(&evidence),
        known(&KITTY, KITTY_KEYS, "by its name"),
        clipboard,
        known(&SYNC, SYNCED, "by its name; every picture is one write anyway"),
        size(env, at),
        row(&TMUX, if env.tmux { Answer::Yes } else { Answer::No }, String::new()),
        locale(env, at),
    ]
}

fn colours(env: &Env, at: Instant) -> Row {
    let term = env.term.as_deref().unwrap_or_default();
    let depth = depth(Some(term), env.colour_term.as_deref());
    let (answer, words) = match () {
        () if env.no_colour => (Answer::No, "NO_COLOR is set: every meaning is in a sign, too"),
        () if depth == Depth::None => (Answer::No, "none by its name"),
        () => (Answer::Yes, depth.words()),
    };
    Row::new(&COLOURS, answer, words, at)
}

fn size(env: &Env, at: Instant) -> Row {
    let Some((columns, rows)) = env.size else { return Row::new(&SIZE, Answer::Untestable, "no terminal is here", at) };
    let words = format!("{columns}×{rows}");
    let row = match (columns, rows) {
        (0..40, _) | (_, 0..10) => Row::new(&SIZE, Answer::No, format!("{words}: atc needs 40×10"), at),
        (0..80, _) | (_, 0..24) => {
            Row::new(&SIZE, Answer::Yes, format!("{words}: from 80×24 on nothing is left out"), at)
        }
        _ => Row::new(&SIZE, Answer::Yes, words, at),
    };
    row.because("asked of the terminal's driver")
}

fn locale(env: &Env, at: Instant) -> Row {
    let shown = env.locale.clone().unwrap_or_default();
    let lower = shown.to_ascii_lowercase();
    let row = match lower.as_str() {
        "" => Row::new(&LOCALE, Answer::Unknown, "none is named: taken for UTF-8", at),
        utf if utf.contains("utf-8") || utf.contains("utf8") => Row::new(&LOCALE, Answer::Yes, &shown, at),
        _ => Row::new(&LOCALE, Answer::No, format!("{shown}: drawn with plain ASCII"), at)
            .next("set LANG to a UTF-8 locale, or `ui.ascii = false` where the terminal can"),
    };
    row.because("LC_ALL, LC_CTYPE, LANG")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn found(env: &Env) -> Vec<(&'static str, Answer)> {
        let at = chrono::DateTime::from_timestamp(1_793_954_977, 0).unwrap();
        rows(env, at).into_iter().map(|row| (row.topic.title, row.answer)).collect()
    }

    fn env(term: &str, program: Option<&str>) -> Env {
        Env {
            term: Some(term.to_owned()),
            program: program.map(str::to_owned),
            size: Some((120, 40)),
            ..Env::default()
        }
    }

    #[test]
    fn what_a_name_does_not_tell_is_unknown_and_without_a_terminal_nothing_is_told() {
        assert_eq!(found(&Env::default()), [("large enough", Answer::Untestable)]);
        let plain = found(&env("xterm-256color", None));
        assert!(plain.contains(&("unambiguous escape key", Answer::Unknown)), "{plain:?}");
        let kitty = found(&env("xterm-kitty", None));
        assert!(kitty.contains(&("unambiguous escape key", Answer::Yes)));
        assert!(kitty.contains(&("clipboard (OSC 52)", Answer::Yes)));
        let apple = found(&env("xterm-256color", Some("Apple_Terminal")));
        assert!(apple.contains(&("clipboard (OSC 52)", Answer::No)));
        let tmux = found(&Env { tmux: true, ..env("tmux-256color", Some("tmux")) });
        assert!(
            tmux.contains(&("inside tmux", Answer::Yes)) && tmux.contains(&("synchronized output", Answer::Unknown))
        );
    }

    #[test]
    fn a_small_terminal_and_a_locale_of_another_time_are_told() {
        let small = Env { size: Some((38, 9)), locale: Some("POSIX".into()), ..env("xterm", None) };
        let small = found(&small);
        assert!(small.contains(&("large enough", Answer::No)) && small.contains(&("UTF-8 locale", Answer::No)));
    }
}
