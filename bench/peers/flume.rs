// SPDX-License-Identifier: MIT
//! flume, between threads, and between tasks of Tokio.
mod measure;
use measure::{Row, Stopwatch};

async fn between_tasks(row: Row, (tx, rx): (flume::Sender<u64>, flume::Receiver<u64>)) {
    let watch = Stopwatch::start();
    for _ in 0..row.width {
        let (tx, count) = (tx.clone(), row.count / row.width);
        tokio::spawn(async move {
            for i in 0..count {
                tx.send_async(i).await.unwrap();
            }
        });
    }
    drop(tx);
    let mut count = 0;
    while rx.recv_async().await.is_ok() {
        count += 1;
    }
    assert_eq!(count, row.count);
    watch.print(count);
}

async fn ping_pong(count: u64) {
    let (there, echo_in) = flume::bounded::<u64>(1);
    let (echo_out, back) = flume::bounded::<u64>(1);
    let watch = Stopwatch::start();
    tokio::spawn(async move {
        while let Ok(message) = echo_in.recv_async().await {
            echo_out.send_async(message + 1).await.unwrap();
        }
    });
    for i in 0..count {
        there.send_async(i).await.unwrap();
        assert_eq!(back.recv_async().await, Ok(i + 1));
    }
    watch.print(count);
}

async fn tasks(row: Row) {
    match row.kind.as_str() {
        "bounded" => between_tasks(row, flume::bounded(1024)).await,
        "unbounded" => between_tasks(row, flume::unbounded()).await,
        "rendezvous" => between_tasks(row, flume::bounded(0)).await,
        "ping-pong" => ping_pong(row.count).await,
        _ => row.unknown(),
    }
}

fn main() {
    let row = Row::from_arguments();
    match (row.kind.as_str(), row.workers) {
        ("bounded", 0) => between_threads!(&row, flume::bounded::<u64>(1024)),
        ("unbounded", 0) => between_threads!(&row, flume::unbounded::<u64>()),
        ("rendezvous", 0) => between_threads!(&row, flume::bounded::<u64>(0)),
        ("ping-pong", 0) => threads_ping_pong!(&row, flume::bounded::<u64>(1)),
        (_, workers) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().unwrap();
            runtime.block_on(async { tokio::spawn(tasks(row)).await.unwrap() });
        }
    }
}
