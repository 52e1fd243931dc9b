// SPDX-License-Identifier: MIT
//! crossbeam-channel, between threads.
mod measure;
use crossbeam_channel::{bounded, unbounded};
use measure::{Row, Stopwatch};

fn main() {
    let row = Row::from_arguments();
    match (row.kind.as_str(), row.workers) {
        ("bounded", 0) => between_threads!(&row, bounded::<u64>(1024)),
        ("unbounded", 0) => between_threads!(&row, unbounded::<u64>()),
        ("rendezvous", 0) => between_threads!(&row, bounded::<u64>(0)),
        ("ping-pong", 0) => threads_ping_pong!(&row, bounded::<u64>(1)),
        _ => row.unknown(),
    }
}
