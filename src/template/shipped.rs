//! The templates that come with the program.

use super::Template;

const FILES: [&str; 3] = [
    include_str!("../../assets/templates/fix-flaky-test.md"),
    include_str!("../../assets/templates/upgrade-dependency.md"),
    include_str!("../../assets/templates/small-change.md"),
];

/// They are read like any other; a test holds that none is ever left out.
pub fn shipped() -> Vec<Template> {
    FILES.iter().filter_map(|text| Template::parse("shipped", text).ok()).collect()
}
