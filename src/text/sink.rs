//! Places outside the cell grid: window title, links, clipboard, notifications, plain output, CSV, file names.
//! Stricter than the screen: printable ASCII only, and each place's own traps.

use std::fmt::Write;

use base64::Engine;

use super::{reveal, safe};

/// Characters of a window title.
const TITLE: usize = 120;
/// Bytes of text that are copied at most: larger ones are refused by common terminals.
const CLIPBOARD: usize = 74_994;
/// Bytes of an address at most.
const ADDRESS: usize = 2048;
/// Bytes of a file name at most.
const FILE_NAME: usize = 100;

/// One line of printable ASCII. Sequences are taken out and counted as on the screen; what is not ASCII is spelled
/// `<U+00E9>`.
pub fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in safe::line(raw).chars() {
        if c == ' ' || c.is_ascii_graphic() {
            out.push(c);
        } else {
            reveal::spell(&mut out, c);
        }
    }
    out
}

/// For the window's title: short, printable ASCII, with our own separators spelled alike.
pub fn title(raw: &str) -> String {
    let mut out = String::new();
    for c in safe::line(raw).chars().take(TITLE) {
        match c {
            '·' | '–' | '—' => out.push('-'),
            '…' => out.push_str("..."),
            ' '..='~' => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

/// One argument for another program: printable ASCII, and never an option.
pub fn argument(raw: &str) -> String {
    let plain = plain(raw);
    if plain.starts_with('-') { format!(" {plain}") } else { plain }
}

/// An address that may be linked or opened: https, one of the hosts, no user, no other port. Everything that is not
/// plainly part of an address is percent-encoded. `None`: it may not.
pub fn link(raw: &str, hosts: &[&str]) -> Option<String> {
    let rest = raw.get(..8).filter(|s| s.eq_ignore_ascii_case("https://")).and_then(|_| raw.get(8..))?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    let host = hosts.iter().find(|known| known.eq_ignore_ascii_case(host))?;
    let proper = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    if !proper || path.starts_with('\\') || raw.len() > ADDRESS {
        return None;
    }
    let mut out = format!("https://{}", host.to_ascii_lowercase());
    let mut bytes = path.bytes().peekable();
    let mut rest = path;
    while let Some(byte) = bytes.next() {
        let after = rest.as_bytes().get(1..3);
        let escaped = byte == b'%' && after.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let plain = byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&()*+,;=".contains(&byte);
        if plain || escaped {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        rest = path.get(path.len() - bytes.len()..).unwrap_or_default();
    }
    Some(out)
}

/// The payload of OSC 52. `None`: more than terminals take.
pub fn clipboard(raw: &str) -> Option<String> {
    (raw.len() <= CLIPBOARD).then(|| base64::engine::general_purpose::STANDARD.encode(raw))
}

/// One cell of a CSV file, quoted. A text that a spreadsheet would compute is prefixed with `'`.
pub fn csv_cell(raw: &str) -> String {
    let plain = plain(raw);
    let computed =
        plain.trim_start().starts_with(['=', '+', '-', '@', '|', '%']) || raw.starts_with(['\t', '\r', '\n']);
    format!("\"{}{}\"", if computed { "'" } else { "" }, plain.replace('"', "\"\""))
}

/// A file name out of a stranger's words: letters, digits, `.`, `_` and `-`; never hidden, never a device, never empty.
pub fn file_name(raw: &str) -> String {
    let mut out = String::new();
    for c in safe::line(raw).chars() {
        let c = if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' };
        if out.len() < FILE_NAME && !(c == '-' && out.ends_with('-')) {
            out.push(c);
        }
    }
    let name = out.trim_matches(['.', '-']);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|n| n.len() == 1);
    match name {
        "" => "unnamed".to_owned(),
        name if device => format!("_{name}"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &[&str] = &["github.com", "acme.ghe.com"];

    #[test]
    fn only_https_to_a_known_host_is_a_link() {
        assert_eq!(link("https://github.com/a/b", HOSTS).as_deref(), Some("https://github.com/a/b"));
        assert_eq!(link("HTTPS://GitHub.com:443/a?b=1#c", HOSTS).as_deref(), Some("https://github.com/a?b=1#c"));
        assert_eq!(link("https://acme.ghe.com", HOSTS).as_deref(), Some("https://acme.ghe.com"));
        for refused in [
            "http://github.com/a",
            "https:github.com/a",
            "vscode://github.com/a",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://github.com.evil.example/a",
            "https://evil.example/github.com",
            "https://github.com@evil.example/",
            "https://user:pw@github.com/",
            "https://github.com:8443/",
            "https://github.com\\@evil.example/",
            "https://github.com%2eevil.example/",
            "https://\u{1b}]8;;\u{7}github.com/",
            "https://gıthub.com/",
            "https:///a",
            "https://",
            "",
            "日本語日本語",
        ] {
            assert_eq!(link(refused, HOSTS), None, "{refused:?}");
        }
        assert_eq!(link(&format!("https://github.com/{}", "a".repeat(ADDRESS)), HOSTS), None);
    }

    #[test]
    fn a_link_holds_nothing_but_an_address() {
        assert_eq!(
            link("https://github.com/a b\u{1b}]8;;\u{7}é\"'<>%41%zz\\\n", HOSTS).as_deref(),
            Some("https://github.com/a%20b%1B%5D8;;%07%C3%A9%22%27%3C%3E%41%25zz%5C%0A")
        );
    }

    #[test]
    fn a_cell_is_never_a_formula_nor_ends_early() {
        assert_eq!(csv_cell("plain, \"quoted\""), "\"plain, \"\"quoted\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", " =1", "|x", "%x"] {
            assert!(csv_cell(formula).starts_with("\"'"), "{formula:?}");
        }
        assert!(!csv_cell("a\n=b").contains('\n'));
    }

    #[test]
    fn a_file_name_stays_in_its_folder() {
        for (raw, name) in [
            ("../../etc/passwd", "etc-passwd"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("a b/c\\d:e", "a-b-c-d-e"),
            ("con.txt", "_con.txt"),
            ("LPT1", "_LPT1"),
            ("", "unnamed"),
            ("..", "unnamed"),
            ("日本", "unnamed"),
            ("log\u{1b}[31m.txt\0", "log.txt"),
        ] {
            assert!(file_name(raw).starts_with(name), "{raw:?} gave {}", file_name(raw));
        }
        assert!(file_name(&"x".repeat(500)).len() <= FILE_NAME);
    }

    #[test]
    fn a_title_is_short_ascii() {
        assert_eq!(title("atc · fix – it…\u{1b}]0;evil\u{7}"), "atc - fix - it... ?1");
        assert!(title(&"…".repeat(500)).len() <= TITLE * 3);
    }

    #[test]
    fn an_argument_is_not_an_option() {
        assert_eq!(argument("--exec=evil"), " --exec=evil");
        assert_eq!(argument("né"), "n<U+00E9>");
    }

    #[test]
    fn the_clipboard_gets_base64_or_nothing() {
        assert_eq!(clipboard("a\u{7}b").as_deref(), Some("YQdi"));
        assert_eq!(clipboard(&"x".repeat(CLIPBOARD + 1)), None);
    }
}
