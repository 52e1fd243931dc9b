// SPDX-License-Identifier: MIT
// sync_peer WHAT THREADS COUNT: nanoseconds of one operation of Rust's std or of parking_lot, for bench/sync.cpp.
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

fn run(threads: u64, count: u64, step: impl Fn() + Sync) {
    let start = Instant::now();
    if threads == 1 {
        for _ in 0..count {
            step();
        }
    } else {
        std::thread::scope(|s| {
            for _ in 0..threads {
                s.spawn(|| {
                    for _ in 0..count {
                        step();
                    }
                });
            }
        });
    }
    println!("{}", start.elapsed().as_nanos() as f64 / (threads * count) as f64);
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (threads, count) = (args[2].parse().unwrap(), args[3].parse().unwrap());
    match args[1].as_str() {
        "std_mutex" => {
            let m = std::sync::Mutex::new(0u64);
            run(threads, count, || *black_box(&m).lock().unwrap() += 1);
        }
        "parking_lot_mutex" => {
            let m = parking_lot::Mutex::new(0u64);
            run(threads, count, || *black_box(&m).lock() += 1);
        }
        "std_read" => {
            let m = std::sync::RwLock::new(0u64);
            run(threads, count, || {
                black_box(*black_box(&m).read().unwrap());
            });
        }
        "parking_lot_read" => {
            let m = parking_lot::RwLock::new(0u64);
            run(threads, count, || {
                black_box(*black_box(&m).read());
            });
        }
        "arc" => {
            let a = Arc::new(1u64);
            run(threads, count, || drop(black_box(a.clone())));
        }
        other => panic!("unknown: {other}"),
    }
}
