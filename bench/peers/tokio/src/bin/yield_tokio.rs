//! The twin of bench/yield.c.
use std::time::Instant;

async fn yielder(n: usize) {
    for _ in 0..n {
        tokio::task::yield_now().await;
    }
}

fn main() {
    let n = bench::count(10_000_000);
    bench::run(async move {
        let start = Instant::now();
        let (a, b) = (tokio::spawn(yielder(n)), tokio::spawn(yielder(n)));
        a.await.unwrap();
        b.await.unwrap();
        bench::each("switch", start, 2 * n);
    });
}
