// The twin of examples/httpd.c.
package main

import (
	"net/http"
	"os"
	"time"
)

func main() {
	server := http.Server{
		Addr:              os.Args[1],
		Handler:           http.FileServer(http.Dir(os.Args[2])),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
	panic(server.ListenAndServe())
}
