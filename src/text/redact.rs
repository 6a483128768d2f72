//! Takes secrets out of text on its way to a journal, a crash report or a screen.
//!
//! What counts as a secret: GitHub tokens by their six prefixes, whatever follows `Bearer `, JSON web tokens, and the
//! user part of an address (`https://name:password@host`). Nothing of the secret is kept, not even its prefix.

/// Stands where a secret stood.
const MASK: &str = "[redacted]";

/// The prefixes of GitHub's tokens.
pub const TOKEN_PREFIXES: [&str; 6] = ["github_pat_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"];

/// The text with every secret in it replaced. Text without one comes back as it was. Every byte is read a fixed number of
/// times, whatever the text: it may be megabytes, and a stranger's.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut web_tokens_from = text.len();
    while let Some(first) = rest.chars().next() {
        if let Some((kept, len)) = secret(rest, &mut web_tokens_from) {
            out.push_str(kept);
            out.push_str(MASK);
            rest = rest.get(len..).unwrap_or_default();
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// A secret at the start of the text: the part of it that may stay, and the length of the whole.
fn secret<'a>(text: &'a str, web_tokens_from: &mut usize) -> Option<(&'a str, usize)> {
    bearer(text).or_else(|| prefixed(text)).or_else(|| web_token(text, web_tokens_from)).or_else(|| user_part(text))
}

fn bearer(text: &str) -> Option<(&str, usize)> {
    let (word, rest) = text.split_at_checked("bearer".len())?;
    if !word.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    // Before anything is read: a run of nothing but this word would be read to its end at each of them.
    if gap == 0 {
        return None;
    }
    let secret = run(rest.get(gap..)?, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | ',' | ';'));
    let kept = word.len() + gap;
    (secret > 0).then(|| (text.get(..kept).unwrap_or_default(), kept + secret))
}

fn prefixed(text: &str) -> Option<(&str, usize)> {
    let prefix = TOKEN_PREFIXES.iter().find(|p| text.starts_with(**p))?;
    let secret = run(text.get(prefix.len()..)?, |c| c.is_ascii_alphanumeric() || c == '_');
    (secret > 0).then_some(("", prefix.len() + secret))
}

/// `eyJ….….…`: a JSON object in base64url, a dot, and more. None is looked for while more than `from` is left of the text:
/// what begins later in a run that is too short, or without a dot, is so all the more.
fn web_token<'a>(text: &'a str, from: &mut usize) -> Option<(&'a str, usize)> {
    if text.len() > *from || !text.starts_with("eyJ") {
        return None;
    }
    let len = run(text, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '='));
    let token = text.get(..len)?;
    if token.len() > 16 && token.contains('.') {
        return Some(("", len));
    }
    *from = text.len() - len;
    None
}

fn user_part(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix("://")?;
    let len = run(rest, |c| !c.is_whitespace() && !matches!(c, '/' | '?' | '#' | '"' | '\''));
    let at = rest.get(..len)?.rfind('@')?;
    Some(("://", 3 + at))
}

/// How many bytes from the start belong to the set.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Words that name a secret where something follows them behind `=` or `:`.
const NAMES: [&str; 8] = ["password", "passwd", "secret", "token", "api_key", "apikey", "access_key", "private_key"];

/// The text holds a secret, or something that looks like one: also such as only a person would write down. For what is
/// kept without being asked for; nothing is taken out of it.
pub fn holds_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let named = |name: &&str| {
        lower.match_indices(*name).any(|(at, _)| {
            let behind = lower.get(at + name.len()..).unwrap_or_default().trim_start();
            let value = behind.strip_prefix(['=', ':']).map(str::trim_start);
            value.is_some_and(|value| !value.is_empty())
        })
    };
    let key_id =
        |(at, _): (usize, &str)| run(text.get(at + 4..).unwrap_or_default(), |c| c.is_ascii_alphanumeric()) >= 16;
    redact(text) != text
        || NAMES.iter().any(named)
        || ["AKIA", "ASIA"].iter().any(|prefix| text.match_indices(prefix).any(key_id))
        || ["-----begin", "xoxb-", "xoxp-", "glpat-", "sk-ant-", "sk_live_"].iter().any(|sign| lower.contains(sign))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_kind_of_token_survives_anywhere_in_a_line() {
        for prefix in TOKEN_PREFIXES {
            for line in [
                format!("{prefix}CANARYsecret_0123456789"),
                format!("url=https://x/?access_token={prefix}CANARYsecret_0123456789&a=b"),
                format!("Authorization: Bearer {prefix}CANARYsecret_0123456789\r\nAccept: x"),
                format!("\"{prefix}CANARYsecret_0123456789\", ünï {prefix}CANARYsecret"),
            ] {
                let shown = redact(&line);
                assert!(!shown.contains("CANARY") && !shown.contains("secret"), "{line} became {shown}");
                assert!(shown.contains(MASK));
            }
        }
    }

    #[test]
    fn a_bearer_of_unknown_kind_and_a_web_token_are_masked_too() {
        assert_eq!(redact("authorization: bearer 0123abcd, next"), "authorization: bearer [redacted], next");
        assert_eq!(redact("BEARER\tx.y/z=="), "BEARER\t[redacted]");
        assert_eq!(redact("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-d end"), "jwt [redacted] end");
    }

    #[test]
    fn the_password_of_a_proxy_address_is_not_shown() {
        assert_eq!(redact("http://me:p@ss@proxy:3128/x"), "http://[redacted]@proxy:3128/x");
        assert_eq!(redact("see https://github.com/a/b@v1"), "see https://github.com/a/b@v1");
    }

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["", "a ghp_ without more", "Bearer ", "bearers", "eyJ", "日本語 ghost gho"] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn redacting_twice_changes_nothing_more() {
        let once = redact("Bearer ghp_abc https://u:p@h eyJhbGciOiJIUzI1NiJ9.abc.def");
        assert_eq!(redact(&once), once);
    }

    /// What has to come out: at every character each kind is looked for anew, whatever was read before.
    fn plainly(text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(first) = rest.chars().next() {
            let (kept, len) = match secret(rest, &mut rest.len()) {
                Some((kept, len)) => (format!("{kept}{MASK}"), len),
                None => (first.to_string(), first.len_utf8()),
            };
            out.push_str(&kept);
            rest = &rest[len..];
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_read_before_changes_nothing_about_what_is_a_secret(pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "eyJ", "ey", "J", ".", "abcdefgh", "0123456789abcdefg", "=", "-", " ", "\t", "\n", "bearer", "Bearer ", "ghp_",
                "github_pat_", "://", "/", "@", ":", "\"", ",", ";", "\u{fc}", "\u{65e5}",
            ]),
            0..24,
        )) {
            let text = pieces.concat();
            prop_assert_eq!(redact(&text), plainly(&text));
        }
    }

    /// Read to the end at every piece, the first of these would take hours.
    #[test]
    fn a_text_of_nothing_but_beginnings_is_read_once() {
        for piece in
            ["eyJ", "bearer", "eyJ.", "bearer ", "bearer \"", "ghp_", "://", "://@", "a://b@", "-----begin", "token="]
        {
            let text = piece.repeat((1 << 18) / piece.len());
            assert_eq!(holds_secret(&text), holds_secret(&piece.repeat(8)), "{piece}");
        }
        let text = "eyJ".repeat((8 << 20) / 3);
        assert_eq!(redact(&text), text);
    }
}
