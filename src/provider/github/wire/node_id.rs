//! Computes a node id where the service gave none: a prefix and base64url of a small msgpack array.
//!
//! GitHub calls node ids opaque, so this is a fallback and every answer to one is checked against what was meant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{NodeId, PullId};

/// The node id of a pull request by its repository's and its own database id.
pub fn of_pull(repo: u64, pull: PullId) -> NodeId {
    node("PR_", &[repo, pull.0])
}

fn node(prefix: &str, ids: &[u64]) -> NodeId {
    // A fixarray: the version, which is 0, then the ids.
    let mut bytes = vec![0x90 | u8::try_from(ids.len() + 1).unwrap_or(0x0f), 0];
    for id in ids {
        push(&mut bytes, *id);
    }
    NodeId::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// msgpack's shortest form of an unsigned integer.
fn push(bytes: &mut Vec<u8>, number: u64) {
    if let Ok(n) = u8::try_from(number) {
        if n < 0x80 {
            bytes.push(n);
        } else {
            bytes.extend([0xcc, n]);
        }
    } else if let Ok(n) = u16::try_from(number) {
        bytes.push(0xcd);
        bytes.extend(n.to_be_bytes());
    } else if let Ok(n) = u32::try_from(number) {
        bytes.push(0xce);
        bytes.extend(n.to_be_bytes());
    } else {
        bytes.push(0xcf);
        bytes.extend(number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_ids_equal_the_ones_github_gives() {
        assert_eq!(of_pull(1000, PullId(2000)).raw(), "PR_kwDNA-jNB9A");
        assert_eq!(of_pull(1000, PullId(2001)).raw(), "PR_kwDNA-jNB9E");
        assert_eq!(of_pull(1000, PullId(3000)).raw(), "PR_kwDNA-jNC7g");
        assert_eq!(node("U_", &[1]).raw(), "U_kgAB");
        assert_eq!(node("BOT_", &[175_728_472]).raw(), "BOT_kgDOCnlnWA");
    }

    #[test]
    fn integers_take_their_shortest_form() {
        let length = |n| {
            let mut bytes = Vec::new();
            push(&mut bytes, n);
            bytes.len()
        };
        let sizes = [(0, 1), (127, 1), (128, 2), (255, 2), (256, 3), (65_535, 3), (65_536, 5), (1 << 32, 9)];
        for (n, expected) in sizes {
            assert_eq!(length(n), expected, "{n}");
        }
    }
}
