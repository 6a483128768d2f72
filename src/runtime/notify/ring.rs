//! What the terminal gets: a bell, and messages in the two dialects terminals have for them. Printable ASCII only.

use crate::domain::transition::Way;
use crate::text::sink;

use super::message::Message;

const BELL: &str = "\x07";

/// The bytes for these ways. Empty: none of them is the terminal's.
pub fn bytes(message: &Message, by: &[Way], in_tmux: bool) -> Box<[u8]> {
    let mut out = String::new();
    for way in by {
        match way {
            // tmux has a bell of its own, and passes it on as the operator chose.
            Way::Bell => out.push_str(BELL),
            Way::Osc9 => out.push_str(&passed(&osc9(message), in_tmux)),
            Way::Osc777 => out.push_str(&passed(&osc777(message), in_tmux)),
            Way::Webhook | Way::Command => {}
        }
    }
    out.into_bytes().into()
}

/// What begins with a number would be an order to some terminals, so it begins with our name.
fn osc9(message: &Message) -> String {
    format!("\x1b]9;atc: {} - {}\x1b\\", sink::title(&message.title), sink::title(&message.text))
}

/// A semicolon ends the title.
fn osc777(message: &Message) -> String {
    let word = |text: &str| sink::title(text).replace(';', ",");
    format!("\x1b]777;notify;{};{}\x1b\\", word(&message.title), word(&message.text))
}

/// tmux passes on what stands between its own escapes, with every escape inside doubled.
fn passed(sequence: &str, in_tmux: bool) -> String {
    if in_tmux { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { sequence.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn message(title: &str, text: &str) -> Message {
        Message { title: title.to_owned(), text: text.to_owned(), ..Message::test(crate::domain::Instant::UNIX_EPOCH) }
    }

    fn text(message: &Message, by: &[Way], in_tmux: bool) -> String {
        String::from_utf8(bytes(message, by, in_tmux).into()).unwrap()
    }

    #[test]
    fn each_way_has_its_bytes() {
        let message = message("acme/api: failed", "Fix it; now");
        for (way, outside, in_tmux) in [
            (Way::Bell, "\x07", "\x07"),
            (
                Way::Osc9,
                "\x1b]9;atc: acme/api: failed - Fix it; now\x1b\\",
                "\x1bPtmux;\x1b\x1b]9;atc: acme/api: failed - Fix it; now\x1b\x1b\\\x1b\\",
            ),
            (
                Way::Osc777,
                "\x1b]777;notify;acme/api: failed;Fix it, now\x1b\\",
                "\x1bPtmux;\x1b\x1b]777;notify;acme/api: failed;Fix it, now\x1b\x1b\\\x1b\\",
            ),
            (Way::Webhook, "", ""),
            (Way::Command, "", ""),
        ] {
            assert_eq!(text(&message, &[way], false), outside);
            assert_eq!(text(&message, &[way], true), in_tmux);
        }
    }

    proptest! {
        #[test]
        fn whatever_a_task_is_called_only_our_own_escapes_come_out(title in any::<String>(), words in any::<String>()) {
            let hostile = message(&title, &words);
            let out = text(&hostile, &[Way::Osc9, Way::Osc777], false);
            let inner = out.replace("\x1b]9;", "").replace("\x1b]777;notify;", "").replace("\x1b\\", "");
            prop_assert!(inner.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{inner:?}");
            prop_assert_eq!(out.matches('\x1b').count(), 4);
        }
    }
}
