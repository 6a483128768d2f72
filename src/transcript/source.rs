//! Bytes that stay where they are: read by offset, line by line, never as a whole.
//!
//! [`Bytes`] is a file, or memory in tests; nothing here opens one. [`runs`] goes forwards over whole lines with one buffer
//! of bounded size, [`line_start`] and its relatives find the borders of lines from any offset.

use std::io;
use std::ops::ControlFlow;

use memchr::{memchr, memrchr};

/// Bytes of a block: lines and hits are counted by block, offsets within one are found by reading it.
pub const BLOCK: u64 = 64 * 1024;
/// Bytes of a line that are held. Of a longer one only the head is read, as a line that is broken.
pub const LONGEST_LINE: usize = 4 * 1024 * 1024;
/// Bytes that are read of a line longer than that.
const HEAD: usize = 4096;
/// Bytes read at once when many are read.
const STRIDE: usize = 256 * 1024;

/// Something that can be read at any offset.
pub trait Bytes {
    /// Reads into the whole of `buffer` as far as there is anything, and returns how much that was.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Bytes for [u8] {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..len), rest.get(..len)) {
            to.copy_from_slice(from);
        }
        Ok(len)
    }
}

impl<T: Bytes + ?Sized> Bytes for &T {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}

/// `len` as a length in memory.
fn memory(len: u64) -> usize {
    usize::try_from(len).unwrap_or(usize::MAX)
}

/// Which block an offset lies in.
pub fn block_of(offset: u64) -> usize {
    memory(offset / BLOCK)
}

/// Where a block begins.
pub fn block_start(block: usize) -> u64 {
    block as u64 * BLOCK
}

/// Where the line begins that holds the byte at `offset`; for an offset right behind a newline that is the offset itself.
pub fn line_start(bytes: &(impl Bytes + ?Sized), offset: u64) -> io::Result<u64> {
    line_start_from(bytes, 0, offset)
}

/// The same, but not before `least`, whatever stands there.
pub fn line_start_from(bytes: &(impl Bytes + ?Sized), least: u64, offset: u64) -> io::Result<u64> {
    let mut buffer = vec![0; memory(BLOCK.min(offset.saturating_sub(least)))];
    let mut end = offset;
    while end > least {
        let start = end.saturating_sub(BLOCK).max(least);
        let piece = buffer.get_mut(..memory(end - start)).unwrap_or_default();
        let read = bytes.read_at(start, piece)?;
        if let Some(at) = memrchr(b'\n', piece.get(..read).unwrap_or_default()) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(least)
}

/// Where the first line begins that begins at `offset` or behind it, before `end`; `end` if there is none.
pub fn next_line_start(bytes: &(impl Bytes + ?Sized), offset: u64, end: u64) -> io::Result<u64> {
    if offset == 0 {
        return Ok(0);
    }
    let mut buffer = vec![0; memory(BLOCK.min(end.saturating_sub(offset).saturating_add(1)))];
    let mut at = offset - 1;
    while at < end {
        let most = buffer.len().min(memory(end - at));
        let piece = buffer.get_mut(..most).unwrap_or_default();
        let read = bytes.read_at(at, piece)?;
        let piece = piece.get(..read).unwrap_or_default();
        if let Some(found) = memchr(b'\n', piece) {
            return Ok((at + found as u64 + 1).min(end));
        }
        if read == 0 {
            break;
        }
        at += read as u64;
    }
    Ok(end)
}

/// Newlines in `start..end`.
pub fn newlines(bytes: &(impl Bytes + ?Sized), start: u64, end: u64) -> io::Result<u64> {
    let mut buffer = vec![0; memory(BLOCK.min(end.saturating_sub(start)))];
    let (mut at, mut count) = (start, 0);
    while at < end {
        let most = buffer.len().min(memory(end - at));
        let piece = buffer.get_mut(..most).unwrap_or_default();
        let read = bytes.read_at(at, piece)?;
        if read == 0 {
            break;
        }
        count += count_newlines(piece.get(..read).unwrap_or_default());
        at += read as u64;
    }
    Ok(count)
}

pub(super) fn count_newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Where the line begins before which `lines` newlines stand in `start..end`; `end` if there are fewer.
pub fn nth_line_start(bytes: &(impl Bytes + ?Sized), start: u64, end: u64, lines: u64) -> io::Result<u64> {
    if lines == 0 {
        return Ok(start);
    }
    let mut buffer = vec![0; memory(BLOCK.min(end.saturating_sub(start)))];
    let (mut at, mut left) = (start, memory(lines));
    while at < end {
        let most = buffer.len().min(memory(end - at));
        let piece = buffer.get_mut(..most).unwrap_or_default();
        let read = bytes.read_at(at, piece)?;
        let piece = piece.get(..read).unwrap_or_default();
        let mut found = memchr::memchr_iter(b'\n', piece);
        if let Some(last) = found.nth(left - 1) {
            return Ok(at + last as u64 + 1);
        }
        left -= memchr::memchr_iter(b'\n', piece).count();
        if read == 0 {
            break;
        }
        at += read as u64;
    }
    Ok(end)
}

/// Whole lines that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// Where the first of them begins.
    pub offset: u64,
    /// With their newlines; only the last line of all may be without. Of a line that is too long, its head alone.
    pub bytes: &'a [u8],
    /// Where the next run begins.
    pub end: u64,
    /// This is the head of one line that is too long.
    pub is_head: bool,
}

