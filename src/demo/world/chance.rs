//! Repeatable chance: the same seed and the same question give the same answer, in whatever order they are asked.

/// A point in the tree of chances. [`Chance::of`] goes down one branch; nothing is consumed.
#[derive(Clone, Copy, Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x9e37_79b9_7f4a_7c15))
    }

    pub fn of(self, label: &str, n: u64) -> Self {
        let named = label.bytes().fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(mix(named ^ mix(n.wrapping_add(0x51_7cc1_b727_220a))))
    }

    /// 0 up to but without `n`; 0 when there is no choice.
    pub fn below(self, n: u64) -> u64 {
        self.0.checked_rem(n).unwrap_or(0)
    }

    /// `low` up to but without `high`.
    pub fn between(self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0);
        low.saturating_add(i64::try_from(self.below(width)).unwrap_or(0))
    }

    pub fn pick<T>(self, from: &[T]) -> Option<&T> {
        let at = usize::try_from(self.below(from.len() as u64)).ok()?;
        from.get(at)
    }

    /// `len` lower-case hexadecimal digits.
    pub fn hex(self, len: usize) -> String {
        let mut out: String = (0..len.div_ceil(16) as u64).map(|n| format!("{:016x}", self.of("hex", n).0)).collect();
        out.truncate(len);
        out
    }

    /// Shaped like a random UUID.
    pub fn uuid(self) -> String {
        let hex = self.hex(32);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// `len` letters and digits, as in message and tool-call ids.
    pub fn word(self, len: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        (0..len as u64).filter_map(|n| self.of("word", n).pick(LETTERS)).map(|letter| char::from(*letter)).collect()
    }
}

/// The finaliser of splitmix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_another_has_another() {
        let chance = Chance::new(7);
        assert_eq!(chance.of("task", 3).uuid(), Chance::new(7).of("task", 3).uuid());
        assert_ne!(chance.of("task", 3).uuid(), chance.of("task", 4).uuid());
        assert_ne!(chance.of("task", 3).uuid(), Chance::new(8).of("task", 3).uuid());
    }

    #[test]
    fn ids_have_the_length_asked_for() {
        let chance = Chance::new(1);
        assert_eq!((chance.hex(40).len(), chance.word(22).len(), chance.uuid().len()), (40, 22, 36));
        assert_eq!(chance.below(0), 0);
        assert!((10..20).contains(&chance.between(10, 20)));
    }
}
