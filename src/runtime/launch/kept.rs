//! `atc cache path | clear`: what is kept for the next start, without a console.

use crate::cli::{CacheVerb, output};
use crate::config::Paths;
use crate::domain::Fault;
use crate::runtime::cache::file;

pub fn run(verb: CacheVerb) -> Result<u8, Fault> {
    let path = Paths::find()?.cache();
    let text = match verb {
        CacheVerb::Path => {
            let sizes = file::parts(&path).map(|part| std::fs::symlink_metadata(part).map_or(0, |meta| meta.len()));
            match sizes.iter().sum::<u64>() {
                0 => format!("{}  (not there)", path.display()),
                bytes => format!("{}  ({} KiB)", path.display(), bytes.div_ceil(1024)),
            }
        }
        CacheVerb::Clear if file::remove(&path)? => format!("{} is deleted", path.display()),
        CacheVerb::Clear => format!("{} was not there", path.display()),
    };
    Ok(output::say(&text).code())
}
