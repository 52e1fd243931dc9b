// SPDX-License-Identifier: MIT
// async_mutex_peer TASKS WORKERS COUNT: nanoseconds per lock and unlock of Tokio's Mutex, for bench/async_mutex.cpp.
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    let (tasks, workers, count) = (args[0], args[1] as usize, args[2]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().unwrap();
    let mutex = Arc::new(Mutex::new(0u64));
    let start = Instant::now();
    let handles: Vec<_> = (0..tasks)
        .map(|_| {
            let mutex = mutex.clone();
            runtime.spawn(async move {
                for _ in 0..count {
                    *mutex.lock().await += 1;
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for handle in handles {
            handle.await.unwrap();
        }
    });
    println!("{}", start.elapsed().as_nanos() as f64 / (tasks * count) as f64);
}
