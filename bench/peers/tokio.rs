// SPDX-License-Identifier: MIT
//! Tokio: every row of tasks, and with `echo` a server.
mod measure;
use measure::{Random, Row, Stopwatch};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, Mutex};

macro_rules! between_tasks {
    ($row:expr, $channel:expr, $tx:ident, $i:ident => $send:expr) => {{
        let row = $row;
        let (tx, mut rx) = $channel;
        let watch = Stopwatch::start();
        for _ in 0..row.width {
            let ($tx, count) = (tx.clone(), row.count / row.width);
            tokio::spawn(async move {
                for $i in 0..count {
                    $send;
                }
            });
        }
        drop(tx);
        let mut count = 0;
        while rx.recv().await.is_some() {
            count += 1;
        }
        assert_eq!(count, row.count);
        watch.print(count);
    }};
}

async fn ping_pong(count: u64) {
    let (there, mut echo_in) = mpsc::channel::<u64>(1);
    let (echo_out, mut back) = mpsc::channel::<u64>(1);
    let watch = Stopwatch::start();
    tokio::spawn(async move {
        while let Some(message) = echo_in.recv().await {
            echo_out.send(message + 1).await.unwrap();
        }
    });
    for i in 0..count {
        there.send(i).await.unwrap();
        assert_eq!(back.recv().await, Some(i + 1));
    }
    watch.print(count);
}

async fn add(mutex: Arc<Mutex<u64>>, count: u64) {
    for _ in 0..count {
        *mutex.lock().await += 1;
    }
}

async fn mutex(row: &Row) {
    let mutex = Arc::new(Mutex::new(0u64));
    let watch = Stopwatch::start();
    if row.width == 1 {
        add(mutex.clone(), row.count).await;
    } else {
        let tasks: Vec<_> = (0..row.width).map(|_| tokio::spawn(add(mutex.clone(), row.count / row.width))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    assert_eq!(*mutex.lock().await, row.count);
    watch.print(row.count);
}

async fn spawn_one(count: u64) {
    let mut sum = 0;
    let watch = Stopwatch::start();
    for i in 0..count {
        sum += tokio::spawn(async move { i }).await.unwrap();
    }
    assert_eq!(sum, count * (count - 1) / 2);
    watch.print(count);
}

async fn spawn_many(size: u64, count: u64) {
    let mut tasks = Vec::with_capacity(size as usize);
    let mut sum = 0;
    let watch = Stopwatch::start();
    for batch in 0..count / size {
        for n in 0..size {
            tasks.push(tokio::spawn(async move { batch * size + n }));
        }
        for task in tasks.drain(..) {
            sum += task.await.unwrap();
        }
    }
    assert_eq!(sum, count * (count - 1) / 2);
    watch.print(count);
}

fn fib(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let first = tokio::spawn(fib(n - 1));
        let second = fib(n - 2).await;
        first.await.unwrap() + second
    })
}

fn skynet(number: u64, size: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if size == 1 {
            return number;
        }
        let part = size / 10;
        let children: Vec<_> = (0..10).map(|i| tokio::spawn(skynet(number + i * part, part))).collect();
        let mut sum = 0;
        for child in children {
            sum += child.await.unwrap();
        }
        sum
    })
}

async fn yield_alone(count: u64) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

async fn yields(row: &Row) {
    let watch = Stopwatch::start();
    if row.width == 1 {
        yield_alone(row.count).await;
    } else {
        let tasks: Vec<_> = (0..row.width).map(|_| tokio::spawn(yield_alone(row.count / row.width))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    watch.print(row.count);
}

async fn sleeps(count: u64) {
    let mut random = Random::new();
    let mut tasks = Vec::with_capacity(count as usize);
    let watch = Stopwatch::start();
    let start = tokio::time::Instant::now();
    for _ in 0..count {
        let deadline = start + Duration::from_micros(random.next() % 1_000_000);
        tasks.push(tokio::spawn(tokio::time::sleep_until(deadline)));
    }
    for task in tasks {
        task.await.unwrap();
    }
    watch.print(count);
}

async fn timers_dropped(count: u64) {
    let watch = Stopwatch::start();
    for i in 0..count {
        let sleep = tokio::time::sleep(Duration::from_millis(10_000 + i * 7919 % 50_000));
        let mut sleep = std::pin::pin!(sleep);
        std::future::poll_fn(|cx| {
            assert!(sleep.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    watch.print(count);
}

async fn alive<F: Future<Output = ()> + Send + 'static>(count: u64, make: impl Fn(Arc<AtomicU64>) -> F) {
    let polled = Arc::new(AtomicU64::new(0));
    let before = measure::resident_bytes();
    for _ in 0..count {
        tokio::spawn(make(polled.clone()));
    }
    while polled.load(Relaxed) < count {
        tokio::task::yield_now().await;
    }
    measure::print_bytes(measure::resident_bytes() - before, count);
}

async fn tasks(row: Row) {
    match row.kind.as_str() {
        "bounded" => between_tasks!(row, mpsc::channel::<u64>(1024), tx, i => tx.send(i).await.unwrap()),
        "unbounded" => between_tasks!(row, mpsc::unbounded_channel::<u64>(), tx, i => tx.send(i).unwrap()),
        "ping-pong" => ping_pong(row.count).await,
        "mutex" => mutex(&row).await,
        "spawn-one" => spawn_one(row.count).await,
        "spawn-many" => spawn_many(row.width, row.count).await,
        "yield" => yields(&row).await,
        "sleeps" => sleeps(row.count).await,
        "timers-dropped" => timers_dropped(row.count).await,
        "fib" => {
            let watch = Stopwatch::start();
            assert_eq!(fib(row.width).await, 832_040);
            watch.print(row.count);
        }
        "skynet" => {
            let watch = Stopwatch::start();
            assert_eq!(skynet(0, 1_000_000).await, 499_999_500_000);
            watch.print(row.count);
        }
        "alive" => {
            alive(row.count, |polled| async move {
                polled.fetch_add(1, Relaxed);
                std::future::pending::<()>().await
            })
            .await
        }
        "alive-sleeping" => {
            alive(row.count, |polled| async move {
                polled.fetch_add(1, Relaxed);
                tokio::time::sleep(Duration::from_secs(100)).await
            })
            .await
        }
        _ => row.unknown(),
    }
    // A million tasks that wait needn't be taken apart.
    std::process::exit(0);
}

async fn serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("port {}", listener.local_addr().unwrap().port());
    loop {
        let (mut socket, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut buffer = [0u8; 1024];
            loop {
                match socket.read(&mut buffer).await {
                    Ok(n) if n > 0 && socket.write_all(&buffer[..n]).await.is_ok() => {}
                    _ => return,
                }
            }
        });
    }
}

fn main() {
    let row = Row::from_arguments();
    let runtime = match row.workers {
        0 => row.unknown(),
        workers => tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap(),
    };
    if row.kind == "echo" {
        runtime.block_on(async { tokio::spawn(serve()).await.unwrap() });
    }
    runtime.block_on(async { tokio::spawn(tasks(row)).await.unwrap() });
}
