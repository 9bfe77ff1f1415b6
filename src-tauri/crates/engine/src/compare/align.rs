//! Which lines of one body go together with which of the other.

use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::BodyComparison;
use super::lines::{self, Known, Line};
use super::tree::{Tree, number};

/// A line longer than this is not looked into for what differs inside it.
const LONGEST_MARKED: usize = 4_000;
/// So many pairs of lines are looked into.
const MOST_MARKED: usize = 5_000;
/// Bytes that differ are searched for one by one in a range of this length; a longer one is told as one.
const SEARCHED: usize = 64 * 1024;
/// Fewer equal bytes than this between two that differ part nothing.
const PARTING: usize = 8;

/// What a stretch of lines is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// The same on both sides.
    Same,
    /// The same but for values whose difference is ignored.
    Ignored,
    /// Lines in place of others.
    Changed,
    /// Only before.
    Removed,
    /// Only after.
    Added,
}

impl BlockKind {
    /// `same`, `ignored`, `changed`, `removed` or `added`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Ignored => "ignored",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }
}

/// A stretch of lines on both sides, as ranges of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Which lines before.
    pub before: Range<u32>,
    /// Which lines after.
    pub after: Range<u32>,
}

/// A body and its lines.
type Lines<'a> = (&'a [u8], Vec<Known>);

pub(super) fn text(found: &mut BodyComparison, before: Lines<'_>, after: Lines<'_>, deadline: Instant) {
    for op in ops(&before.1, &after.1, |known| known.hash, deadline) {
        push(&mut found.blocks, kind_of(&op), op.old_range(), op.new_range());
    }
    finish(found, before, after, deadline);
}

pub(super) fn json(
    found: &mut BodyComparison,
    (before, ignored_before): (&Tree<'_>, &[usize]),
    (after, ignored_after): (&Tree<'_>, &[usize]),
    deadline: Instant,
) {
    let (old, cut) = lines::of_json(before, ignored_before);
    let (new, other_cut) = lines::of_json(after, ignored_after);
    if cut || other_cut {
        found
            .notes
            .push(format!("the first {} lines are shown", lines::MOST_LINES));
    }
    for op in ops(&old, &new, |known| known.hash, deadline) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => same(&mut found.blocks, (&old, old_range), (&new, new_range)),
            DiffOp::Replace { .. } => {
                replaced(&mut found.blocks, (&old, old_range), (&new, new_range), deadline);
            }
            _ => push(&mut found.blocks, kind_of(&op), old_range, new_range),
        }
    }
    finish(found, (before.bytes, old), (after.bytes, new), deadline);
}

/// Lines that say the same, those apart whose ignored values differ.
fn same(
    blocks: &mut Vec<Block>,
    (old, old_range): (&[Known], Range<usize>),
    (new, new_range): (&[Known], Range<usize>),
) {
    let offset = new_range.start;
    for at in 0..old_range.len() {
        let (one, other) = (old_range.start + at, offset + at);
        let kind = if old[one].exact == new[other].exact {
            BlockKind::Same
        } else {
            BlockKind::Ignored
        };
        push(blocks, kind, one..one + 1, other..other + 1);
    }
}

/// Lines of one key go together.
fn replaced(
    blocks: &mut Vec<Block>,
    (old, old_range): (&[Known], Range<usize>),
    (new, new_range): (&[Known], Range<usize>),
    deadline: Instant,
) {
    let inner = ops(
        &old[old_range.clone()],
        &new[new_range.clone()],
        |known| known.place,
        deadline,
    );
    for op in inner {
        let shift = |range: Range<usize>, by: usize| range.start + by..range.end + by;
        let kind = match op {
            DiffOp::Equal { .. } => BlockKind::Changed,
            _ => kind_of(&op),
        };
        push(
            blocks,
            kind,
            shift(op.old_range(), old_range.start),
            shift(op.new_range(), new_range.start),
        );
    }
}

pub(super) fn bytes(found: &mut BodyComparison, before: &[u8], after: &[u8], deadline: Instant) {
    let most = before.len().min(after.len());
    let start = before
        .iter()
        .zip(after)
        .take_while(|(one, other)| one == other)
        .count();
    let end = before[start..]
        .iter()
        .rev()
        .zip(after[start..].iter().rev())
        .take(most - start)
        .take_while(|(one, other)| one == other)
        .count();
    let (old, new) = (start..before.len() - end, start..after.len() - end);
    let mut stretches = vec![(BlockKind::Same, 0..start, 0..start)];
    if old.len().max(new.len()) <= SEARCHED {
        let shift = |range: Range<usize>| range.start + start..range.end + start;
        let inner = capture_diff_slices_deadline(Algorithm::Myers, &before[old], &after[new], Some(deadline));
        for op in &inner {
            stretches.push((kind_of(op), shift(op.old_range()), shift(op.new_range())));
        }
    } else {
        stretches.push((BlockKind::Changed, old, new));
    }
    stretches.push((
        BlockKind::Same,
        before.len() - end..before.len(),
        after.len() - end..after.len(),
    ));
    for (kind, old, new) in parted(stretches) {
        let (first, other_first) = (found.before.len(), found.after.len());
        found.before.extend(lines::of_bytes(old.start, old.end));
        found.after.extend(lines::of_bytes(new.start, new.end));
        let (last, other_last) = (found.before.len(), found.after.len());
        push(&mut found.blocks, kind, first..last, other_first..other_last);
    }
}

