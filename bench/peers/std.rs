// SPDX-License-Identifier: MIT
//! Rust's std: mpsc, Mutex and scoped threads.
mod measure;
use measure::{Row, Stopwatch};
use std::hint::black_box;
use std::sync::{mpsc, Mutex};

fn add(row: &Row) {
    let mutex = Mutex::new(0u64);
    let step = || (0..row.count / row.width).for_each(|_| *black_box(&mutex).lock().unwrap() += 1);
    let watch = Stopwatch::start();
    if row.width == 1 {
        step();
    } else {
        std::thread::scope(|scope| (0..row.width).for_each(|_| drop(scope.spawn(step))));
    }
    assert_eq!(*mutex.lock().unwrap(), row.count);
    watch.print(row.count);
}

fn spawn_one(count: u64) {
    let mut sum = 0u64;
    let watch = Stopwatch::start();
    for _ in 0..count {
        std::thread::scope(|scope| drop(scope.spawn(|| sum += 1)));
    }
    assert_eq!(sum, count);
    watch.print(count);
}

fn main() {
    let row = Row::from_arguments();
    match (row.kind.as_str(), row.workers) {
        ("bounded", 0) => between_threads!(&row, mpsc::sync_channel::<u64>(1024)),
        ("unbounded", 0) => between_threads!(&row, mpsc::channel::<u64>()),
        ("rendezvous", 0) => between_threads!(&row, mpsc::sync_channel::<u64>(0)),
        ("ping-pong", 0) => threads_ping_pong!(&row, mpsc::sync_channel::<u64>(1)),
        ("mutex", 0) => add(&row),
        ("spawn-one", 0) => spawn_one(row.count),
        _ => row.unknown(),
    }
}
