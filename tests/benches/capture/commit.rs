//! What the disk itself takes for the smallest durable commit, measured in the same minute: no answer can be sooner.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Instant;

use hookbench_tests::measure::{Failure, Options, Outcome, Sample};
use hookbench_tests::target_directory;
use tempfile::tempfile_in;

/// A request's share of a commit by itself: a few pages of 4 KiB.
const WRITTEN: usize = 16 * 1024;

/// Where writing begins again: the log is a file whose room is already there.
const LOG: usize = 8 * 1024 * 1024;

/// Writes and syncs again and again where the data will lie; seconds of each.
pub(crate) fn durable_write(options: &Options) -> Outcome<Sample> {
    let mut file: File = tempfile_in(target_directory())?;
    file.write_all(&vec![0x5a; LOG])?;
    file.sync_all()?;
    let piece = vec![0xa5; WRITTEN];
    let mut seconds = Vec::new();
    for turn in 0..options.either(50, 400) {
        if (turn * WRITTEN).is_multiple_of(LOG) {
            file.seek(SeekFrom::Start(0))?;
        }
        let begin = Instant::now();
        file.write_all(&piece)?;
        file.sync_data()?;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    Sample::of(seconds).ok_or_else(|| Failure::new("nothing was written"))
}
