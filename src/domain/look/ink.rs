//! One colour: how it is written, what it is in light, and the nearest one a poorer terminal has.

use super::Depth;
use crate::text::Colour;

/// A colour as the terminal is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// One of the 16, whose look is the terminal's own affair.
    Ansi(u8),
    /// One of the 240 that look alike everywhere, 16 to 255.
    Fixed(u8),
    Rgb(Rgb),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The names of the 16, in the order of their numbers.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// What the 16 mostly look like: only to find the nearest by, never to be sent.
const USUAL: [Rgb; 16] = [
    Rgb(0, 0, 0),
    Rgb(205, 0, 0),
    Rgb(0, 205, 0),
    Rgb(205, 205, 0),
    Rgb(0, 0, 238),
    Rgb(205, 0, 205),
    Rgb(0, 205, 205),
    Rgb(229, 229, 229),
    Rgb(127, 127, 127),
    Rgb(255, 0, 0),
    Rgb(0, 255, 0),
    Rgb(255, 255, 0),
    Rgb(92, 92, 255),
    Rgb(255, 0, 255),
    Rgb(0, 255, 255),
    Rgb(255, 255, 255),
];

/// The steps of the cube of colours 16 to 231.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Ansi(n) | Colour::Indexed(n) => Self::indexed(n),
            Colour::Rgb(r, g, b) => Self::Rgb(Rgb(r, g, b)),
        }
    }
}

impl Ink {
    /// A name, a number from 0 to 255, or `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(n) = NAMES.iter().position(|name| *name == text) {
            return Ok(Self::Ansi(u8::try_from(n).unwrap_or(0)));
        }
        if let Some(hex) = text.strip_prefix('#') {
            return Rgb::parse(hex).map(Self::Rgb).ok_or_else(|| format!("`{text}` is no #rrggbb"));
        }
        match text.parse::<u8>() {
            Ok(n) => Ok(Self::indexed(n)),
            Err(_) if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() => {
                Err(format!("{text} is beyond 255"))
            }
            Err(_) => Err(format!("`{text}` is no colour; there are {}, 0 to 255 and #rrggbb", NAMES.join(", "))),
        }
    }

    pub fn indexed(n: u8) -> Self {
        if n < 16 { Self::Ansi(n) } else { Self::Fixed(n) }
    }

    /// What it looks like. `None`: the terminal decides.
    pub fn rgb(self) -> Option<Rgb> {
        match self {
            Self::Ansi(_) => None,
            Self::Fixed(n) => Some(fixed(n)),
            Self::Rgb(rgb) => Some(rgb),
        }
    }

    /// The same, and of the 16 black and white, which are so nearly everywhere.
    pub(super) fn known(self) -> Option<Rgb> {
        match self {
            Self::Ansi(0) => Some(Rgb(0, 0, 0)),
            Self::Ansi(7 | 15) => Some(Rgb(255, 255, 255)),
            _ => self.rgb(),
        }
    }

    /// The nearest that a terminal with so many colours has. `None`: it has none.
    pub fn reduced(self, depth: Depth) -> Option<Self> {
        let rgb = match (depth, self) {
            (Depth::None, _) => return None,
            (Depth::True, _) | (_, Self::Ansi(_)) | (Depth::TwoFiftySix, Self::Fixed(_)) => return Some(self),
            (_, Self::Rgb(rgb)) => rgb,
            (_, Self::Fixed(n)) => fixed(n),
        };
        Some(if depth == Depth::TwoFiftySix {
            Self::Fixed(nearest(rgb, 16..=255, fixed))
        } else {
            Self::Ansi(nearest(rgb, 0..=15, |n| USUAL.get(usize::from(n)).copied().unwrap_or(Rgb(0, 0, 0))))
        })
    }
}

fn fixed(n: u8) -> Rgb {
    let step = |n: u8| STEPS.get(usize::from(n % 6)).copied().unwrap_or(0);
    if let Some(grey) = n.checked_sub(232) {
        let level = 8 + 10 * grey;
        return Rgb(level, level, level);
    }
    let n = n.saturating_sub(16);
    Rgb(step(n / 36), step(n / 6), step(n))
}

fn nearest(wanted: Rgb, among: std::ops::RangeInclusive<u8>, look: impl Fn(u8) -> Rgb) -> u8 {
    let far = |n: &u8| wanted.distance(look(*n));
    among.min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(7)
}

