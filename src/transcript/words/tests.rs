#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use regex::bytes::{Regex, RegexBuilder};

use super::super::rules::Rules;
use super::super::runners::ROWS;
use super::super::testlog::{JOB, session};
use super::super::tests_run::{ascii, row_of};
use super::*;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

fn parsed(pattern: &str, unicode: bool) -> Hir {
    ParserBuilder::new().unicode(unicode).utf8(false).build().parse(pattern).unwrap()
}

fn compiled(pattern: &str, unicode: bool) -> Regex {
    RegexBuilder::new(pattern).unicode(unicode).build().unwrap()
}

/// Adds something that an expression matches, where nothing it looks at beside it forbids.
fn sample(hir: &Hir, dice: &mut Dice, text: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let usual = [b'a', b' ', b'7', b'-']
                .map(|byte| class.ranges().iter().any(|r| (r.start()..=r.end()).contains(&byte)).then_some(byte));
            let range = dice.one(class.ranges());
            text.push(dice.one(&usual).unwrap_or(*dice.one(&[range.start(), range.end()])));
        }
        HirKind::Class(Class::Unicode(class)) => {
            let range = dice.one(class.ranges());
            text.extend(dice.one(&[range.start(), range.end()]).to_string().bytes());
        }
        HirKind::Repetition(repeated) => {
            let more = repeated.max.map_or(3, |max| max - repeated.min).min(3);
            let times = usize::try_from(repeated.min).unwrap() + dice.below(usize::try_from(more).unwrap() + 1);
            (0..times).for_each(|_| sample(&repeated.sub, dice, text));
        }
        HirKind::Capture(group) => sample(&group.sub, dice, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, dice, text)),
        HirKind::Alternation(branches) => sample(dice.one(branches), dice, text),
    }
}

/// An expression of any shape.
fn pattern(dice: &mut Dice, depth: usize) -> String {
    const LEAVES: &[&str] = &[
        "error", "ok ", "fail", "skip", "s", "K", "é", "straße", "[sS]", "[Kk]", "[ab]", r"\w", ".", r"\b", "^",
        "[^x]", "",
    ];
    if depth == 0 {
        return (*dice.one(LEAVES)).to_owned();
    }
    let mut sub = || pattern(dice, depth - 1);
    let (a, b, c) = (sub(), sub(), sub());
    match dice.below(9) {
        0 => format!("(?:{a}|{b}|{c})"),
        1 => format!("({a})"),
        2 => format!("(?i:{a}{b})"),
        3 => format!("(?:{a}){}", dice.one(&["?", "*", "+", "{2}", "{0,2}", "{1,3}", "{0}", "+?"])),
        4 => format!("{a}(?i){b}"),
        5 => format!("{a}|{b}"),
        _ => format!("{a}{b}{c}"),
    }
}

fn has(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(&text.to_ascii_lowercase(), word).is_some()
}

#[test]
fn whatever_a_pattern_matches_has_one_of_its_words() {
    let (mut known, mut matched) = (0, 0);
    for seed in 0..6000 {
        let dice = &mut Dice(seed);
        let unicode = dice.below(2) == 0;
        let depth = 1 + dice.below(3);
        let pattern = pattern(dice, depth);
        let hir = parsed(&pattern, unicode);
        let Some(words) = of(&hir) else { continue };
        known += 1;
        let regex = compiled(&pattern, unicode);
        for _ in 0..4 {
            let mut text = dice.one(&["", "x ", "errors"]).as_bytes().to_vec();
            sample(&hir, dice, &mut text);
            text.extend(dice.one(&["", " y", "skip"]).bytes());
            if regex.is_match(&text) {
                matched += 1;
                let text_shown = String::from_utf8_lossy(&text);
                assert!(words.iter().any(|word| has(&text, word)), "{seed}: {pattern} in {text_shown}: {words:?}");
            }
        }
    }
    assert!(known > 1000 && matched > 3000, "{known} patterns with words, {matched} matches");
}

#[test]
fn words_are_the_longest_a_match_must_have() {
    let texts = |pattern: &str| {
        Sought::later(pattern.to_owned())
            .words()
            .map(|words| words.into_iter().map(|word| String::from_utf8(word).unwrap()).collect())
    };
    for (pattern, expected) in [
        ("(?i)Error: x+", Some(vec!["error: "])),
        ("a(bc)(?:d|e)fg", Some(vec!["abc"])),
        (r"^\bno (?:way|chance)\b", Some(vec!["way", "chance"])),
        ("(?:abc|de+f)ghi", Some(vec!["ghi"])),
        ("(?:one|two)+", Some(vec!["one", "two"])),
        ("(?:one|two)*", None),
        ("(?iu)ask", None),
        ("error|.", None),
        ("ab", None),
        ("(", None),
    ] {
        let expected: Option<Vec<String>> = expected.map(|words| words.into_iter().map(str::to_owned).collect());
        assert_eq!(texts(pattern), expected, "{pattern}");
    }
}

