//! The signs of ours, spelled for a terminal that shows ASCII only. Each is as wide as what stands for it.

use std::borrow::Cow;

/// What stands for a sign of ours on a terminal that shows ASCII only. `None`: not one of ours.
pub fn ascii(symbol: &str) -> Option<&'static str> {
    let plain = match symbol {
        "◌" => "q",
        "●" | "*" => "*",
        "◆" => "!",
        "○" | "–" | "—" | "─" | "−" => "-",
        "◇" => "0",
        "✓" => "+",
        "✗" | "×" => "x",
        "⧗" => "t",
        "⊘" => "c",
        "◐" => "~",
        "⚠" => "@",
        "▌" | "→" | "▸" | "▶" | "›" => ">",
        "←" | "‹" => "<",
        "▲" | "↑" | "▴" | "␛" => "^",
        "≠" => "%",
        "↻" => "&",
        "∴" => "=",
        "▼" | "▾" | "↓" => "v",
        "•" => "o",
        "·" | "…" => ".",
        "“" | "”" => "\"",
        "‘" | "’" => "'",
        "│" | "▏" => "|",
        "┼" => "+",
        _ => return None,
    };
    Some(plain)
}

/// Every sign of ours in a text in ASCII. What is none of ours stays.
pub fn spell(text: &str) -> Cow<'_, str> {
    let mut symbol = [0; 4];
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let symbol = &*c.encode_utf8(&mut symbol);
        out.push_str(if c.is_ascii() { symbol } else { ascii(symbol).unwrap_or(symbol) });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Safe, width};

    #[test]
    fn what_is_ours_is_spelled_and_keeps_its_width() {
        assert_eq!(spell("● running · “fix” → x*"), "* running . \"fix\" > x*");
        assert_eq!(spell("naïve 漢字"), "naïve 漢字");
        for (ours, plain) in [("✓ 14 — 3", "+ 14 - 3"), ("…", "."), ("│", "|")] {
            assert_eq!((spell(ours).as_ref(), width::width(&Safe::new(ours))), (plain, plain.len()));
        }
    }
}