impl<'a> Run<'a> {
    /// Each line with where it begins, with its newline.
    pub fn lines(self) -> impl Iterator<Item = (u64, &'a [u8])> {
        let mut rest = Some(self.bytes).filter(|bytes| !bytes.is_empty());
        let mut offset = self.offset;
        std::iter::from_fn(move || {
            let bytes = rest?;
            let end = memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
            let (line, after) = bytes.split_at_checked(end)?;
            let at = offset;
            offset += line.len() as u64;
            rest = Some(after).filter(|after| !after.is_empty());
            Some((at, line))
        })
    }
}

/// Goes over `start..end`, a whole number of lines, in runs of whole lines, as long as `each` says go on. A last line
/// without a newline is given as it is.
pub fn runs<B>(
    bytes: &(impl Bytes + ?Sized),
    start: u64,
    end: u64,
    mut each: impl FnMut(Run<'_>) -> ControlFlow<B>,
) -> io::Result<Option<B>> {
    let mut buffer = vec![0; STRIDE.min(memory(end.saturating_sub(start))).max(1)];
    // `held` bytes from `at` on are in the buffer.
    let (mut at, mut held) = (start, 0);
    while at < end {
        let wanted = buffer.len().min(memory(end - at));
        let read = match buffer.get_mut(held..wanted) {
            Some(room) if !room.is_empty() => bytes.read_at(at + held as u64, room)?,
            _ => 0,
        };
        held += read;
        let all = at + held as u64 >= end || read == 0;
        let have = buffer.get(..held).unwrap_or_default();
        let whole = if all { held } else { memrchr(b'\n', have).map_or(0, |last| last + 1) };
        if whole == 0 && held == 0 {
            break;
        }
        if whole > 0 {
            let next = at + whole as u64;
            let run = Run { offset: at, bytes: have.get(..whole).unwrap_or_default(), end: next, is_head: false };
            if let ControlFlow::Break(found) = each(run) {
                return Ok(Some(found));
            }
            buffer.copy_within(whole..held, 0);
            held -= whole;
            at = next;
            if all {
                break;
            }
            if held == 0 && buffer.len() > STRIDE {
                buffer.truncate(STRIDE);
                buffer.shrink_to_fit();
            }
        } else if buffer.len() < LONGEST_LINE {
            buffer.resize((buffer.len() * 2).min(LONGEST_LINE), 0);
        } else {
            let next = next_line_start(bytes, at + held as u64, end)?;
            let run = Run { offset: at, bytes: have.get(..HEAD).unwrap_or_default(), end: next, is_head: true };
            if let ControlFlow::Break(found) = each(run) {
                return Ok(Some(found));
            }
            (at, held) = (next, 0);
            buffer.truncate(STRIDE);
            buffer.shrink_to_fit();
        }
    }
    Ok(None)
}
