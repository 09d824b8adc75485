//! The twin of bench/select4.c. The smallest channel there is has room for one.
use std::time::Instant;
use tokio::sync::mpsc;

fn producer() -> mpsc::Receiver<usize> {
    let (c, items) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut i = 0;
        while c.send(i).await.is_ok() {
            i += 1;
        }
    });
    items
}

fn main() {
    let n = bench::count(5_000_000);
    bench::run(async move {
        let (mut a, mut b, mut c, mut d) = (producer(), producer(), producer(), producer());
        let (start, mut sum) = (Instant::now(), 0);
        for _ in 0..n {
            sum += tokio::select! {
                Some(v) = a.recv() => v,
                Some(v) = b.recv() => v,
                Some(v) = c.recv() => v,
                Some(v) = d.recv() => v,
                else => panic!("all channels are closed"),
            };
        }
        bench::each("op", start, n);
        assert!(sum > 0);
    });
}
