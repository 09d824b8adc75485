//! The twin of bench/prime_sieve.c. The smallest channel there is has room for one.
use std::time::Instant;
use tokio::sync::mpsc::{channel, Receiver, Sender};

async fn generate(c: Sender<usize>) {
    for i in 2.. {
        if c.send(i).await.is_err() {
            break;
        }
    }
}

async fn filter(mut from: Receiver<usize>, to: Sender<usize>, prime: usize) {
    while let Some(v) = from.recv().await {
        if v % prime != 0 && to.send(v).await.is_err() {
            break;
        }
    }
}

fn main() {
    let n = bench::count(2000);
    bench::run(async move {
        let start = Instant::now();
        let (c, mut numbers) = channel(1);
        tokio::spawn(generate(c));
        for _ in 0..n {
            let prime = numbers.recv().await.unwrap();
            let (to, next) = channel(1);
            tokio::spawn(filter(numbers, to, prime));
            numbers = next;
        }
        bench::total("total", start);
    });
}