impl Rgb {
    /// Six hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let n = u32::from_str_radix(hex, 16).ok()?;
        let [_, r, g, b] = n.to_be_bytes();
        Some(Self(r, g, b))
    }

    /// Red, green and blue as amounts of light, 0 to 1.
    pub fn light(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|level| {
            let level = f64::from(level) / 255.0;
            if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// From amounts of light, 0 to 1.
    pub fn from_light(light: [f64; 3]) -> Self {
        let [r, g, b] = light.map(|amount| {
            let amount = amount.clamp(0.0, 1.0);
            let level = if amount <= 0.003_130_8 { 12.92 * amount } else { 1.055 * amount.powf(1.0 / 2.4) - 0.055 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
            let level = (level * 255.0).round() as u8;
            level
        });
        Self(r, g, b)
    }

    /// 0 is black and 100 is white, in steps the eye sees as equal.
    pub fn lightness(self) -> f64 {
        lab(self.light())[0]
    }

    /// How different they look (CIE 1976): 2 is just seen, 100 is black to white.
    pub fn distance(self, other: Self) -> f64 {
        far(lab(self.light()), lab(other.light()))
    }

    /// The ratio of their lightnesses as accessibility guidelines reckon it: 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let [a, b] = [self, other].map(|rgb| luminance(rgb.light()) + 0.05);
        if a > b { a / b } else { b / a }
    }
}

/// How much of each of the three kinds of light that the standard eye reckons with is in red, green and blue, with white as
/// one; the middle one is what is seen as bright.
const STANDARD_EYE: [[f64; 3]; 3] =
    [[0.433_953, 0.376_219, 0.189_828], [0.212_673, 0.715_152, 0.072_175], [0.017_758, 0.109_477, 0.872_766]];

fn standard(light: [f64; 3]) -> [f64; 3] {
    STANDARD_EYE.map(|row| row.iter().zip(light).map(|(part, amount)| part * amount).sum())
}

fn luminance(light: [f64; 3]) -> f64 {
    standard(light)[1]
}

/// From amounts of light to lightness and the two axes of colour that the eye tells apart.
fn lab(light: [f64; 3]) -> [f64; 3] {
    let eye = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let [long, bright, short] = standard(light).map(eye);
    [116.0 * bright - 16.0, 500.0 * (long - bright), 200.0 * (bright - short)]
}

fn far(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_colour_is_a_name_a_number_or_six_digits_and_nothing_else() {
        for (text, ink) in [
            ("black", Ink::Ansi(0)),
            ("bright-white", Ink::Ansi(15)),
            ("7", Ink::Ansi(7)),
            ("208", Ink::Fixed(208)),
            ("#0aB1c2", Ink::Rgb(Rgb(10, 0xb1, 0xc2))),
        ] {
            assert_eq!(Ink::parse(text), Ok(ink), "{text}");
        }
        for text in ["", "256", "-1", "Cyan", "grey", "#12345", "#12345g", "#1234567", "0x10", " 7"] {
            assert!(Ink::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_terminal_with_fewer_colours_gets_the_nearest_and_one_without_gets_none() {
        let orange = Ink::parse("#ff8700").unwrap();
        assert_eq!(orange.reduced(Depth::True), Some(orange));
        assert_eq!(orange.reduced(Depth::TwoFiftySix), Some(Ink::Fixed(208)));
        assert_eq!(Ink::Fixed(196).reduced(Depth::Sixteen), Some(Ink::Ansi(9)));
        assert_eq!(Ink::Fixed(255).reduced(Depth::Sixteen), Some(Ink::Ansi(7)));
        assert_eq!(orange.reduced(Depth::None), None);
        for n in 0..=15 {
            assert_eq!(Ink::Ansi(n).reduced(Depth::Sixteen), Some(Ink::Ansi(n)));
        }
        for n in 16..=255 {
            let exact = Ink::Rgb(fixed(n)).reduced(Depth::TwoFiftySix).unwrap();
            assert_eq!(exact.rgb(), Some(fixed(n)), "{n} is its own nearest");
        }
    }

    #[test]
    fn contrast_and_lightness_are_those_of_the_guidelines() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 0.01);
        assert!((white.contrast(Rgb(0x76, 0x76, 0x76)) - 4.54).abs() < 0.01);
        assert!((white.lightness() - 100.0).abs() < 0.1 && black.lightness().abs() < 0.1);
        assert!((black.distance(white) - 100.0).abs() < 0.1);
    }
}
