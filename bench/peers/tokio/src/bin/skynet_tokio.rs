//! The twin of bench/skynet.c. A child's sum comes by its handle, not by a channel.
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

const CHILDREN: usize = 10;

// A boxed future: a type that held its own children's would have no end.
fn skynet(first: usize, size: usize) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(async move {
        if size == 1 {
            return first;
        }
        let part = size / CHILDREN;
        let child = |i| tokio::spawn(skynet(first + i * part, part));
        let children: [_; CHILDREN] = std::array::from_fn(child);
        let mut sum = 0;
        for child in children {
            sum += child.await.unwrap();
        }
        sum
    })
}

fn main() {
    let n = bench::count(1_000_000);
    let sum = bench::run(async move {
        let start = Instant::now();
        let sum = skynet(0, n).await;
        bench::total("total", start);
        bench::metric(
            "peak_rss",
            bench::status("VmHWM:") / (1 << 20) as f64,
            "MiB",
        );
        sum
    });
    assert_eq!(sum, n * (n - 1) / 2);
}