#[test]
fn a_gate_says_of_each_pattern_whether_one_of_its_words_is_there() {
    const LETTERS: &[u8] = b"aAbB ";
    for seed in 0..300 {
        let dice = &mut Dice(seed);
        let mut letters = |least: usize, most: usize| -> Vec<u8> {
            let length = least + dice.below(most - least);
            (0..length).map(|_| *dice.one(LETTERS)).collect()
        };
        let mut text = letters(0, 3 * PIECE);
        let patterns: Vec<Option<Words>> = (0..60)
            .map(|n| {
                // Some are longer than is looked for, and some of those are there.
                let there = text.get(n * 40..n * 40 + n).map(<[u8]>::to_ascii_lowercase);
                let word = there.filter(|word| word.len() >= SHORTEST);
                let more = (0..n % 4).map(|_| letters(SHORTEST, 12).to_ascii_lowercase());
                (n % 17 != 5).then(|| more.chain(word).collect())
            })
            .collect();
        text.extend(letters(0, 40));
        let gate = Gate::new(patterns.iter().cloned());
        let begins = |word: &[u8]| has(&text, word.get(..LONGEST).unwrap_or(word));
        let possible = gate.possible(&text, Set::ALL);
        let asked: Vec<_> = (0..60).filter(|index| index % 7 == 0).collect();
        let some = gate.possible(&text, asked.iter().copied().collect());
        for (index, words) in patterns.iter().enumerate() {
            let expected = words.as_ref().is_none_or(|words| words.iter().any(|word| begins(word)));
            assert_eq!(possible.has(index), expected, "{seed}: {index}: {words:?}");
            assert!(!asked.contains(&index) || some.has(index) == expected, "{seed}: {index}, asked with a few");
        }
    }
}

/// What logs say, and what comes near it: whole texts.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/scripts"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let here = [
        include_str!("../diagnosis/tests.rs"),
        include_str!("../tests_run.rs"),
        include_str!("../runners.rs"),
        include_str!("../../../assets/diagnosis.toml"),
        include_str!("../../../tests/width/corpus.txt"),
    ];
    // What is quoted in the sources begins its lines as in a log.
    texts.extend(here.iter().flat_map(|text| [(*text).to_owned(), text.replace("\\n", "\n").replace('"', "\n")]));
    texts.extend([JOB.to_owned(), session(), String::new()]);
    texts
}

/// Texts of what patterns match and of its pieces.
fn samples(patterns: &[Hir], many: u64) -> Vec<String> {
    let made = |seed| {
        let dice = &mut Dice(seed);
        let mut text = Vec::new();
        for _ in 0..=dice.below(3) {
            let mut piece = Vec::new();
            sample(dice.one(patterns), dice, &mut piece);
            match dice.below(6) {
                0 => piece.make_ascii_uppercase(),
                1 => piece.truncate(dice.below(piece.len() + 1)),
                2 => drop(piece.drain(..dice.below(piece.len() + 1))),
                _ => {}
            }
            text.extend(dice.one(&["", "\n", " ", ": "]).bytes());
            text.extend(piece);
        }
        String::from_utf8_lossy(&text).into_owned()
    };
    (0..many).map(made).collect()
}

#[test]
fn the_rules_found_in_a_text_are_those_whose_patterns_are_there() {
    let rules = Rules::shipped();
    // Made by themselves: neither a gate nor what the rules leave out of compiling has a part in them.
    let compiled = |text: &str| regex::bytes::RegexBuilder::new(text).unicode(false).build().unwrap();
    let patterns: Vec<_> = rules.rules().iter().map(|rule| rule.expression().map(compiled)).collect();
    let parts: Vec<_> = patterns.iter().flatten().map(|pattern| parsed(pattern.as_str(), false)).collect();
    let mut found = vec![0; patterns.len()];
    for text in texts().into_iter().chain(samples(&parts, 4000)) {
        let matches = |index: &usize| patterns[*index].as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()));
        let each: Vec<_> = (0..patterns.len()).filter(matches).collect();
        assert_eq!(rules.found_in(&text, |_| true), each, "{text}");
        for index in each {
            found[index] += 1;
        }
    }
    let seen = |index: usize| patterns[index].is_none() || found[index] > 20;
    assert!((0..found.len()).all(seen), "{found:?}");
}

#[test]
fn of_a_line_the_first_row_of_the_runners_that_fits_is_found() {
    let patterns: Vec<_> = ROWS.iter().map(|row| ascii(row.pattern)).collect();
    let regexes: Vec<_> = patterns.iter().map(|pattern| regex::Regex::new(pattern).unwrap()).collect();
    let parts: Vec<_> = patterns.iter().map(|pattern| parsed(pattern, true)).collect();
    let mut found = vec![0; patterns.len()];
    for text in texts().into_iter().chain(samples(&parts, 20_000)) {
        for line in text.lines() {
            let first = regexes.iter().position(|regex| regex.is_match(line));
            assert_eq!(row_of(line), first, "{line}");
            if let Some(row) = first {
                found[row] += 1;
            }
        }
    }
    assert!(found.iter().all(|found| *found > 0), "{found:?}");
}

#[test]
fn a_line_that_fits_a_row_of_the_runners_has_the_words_beside_it() {
    for row in ROWS {
        let beside: Vec<_> = row.words.split('|').collect();
        assert!(beside.iter().all(|word| word.len() >= SHORTEST && *word == word.to_lowercase()), "{row:?}");
        let words = of(&parsed(&ascii(row.pattern), true)).unwrap();
        let covered = |word: &Vec<u8>| beside.iter().any(|beside| has(word, beside.as_bytes()));
        assert!(words.iter().all(covered), "{row:?}: {words:?}");
    }
}
