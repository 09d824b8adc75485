// The twin of bench/startup_hello.c.
package main

import "os"

func main() {
	os.Stdout.WriteString("hello, world\n")
}
