//! The text format of Prometheus, and the file it is written to.
//!
//! Names of metrics and labels are ours; values of labels come from outside: they are escaped, cut, and there are never
//! more of them than [`MOST_LABELS`] and `other`. The file is replaced as a whole, so that a reader never sees half of it.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Values of one label that are told apart; the others are told together as `other`.
pub const MOST_LABELS: usize = 50;
/// Bytes of a label's value.
const LONGEST_LABEL: usize = 120;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Counter,
    Gauge,
    Histogram,
}

/// A text in the format, being made.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
}

/// Names and values of labels.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

impl Exposition {
    /// Begins a metric. Its samples follow.
    pub fn metric(&mut self, name: &str, of: Type, help: &str) {
        let word = match of {
            Type::Counter => "counter",
            Type::Gauge => "gauge",
            Type::Histogram => "histogram",
        };
        self.text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {word}\n"));
    }

    pub fn sample(&mut self, name: &str, labels: Labels<'_>, value: f64) {
        self.text.push_str(name);
        if !labels.is_empty() {
            let each: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
            self.text.push_str(&format!("{{{}}}", each.join(",")));
        }
        self.text.push_str(&format!(" {value}\n"));
    }

    pub fn finish(self) -> String {
        self.text
    }
}

/// A label's value: backslash, quote and newline as the format spells them, no other control, not too long.
pub fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in crate::text::width::cut_bytes(value, LONGEST_LABEL).chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Keeps the values of a label within bounds: the first come are told apart for good, so that no series changes its name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    known: BTreeSet<String>,
}

impl Names {
    /// The value this one is told as.
    pub fn name(&mut self, value: &str) -> String {
        // The service takes repositories that are spelt in another case for the same.
        if let Some(known) = self.known.iter().find(|known| known.eq_ignore_ascii_case(value)) {
            return known.clone();
        }
        if self.known.len() < MOST_LABELS {
            self.known.insert(value.to_owned());
        }
        if self.known.contains(value) { value.to_owned() } else { "other".to_owned() }
    }
}

/// How many were how large.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// Not cumulative.
    counts: Vec<u64>,
    sum: f64,
    count: u64,
}

/// Upper bounds in seconds: a session of the service lasts an hour at most, a task as long as people let it wait.
pub const BOUNDS: &[f64] =
    &[30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 2700.0, 3600.0, 7200.0, 21_600.0, 86_400.0];

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BOUNDS.len()], sum: 0.0, count: 0 }
    }
}

impl Histogram {
    pub fn observe(&mut self, seconds: f64) {
        let seconds = seconds.max(0.0);
        if let Some(count) = BOUNDS.iter().position(|bound| seconds <= *bound).and_then(|n| self.counts.get_mut(n)) {
            *count += 1;
        }
        self.sum += seconds;
        self.count += 1;
    }

    pub fn expose(&self, out: &mut Exposition, name: &str, labels: Labels<'_>) {
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(&self.counts) {
            below += count;
            let bound = bound.to_string();
            let with: Vec<_> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
            out.sample(&format!("{name}_bucket"), &with, as_float(below));
        }
        let with: Vec<_> = labels.iter().copied().chain([("le", "+Inf")]).collect();
        out.sample(&format!("{name}_bucket"), &with, as_float(self.count));
        out.sample(&format!("{name}_sum"), labels, self.sum);
        out.sample(&format!("{name}_count"), labels, as_float(self.count));
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of tasks are far below what a float holds exactly")]
pub fn as_float(count: u64) -> f64 {
    count as f64
}

/// Replaces the file as a whole, readable for everybody, as collectors run as somebody else.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let part = part_of(path);
    // One that a killed run left behind.
    let _ = fs::remove_file(&part);
    let written = (|| {
        let mut file: File = fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&part)?;
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// What stands there and is no file that may be replaced: a device, a pipe, a link to something else, or no name of a
/// file at all. None of them is what anybody wants to be gone.
pub fn not_a_file(path: &Path) -> Option<&'static str> {
    if path == Path::new("-") {
        return Some("the standard output");
    }
    // Of a link itself, not of what it leads to.
    let of = fs::symlink_metadata(path).ok()?.file_type();
    [
        (of.is_dir(), "a folder"),
        (of.is_symlink(), "a symbolic link"),
        (of.is_fifo(), "a pipe"),
        (of.is_socket(), "a socket"),
        (!of.is_file(), "a device"),
    ]
    .into_iter()
    .find_map(|(is, what)| is.then_some(what))
}

/// Whether [`replace`] will do, found out without touching what is there.
pub fn try_beside(path: &Path) -> io::Result<()> {
    let part = part_of(path);
    File::create(&part)?;
    fs::remove_file(part)
}

/// In the same folder, and under a name that no collector reads.
fn part_of(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_labels_value_cannot_end_its_quotes_or_its_line() {
        assert_eq!(escape("a\"b\\c\nd\re\u{1b}"), "a\\\"b\\\\c\\nd\u{fffd}e\u{fffd}");
        assert!(escape(&"é".repeat(1000)).len() <= LONGEST_LABEL);
    }

    #[test]
    fn the_first_values_of_a_label_are_told_apart_and_stay_so() {
        let mut names = Names::default();
        for n in 0..MOST_LABELS {
            assert_eq!(names.name(&n.to_string()), n.to_string());
        }
        assert_eq!(names.name("one more"), "other");
        assert_eq!(names.name("7"), "7");
    }

    #[test]
    fn buckets_count_up_and_end_with_all() {
        let mut histogram = Histogram::default();
        for seconds in [-5.0, 10.0, 60.0, 61.0, 1e9] {
            histogram.observe(seconds);
        }
        let mut out = Exposition::default();
        histogram.expose(&mut out, "x_seconds", &[("a", "b")]);
        let text = out.finish();
        for line in [
            "le=\"30\"} 2",
            "le=\"60\"} 3",
            "le=\"120\"} 4",
            "le=\"86400\"} 4",
            "le=\"+Inf\"} 5",
            "x_seconds_count{a=\"b\"} 5",
        ] {
            assert!(text.contains(line), "{line}:\n{text}");
        }
    }

    #[test]
    fn the_file_is_replaced_as_a_whole_and_readable_for_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("atc.prom");
        fs::write(&file, "old").unwrap();
        replace(&file, "new\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(replace(&folder.path().join("no/such/folder"), "x").is_err());
    }
}
