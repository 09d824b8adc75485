//! bench/bench.h for the twins with Tokio: their runtime, their N, and their lines of output.
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::sync::Notify;

fn procs() -> usize {
    let value = std::env::var("GOMAXPROCS").ok();
    value
        .and_then(|v| v.parse().ok())
        .filter(|&n| n > 0)
        .unwrap_or(2)
}

/// Runs a task as one among others: with one processor in the runtime that has no threads,
/// else on as many workers as there are processors.
pub fn run<F>(task: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut builder = match procs() {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let runtime = builder
        .worker_threads(procs())
        .enable_all()
        .build()
        .unwrap();
    // What block_on itself runs would be slower: it is no task.
    runtime.block_on(async { tokio::spawn(task).await.unwrap() })
}

/// The first argument, or normally.
pub fn count(normally: usize) -> usize {
    let argument = std::env::args().nth(1);
    argument
        .and_then(|a| a.parse().ok())
        .filter(|&n| n > 0)
        .unwrap_or(normally)
}

pub fn metric(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.2} {unit}");
}

/// Prints the time since start, divided by n.
pub fn each(name: &str, start: Instant, n: usize) {
    metric(name, start.elapsed().as_nanos() as f64 / n as f64, "ns");
}

/// Prints the time since start.
pub fn total(name: &str, start: Instant) {
    metric(name, start.elapsed().as_nanos() as f64 / 1e6, "ms");
}

/// Sorts what was measured.
pub fn lateness(late: &mut [Duration]) {
    late.sort_unstable();
    let us = |i: usize| late[i].as_nanos() as f64 / 1e3;
    metric("late_p50", us(late.len() / 2), "us");
    metric("late_p99", us(late.len() * 99 / 100), "us");
    metric("late_max", us(late.len() - 1), "us");
}

/// A line of /proc/self/status ("VmRSS:"), in bytes.
pub fn status(key: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|l| l.strip_prefix(key)).unwrap();
    1024.0
        * line
            .split_whitespace()
            .next()
            .unwrap()
            .parse::<f64>()
            .unwrap()
}

/// What waits until N tasks have said that they are done.
pub struct WaitGroup {
    left: AtomicUsize,
    none: Notify,
}

impl WaitGroup {
    pub fn new(n: usize) -> Self {
        WaitGroup {
            left: AtomicUsize::new(n),
            none: Notify::new(),
        }
    }

    pub fn done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.none.notify_one(); // remembered if nobody waits yet
        }
    }

    pub async fn wait(&self) {
        self.none.notified().await;
    }
}
