//! The twin of bench/chan_buffered.c.
use std::time::Instant;
use tokio::sync::mpsc;

fn main() {
    let n = bench::count(20_000_000);
    bench::run(async move {
        let (c, mut items) = mpsc::channel(128);
        tokio::spawn(async move {
            for i in 0..n {
                c.send(i).await.unwrap();
            }
        });
        let (start, mut sum) = (Instant::now(), 0);
        while let Some(v) = items.recv().await {
            sum += v;
        }
        bench::each("item", start, n);
        assert_eq!(sum, n * (n - 1) / 2);
    });
}
