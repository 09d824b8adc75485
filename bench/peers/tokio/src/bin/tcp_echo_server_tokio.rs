//! The twin of bench/tcp_echo_server.c.
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn serve(mut c: TcpStream) -> std::io::Result<()> {
    let mut buf = [0; 512];
    loop {
        match c.read(&mut buf).await? {
            0 => return Ok(()),
            n => c.write_all(&buf[..n]).await?,
        }
    }
}

fn main() {
    let port = bench::count(7000) as u16;
    bench::run(async move {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        loop {
            tokio::spawn(serve(listener.accept().await.unwrap().0));
        }
    })
}
