// The network cases in Go: a line for each, as ../network.c prints them.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func qname(q []byte) (string, int, int) {
	i, s := 12, ""
	for q[i] != 0 {
		n := int(q[i])
		s += string(q[i+1:i+1+n]) + "."
		i += n + 1
	}
	return strings.ToLower(s), int(q[i+1])<<8 | int(q[i+2]), i + 5
}

func answer(q []byte, flags int, ips ...[]byte) []byte {
	_, typ, end := qname(q)
	m := append([]byte{}, q[:end]...)
	m[2], m[3] = byte(flags>>8), byte(flags)
	m[6], m[7], m[8], m[9], m[10], m[11] = 0, 0, 0, 0, 0, 0
	for _, ip := range ips {
		m[7]++
		m = append(m, 0xc0, 12, 0, byte(typ), 0, 1, 0, 0, 0, 9, 0, byte(len(ip)))
		m = append(m, ip...)
	}
	return m
}

var questions int32

func serve(host string, f func(q []byte, tcp bool) []byte) {
	pc, err := net.ListenPacket("udp", host+":53")
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", host+":53")
	if err != nil {
		panic(err)
	}
	go func() {
		b := make([]byte, 2000)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			atomic.AddInt32(&questions, 1)
			if a := f(b[:n], false); a != nil {
				pc.WriteTo(a, from)
			}
		}
	}()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 2000)
			n, _ := c.Read(b)
			atomic.AddInt32(&questions, 1)
			if a := f(b[2:n], true); a != nil {
				c.Write(append([]byte{byte(len(a) >> 8), byte(len(a))}, a...))
			}
			c.Close()
		}
	}()
}

func put(path, text string) { os.WriteFile(path, []byte(text), 0644) }

func lookup(name string) string {
	a, err := net.LookupHost(name)
	if err != nil {
		if e, ok := err.(*net.DNSError); ok && e.IsNotFound {
			return "no such host"
		}
		return "error"
	}
	return strings.Join(a, " ")
}

func dial(network, address string) string {
	start := time.Now()
	c, err := net.Dial(network, address)
	ms := time.Since(start).Milliseconds()
	if err != nil {
		return "error" + late(ms)
	}
	defer c.Close()
	return c.RemoteAddr().String() + late(ms)
}

func late(ms int64) string {
	if ms < 100 {
		return ""
	}
	return fmt.Sprintf(" after %d ms", ms/50*50)
}

