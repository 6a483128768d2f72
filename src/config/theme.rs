//! Themes: the shipped ones, and files of the operator's own in `CONFIG_DIR/themes`.
//!
//! ```toml
//! inherits = "dark"        # what is not said here is as there; left out: dark
//! background = "#002b36"   # what it is made for: contrast is reckoned against it
//!
//! [accent]
//! fg = "#4fa8e8"           # a name of the 16, 0 to 255, or #rrggbb
//! fg_16 = "blue"           # in its place where there are only 16 colours
//! bold = true
//! ```
//!
//! A tone that a theme names is painted as it says there and in no other way. Everything that is wrong in a file is told
//! together, each with its line and column. What can be read but hardly seen is a warning: a text with less than
//! [`LEAST_CONTRAST`] to its background, something secondary with less than [`LEAST_SECONDARY`]. Of the 16 colours
//! nobody knows how they look, so nothing is said of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Invalid, Problem};
use super::schema::AUTO_THEME;
use super::text::nearest;
use crate::domain::look::{Ink, Marks, Paint, Palette, Rgb, Tone};
use crate::domain::{Fault, FaultKind};

/// The ratio that guidelines ask of text.
pub const LEAST_CONTRAST: f64 = 4.5;
/// Of what is secondary.
pub const LEAST_SECONDARY: f64 = 3.0;
/// No theme is larger.
const LARGEST: u64 = 64 * 1024;
/// No name is longer.
const LONGEST_NAME: usize = 40;
/// A chain of themes is no longer than this.
const DEEPEST: usize = 8;

pub const NAME_RULE: &str = "at most 40 small letters, digits and `-`";

const SHIPPED: [(&str, &str); 7] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    ("high-contrast-light", include_str!("../../assets/themes/high-contrast-light.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
    ("colour-blind-safe", include_str!("../../assets/themes/colour-blind-safe.toml")),
    ("colour-blind-safe-light", include_str!("../../assets/themes/colour-blind-safe-light.toml")),
];

pub fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(fits)
}

/// Where themes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Themes {
    /// The operator's own. Need not be there.
    pub folder: PathBuf,
}

/// A theme that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub palette: Palette,
    /// What it says its background is, or the one it inherits.
    pub background: Option<Rgb>,
    /// What can hardly be seen.
    pub warnings: Vec<Problem>,
}

