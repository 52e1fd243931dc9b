// SPDX-License-Identifier: MIT
//! What the Rust peers share; ../measure.hpp in Rust.
#![allow(dead_code)]
use std::time::Instant;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;

fn cpu_ns() -> f64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: `now` has the layout of 64-bit Linux's timespec.
    unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.seconds as f64 * 1e9 + now.nanoseconds as f64
}

pub struct Row {
    pub kind: String,
    pub workers: usize,
    pub width: u64,
    pub count: u64,
}

impl Row {
    pub fn from_arguments() -> Row {
        let arguments: Vec<String> = std::env::args().collect();
        if arguments.len() != 5 {
            eprintln!("usage: {} KIND WORKERS WIDTH COUNT", arguments[0]);
            std::process::exit(2);
        }
        let number = |i: usize| arguments[i].parse().unwrap();
        Row { kind: arguments[1].clone(), workers: number(2) as usize, width: number(3), count: number(4) }
    }

    pub fn unknown(&self) -> ! {
        eprintln!("no row of this program: {} with {} workers", self.kind, self.workers);
        std::process::exit(2);
    }
}

pub struct Stopwatch {
    start: Instant,
    cpu: f64,
}

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch { cpu: cpu_ns(), start: Instant::now() }
    }

    /// Prints what one of `count` operations took.
    pub fn print(&self, count: u64) {
        let wall = self.start.elapsed().as_nanos() as f64;
        let cpu = cpu_ns() - self.cpu;
        println!("{{\"wall_ns\": {:.3}, \"cpu_ns\": {:.3}}}", wall / count as f64, cpu / count as f64);
    }
}

pub fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

pub fn print_bytes(bytes: u64, count: u64) {
    println!("{{\"bytes\": {:.1}}}", bytes as f64 / count as f64);
}

/// Deadlines that look random and are the same for every program.
pub struct Random(u64);

impl Random {
    pub fn new() -> Random {
        Random(88172645463325252)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// `width` threads that send, this one receives: the rows of channels between threads.
#[macro_export]
macro_rules! between_threads {
    ($row:expr, $channel:expr) => {{
        let row = $row;
        let (tx, rx) = $channel;
        let watch = Stopwatch::start();
        let producers: Vec<_> = (0..row.width)
            .map(|_| {
                let (tx, count) = (tx.clone(), row.count / row.width);
                std::thread::spawn(move || (0..count).for_each(|i| tx.send(i).unwrap()))
            })
            .collect();
        drop(tx);
        let mut count = 0u64;
        while rx.recv().is_ok() {
            count += 1;
        }
        assert_eq!(count, row.count);
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        watch.print(row.count);
    }};
}

/// A message there and back, over two channels of 1.
#[macro_export]
macro_rules! threads_ping_pong {
    ($row:expr, $channel:expr) => {{
        let count = $row.count;
        let (there, echo_in) = $channel;
        let (echo_out, back) = $channel;
        let watch = Stopwatch::start();
        let echo = std::thread::spawn(move || {
            while let Ok(message) = echo_in.recv() {
                echo_out.send(message + 1).unwrap();
            }
        });
        for i in 0..count {
            there.send(i).unwrap();
            assert_eq!(back.recv(), Ok(i + 1));
        }
        drop(there);
        echo.join().unwrap();
        watch.print(count);
    }};
}