func main() {
	a1 := []byte{192, 0, 2, 1}
	out := func(name, got string) { fmt.Printf("%s: %s\n", name, got) }
	isA := func(q []byte) bool { _, t, _ := qname(q); return t == 1 }
	serve("127.0.0.2", func(q []byte, tcp bool) []byte {
		name, _, _ := qname(q)
		switch {
		case strings.HasPrefix(name, "lame."):
			return answer(q, 0x8100)
		case strings.HasPrefix(name, "servfail."):
			return answer(q, 0x8182)
		case strings.HasPrefix(name, "broken."):
			m := answer(q, 0x8180)
			m[7] = 3
			return m
		case strings.HasPrefix(name, "cut."):
			if !tcp {
				return answer(q, 0x8380)
			}
			if isA(q) {
				return answer(q, 0x8380, a1)
			}
			return answer(q, 0x8180)
		case strings.HasPrefix(name, "www.d7.example"), strings.HasPrefix(name, "db.corp.example"), strings.HasPrefix(name, "vc.example"):
			if strings.HasPrefix(name, "vc") && !tcp {
				return nil
			}
			if isA(q) {
				return answer(q, 0x8180, a1)
			}
			return answer(q, 0x8180)
		}
		return answer(q, 0x8183)
	})
	serve("127.0.0.3", func(q []byte, tcp bool) []byte {
		if isA(q) {
			return answer(q, 0x8180, a1)
		}
		return answer(q, 0x8180)
	})
	// The files are looked at every 5 s.
	conf := func(s string) { put("/etc/resolv.conf", s); time.Sleep(5100 * time.Millisecond) }
	conf("nameserver 127.0.0.2\n")
	out("own domain", lookup("db"))
	conf("nameserver 127.0.0.2\nsearch d1.example d2.example d3.example d4.example d5.example d6.example d7.example\n")
	out("seven search domains", lookup("www"))
	conf("nameserver 127.0.0.2\noptions timeout:1 attempts:1 use-vc\n")
	out("use-vc", lookup("vc.example"))
	conf("nameserver 127.0.0.2\nnameserver 127.0.0.3\nsearch .\n")
	for _, n := range []string{"lame", "servfail", "broken", "cut"} {
		out(n+" server", lookup(n+".example."))
	}
	atomic.StoreInt32(&questions, 0)
	got := dial("tcp", "[fe80::1%nosuch]:80")
	out("unknown zone", fmt.Sprintf("%s, %d questions", got, atomic.LoadInt32(&questions)))
	atomic.StoreInt32(&questions, 0)
	got = lookup("1.2.3")
	out("no domain name", fmt.Sprintf("%s, %d questions", got, atomic.LoadInt32(&questions)))

	var b strings.Builder
	for i := 0; b.Len() < 1200000; i++ {
		fmt.Fprintf(&b, "0.0.0.0 tracker%d.example\n", i)
	}
	b.WriteString("192.0.2.7 last.example\n::1 localhost\n127.0.0.1 localhost\n2001:db8::2 both.example\n127.0.0.1 both.example\n")
	put("/etc/hosts", b.String())
	time.Sleep(5100 * time.Millisecond)
	start := time.Now()
	out("end of a large hosts file", lookup("last.example"))
	first := time.Since(start)
	start = time.Now()
	for i := 0; i < 1000; i++ {
		net.LookupHost("last.example")
	}
	fmt.Fprintf(os.Stderr, "hosts: first %d us, then %d ns\n", first.Microseconds(), time.Since(start).Nanoseconds()/1000)
	out("localhost", lookup("localhost"))
	l, err := net.Listen("tcp", "localhost:8080")
	if err == nil {
		out("listen at localhost", l.Addr().String())
	}
	out("dial localhost", dial("tcp", "localhost:8080"))
	out("IPv6 routed nowhere", dial("tcp", "both.example:8080"))
	out("mapped, tcp4", dial("tcp4", "[::ffff:127.0.0.1]:8080"))
	out("mapped, tcp6", dial("tcp6", "[::ffff:127.0.0.1]:8080"))
	out("[::]", dial("tcp", "[::]:8080"))
	put("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1")
	out("[::] without IPv6", dial("tcp", "[::]:8080"))
	out("no host, without IPv6", dial("tcp", ":8080"))
	out("localhost without IPv6", dial("tcp", "localhost:8080"))
	for n := 107; n <= 109; n++ {
		name := "@" + strings.Repeat("x", n-1)
		l, err := net.Listen("unix", name)
		r := "error"
		if err == nil && l.Addr().String() == name {
			r = "ok"
		}
		out(fmt.Sprintf("abstract name of %d bytes", n), r)
	}
	fd, _ := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	syscall.Bind(fd, &syscall.SockaddrInet4{Port: 9090, Addr: [4]byte{127, 0, 0, 1}})
	syscall.Listen(fd, 10)
	fl, _ := net.FileListener(os.NewFile(uintptr(fd), "l"))
	go net.Dial("tcp", "127.0.0.1:9090")
	c, _ := fl.Accept()
	rc, _ := c.(*net.TCPConn).SyscallConn()
	rc.Control(func(fd uintptr) {
		nd, _ := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
		ka, _ := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
		out("listener from outside", fmt.Sprintf("TCP_NODELAY %d, keep-alive %d", nd, ka))
	})
	p, _ := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	fc, _ := net.FileConn(os.NewFile(uintptr(p[0]), "p"))
	fc.Write(make([]byte, 9000))
	big := make([]byte, 20000)
	n, _ := syscall.Read(p[1], big)
	out("datagram of 9000 to a socket from outside", fmt.Sprint(n))
	put("/proc/sys/net/ipv4/ip_local_port_range", "39998 39998")
	self := 0
	for i := 0; i < 100; i++ {
		if c, err := net.Dial("tcp", "127.0.0.1:39998"); err == nil {
			self++
			c.Close()
		}
	}
	out("connected to itself, of 100", fmt.Sprint(self))
}
