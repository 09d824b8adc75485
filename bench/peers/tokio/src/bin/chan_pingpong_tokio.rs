//! The twin of bench/chan_pingpong.c. The smallest channel there is has room for one.
use std::time::Instant;
use tokio::sync::mpsc;

fn main() {
    let n = bench::count(3_000_000);
    bench::run(async move {
        let (ping, mut pings) = mpsc::channel::<usize>(1);
        let (pong, mut pongs) = mpsc::channel::<usize>(1);
        tokio::spawn(async move {
            while let Some(v) = pings.recv().await {
                pong.send(v).await.unwrap();
            }
        });
        let start = Instant::now();
        for i in 0..n {
            ping.send(i).await.unwrap();
            assert_eq!(pongs.recv().await, Some(i));
        }
        bench::each("roundtrip", start, n);
    });
}
