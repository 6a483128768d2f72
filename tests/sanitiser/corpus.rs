//! Hostile strings, generated: every kind of control sequence in every form of introducer and with every end, and the
//! ones that are known to have done harm, by name.

use std::collections::BTreeSet;

/// 7-bit, C1 encoded as UTF-8, and C1 as the raw byte, which is not UTF-8.
const FORMS: [Form; 3] = [Form::SevenBit, Form::Encoded, Form::Raw];

#[derive(Clone, Copy)]
enum Form {
    SevenBit,
    Encoded,
    Raw,
}

/// The ends a string sequence can have; the last is none.
const ENDS: [&[u8]; 7] = [b"\x07", b"\x1b\\", b"\xc2\x9c", b"\x9c", b"\x18", b"\x1a", b""];

impl Form {
    /// An introducer, by the byte of its C1 form.
    fn introduce(self, c1: u8) -> Vec<u8> {
        match self {
            Self::SevenBit => vec![0x1b, c1 - 0x40],
            Self::Encoded => vec![0xc2, c1],
            Self::Raw => vec![c1],
        }
    }
}

fn sequences() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut push = |start: &[u8], middle: &str, end: &[u8]| all.push([start, middle.as_bytes(), end].concat());
    for form in FORMS {
        let csi = form.introduce(0x9b);
        for last in 0x40..=0x7e {
            for parameters in ["", "1;1", "?1049", ">0", "999999", "1:2:3", "1;2 ", "18446744073709551616"] {
                push(&csi, parameters, &[last]);
            }
        }
        for broken in ["", "1", "1;", "?", "1 "] {
            push(&csi, broken, b"");
            push(&csi, broken, "é".as_bytes());
            push(&csi, broken, b"\x1b[31m");
            push(&csi, broken, b"\x18");
        }
        for end in ENDS {
            for number in
                [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 17, 22, 46, 50, 51, 52, 104, 110, 133, 633, 697, 777, 1337]
            {
                for payload in ["x", "?", ";evil;https://evil.example/é", "c;ZXZpbA==", "File=inline=1:AAAA"] {
                    push(&form.introduce(0x9d), &format!("{number};{payload}"), end);
                }
            }
            for introducer in [0x90, 0x98, 0x9e, 0x9f] {
                for payload in [
                    "",
                    "$qm",
                    "+q544e",
                    "q#0;2;0;0;0~-",
                    "tmux;\u{1b}\u{1b}]0;x\u{7}",
                    "Gf=100;AAAA",
                    "1;1|17/41",
                    ">|v",
                    "é\tb",
                ] {
                    push(&form.introduce(introducer), payload, end);
                }
            }
        }
    }
    for last in 0x20..=0x7e {
        push(b"\x1b", "", &[last]);
        for between in [b' ', b'#', b'%', b'(', b')', b'*', b'+', b'-', b'.', b'/', b'$'] {
            push(&[0x1b, between], "", &[last]);
        }
    }
    for control in (0u8..=0x1f).chain([0x7f]) {
        push(&[control], "", &[control]);
        push(&[0x1b, control], "", b"");
        push(&[0x1b, b'[', control], "31", b"m");
    }
    for c1 in 0x80..=0x9f {
        push(&[0xc2, c1], "", b"");
        push(&[c1], "", b"");
        push(&[0xc2, c1, 0xc2, c1], "x", &[0xc2, c1]);
    }
    all
}

/// At least 10,000 strings that try to act on a terminal, each between words that must stay in sight.
pub fn hostile() -> Vec<Vec<u8>> {
    let mut all = BTreeSet::new();
    for sequence in sequences() {
        for (before, after) in [("before", "zafter"), ("", ""), ("日本\u{301}", " z\u{200d}é")] {
            all.insert([before.as_bytes(), sequence.as_slice(), after.as_bytes()].concat());
        }
    }
    all.into_iter().collect()
}

