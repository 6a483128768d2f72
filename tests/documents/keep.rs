//! Generated parts of the documents: compared with what stands there, or written when `ATC_UPDATE_DOCS` is set.

use std::fs;
use std::path::Path;

pub fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Compares, or writes when asked to.
pub fn keep_equal(name: &str, found: &str, generated: &str) {
    if found == generated {
        return;
    }
    if std::env::var_os("ATC_UPDATE_DOCS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), generated).unwrap();
        return;
    }
    let (mut stands, mut says) = (found.lines(), generated.lines());
    let mut line = 1;
    let (stands, says) = loop {
        match (stands.next(), says.next()) {
            (Some(one), Some(other)) if one == other => line += 1,
            (one, other) => break (one.unwrap_or("nothing more"), other.unwrap_or("nothing more")),
        }
    };
    panic!(
        "{name}:{line}: is not what the program says; `ATC_UPDATE_DOCS=1 cargo test --test docs` writes it anew\n- {stands}\n+ {says}"
    );
}

/// Begin and end of what stands between the markers.
pub fn between(text: &str, name: &str) -> (usize, usize) {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let start = text.find(&begin).unwrap_or_else(|| panic!("README.md: no marker {begin}")) + begin.len();
    let stop = text[start..].find(&end).unwrap_or_else(|| panic!("README.md: no marker {end}")) + start;
    (start, stop)
}

/// One part of the README.
#[allow(dead_code, reason = "where all parts are written at once this is not asked for")]
pub fn part(name: &str, text: &str) {
    let found = read("README.md");
    let (start, stop) = between(&found, name);
    let mut generated = found.clone();
    generated.replace_range(start..stop, text);
    keep_equal("README.md", &found, &generated);
}