/// What is wrong with themes, and what may not be meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Themes {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The names that can be chosen, shipped ones first.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.extend(self.own().into_iter().filter(|own| !SHIPPED.iter().any(|(name, _)| name == own)));
        names
    }

    /// The names of the operator's own, in order.
    pub fn own(&self) -> BTreeSet<String> {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let toml = files.filter(|path| path.extension().is_some_and(|end| end == "toml"));
        let names = toml.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        names.filter(|name| is_name(name) && name != AUTO_THEME).take(1000).collect()
    }

    /// Reads a theme and those it inherits from. The operator's own come before the shipped ones; one that inherits its
    /// own name inherits the shipped one of this name.
    pub fn read(&self, name: &str) -> Result<Made, Invalid> {
        self.chain(name, &mut Vec::new())
    }

    /// Looks at the theme that is chosen and at all of the operator's own.
    pub fn check(&self, chosen: &str) -> Found {
        let mut names = self.own();
        if chosen != AUTO_THEME {
            names.insert(chosen.to_owned());
        }
        let mut found = Found::default();
        for name in names {
            match self.read(&name) {
                Ok(made) => found.warnings.extend(made.warnings),
                Err(invalid) => found.problems.extend(invalid.all().cloned()),
            }
        }
        // What one theme has wrong all that inherit it have.
        for list in [&mut found.problems, &mut found.warnings] {
            let mut seen = Vec::new();
            list.retain(|problem| {
                !seen.contains(problem) && {
                    seen.push(problem.clone());
                    true
                }
            });
        }
        found
    }

    fn chain(&self, name: &str, above: &mut Vec<String>) -> Result<Made, Invalid> {
        let again = above.iter().any(|other| other == name);
        let own = if again { None } else { self.file(name)? };
        let shipped = SHIPPED.iter().find(|(other, _)| *other == name).map(|(_, text)| (*text).to_owned());
        let (place, text) = match (own, shipped) {
            (Some((path, text)), _) => (path, text),
            (None, Some(text)) => (PathBuf::from(format!("themes/{name}.toml")), text),
            (None, None) if again => {
                let chain = above.join(" inherits ");
                return Err(Problem::new("themes", None, format!("{chain} inherits {name}: that has no end")).into());
            }
            (None, None) => return Err(self.unknown(name).into()),
        };
        above.push(name.to_owned());
        let mut file = File { path: &place, text: &text, problems: Vec::new(), warnings: Vec::new() };
        let read = file.read(|parent, byte| {
            if above.len() >= DEEPEST {
                return Err(
                    Problem::at(&place, &text, byte, Some("inherits"), "more themes than one can follow").into()
                );
            }
            // A name nobody knows is wrong here, not in the theme that is not there.
            if !above.iter().any(|other| other == parent) && !self.names().iter().any(|name| name == parent) {
                let what = self.unknown(parent).what;
                return Err(Problem::at(&place, &text, byte, Some("inherits"), &what).into());
            }
            self.chain(parent, above)
        });
        let (mut warnings, problems) = (file.warnings, file.problems);
        let (palette, background, inherited) = read?;
        Invalid::from_problems(problems)?;
        warnings.extend(inherited);
        Ok(Made { palette, background, warnings })
    }

    pub fn has(&self, name: &str) -> bool {
        self.names().iter().any(|known| known == name)
    }

    /// For whoever asked for a theme that is not there.
    pub fn nowhere(&self, name: &str) -> Fault {
        Fault::new(FaultKind::Invalid, self.unknown(name).what, "`:theme` with a blank and tab behind it lists them")
    }

    fn unknown(&self, name: &str) -> Problem {
        let names = self.names();
        let what = match nearest(name, names.iter().map(String::as_str)) {
            Some(meant) => format!("there is no theme “{name}”; did you mean {meant}?"),
            None => format!("there is no theme “{name}”; there are {}", names.join(", ")),
        };
        Problem::new(self.folder.display().to_string(), None, what)
    }

    fn file(&self, name: &str) -> Result<Option<(PathBuf, String)>, Problem> {
        if !is_name(name) {
            return Ok(None);
        }
        let path = self.folder.join(format!("{name}.toml"));
        let wrong = |what: String| Problem::new(path.display().to_string(), None, what);
        let mut bytes = Vec::new();
        let is_file = fs::metadata(&path).map(|meta| meta.is_file());
        match is_file {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            // What is no file may never end.
            Ok(false) => return Err(wrong("this is not a file".to_owned())),
            Ok(true) | Err(_) => {}
        }
        let read = fs::File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
            Ok(_) if bytes.len() as u64 > LARGEST => return Err(wrong("is far too large for a theme".to_owned())),
            Ok(_) => {}
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some((path, text))),
            Err(_) => Err(wrong("is not UTF-8 text".to_owned())),
        }
    }
}

/// One file being read.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

/// What a file and those above it come to: paints, background, warnings of the inherited that still hold.
type Sum = (Palette, Option<Rgb>, Vec<Problem>);

const KEYS: [&str; 2] = ["inherits", "background"];
const COLOURS: [&str; 3] = ["fg", "bg", "fg_16"];

