// The twin of bench/startup_nop.c.
package main

func main() {
}