type Stretch = (BlockKind, Range<usize>, Range<usize>);

/// Joins differences between which almost nothing is the same.
fn parted(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    let all = stretches.len();
    for (at, (kind, old, new)) in stretches.into_iter().enumerate() {
        if old.is_empty() && new.is_empty() {
            continue;
        }
        let inner = at > 0 && at + 1 < all;
        let small = kind == BlockKind::Same && old.len() < PARTING && inner && !joined.is_empty();
        match joined.last_mut() {
            Some((last, before, after)) if *last != BlockKind::Same && (small || kind != BlockKind::Same) => {
                before.end = old.end;
                after.end = new.end;
                *last = match (before.start == before.end, after.start == after.end) {
                    (true, _) => BlockKind::Added,
                    (_, true) => BlockKind::Removed,
                    _ => BlockKind::Changed,
                };
            }
            _ => joined.push((kind, old, new)),
        }
    }
    joined
}

fn ops(before: &[Known], after: &[Known], by: impl Fn(&Known) -> u64, deadline: Instant) -> Vec<DiffOp> {
    let keys = |lines: &[Known]| lines.iter().map(&by).collect::<Vec<u64>>();
    capture_diff_slices_deadline(Algorithm::Myers, &keys(before), &keys(after), Some(deadline))
}

const fn kind_of(op: &DiffOp) -> BlockKind {
    match op {
        DiffOp::Equal { .. } => BlockKind::Same,
        DiffOp::Delete { .. } => BlockKind::Removed,
        DiffOp::Insert { .. } => BlockKind::Added,
        DiffOp::Replace { .. } => BlockKind::Changed,
    }
}

/// Adds a block, to the last one where it goes on.
fn push(blocks: &mut Vec<Block>, kind: BlockKind, before: Range<usize>, after: Range<usize>) {
    if before.is_empty() && after.is_empty() {
        return;
    }
    let (before, after) = (
        number(before.start)..number(before.end),
        number(after.start)..number(after.end),
    );
    // Changed lines stay in pairs: only blocks of as many lines on both sides go on.
    let even = |block: &Block| block.kind != BlockKind::Changed || block.before.len() == block.after.len();
    match blocks.last_mut() {
        Some(last) if last.kind == kind && even(last) => {
            last.before.end = before.end;
            last.after.end = after.end;
        }
        _ => blocks.push(Block { kind, before, after }),
    }
}

fn finish(found: &mut BodyComparison, (before, old): Lines<'_>, (after, new): Lines<'_>, deadline: Instant) {
    found.before = old.iter().map(|known| known.line).collect();
    found.after = new.iter().map(|known| known.line).collect();
    let mut left = MOST_MARKED;
    for block in &found.blocks {
        if !matches!(block.kind, BlockKind::Changed | BlockKind::Ignored) {
            continue;
        }
        for (one, other) in block.before.clone().zip(block.after.clone()) {
            let (one, other) = (found.before[one as usize], found.after[other as usize]);
            if left == 0 || Instant::now() >= deadline {
                return;
            }
            left -= 1;
            let marks = words(before, one, after, other, deadline);
            found.marks_before.extend(marks.0);
            found.marks_after.extend(marks.1);
        }
    }
}

/// Which words of two lines differ. Lines that have little in common are not marked: they are other lines.
fn words(
    before: &[u8],
    one: Line,
    after: &[u8],
    other: Line,
    deadline: Instant,
) -> (Vec<Range<u32>>, Vec<Range<u32>>) {
    let (old, new) = (tokens(before, one), tokens(after, other));
    let none = (Vec::new(), Vec::new());
    if (one.end - one.start) as usize > LONGEST_MARKED || (other.end - other.start) as usize > LONGEST_MARKED
    {
        return none;
    }
    let slices = |bytes, ranges: &[Range<u32>]| -> Vec<&[u8]> {
        let bytes: &[u8] = bytes;
        ranges
            .iter()
            .map(|range| &bytes[range.start as usize..range.end as usize])
            .collect()
    };
    let ops = capture_diff_slices_deadline(
        Algorithm::Myers,
        &slices(before, &old),
        &slices(after, &new),
        Some(deadline),
    );
    let same: usize = ops
        .iter()
        .filter(|op| matches!(op, DiffOp::Equal { .. }))
        .flat_map(|op| &old[op.old_range()])
        .map(ExactSizeIterator::len)
        .sum();
    if same * 5 < ((one.end - one.start).max(other.end - other.start)) as usize {
        return none;
    }
    let spans = |tokens: &[Range<u32>], range: Range<usize>| {
        let tokens = &tokens[range];
        Some(tokens.first()?.start..tokens.last()?.end)
    };
    let differing = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    differing
        .map(|op| (spans(&old, op.old_range()), spans(&new, op.new_range())))
        .fold(none, |mut marks, (one, other)| {
            marks.0.extend(one);
            marks.1.extend(other);
            marks
        })
}

/// Letters and digits that stand together, and every other byte by itself; a character is not taken apart.
fn tokens(bytes: &[u8], line: Line) -> Vec<Range<u32>> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let mut found: Vec<Range<u32>> = Vec::new();
    let mut inside = false;
    for at in line.start..line.end {
        let is_word = bytes.get(at as usize).is_some_and(|byte| word(*byte));
        match found.last_mut() {
            Some(last) if is_word && inside => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
        inside = is_word;
    }
    found
}