impl File<'_> {
    fn wrong(&mut self, byte: usize, key: &str, what: impl AsRef<str>) {
        self.problems.push(Problem::at(self.path, self.text, byte, Some(key), what));
    }

    fn read(&mut self, inherit: impl FnOnce(&str, usize) -> Result<Made, Invalid>) -> Result<Sum, Invalid> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let byte = error.span().map_or(0, |span| span.start);
            self.problems.push(Problem::at(self.path, self.text, byte, None, error.message()));
        }
        if !errors.is_empty() {
            return Ok((Palette::default(), None, Vec::new()));
        }
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let get = |name: &str| entries.iter().find(|(key, _)| *key.get_ref() == name).map(|(_, value)| *value);
        let mut sum = (Palette::default(), None, Vec::new());
        if let Some(value) = get("inherits") {
            match value.get_ref().as_str() {
                Some(parent) => {
                    let made = inherit(parent, value.span().start)?;
                    sum = (made.palette, made.background, made.warnings);
                }
                None => self.wrong(value.span().start, "inherits", "must be the name of a theme"),
            }
        }
        let mut ground = None;
        if let Some(value) = get("background") {
            ground = Some(value.span().start);
            match self.ink("background", value).map(Ink::rgb) {
                Some(Some(rgb)) => sum.1 = Some(rgb),
                Some(None) => {
                    self.wrong(
                        value.span().start,
                        "background",
                        "must be #rrggbb or 16 to 255: the others look otherwise everywhere",
                    );
                }
                None => {}
            }
        }
        let mut said = Vec::new();
        for (key, value) in entries.iter().filter(|(key, _)| !KEYS.contains(&key.get_ref().as_ref())) {
            let name: &str = key.get_ref();
            let Some(tone) = Tone::ALL.into_iter().find(|tone| tone.word() == name) else {
                self.unknown(key.span().start, name, KEYS.into_iter().chain(Tone::ALL.map(Tone::word)));
                continue;
            };
            if let Some((paint, fg)) = self.paint(name, value) {
                sum.0.set(tone, paint);
                said.push((tone, fg));
            }
        }
        self.faint(&sum, ground, &said);
        if ground.is_some() {
            // Those of the inherited were reckoned against another background.
            sum.2.clear();
        }
        Ok(sum)
    }

    fn unknown<'n>(&mut self, byte: usize, name: &str, all: impl Iterator<Item = &'n str> + Clone) {
        let what = match nearest(name, all.clone()) {
            Some(meant) => format!("there is no such key; did you mean {meant}?"),
            None => format!("there is no such key; there are {}", all.collect::<Vec<_>>().join(", ")),
        };
        self.wrong(byte, name, what);
    }

    /// The paint, and where its colour stands.
    fn paint(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<(Paint, usize)> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span().start, name, "must be a table, such as { fg = \"cyan\", bold = true }");
            return None;
        };
        let (mut paint, mut at) = (Paint::default(), value.span().start);
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let (field, byte): (&str, usize) = (key.get_ref(), value.span().start);
            let full = format!("{name}.{field}");
            if COLOURS.contains(&field) {
                let ink = self.ink(&full, value);
                match field {
                    "fg" => (paint.fg, at) = (ink, byte),
                    "bg" => paint.bg = ink,
                    _ if ink.is_some_and(|ink| ink.rgb().is_some()) => {
                        self.wrong(byte, &full, "must be one of the 16 colours");
                    }
                    _ => paint.fg_16 = ink,
                }
            } else if let Some((_, mark)) = Marks::ALL.into_iter().find(|(mark, _)| *mark == field) {
                match value.get_ref() {
                    DeValue::Boolean(true) => paint.marks = paint.marks.and(mark),
                    DeValue::Boolean(false) => {}
                    _ => self.wrong(byte, &full, "must be true or false"),
                }
            } else {
                let all = COLOURS.into_iter().chain(Marks::ALL.map(|(mark, _)| mark));
                self.unknown(key.span().start, &full, all);
            }
        }
        Some((paint, at))
    }

    fn ink(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Ink> {
        let parsed = match value.get_ref() {
            DeValue::String(text) => Ink::parse(text),
            DeValue::Integer(number) => Ink::parse(number.as_str()),
            _ => Err("must be a colour: a name, 0 to 255, or \"#rrggbb\"".to_owned()),
        };
        parsed.map_err(|what| self.wrong(value.span().start, key, what)).ok()
    }

    /// Warns of what can hardly be seen: of the tones that stand here, and of all where the background does.
    fn faint(&mut self, (palette, background, _): &Sum, ground: Option<usize>, said: &[(Tone, usize)]) {
        for tone in Tone::ALL {
            let here = said.iter().find(|(other, _)| *other == tone).map(|(_, byte)| *byte);
            let Some(byte) = here.or(ground) else { continue };
            let paint = palette.paint(tone);
            let under = match paint.bg {
                Some(bg) => bg.rgb(),
                None => *background,
            };
            let (Some(fg), Some(under)) = (paint.fg.and_then(Ink::rgb), under) else { continue };
            let least = if tone.is_secondary() { LEAST_SECONDARY } else { LEAST_CONTRAST };
            let ratio = fg.contrast(under);
            if ratio < least {
                let what = format!("hardly to be seen: its contrast is {ratio:.1}, {least} is the least");
                self.warnings.push(Problem::at(self.path, self.text, byte, Some(tone.word()), what));
            }
        }
    }
}

#[cfg(test)]
#[path = "theme_tests.rs"]
mod tests;