/// The sequences alone, each once: at least 3,695.
#[cfg(unix)]
pub fn plain() -> Vec<Vec<u8>> {
    sequences()
        .into_iter()
        .map(|sequence| [b"before", sequence.as_slice(), b"zafter"].concat())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// What is known to do harm somewhere, and what it does.
pub fn named() -> Vec<(&'static str, &'static str)> {
    vec![
        ("window title", "\u{1b}]0;owned\u{7}"),
        ("icon name", "\u{1b}]1;owned\u{7}"),
        ("title by ST", "\u{1b}]2;owned\u{1b}\\"),
        ("palette", "\u{1b}]4;1;rgb:00/00/00\u{7}"),
        ("palette query", "\u{1b}]4;1;?\u{7}"),
        ("special colour", "\u{1b}]5;0;red\u{7}"),
        ("working folder", "\u{1b}]7;file:///etc\u{7}"),
        ("link", "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}"),
        ("notification", "\u{1b}]9;hello\u{7}"),
        ("run a program", "\u{1b}]9;7;cmd\u{7}"),
        ("progress bar", "\u{1b}]9;4;1;50\u{7}"),
        ("foreground", "\u{1b}]10;black\u{7}"),
        ("background", "\u{1b}]11;?\u{7}"),
        ("cursor colour", "\u{1b}]12;red\u{7}"),
        ("pointer shape", "\u{1b}]22;none\u{7}"),
        ("log file", "\u{1b}]46;/tmp/x\u{7}"),
        ("font", "\u{1b}]50;monospace\u{7}"),
        ("font query", "\u{1b}]50;?\u{7}"),
        ("clipboard write", "\u{1b}]52;c;ZXZpbA==\u{7}"),
        ("clipboard read", "\u{1b}]52;c;?\u{7}"),
        ("prompt mark", "\u{1b}]133;A\u{7}"),
        ("editor command line", "\u{1b}]633;E;rm -rf ~\u{7}"),
        ("rxvt notification", "\u{1b}]777;notify;a;b\u{7}"),
        ("iTerm file", "\u{1b}]1337;File=inline=1:AAAA\u{7}"),
        ("iTerm clipboard", "\u{1b}]1337;CopyToClipboard=\u{7}"),
        ("iTerm badge", "\u{1b}]1337;SetBadgeFormat=AAAA\u{7}"),
        ("screen title", "\u{1b}kowned\u{1b}\\"),
        ("status string", "\u{1b}P$qm\u{1b}\\"),
        ("terminfo query", "\u{1b}P+q544e\u{1b}\\"),
        ("user keys", "\u{1b}P1;1|17/41\u{1b}\\"),
        ("tmux passthrough", "\u{1b}Ptmux;\u{1b}\u{1b}]0;owned\u{7}\u{1b}\\"),
        ("tmux control mode", "\u{1b}P1000p%begin\u{1b}\\"),
        ("sixel", "\u{1b}Pq#0;2;0;0;0~-\u{1b}\\"),
        ("kitty graphics", "\u{1b}_Gf=100,a=T;AAAA\u{1b}\\"),
        ("privacy message", "\u{1b}^secret\u{1b}\\"),
        ("start of string", "\u{1b}Xsecret\u{1b}\\"),
        ("alternate screen", "\u{1b}[?1049h"),
        ("leave the screen", "\u{1b}[?1049l"),
        ("bracketed paste off", "\u{1b}[?2004l"),
        ("mouse reports", "\u{1b}[?1003h"),
        ("focus reports", "\u{1b}[?1004h"),
        ("hide the cursor", "\u{1b}[?25l"),
        ("insert mode", "\u{1b}[4h"),
        ("new-line mode", "\u{1b}[20h"),
        ("device attributes", "\u{1b}[c"),
        ("version", "\u{1b}[>q"),
        ("position report", "\u{1b}[6n"),
        ("mode report", "\u{1b}[?2004$p"),
        ("title report", "\u{1b}[21t"),
        ("resize", "\u{1b}[8;1;1t"),
        ("iconify", "\u{1b}[2t"),
        ("checksum", "\u{1b}[1;1;1;1;1;1*y"),
        ("repeat", "\u{1b}[999999b"),
        ("clear", "\u{1b}[2J"),
        ("clear the history", "\u{1b}[3J"),
        ("home", "\u{1b}[H"),
        ("scroll region", "\u{1b}[1;2r"),
        ("keyboard protocol", "\u{1b}[>1u"),
        ("modified keys", "\u{1b}[>4;2m"),
        ("soft reset", "\u{1b}[!p"),
        ("full reset", "\u{1b}c"),
        ("save and restore", "\u{1b}7\u{1b}8"),
        ("keypad", "\u{1b}="),
        ("alignment test", "\u{1b}#8"),
        ("line drawing", "\u{1b}(0"),
        ("latin-1", "\u{1b}%@"),
        ("shift out", "\u{e}lqqk\u{f}"),
        ("locking shift", "\u{1b}n"),
        ("reverse index", "\u{1b}M"),
        ("next line", "\u{85}"),
        ("answerback", "\u{5}"),
        ("bell storm", "\u{7}\u{7}\u{7}\u{7}"),
        ("backspaces", "good\u{8}\u{8}\u{8}\u{8}evil"),
        ("delete", "\u{7f}"),
        ("null", "a\0b"),
        ("form feed", "\u{b}\u{c}"),
        ("printer", "\u{1b}[5i"),
        ("leds", "\u{1b}[3q"),
    ]
}

/// What costs much, or hides what follows.
fn heavy() -> Vec<String> {
    [
        format!("a{}b", "\u{301}".repeat(5000)),
        "👩\u{200d}".repeat(500),
        "\u{1f3fb}".repeat(500),
        "\u{fe0f}".repeat(500),
        "x".repeat(100_000),
        "漢".repeat(5000),
        "word\u{7} ".repeat(5000),
        "\u{1b}]0;".repeat(2000),
        format!("\u{1b}]0;{}", "y".repeat(10_000)),
        format!("\u{1b}[{}mx", "1;".repeat(1000)),
        format!("\u{1b}[38;5;{}mx", "9".repeat(500)),
        "\u{1b}[8mhidden\u{1b}[0m \u{1b}[30;40msame\u{1b}[0m \u{1b}[5mblink".to_owned(),
    ]
    .to_vec()
}

/// What programs stumble over that are not terminals.
fn awkward() -> Vec<String> {
    [
        "",
        " ",
        "-",
        "--help",
        "-rf /",
        "NULL",
        "undefined",
        "NaN",
        "1e309",
        "../../etc/passwd",
        "C:\\con\\aux",
        "'; DROP TABLE x; --",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "{% include 'x' %}",
        "${HOME}",
        "$(id)",
        "`id`",
        "%s%n%p",
        "=1+1",
        "@SUM(A1)",
        "+1",
        "|calc",
        "https://github.com@evil.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "\\u001b[31m",
        "\\x1b]0;x\\x07",
        "^[[2J",
        "&#27;[2J",
        "\u{feff}bom",
        "Ω≈ç√∫˜µ",
        "田中さん",
        "ÅÍÎÏ˝ÓÔ",
        "()()()",
        "\\\\\\",
        "\"\"\"",
        "''''",
        "a\u{0}b",
        "𝒳𝓎",
        "ﬁ",
        "İ",
        "ß",
        "ǅ",
    ]
    .map(str::to_owned)
    .to_vec()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The corpora, by what they are about.
pub fn corpora() -> Vec<(&'static str, Vec<String>)> {
    let all: Vec<String> = plain().iter().map(|bytes| text(bytes)).collect();
    let between = |c: u32| char::from_u32(c).map(|c| format!("a{c}b {c} login{c}"));
    let bidi = [0x061c, 0x200e, 0x200f].into_iter().chain(0x202a..=0x202e).chain(0x2066..=0x2069);
    let frames =
        ["{}txt.exe", "acme/{}api", "if (admin{}) {", "{}", "/* } {} if */", "a{}b{}c", "\u{5d0}{}\u{5d1}", "{}\n{}"];
    let bidi = bidi.filter_map(char::from_u32).flat_map(|c| frames.map(|frame| frame.replace("{}", &c.to_string())));
    let invisible = [0x00ad, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xfeff, 0xffa0, 0xe000, 0xf8ff, 0x10_fffd]
        .into_iter()
        .chain(0x200b..=0x200d)
        .chain(0x2060..=0x206f)
        .chain(0x180b..=0x180f)
        .chain(0xfe00..=0xfe0f)
        .chain(0xfff0..=0xfffb)
        .chain((0xe0000..=0xe007f).step_by(2))
        .chain(0x2028..=0x2029);
    let overwriting = [
        "10%\r20%\r30%",
        "a\u{8}\u{8}\u{8}b",
        "x\u{b}y\u{c}z",
        "a\u{85}b",
        "a\u{2028}b\u{2029}c",
        "n\0u\0l",
        "\r\r\r",
        "tab\there",
    ];
    let people = [
        "Größe ändern – „schön“",
        "修复不稳定的测试",
        "שלום",
        "مرحباً",
        "नमस्ते क्षत्रिय",
        "ภาษาไทย",
        "한국어",
        "👍🏽 🇪🇸",
        "é e\u{301}",
    ];
    vec![
        ("T-01 control sequences", all),
        ("T-03 named", named().iter().map(|(_, sequence)| format!("before {sequence} after")).collect()),
        ("T-07 directions", bidi.collect()),
        ("T-08 invisible", invisible.filter_map(between).collect()),
        ("T-05, T-09, T-10 heavy", heavy()),
        ("T-11 overwriting", overwriting.map(str::to_owned).to_vec()),
        ("T-12 awkward", awkward()),
        ("T-15 what people write", people.map(str::to_owned).to_vec()),
    ]
}
