//! What the environment says of the terminal's colours.

use crate::domain::look::{Depth, Ground};

/// Terminals known for 24 bits that may be reached without `COLORTERM`, as over SSH.
const DEEP: [&str; 6] = ["kitty", "ghostty", "alacritty", "foot", "wezterm", "contour"];
/// By these names they have none.
const NONE: [&str; 4] = ["dumb", "vt1", "vt2", "vt5"];

/// How many colours a terminal of this name has.
pub fn depth(term: Option<&str>, colour_term: Option<&str>) -> Depth {
    let term = term.unwrap_or_default();
    if colour_term.is_some_and(|value| value == "truecolor" || value == "24bit")
        || term.ends_with("-direct")
        || DEEP.iter().any(|name| term.contains(name))
    {
        Depth::True
    } else if term.contains("256") {
        Depth::TwoFiftySix
    } else if term.ends_with("-m") || term.ends_with("-mono") || NONE.iter().any(|name| term.starts_with(name)) {
        Depth::None
    } else {
        Depth::Sixteen
    }
}

/// What `COLORFGBG` says: numbers of the 16 colours, the background's last. `None`: nothing that can be read.
pub fn ground(colorfgbg: &str) -> Option<Ground> {
    let (_, background) = colorfgbg.rsplit_once(';')?;
    match background.parse::<u8>().ok()? {
        7 | 9..=15 => Some(Ground::Light),
        0..=6 | 8 => Some(Ground::Dark),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_colours_is_told_from_names() {
        for (term, colour_term, expected) in [
            (Some("xterm-256color"), None, Depth::TwoFiftySix),
            (Some("xterm-256color"), Some("truecolor"), Depth::True),
            (Some("xterm-256color"), Some("24bit"), Depth::True),
            (Some("xterm-256color"), Some("yes"), Depth::TwoFiftySix),
            (Some("xterm-kitty"), None, Depth::True),
            (Some("xterm-direct"), None, Depth::True),
            (Some("tmux-256color"), None, Depth::TwoFiftySix),
            (Some("xterm"), None, Depth::Sixteen),
            (Some("linux"), None, Depth::Sixteen),
            (Some("screen"), None, Depth::Sixteen),
            (Some("vt220"), None, Depth::None),
            (Some("xterm-mono"), None, Depth::None),
            (None, None, Depth::Sixteen),
        ] {
            assert_eq!(depth(term, colour_term), expected, "{term:?} {colour_term:?}");
        }
    }

    #[test]
    fn colorfgbg_says_dark_or_light_or_nothing() {
        for (said, expected) in [
            ("15;0", Some(Ground::Dark)),
            ("0;15", Some(Ground::Light)),
            ("0;default;15", Some(Ground::Light)),
            ("12;8", Some(Ground::Dark)),
            ("0;7", Some(Ground::Light)),
            ("15;default", None),
            ("15", None),
            ("0;99", None),
            ("", None),
        ] {
            assert_eq!(ground(said), expected, "{said}");
        }
    }
}
